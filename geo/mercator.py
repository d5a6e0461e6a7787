"""Tiles of web Mercator (OGC's WebMercatorQuad): which part of the world a tile shows, in metres and in degrees."""

from __future__ import annotations

import math
from dataclasses import dataclass

RADIUS_M = 6_378_137.0
HALF_M = math.pi * RADIUS_M
"""From the middle of the square map to its edge."""

LATITUDE = math.degrees(math.atan(math.sinh(math.pi)))
"""Where the square map ends, north and south: 85.05 degrees."""

CODE_ZOOM = 21
"""Codes name tiles of this zoom: 19 m at the equator."""

Edges = tuple[float, float, float, float]


@dataclass(frozen=True)
class Tile:
    """One tile: `row` counts from the north, `column` from the west."""

    zoom: int
    row: int
    column: int

    @property
    def exists(self) -> bool:
        return 0 <= self.row < 1 << self.zoom and 0 <= self.column < 1 << self.zoom

    def metres(self, margin: float = 0.0) -> Edges:
        """West, south, east, north in metres, with `margin` tile widths more on each side."""
        width = 2 * HALF_M / (1 << self.zoom)
        west, north = self.column * width - HALF_M, HALF_M - self.row * width
        extra = margin * width
        return west - extra, north - width - extra, west + width + extra, north + extra

    def degrees(self, margin: float = 0.0) -> Edges:
        """The same in degrees, ending where the world ends: beyond 180 degrees a box would turn into its opposite."""
        west, south, east, north = self.metres(margin)
        return (
            max(math.degrees(west / RADIUS_M), -180.0),
            max(math.degrees(math.atan(math.sinh(south / RADIUS_M))), -LATITUDE),
            min(math.degrees(east / RADIUS_M), 180.0),
            min(math.degrees(math.atan(math.sinh(north / RADIUS_M))), LATITUDE),
        )

    @property
    def code(self) -> int:
        """Column and row, bits taken in turns (Morton): what lies in a tile has codes that follow each other."""
        bits = range(self.zoom)
        return sum((self.column >> i & 1) << 2 * i | (self.row >> i & 1) << 2 * i + 1 for i in bits)

    @property
    def codes(self) -> tuple[int, int]:
        """The codes at `CODE_ZOOM` of all that lies in the tile: first, and first beyond."""
        shift = 2 * (CODE_ZOOM - self.zoom)
        return self.code << shift, self.code + 1 << shift
