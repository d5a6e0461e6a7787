"""CQL2, in text or JSON, as a checked expression tree of bounded size."""

from __future__ import annotations

from typing import Any

import orjson

from api import cql_text
from api.cql_text import DEEPEST, TERMS, too_deep
from api.problems import bad

LANGUAGES = ("cql2-text", "cql2-json", "cql-text")
"""`cql-text` is the name in drafts of the standard, which GDAL still looks for."""

LONGEST = 20_000
"""Characters of a filter in an address."""

MOST_VERTICES = 10_000
"""Of all geometries of a filter together: countries and FIRs as they are drawn for maps have 2,000 to 10,000."""

TOO_LONG = (
    f"the filter is longer than {LONGEST:,} characters: send it as the body of a POST to the same address, "
    "simplify its geometry, or round its coordinates"
)


def parse(text: str, language: str = "cql2-text") -> Any:
    """The expression tree of CQL2-JSON. Raises Problem 400 that says where the text is broken."""
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
    """Bounded in depth, terms and vertices, without recursing."""
    waiting, seen, vertices = [(tree, 0)], 0, 0
    while waiting:
        node, deep = waiting.pop()
        # A long text is as much work as many short ones.
        seen += 1 + (len(node) // 20 if isinstance(node, str) else 0)
        if deep > 3 * DEEPEST or seen + len(waiting) > 20 * TERMS:
            raise too_deep()
        if isinstance(node, dict):
            vertices += _vertices(node.get("coordinates"))
            waiting += [(child, deep + 1) for name, child in node.items() if name != "coordinates"]
        elif isinstance(node, list):
            waiting += [(child, deep + 1) for child in node[: 20 * TERMS + 1]]
    if vertices > MOST_VERTICES:
        found = f"the filter's geometries have {vertices:,} vertices in all"
        raise bad("filter", f"{found}; at most {MOST_VERTICES:,} are taken: simplify them")


def _vertices(coordinates: Any) -> int:
    """How many places there are in GeoJSON's nested lists."""
    if not isinstance(coordinates, list):
        return 0
    found, waiting = 0, [coordinates]
    while waiting:
        inner = [one for one in waiting.pop() if isinstance(one, list)]
        if inner:
            waiting += inner
        else:
            found += 1
    return found
