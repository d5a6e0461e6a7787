"""CQL2 text to the tree of CQL2-JSON, in one pass that never goes back: how long it takes is as long as the text is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson
import shapely

from api.conditions import ARRAYS, SPATIAL, TEMPORAL
from api.literals import KINDS, said
from api.problems import Problem, bad

DEEPEST, TERMS = 40, 1_000
"""Levels of brackets and prefixes, and what stands in them: whatever a person asks is far below."""

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)
    |(?P<text>'[^']*(?:''[^']*)*')
    |(?P<quoted>"[^"]*(?:""[^"]*)*")
    |(?P<word>[^\W\d][\w.:]*|_[\w.:]*)
    |(?P<sign><>|!=|<=|>=|[-+*/%^=<>(),])
    |(?P<end>\Z))""",
    re.VERBOSE,
)
_BRACKET = re.compile(r"[()]")
_SHAPE = re.compile(r"\s*(?:(?:ZM|Z|M)\s*)?(?:\(|EMPTY\b)", re.IGNORECASE)

_BINDS = {
    "or": 1, "and": 2, "=": 4, "<>": 4, "!=": 4, "<": 4, ">": 4, "<=": 4, ">=": 4, "like": 4, "between": 4, "in": 4,
    "is": 4, "not": 4, "+": 5, "-": 5, "*": 6, "/": 6, "%": 6, "div": 6, "^": 7,
}  # fmt: skip
"""How closely an operator binds what stands before it; `not` there is that of NOT LIKE, NOT IN and NOT BETWEEN."""

_NOT, _SUM, _SIGN = 3, 5, 8
_WORDS = frozenset((*filter(str.isalpha, _BINDS), "true", "false", "null"))
_GEOMETRIES = {name.upper(): name for name in KINDS}
_FUNCTIONS = {name.lower(): name for name in (*SPATIAL, *TEMPORAL, *ARRAYS, "casei", "accenti")}
_CONSTANTS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None}


def read(text: str) -> Any:
    """The tree. Raises Problem 400 that says at which character the text is broken."""
    reader = _Reader(text)
    tree = reader.expression(0)
    if reader.kind != "end":
        raise reader.broken("an operator or the end")
    return tree


def too_deep() -> Problem:
    """Beyond what is read."""
    return bad("filter", f"the filter is too large: at most {DEEPEST} levels and {TERMS:,} terms")


class _Reader:
    """The text and the next of its tokens: `kind` as in _TOKEN, `value` in small letters if it is a word."""

    def __init__(self, text: str) -> None:
        self.text, self.deep = text, 0
        self._go(0)

    def _go(self, place: int) -> None:
        match = _TOKEN.match(self.text, place)
        if match is None:
            raise self._broken_at(place + len(self.text[place:]) - len(self.text[place:].lstrip()), "a value")
        self.kind = str(match.lastgroup)
        self.start, self.end = match.span(self.kind)
        self.raw = match[self.kind]
        self.value = self.raw.lower() if self.kind == "word" else self.raw

    def _next(self) -> str:
        raw = self.raw
        self._go(self.end)
        return raw

    def _took(self, value: str) -> bool:
        """Whether this sign or word stood here; it is then passed."""
        found = self.kind in ("sign", "word") and self.value == value
        if found:
            self._next()
        return found

    def _expect(self, value: str) -> None:
        if not self._took(value):
            raise self.broken(repr(value.upper()))

    def broken(self, wanted: str) -> Problem:
        """What was looked for at this place."""
        return self._broken_at(self.start, wanted)

    def _broken_at(self, place: int, wanted: str) -> Problem:
        found = repr(self.text[place : place + 20]) if place < len(self.text) else "the end"
        return bad("filter", f"not CQL2: at character {place + 1}: expected {wanted}, not {found}")

    def expression(self, least: int) -> Any:
        """What binds at least so closely."""
        self.deep += 1
        if self.deep > DEEPEST:
            raise too_deep()
        tree = self._first()
        while self.kind in ("sign", "word") and _BINDS.get(self.value, -1) > least:
            tree = self._joined(tree, self._next().lower())
        self.deep -= 1
        return tree

    def _first(self) -> Any:
        """A value or a condition that nothing is joined to yet."""
        if self.kind == "number":
            return float(self._next())
        if self.kind == "text":
            return self._next()[1:-1].replace("''", "'")
        if self.kind == "quoted":
            return {"property": self._next()[1:-1].replace('""', '"')}
        if self.kind == "word":
            return self._worded()
        if self._took("("):
            return self._bracketed()
        if self.kind == "sign" and self.value in "+-":
            return self._signed()
        raise self.broken("a value")

    def _worded(self) -> Any:
        if self._took("not"):
            return {"op": "not", "args": [self.expression(_NOT)]}
        if self.value in _CONSTANTS:
            return _CONSTANTS[self._next().lower()]
        if self.value in _WORDS:
            raise self.broken("a value")
        if self.raw.upper() in _GEOMETRIES and _SHAPE.match(self.text, self.end):
            return self._geometry()
        name = self._next()
        return self._call(name) if self._took("(") else {"property": name}

    def _signed(self) -> Any:
        minus = self._next() == "-"
        value = self.expression(_SIGN)
        if isinstance(value, float):
            return -value if minus else value
        return {"op": "*", "args": [-1.0, value]} if minus else value

    def _bracketed(self) -> Any:
        """What stands in brackets; as an array if it is more than one."""
        values = self._values()
        return values if len(values) > 1 else values[0]

    def _values(self) -> list[Any]:
        """At least one, to the closing bracket."""
        values = [self.expression(0)]
        while self._took(","):
            values.append(self.expression(0))
        self._expect(")")
        return values

    def _array(self) -> list[Any]:
        self._expect("(")
        return self._values()

    def _joined(self, left: Any, op: str) -> Any:
        """Two values with the operator between them, which is passed already."""
        if op in ("and", "or"):
            return self._chain(left, op)
        if op == "not":
            return {"op": "not", "args": [self._denied(left)]}
        if op in ("in", "like", "between"):
            return self._matched(left, op)
        if op == "is":
            denied = self._took("not")
            self._expect("null")
            null = {"op": "isNull", "args": [left]}
            return {"op": "not", "args": [null]} if denied else null
        return {"op": {"!=": "<>"}.get(op, op), "args": [left, self.expression(_BINDS[op])]}

    def _chain(self, left: Any, op: str) -> Any:
        args = [left, self.expression(_BINDS[op])]
        while self._took(op):
            args.append(self.expression(_BINDS[op]))
        return {"op": op, "args": args}

    def _denied(self, left: Any) -> Any:
        if self.kind != "word" or self.value not in ("in", "like", "between"):
            raise self.broken("LIKE, IN or BETWEEN")
        return self._matched(left, self._next().lower())

    def _matched(self, left: Any, op: str) -> Any:
        if op == "in":
            return {"op": op, "args": [left, self._array()]}
        args = [left, self.expression(_SUM - 1)]
        if op == "between":
            self._expect("and")
            args.append(self.expression(_SUM - 1))
        return {"op": op, "args": args}

    def _call(self, name: str) -> Any:
        """A function, whose opening bracket is passed, or a literal that is written as one."""
        op = _FUNCTIONS.get(name.lower(), name)
        args = self._arguments(op in ARRAYS)
        short = name.lower()
        if short in ("date", "timestamp") and len(args) == 1:
            return {short: args[0]}
        return {short: args} if short in ("interval", "bbox") else {"op": op, "args": args}

    def _arguments(self, arrays: bool) -> list[Any]:
        """To the closing bracket. Between `arrays` one value in brackets is an array of one."""
        args: list[Any] = []
        while not self._took(")"):
            if args:
                self._expect(",")
            args.append(self._array() if arrays and self.value == "(" else self.expression(0))
        return args

    def _geometry(self) -> Mapping[str, Any]:
        """Well-known text, which the library for geometries reads."""
        start, name = self.start, _GEOMETRIES[self.raw.upper()]
        end = self._shape_end()
        try:
            found = shapely.from_wkt(self.text[start:end])
            tree: Mapping[str, Any] = orjson.loads(shapely.to_geojson(found))
        except (shapely.errors.ShapelyError, orjson.JSONDecodeError) as error:
            raise bad("filter", f"no {name}: {said(error)} (from character {start + 1} on)") from None
        self._go(end)
        return tree

    def _shape_end(self) -> int:
        """Behind the bracket that closes the first one, or behind EMPTY."""
        opening = _SHAPE.match(self.text, self.end)
        if opening and not opening[0].endswith("("):
            return opening.end()
        deep = 0
        for one in _BRACKET.finditer(self.text, self.end):
            deep += 1 if one[0] == "(" else -1
            if deep > DEEPEST:
                raise too_deep()
            if not deep:
                return one.end()
        raise self.broken("a geometry whose brackets are all closed")
