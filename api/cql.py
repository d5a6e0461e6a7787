"""CQL2, in text or JSON, as a checked expression tree of bounded size."""

from __future__ import annotations

from typing import Any

import orjson

from api import cql_text
from api.cql_text import DEEPEST, too_deep
from api.problems import bad

LANGUAGES = ("cql2-text", "cql2-json", "cql-text")
"""`cql-text` is the name in drafts of the standard, which GDAL still looks for."""

LONGEST, MOST = 20_000, 1_000
"""Characters of a filter, and nodes of its tree: whatever a person asks is far below."""

TOO_LONG = f"the filter is longer than {LONGEST:,} characters: simplify its geometry, or round its coordinates"


def parse(text: str, language: str = "cql2-text") -> Any:
    """The expression tree of CQL2-JSON. Raises Problem 400 that says where the text is broken."""
    if len(text) > LONGEST:
        raise bad("filter", TOO_LONG)
    tree = _from_json(text) if language == "cql2-json" else cql_text.read(text)
    if tree is None:
        raise bad("filter", "null is no condition: a filter is an object with op and args")
    _check_size(tree)
    return tree


def _from_json(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise bad("filter", f"not JSON: {error.msg} at character {error.pos + 1}") from None


def _check_size(tree: Any) -> None:
    """Bounded in depth and nodes, without recursing."""
    waiting, seen = [(tree, 0)], 0
    while waiting:
        node, deep = waiting.pop()
        seen += 1
        if deep > 3 * DEEPEST or seen > 20 * MOST:
            raise too_deep()
        children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        waiting += [(child, deep + 1) for child in children]
