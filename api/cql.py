"""CQL2, in text or JSON, as a checked expression tree; parsing is the cql2 library's, the limits are ours."""

from __future__ import annotations

import re
from typing import Any

import orjson

from api.problems import Problem, bad

LANGUAGES = ("cql2-text", "cql2-json", "cql-text")
"""`cql-text` is the name in drafts of the standard, which GDAL still looks for."""

LONGEST, DEEPEST, MOST = 20_000, 40, 1_000
"""Characters of a filter, nesting, and nodes of its tree: whatever a person asks is far below."""

TOO_LONG = f"the filter is longer than {LONGEST:,} characters: simplify its geometry, or round its coordinates"

_QUOTED = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"")


def parse(text: str, language: str = "cql2-text") -> Any:
    """The expression tree of CQL2-JSON. Raises Problem 400 that says where the text is broken."""
    if len(text) > LONGEST:
        raise bad("filter", TOO_LONG)
    tree = _from_json(text) if language == "cql2-json" else _from_text(text)
    if tree is None:
        raise bad("filter", "null is no condition: a filter is an object with op and args")
    _check_size(tree)
    return tree


def _from_text(text: str) -> Any:
    import cql2

    # The parser recurses without a limit of its own; so nesting is counted before it sees the text.
    bare = _QUOTED.sub("", text)
    if bare.count("(") > 400 or _depth(bare) > DEEPEST or len(re.findall(r"(?i)\bNOT\b", bare)) > 4 * DEEPEST:
        raise _too_deep()
    try:
        found = cql2.parse_text(text)
    except cql2.ParseError as error:
        raise bad("filter", f"not CQL2: {_where(str(error))}") from None
    try:
        return found.to_json()
    except Exception as error:  # the library has no other name for it: a POINT EMPTY has no place in GeoJSON
        raise bad("filter", f"not CQL2: {str(error)[:200]}") from None


def _from_json(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise bad("filter", f"not JSON: {error.msg} at character {error.pos + 1}") from None


def _depth(text: str) -> int:
    deep = most = 0
    for sign in text:
        deep += (sign == "(") - (sign == ")")
        most = max(most, deep)
    return most


def _where(message: str) -> str:
    """The parser's arrow as words: at which character, and what it looked for."""
    place = re.search(r"--> \d+:(\d+)", message)
    wanted = re.search(r"= (expected .*)", message)
    at = f"at character {place[1]}" if place else ""
    return f"{at}: {wanted[1] if wanted else 'the expression is not complete'}"[:300].lstrip(": ")


def _check_size(tree: Any) -> None:
    """Bounded in depth and nodes, without recursing."""
    waiting, seen = [(tree, 0)], 0
    while waiting:
        node, deep = waiting.pop()
        seen += 1
        if deep > 3 * DEEPEST or seen > 20 * MOST:
            raise _too_deep()
        children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        waiting += [(child, deep + 1) for child in children]


def _too_deep() -> Problem:
    return bad("filter", f"the filter is too large: at most {DEEPEST} levels and {MOST:,} terms")
