"""SQL of values as JSON: pieces that one concat() joins, each with the text that follows it.

concat() writes a value by its type's own output and leaves NULL out. A cast to text, a concatenation and to_json() are
a function more each: of a position's 25 values they took two fifths of the time.
"""

from __future__ import annotations

from collections.abc import Sequence

_MOST = 90
"""Arguments of one function: PostgreSQL takes 100."""

_DIGITS = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"


def literal(text: str) -> str:
    """A text as SQL."""
    return "'" + text.replace("'", "''") + "'"


def joined(pieces: Sequence[str]) -> str:
    """SQL of all pieces as one text."""
    if len(pieces) <= _MOST:
        return f"concat({', '.join(pieces)})"
    return joined([joined(pieces[start : start + _MOST]) for start in range(0, len(pieces), _MOST)])


def plain(sql: str, after: str) -> Sequence[str]:
    """Of whatever is JSON as it is written: numbers, truth values, JSON. NULL, not NaN, is what stands for missing."""
    return f"coalesce(({sql})::text, 'null')", literal(after)


def number(column: str, after: str) -> Sequence[str]:
    """Of a column of numbers."""
    return column, f"CASE WHEN {column} IS NULL THEN {literal(f'null{after}')} ELSE {literal(after)} END"


def boolean(column: str, after: str) -> Sequence[str]:
    """Of a column of truth values."""
    yes, no, unknown = (literal(word + after) for word in ("true", "false", "null"))
    return (f"CASE WHEN {column} THEN {yes} WHEN NOT {column} THEN {no} ELSE {unknown} END",)


def text(sql: str, after: str) -> Sequence[str]:
    """Of any text."""
    return f"coalesce(to_json({sql})::text, 'null')", literal(after)


def quoted(body: str, missing: str, after: str) -> Sequence[str]:
    """Of what stands between two quotes as it is, unless it is `missing`: SQL of a truth value, never NULL."""
    return (
        f"CASE WHEN {missing} THEN {literal(f'null{after}')} ELSE '\"' END",
        body,
        f"CASE WHEN NOT ({missing}) THEN {literal(chr(34) + after)} END",
    )


def moment(sql: str, after: str) -> Sequence[str]:
    """Of a time: RFC 3339 in UTC with milliseconds."""
    return quoted(_DIGITS.format(f"({sql})"), f"({sql}) IS NULL", after)


def word(words: Sequence[str], code: str, after: str) -> Sequence[str]:
    """Of a word that is stored as its place in a list. None of them needs an escape."""
    each = " ".join(f"WHEN {i} THEN {literal(chr(34) + one + chr(34) + after)}" for i, one in enumerate(words))
    return (f"CASE {code} {each} ELSE {literal(f'null{after}')} END",)


def escaped(column: str) -> str:
    """SQL of a column of printable ASCII as it stands between quotes: control characters are not looked for."""
    return rf"""replace(replace({column}, '\', '\\'), '"', '\"')"""
