"""Coordinate reference systems (OGC API - Features, Part 2): URIs in, SQL of transformed geometries out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from api.problems import bad
from geo.schema import Array

DEFAULT = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


MERCATOR_M = 6_378_137.0
"""Radius of web Mercator's sphere."""


@dataclass(frozen=True)
class System:
    """A reference system: its URI, PostGIS's number for it, whether its axes come latitude first, and its bounds in
    its own units and order, west, south, east, north of what it can say."""

    uri: str
    srid: int
    latitude_first: bool = False
    digits: int = 6

    def degrees(self, edges: Sequence[float]) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees of a box given in this system's units and order of axes."""
        a, b, c, d = edges
        (west, east), (south, north) = self.lonlat(np.array([a, c]), np.array([b, d]))
        return float(west), float(south), float(east), float(north)

    def lonlat(self, first: Array, second: Array) -> tuple[Array, Array]:
        """Longitudes and latitudes in degrees of places given by this system's first and second axis."""
        if self.srid == 3857:
            return _whole(np.degrees(first / MERCATOR_M)), np.degrees(2 * np.arctan(np.tanh(second / MERCATOR_M / 2)))
        return (second, first) if self.latitude_first else (first, second)

    def shown(self, geom: str) -> str:
        """SQL of a stored geometry in this system."""
        if self.srid != 4326:
            # Mercator has no poles: what lies beyond is cut, as every map does.
            return f"ST_Transform(ST_ClipByBox2D({geom}, ST_MakeEnvelope(-180, -85.06, 180, 85.06, 4326)), {self.srid})"
        return f"ST_FlipCoordinates({geom})" if self.latitude_first else geom


def _whole(degrees: Array) -> Array:
    """The world's edge is written rounded to metres: what is that little over it is it."""
    return np.where(np.abs(degrees) < 180.001, np.clip(degrees, -180.0, 180.0), degrees)


SYSTEMS = (
    System(DEFAULT, 4326),
    System("http://www.opengis.net/def/crs/EPSG/0/4326", 4326, latitude_first=True),
    System("http://www.opengis.net/def/crs/EPSG/0/3857", 3857, digits=2),
)
CRS84H = System("http://www.opengis.net/def/crs/OGC/0/CRS84h", 4326)
"""What the standard wants of geometries with heights (Part 1, /req/core/crs84): the first one and a third axis."""

_ALIASES = {
    CRS84H.uri: SYSTEMS[0], "OGC:CRS84": SYSTEMS[0], "CRS84": SYSTEMS[0],
    "EPSG:4326": SYSTEMS[1], "EPSG:3857": SYSTEMS[2],
}  # fmt: skip
"""Other names of the same systems; heights are part of whatever geometry has them."""


def system(text: str, parameter: str, offered: Sequence[System] = SYSTEMS) -> System:
    """By URI, safe CURIE or the short name that people type. Raises Problem 400 for one that is not offered."""
    name = text.strip("[]")
    found = _ALIASES | {one.uri: one for one in offered}
    if name not in found:
        raise bad(parameter, f"{text[:80]!r} is not offered; there are {', '.join(one.uri for one in offered)}")
    return found[name]
