"""The collections as data: what each reads, how features look, what can be asked for. A new one adds no route."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from api import json_sql
from api.crs import CRS84H, SYSTEMS, System

_COLUMN = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Property:
    """A feature property: JSON type, SQL expression, and what a reader needs to know. `sql` None: its name.

    `encode` gives the code that a text is stored as in `column` (of type `cast`), None where it cannot be one: a filter
    on the text then reads the column, whose index serves. `words`: what its codes stand for. `body`: SQL of a text as
    it stands between quotes in JSON, where that is cheaper to say than to find out, and of whether it is `missing`.
    """

    name: str
    kind: str
    title: str
    unit: str = ""
    sql: str | None = None
    column: str = ""
    cast: str = ""
    encode: Callable[[str], Any] | None = None
    words: Sequence[str] = ()
    allowed: Sequence[str] = ()
    """The only texts that it can be, where they are few."""
    listed: str = ""
    """Of JSON that is a list: the JSON type of what is in it."""
    body: str = ""
    missing: str = ""
    always: bool = False
    """Whether a time is never missing."""
    queryable: bool = True
    sortable: bool = True

    @property
    def filter_sql(self) -> str:
        """SQL of the value as a filter compares it."""
        return self.sql or f'"{self.name}"'

    def json(self, after: str) -> Sequence[json_sql.Piece]:
        """SQL of the value as JSON, in pieces (api/json_sql.py), with what follows it."""
        if self.words:
            return json_sql.word(self.words, self.column, after)
        if self.body:
            return json_sql.quoted(self.body, self.missing, after)
        if self.kind == "date-time":
            return json_sql.moment(self.filter_sql, after, self.always)
        if self.kind == "string":
            return json_sql.text(self.filter_sql, after)
        own = self.sql is None or _COLUMN.fullmatch(self.sql)
        return (_OF_COLUMN.get(self.kind, json_sql.plain) if own else json_sql.plain)(self.filter_sql, after)


_OF_COLUMN: Mapping[str, Callable[[str, str], Sequence[json_sql.Piece]]] = {
    "number": json_sql.number, "integer": json_sql.number, "boolean": json_sql.boolean,
}  # fmt: skip


def named(words: Sequence[str], column: str) -> str:
    """SQL: the word of a code column."""
    return f"(ARRAY[{', '.join(repr(word) for word in words)}])[{column} + 1]"


def coded(name: str, title: str, words: Sequence[str], own: str) -> Property:
    """A word that is stored as its place in a list."""
    code = {word: i for i, word in enumerate(words) if word}
    return Property(
        name, "string", title, sql=named(words, own), column=own, cast="smallint", encode=code.get, words=words,
        allowed=tuple(code),
    )  # fmt: skip


Bind = Callable[[Any, str], str]
"""Takes a value and its PostgreSQL type, gives the placeholder."""


@dataclass(frozen=True)
class Filter:
    """A query parameter: its OpenAPI schema, how its text is checked, and the condition that it makes.

    `source` instead of `where`: it changes what is read, as the past state of aircraft does.
    """

    name: str
    schema: Mapping[str, Any]
    description: str
    parse: Callable[[str], Any]
    cast: str
    where: str = ""
    source: str = ""


SEEN = ("track_segments", "anomalies", "aircraft_now")


@dataclass(frozen=True, eq=False)
class Collection:
    """One collection. `key`: SQL and type of the columns that order it uniquely; `time`: SQL of start and end."""

    id: str
    title: str
    description: str
    source: str
    key: Sequence[tuple[str, str]]
    identify: Callable[[str], Sequence[Any]]
    """A feature id as the values of `identity`; raises Problem 404 where it cannot be one."""
    identity: Sequence[tuple[str, str]]
    feature: str = ""
    """SQL of the ready feature; else it is put together from `feature_id`, `geom` and `properties`."""
    feature_id: str = "id"
    id_pieces: Sequence[str] = ()
    """SQL of the same in pieces, where it consists of some and none needs an escape in JSON."""
    id_kind: str = "string"
    """JSON type of a feature's id. GDAL fetches single features only by whole numbers."""
    properties: Sequence[Property] = ()
    geom: str = "geom"
    geometry: str = "Geometry"
    several: bool = True
    """Whether a feature may be of several parts, as one cut at the antimeridian is: lines and areas."""
    square: str = ""
    """SQL of the square of a degree that a row lies in (store/squares.py), where an index has it before the key."""
    only_points: bool = False
    """Whether the column `geom` holds nothing but points."""
    time: tuple[str, str] | None = None
    filters: Sequence[Filter] = ()
    newest_first: bool = False
    fixed: Sequence[tuple[str, Any, str]] = ()
    """Conditions that always hold: SQL with {} for the placeholder, value, type."""
    unless: Mapping[str, str] = field(default_factory=dict)
    """Conditions that hold where a filter is not given, by its name."""
    countable: bool = True
    placeless: bool = False
    """Whether features without a geometry occur; the standard wants them in every box."""
    implied: Callable[[Sequence[Any]], Mapping[str, Any]] = lambda values: {}
    """The filters that an id implies: a cell's index says which resolution it is of."""
    lasts: str = ""
    """How long a feature lasts after the end in `time`, as a PostgreSQL interval: a time bucket has only a start."""
    latest: str = ""
    """SQL of what tiles show where nothing says which: of cells by day all days would lie on top of each other."""
    code: str = ""
    """The column with the code of a feature's place (geo/mercator.py), where there is one with an index."""
    rolled: Mapping[str, str] = field(default_factory=dict)
    """What a tile says of many features at once, beside their count: SQL aggregates by name."""
    owned: bool = False
    """Whether a feature is seen by its `owner` and by admins alone, unless it is `shared`."""
    spread: Sequence[str] = SEEN
    """Tables whose places say where its features lie at most: those of all that flies, so that a map which asked an
    hour ago still looks where something new may be. None: features may lie anywhere."""
    since: str = ""
    """SQL of its first moment, from an index."""
    color: Any = "#2f6fb0"
    """In which its tiles are drawn (api/tile_styles.py): a colour, or an expression of MapLibre's over properties."""
    upright: bool = False
    """Whether its geometries hold a height at each place."""
    height: str = ""
    """SQL that is true where a feature lies between {low} and {high} metres, as far as it lies in {area}."""

    @cached_property
    def filter_names(self) -> Mapping[str, Filter]:
        return {one.name: one for one in self.filters}

    @cached_property
    def queryable(self) -> Mapping[str, Property]:
        """What a filter may name."""
        return {one.name: one for one in self.properties if one.queryable}

    @cached_property
    def sortable(self) -> Mapping[str, Property]:
        """What items may be ordered by."""
        return {one.name: one for one in self.properties if one.sortable and one.kind != "json"}

    @property
    def systems(self) -> Sequence[System]:
        """The reference systems of its answers, first the one that they are in unless another is asked for."""
        return (CRS84H, *SYSTEMS) if self.upright else SYSTEMS

    def feature_of(self, names: Sequence[str] | None = None, system: System = SYSTEMS[0]) -> str:
        """SQL that gives one feature as GeoJSON text, with these properties (None: all) and in this system."""
        return _feature(self, None if names is None else tuple(names), system)

    def value(self, one: Property, after: str) -> Sequence[json_sql.Piece]:
        """Pieces of a value as JSON. A stored feature's own value is shown as it stands there."""
        if self.feature:
            return json_sql.plain(f"{self.feature}::jsonb -> 'properties' -> '{one.name}'", after)
        return one.json(after)


@lru_cache(500)
def _feature(collection: Collection, names: Sequence[str] | None, system: System) -> str:
    if collection.feature and names is None and system is SYSTEMS[0]:
        return collection.feature
    # In the order of the collection, whatever the order that was asked for.
    shown = [one for one in collection.properties if names is None or one.name in names]
    start = f',"properties":{{"{shown[0].name}":' if shown else ',"properties":{}}'
    pieces: list[json_sql.Piece] = [
        json_sql.literal('{"type":"Feature","id":'), *_own_id(collection), json_sql.literal(',"geometry":'),
        f"coalesce(ST_AsGeoJSON({system.shown(collection.geom)}, {system.digits}, 0), 'null')", json_sql.literal(start),
    ]  # fmt: skip
    follows = [*(f',"{one.name}":' for one in shown[1:]), "}}"]
    for one, after in zip(shown, follows, strict=False):
        pieces += collection.value(one, after)
    return json_sql.joined(pieces)


def _own_id(collection: Collection) -> Sequence[str]:
    if collection.id_pieces:
        return "'\"'", *collection.id_pieces, "'\"'"
    return (f"to_json({collection.feature_id})::text",)
