"""Squares of one degree as numbers: what lies in a box is in few of them, and within each an index keeps its order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil, floor

SQUARE = "(floor(ST_Y(geom)) * 360 + floor(ST_X(geom)))::int"
"""SQL of a point's square, as the index has it. At 180 degrees it is one of the west: whoever reads looks closer."""


def square_codes(boxes: Iterable[tuple[float, float, float, float]]) -> Sequence[int]:
    """The squares that boxes (west, south, east, north in degrees) touch."""
    found: set[int] = set()
    for west, south, east, north in boxes:
        rows = range(floor(south), floor(north) + 1)
        found.update(y * 360 + x for y in rows for x in range(floor(west), floor(east) + 1))
    return sorted(found)


def whole_codes(boxes: Iterable[tuple[float, float, float, float]]) -> Sequence[int]:
    """Of those squares the ones that lie in a box as a whole, and hold nothing that lies at 180 degrees."""
    found: set[int] = set()
    for west, south, east, north in boxes:
        rows = range(ceil(south), floor(north))
        found.update(y * 360 + x for y in rows for x in range(max(ceil(west), -179), floor(east)))
    return sorted(found)
