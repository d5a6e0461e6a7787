"""What was asked of a collection: the query parameters of an items request, checked and typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, wraps
from math import isfinite
from typing import Any, ParamSpec, TypeVar

from api import cql, heights, literals, parameters, standard
from api.collections import Collection, Property
from api.crs import DEFAULT, SYSTEMS, System, system
from api.parameters import DEFAULT_LIMIT, Box, Span
from api.problems import bad

Given = ParamSpec("Given")
Found = TypeVar("Found")
MOST_SORTS = 5
KEPT, LONGEST_KEPT = 512, 1_000
"""Questions whose meaning and SQL are kept for when they come again, and the most characters of one of them."""


@dataclass(frozen=True)
class Order:
    """One column of the order: SQL, its PostgreSQL type, whether it falls, and whether it can be NULL (those last)."""

    sql: str
    cast: str
    falling: bool = False
    nullable: bool = False


@dataclass(frozen=True, eq=False)
class Asked:
    """The checked query of an items request. Each is only itself, so that what follows from it can be kept with it."""

    limit: int = DEFAULT_LIMIT
    boxes: Sequence[Box] = ()
    span: Span | None = None
    after: Sequence[str | None] = ()
    offset: int = 0
    filters: Mapping[str, Any] = field(default_factory=dict)
    cql: Any = None
    system: System = SYSTEMS[0]
    sorts: Sequence[Order] = ()
    properties: Sequence[str] | None = None
    hits: bool = False
    kept: bool = False
    """Whether the same will be found again: see `asked_of`."""

    @staticmethod
    def of(collection: Collection, given: Mapping[str, str]) -> Asked:
        """From query parameters that the collection knows. Raises Problem 400 naming the one that is broken."""
        known = collection.filter_names
        systems = {name: system(given.get(name, DEFAULT), name) for name in ("bbox-crs", "filter-crs")}
        offered = collection.systems
        sorts = _sorts(collection, given["sortby"]) if "sortby" in given else ()
        places = len(sorts) + len(collection.key)
        return Asked(
            limit=parameters.limit(given["limit"]) if "limit" in given else DEFAULT_LIMIT,
            boxes=_boxes(collection, given["bbox"], systems["bbox-crs"]) if "bbox" in given else (),
            span=parameters.span(given["datetime"]) if "datetime" in given else None,
            after=parameters.after(given["after"], places) if "after" in given else (),
            offset=parameters.offset(given.get("offset", "0")),
            filters={name: known[name].parse(text) for name, text in given.items() if name in known},
            cql=_conjunction(collection, given, systems["filter-crs"]),
            system=system(given.get("crs", offered[0].uri), "crs", offered),
            sorts=sorts,
            properties=_properties(collection, given["properties"]) if "properties" in given else None,
            hits=_hits(given),
        )

    @property
    def anywhere(self) -> Asked:
        """The same without its boxes."""
        return replace(self, boxes=())

    def order(self, collection: Collection) -> Sequence[Order]:
        """The whole order of the items: what was asked for, then the key, which makes it unique."""
        falling = collection.newest_first
        return [*self.sorts, *(Order(name, kind, falling) for name, kind in collection.key)]


def asked_of(collection: Collection, given: Mapping[str, str]) -> Asked:
    """The same as `Asked.of`; of a question that was asked lately the very same value."""
    pairs = tuple(given.items())
    short = sum(len(text) for _, text in pairs) <= LONGEST_KEPT
    return _kept(collection, pairs) if short else Asked.of(collection, given)


@lru_cache(KEPT)
def _kept(collection: Collection, pairs: Sequence[tuple[str, str]]) -> Asked:
    return replace(Asked.of(collection, dict(pairs)), kept=True)


def kept(make: Callable[Given, Found]) -> Callable[Given, Found]:
    """What follows from a question, which is an argument, kept with it if the question itself is: others never come
    again, and hundreds of large ones would be held for nothing."""
    held = lru_cache(KEPT)(make)

    @wraps(make)
    def found(*args: Given.args, **more: Given.kwargs) -> Found:
        own = held if any(isinstance(one, Asked) and one.kept for one in args) else make
        return own(*args, **more)  # type: ignore[arg-type]

    return found


def _boxes(collection: Collection, text: str, own: System) -> Sequence[Box]:
    """The boxes that were asked for. Raises Problem 400 for heights where the collection knows none."""
    boxes = parameters.bbox(text, own)
    if boxes[0].heights and not collection.height:
        raise bad("bbox", f"{collection.id} has no heights: give 4 numbers. Heights are known of {heights.KNOWN}")
    return boxes


def _conjunction(collection: Collection, given: Mapping[str, str], own: System) -> Any:
    """The filter, and properties that were given as parameters, as one expression; None for neither."""
    language = _language(given)
    found = [literals.placed(cql.parse(given["filter"], language), own)] if "filter" in given else []
    for name, one in standard.own_properties(collection).items():
        if name in given:
            found.append({"op": "=", "args": [{"property": name}, _literal(one, given[name])]})
    return {"op": "and", "args": found} if len(found) > 1 else found[0] if found else None


def _literal(one: Property, text: str) -> Any:
    """A parameter's text as the value that its property has."""
    if one.kind == "boolean" and text in ("true", "false"):
        return text == "true"
    if one.kind == "date-time":
        return {"timestamp": text}
    if one.kind == "string":
        return text
    value = parameters.number(text)
    if not isfinite(value) or (one.kind == "integer" and not value.is_integer()):
        raise bad(one.name, f"{one.name} is a {one.kind}, not {text[:40]!r}")
    return value


def _language(given: Mapping[str, str]) -> str:
    language = given.get("filter-lang", "cql2-text")
    if language not in cql.LANGUAGES:
        raise bad("filter-lang", f"{language[:40]!r} is not offered; there are {', '.join(cql.LANGUAGES)}")
    return language


def _sorts(collection: Collection, text: str) -> Sequence[Order]:
    """`-priority,start`: a minus falls. Raises Problem 400 for what cannot be sorted by."""
    words = text.split(",")
    if len(words) > MOST_SORTS:
        raise bad("sortby", f"at most {MOST_SORTS} properties at once")
    return [_sort(collection, word) for word in words]


def _sort(collection: Collection, word: str) -> Order:
    name = word.removeprefix("-").removeprefix("+").strip()
    if name not in collection.sortable:
        raise bad("sortby", f"cannot sort by {name[:40]!r}; can by {', '.join(collection.sortable)}")
    one = collection.sortable[name]
    return Order(_sort_sql(one), _sort_type(one), word.startswith("-"), nullable=True)


def _sort_sql(one: Property) -> str:
    """A code sorts as the number that it is: low, medium, high."""
    return one.column if one.column and one.cast == "smallint" else f"({one.filter_sql})"


def _sort_type(one: Property) -> str:
    """As exact as the column: read as eight bytes, the text of a four-byte number is another number than itself."""
    types = {"string": "text", "date-time": "timestamptz", "boolean": "boolean", "integer": "numeric"}
    return one.cast if one.cast in ("smallint", "real") else types.get(one.kind, "float8")


def _properties(collection: Collection, text: str) -> Sequence[str]:
    known = [one.name for one in collection.properties]
    words = [word for word in text.split(",") if word]
    unknown = [word for word in words if word not in known]
    if unknown:
        raise bad("properties", f"{collection.id} has no property {unknown[0][:40]!r}; it has {', '.join(known)}")
    return words


def _hits(given: Mapping[str, str]) -> bool:
    """Whether only the number is wanted, by the one spelling or the other."""
    words = {given[name] for name in ("resulttype", "resultType") if name in given}
    if len(words) > 1 or not words <= {"hits", "results"}:
        raise bad("resulttype", f"resulttype is hits or results, not {' and '.join(sorted(words))[:40]!r}")
    return words == {"hits"}
