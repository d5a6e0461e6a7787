"""SQL of values as JSON: pieces that one concat() joins, each with the text that follows it.

concat() writes a value by its type's own output and leaves NULL out. A cast to text, a concatenation and to_json() are
a function more each: of a position's 25 values they took two fifths of the time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_MOST = 90
"""Arguments of one function: PostgreSQL takes 100."""

_LITERAL = re.compile(r"'(?:[^']|'')*'")

_DIGITS = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"


def literal(text: str) -> str:
    """A text as SQL."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True)
class Case:
    """One of two literals: the one where `missing` (SQL of a truth value, never NULL) holds, or the other."""

    missing: str
    then: str
    other: str

    def with_text(self, before: str, after: str) -> Case:
        """The same between two texts."""
        return Case(self.missing, f"{before}{self.then}{after}", f"{before}{self.other}{after}")

    @property
    def sql(self) -> str:
        return f"CASE WHEN {self.missing} THEN {literal(self.then)} ELSE {literal(self.other)} END"


Piece = str | Case
"""SQL of any value, or a choice of literals."""


def joined(pieces: Sequence[Piece]) -> str:
    """SQL of all pieces as one text."""
    return _joined([one.sql if isinstance(one, Case) else one for one in merged(pieces)])


def _joined(pieces: Sequence[str]) -> str:
    if len(pieces) <= _MOST:
        return f"concat({', '.join(pieces)})"
    return _joined([_joined(pieces[start : start + _MOST]) for start in range(0, len(pieces), _MOST)])


def merged(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """The same with what follows each other made one where it can be: each that is joined costs as much as a number."""
    found: list[Piece] = []
    for piece in pieces:
        both = _both(found[-1], piece) if found else None
        if both is None:
            found.append(piece)
        else:
            found[-1] = both
    return found


def _both(first: Piece, second: Piece) -> Piece | None:
    """Two pieces as one, None where one of them is no choice of literals."""
    if isinstance(first, Case) and isinstance(second, Case):
        yes, no = second.with_text(first.then, ""), second.with_text(first.other, "")
        return f"CASE WHEN {first.missing} THEN {yes.sql} ELSE {no.sql} END"
    before, after = _text(first), _text(second)
    if isinstance(first, Case):
        return None if after is None else first.with_text("", after)
    if before is None:
        return None
    if isinstance(second, Case):
        return second.with_text(before, "")
    return None if after is None else literal(before + after)


def _text(piece: Piece) -> str | None:
    """What a literal says; None for everything else."""
    if isinstance(piece, Case) or not _LITERAL.fullmatch(piece):
        return None
    return piece[1:-1].replace("''", "'")


def plain(sql: str, after: str) -> Sequence[str]:
    """Of whatever is JSON as it is written: numbers, truth values, JSON. NULL, not NaN, is what stands for missing."""
    return f"coalesce(({sql})::text, 'null')", literal(after)


def number(column: str, after: str) -> Sequence[Piece]:
    """Of a column of numbers."""
    return column, Case(f"{column} IS NULL", f"null{after}", after)


def boolean(column: str, after: str) -> Sequence[str]:
    """Of a column of truth values."""
    yes, no, unknown = (literal(word + after) for word in ("true", "false", "null"))
    return (f"CASE WHEN {column} THEN {yes} WHEN NOT {column} THEN {no} ELSE {unknown} END",)


def text(sql: str, after: str) -> Sequence[str]:
    """Of any text."""
    return f"coalesce(to_json({sql})::text, 'null')", literal(after)


def quoted(body: str, missing: str, after: str) -> Sequence[Piece]:
    """Of what stands between two quotes as it is, unless it is `missing`: SQL of a truth value, never NULL, or none
    where it never is."""
    if not missing:
        return "'\"'", body, literal(f'"{after}')
    return Case(missing, f"null{after}", '"'), body, Case(missing, "", f'"{after}')


def moment(sql: str, after: str, always: bool = False) -> Sequence[Piece]:
    """Of a time: RFC 3339 in UTC with milliseconds. `always`: it is never NULL."""
    return quoted(_DIGITS.format(f"({sql})"), "" if always else f"({sql}) IS NULL", after)


def word(words: Sequence[str], code: str, after: str) -> Sequence[str]:
    """Of a word that is stored as its place in a list. None of them needs an escape."""
    each = " ".join(f"WHEN {i} THEN {literal(chr(34) + one + chr(34) + after)}" for i, one in enumerate(words))
    return (f"CASE {code} {each} ELSE {literal(f'null{after}')} END",)


def escaped(column: str) -> str:
    """SQL of a column of printable ASCII as it stands between quotes: control characters are not looked for."""
    return rf"""replace(replace({column}, '\', '\\'), '"', '\"')"""
