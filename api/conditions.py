"""A CQL2 expression tree, with shapes for its geometries (api/literals.py), into SQL with bound values.

What cannot be honoured is refused, never ignored.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Any

import shapely

from api.collections import Bind, Collection, Property
from api.parameters import moment
from api.problems import Problem, bad

COMPARISONS = {"=": "=", "<>": "<>", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
"""What a comparison is when its two sides change places."""
SPATIAL = {
    f"s_{name}": f"ST_{function}"
    for name, function in {
        "intersects": "Intersects", "contains": "Contains", "within": "Within", "disjoint": "Disjoint",
        "equals": "Equals", "touches": "Touches", "crosses": "Crosses", "overlaps": "Overlaps",
    }.items()
}  # fmt: skip
SPATIAL["s_disjoint"] = "NOT ST_Intersects"
"""PostGIS prepares a geometry once for all rows to intersect with, but not to be disjoint from: of 10,000 vertices and
500,000 points it is half a second instead of minutes."""
_OF_ANYTHING = ("s_intersects", "s_disjoint")
ARITHMETIC = {
    "+": "({a} + {b})", "-": "({a} - {b})", "*": "({a} * {b})", "/": "({a} / NULLIF({b}, 0))", "^": "power({a}, {b})",
    "%": "mod(({a})::numeric, NULLIF({b}, 0)::numeric)::float8",
    "div": "div(({a})::numeric, NULLIF({b}, 0)::numeric)::float8",
}  # fmt: skip
"""Nothing can be divided by zero, and so what is asks for nothing: NULL."""
TEMPORAL = {
    "t_after": "{a} > {y}", "t_before": "{b} < {x}", "t_contains": "{a} < {x} AND {b} > {y}",
    "t_disjoint": "({b} < {x} OR {a} > {y})", "t_during": "{a} > {x} AND {b} < {y}",
    "t_equals": "{a} = {x} AND {b} = {y}", "t_finishedBy": "{a} < {x} AND {b} = {y}",
    "t_finishes": "{a} > {x} AND {b} = {y}", "t_intersects": "{a} <= {y} AND {b} >= {x}", "t_meets": "{b} = {x}",
    "t_metBy": "{a} = {y}", "t_overlappedBy": "{a} > {x} AND {a} < {y} AND {b} > {y}",
    "t_overlaps": "{a} < {x} AND {b} > {x} AND {b} < {y}", "t_startedBy": "{a} = {x} AND {b} > {y}",
    "t_starts": "{a} = {x} AND {b} < {y}",
}  # fmt: skip
"""CQL2 7.5: {a} to {b} is the first interval, {x} to {y} the second; an instant begins and ends at once."""

ARRAYS = {
    "a_contains": "{a} @> {b}", "a_containedBy": "{a} <@ {b}", "a_overlaps": "{a} && {b}",
    "a_equals": "({a} @> {b} AND {a} <@ {b})",
}  # fmt: skip
"""Arrays are sets here: neither order nor repetition counts."""
_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Term:
    """A piece of SQL and what kind of value it gives: string, number, boolean, date-time, array or geometry."""

    sql: str
    kind: str
    of: Property | None = None
    shape: Any = None
    """A geometry that the filter itself gives."""


@dataclass(frozen=True)
class Conditions:
    """Writes conditions on one collection. `bind` takes a value and its PostgreSQL type and gives the placeholder."""

    collection: Collection
    bind: Bind

    def of(self, tree: Any) -> str:
        """SQL that is true, false or NULL. Raises Problem 400 for what is unknown or does not fit together."""
        if isinstance(tree, bool):
            return self.bind(tree, "boolean")
        if not isinstance(tree, dict):
            raise _unfit(f"{_said(tree)} is no condition")
        if "property" in tree:
            term = self.term(tree)
            return _expect(term, "boolean").sql
        op, args = _call(tree)
        for known, write in self._writers.items():
            if op in known:
                return write(op, args)
        raise _unfit(f"there is no operator {op[:40]!r} here")

    @property
    def _writers(self) -> Mapping[Any, Callable[[str, Sequence[Any]], str]]:
        return {
            ("and", "or"): self._joined,
            ("not",): self._negated,
            tuple(COMPARISONS): self._compared,
            ("isNull",): lambda op, args: f"({self.term(_only(args, 1, op)[0]).sql} IS NULL)",
            ("like",): self._like,
            ("between",): self._between,
            ("in",): self._in,
            tuple(SPATIAL): self._spatial,
            tuple(TEMPORAL): self._temporal,
            tuple(ARRAYS): self._array,
        }

    def _joined(self, op: str, args: Sequence[Any]) -> str:
        if not args:
            raise _unfit(f"{op} joins two conditions or more")
        return f"({f' {op.upper()} '.join(self.of(one) for one in args)})"

    def _negated(self, op: str, args: Sequence[Any]) -> str:
        return f"(NOT {self.of(_only(args, 1, op)[0])})"

    def _compared(self, op: str, args: Sequence[Any]) -> str:
        left, right = _only(args, 2, op)
        coded = self._coded(op, left, right)
        if coded:
            return coded
        a, b = self._alike(left, right)
        return f"({a.sql} {COMPARISONS[op]} {b.sql})"

    def _coded(self, op: str, left: Any, right: Any) -> str | None:
        """A property that is stored as a code is compared as that code: its index serves, and words that have an order,
        such as priorities, are in it, as they are when items are sorted by them."""
        if isinstance(left, str) and isinstance(right, dict):
            left, right, op = right, left, TURNED.get(op, op)
        if not (isinstance(left, dict) and "property" in left and isinstance(right, str)):
            return None
        one, equal = self._property(left["property"]), op in ("=", "<>")
        if one.encode is None or not (equal or one.words):
            return None
        value = one.encode(right)
        if value is None and not equal:
            raise _unfit(f"{right[:40]!r} is none of {', '.join(filter(None, one.words))}")
        if value is None:
            return f"({op == '<>'} AND {one.column} IS NOT NULL)"
        return f"({one.column} {op} {self.bind(value, one.cast)})"

    def _in(self, op: str, args: Sequence[Any]) -> str:
        left, values = _only(args, 2, op)
        if not isinstance(values, list) or not values:
            raise _unfit("IN needs a list of values")
        return f"({' OR '.join(self._compared('=', [left, one]) for one in values)})"

    def _like(self, op: str, args: Sequence[Any]) -> str:
        value, pattern = _only(args, 2, op)
        return f"({_expect(self.term(value), 'string').sql} LIKE {_expect(self.term(pattern), 'string').sql})"

    def _between(self, op: str, args: Sequence[Any]) -> str:
        value, low, high = _only(args, 3, op)
        return f"({self._compared('>=', [value, low])} AND {self._compared('<=', [value, high])})"

    def _spatial(self, op: str, args: Sequence[Any]) -> str:
        a, b = (_expect(self.term(one), "geometry") for one in _only(args, 2, op))
        if op not in _OF_ANYTHING and any(one.shape and one.shape.geom_type == "GeometryCollection" for one in (a, b)):
            raise _unfit(f"{op.upper()} compares no GEOMETRYCOLLECTION; S_INTERSECTS and S_DISJOINT do")
        return f"({SPATIAL[op]}({a.sql}, {b.sql}))"

    def _temporal(self, op: str, args: Sequence[Any]) -> str:
        one, other = _only(args, 2, op)
        ends = {"a": (one, 0), "b": (one, 1), "x": (other, 0), "y": (other, 1)}
        # Only the ends that the relation looks at are bound: a value without a use has no type.
        names = dict.fromkeys(name for _, name, _, _ in Formatter().parse(TEMPORAL[op]) if name)
        used = {name: self._edge(*ends[name]) for name in names}
        return f"({TEMPORAL[op].format(**used)})"

    def _array(self, op: str, args: Sequence[Any]) -> str:
        a, b = (_expect(self.term(one), "array").sql for one in _only(args, 2, op))
        return f"({ARRAYS[op].format(a=a, b=b)})"

    def _edge(self, tree: Any, end: int) -> str:
        """The first (0) or last (1) moment of an interval; an instant is both, and a date the whole day."""
        if not (isinstance(tree, dict) and "interval" in tree):
            return self._moment(tree, end)
        own = _only(tree["interval"], 2, "interval")[end]
        return f"'{('-infinity', 'infinity')[end]}'::timestamptz" if own in ("..", "") else self._moment(own, end)

    def _moment(self, tree: Any, end: int) -> str:
        if isinstance(tree, str):
            tree = {"date" if _DATE.fullmatch(tree) else "timestamp": tree}
        first = _expect(self.term(tree), "date-time").sql
        # Time is kept in microseconds.
        last = end and isinstance(tree, dict) and "date" in tree
        return f"({first} + interval '1 day' - interval '1 microsecond')" if last else first

    def _alike(self, left: Any, right: Any) -> tuple[Term, Term]:
        """Two values of one kind; a literal beside a property is read as what the property is."""
        if isinstance(left, str | int | float) and isinstance(right, dict):
            b, a = self._alike(right, left)
            return a, b
        a = self.term(left)
        if a.kind == "date-time" and isinstance(right, str):
            b = self.term({"timestamp": right})
        elif a.kind == "boolean" and a.of and right in (0, 1):
            b = self.term(bool(right))  # as GDAL says it, whose SQL has no truth values
        elif a.of and a.of.cast == "real" and isinstance(right, int | float) and not isinstance(right, bool):
            # Stored in four bytes: as eight, 0.9 would not equal itself.
            a, b = Term(a.of.filter_sql, "number"), Term(self.bind(float(right), "real"), "number")
        else:
            b = self.term(right)
        if a.kind != b.kind or a.kind in ("array", "geometry"):
            raise _unfit(f"{_said(left)} is {a.kind}, {_said(right)} is {b.kind}: they cannot be compared")
        return a, b

    def term(self, tree: Any) -> Term:
        """A value: literal, property, function or sum."""
        if isinstance(tree, bool):
            return Term(self.bind(tree, "boolean"), "boolean")
        if isinstance(tree, int | float) and math.isfinite(tree):
            return Term(self.bind(float(tree), "float8"), "number")
        if isinstance(tree, str):
            return Term(self.bind(_clean(tree), "text"), "string")
        if isinstance(tree, list):
            return Term(self.bind([_clean(one) for one in tree], "text[]"), "array")
        if isinstance(tree, shapely.Geometry):
            return self._placed(tree)
        if not isinstance(tree, dict):
            raise _unfit(f"{_said(tree)} is no value")
        if "property" in tree:
            return self._named(tree["property"])
        return self._literal(tree) if "op" not in tree else self._function(*_call(tree))

    def _literal(self, tree: Mapping[str, Any]) -> Term:
        if "timestamp" in tree:
            return Term(self.bind(moment(str(tree["timestamp"]), "filter"), "timestamptz"), "date-time")
        if "date" in tree:
            return Term(self.bind(moment(f"{tree['date']}T00:00:00Z", "filter"), "timestamptz"), "date-time")
        raise _unfit(f"{_said(tree)} is no value")

    def _placed(self, shape: Any) -> Term:
        """A shape as the database compares it with what is stored."""
        return Term(f"ST_GeomFromWKB({self.bind(shapely.to_wkb(shape), 'bytea')}, 4326)", "geometry", shape=shape)

    def _function(self, op: str, args: Sequence[Any]) -> Term:
        if op == "casei":
            return Term(f"lower({_expect(self.term(_only(args, 1, op)[0]), 'string').sql})", "string")
        if op in ARITHMETIC:
            a, b = (_expect(self.term(one), "number").sql for one in _only(args, 2, op))
            return Term(ARITHMETIC[op].format(a=a, b=b), "number")
        raise _unfit(f"there is no function {op[:40]!r} here")

    def _named(self, name: Any) -> Term:
        if name in ("geometry", "geom"):
            return Term("geom", "geometry")
        one = self._property(name)
        kind = {"integer": "number", "json": "array"}.get(one.kind, one.kind)
        cast = "::float8" if kind == "number" else ""
        return Term(f"({one.filter_sql}){cast}", kind, one)

    def _property(self, name: Any) -> Property:
        found = self.collection.queryable
        if not isinstance(name, str) or name not in found:
            raise _unfit(f"{self.collection.id} has no queryable {str(name)[:40]!r}; it has {', '.join(found)}")
        return found[name]


def _call(tree: Mapping[str, Any]) -> tuple[str, Sequence[Any]]:
    op, args = tree.get("op"), tree.get("args")
    if not isinstance(op, str) or not isinstance(args, list):
        raise _unfit(f"{_said(tree)} is no expression: it needs op and args")
    return op, args


def _only(args: Any, count: int, op: str) -> Sequence[Any]:
    if not isinstance(args, list) or len(args) != count:
        raise _unfit(f"{op} takes {count} arguments")
    return args


def _expect(term: Term, kind: str) -> Term:
    if term.kind != kind:
        name = term.of.name if term.of else "a value"
        raise _unfit(f"{name} is {term.kind} where {kind} is needed")
    return term


def _clean(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise _unfit(f"{_said(value)} is no text")
    return value


def _said(tree: Any) -> str:
    return repr(tree["property"] if isinstance(tree, dict) and "property" in tree else tree)[:60]


def _unfit(detail: str) -> Problem:
    return bad("filter", detail)
