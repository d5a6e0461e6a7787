"""Areas as people draw them: circles and corridors on the ellipsoid, and whether a polygon can be watched at all."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np
import shapely

from geo import antimeridian
from geo.schema import Array

MOST_POINTS = 10_000
"""Of one area: a coast drawn finer than aircraft positions are good for only costs time."""

LARGEST_KM2 = 100e6
"""A fifth of the Earth. Flight information regions reach 20 million."""

FARTHEST_M = 5_000_000.0
"""Radius of a circle, at most; half the width of a corridor too."""

_AROUND = 128
_PIECE_M = 25_000.0
_EDGE_DEG = 1.0
_PLACE = re.compile(r"\[(-?[\d.e+-]+) (-?[\d.e+-]+)")


@cache
def _geod() -> Any:
    from pyproj import Geod

    return Geod(ellps="WGS84")


def circle(lon: float, lat: float, radius_m: float) -> Any:
    """All that lies within `radius_m` of a point, as a polygon of 128 sides that runs through the circle itself."""
    bearing = np.linspace(0, 360, _AROUND, endpoint=False)
    around = _geod().fwd(np.full(_AROUND, lon), np.full(_AROUND, lat), bearing, np.full(_AROUND, radius_m))
    return antimeridian.polygon(around[0], around[1])


def corridor(line: Array, width_m: float) -> Any:
    """All that lies within half of `width_m` of a line (n, 2) of longitudes and latitudes, whose pieces are geodesics.

    Ends and bends are round. Edges are drawn in pieces of 25 km: straight ones on a map they are not.
    """
    half = width_m / 2
    parts = [circle(lon, lat, half) for lon, lat in line.tolist()]
    parts += [_along(*one, half) for one in zip(line[:-1].tolist(), line[1:].tolist(), strict=True)]
    return shapely.union_all([shapely.make_valid(part) for part in parts])


def _along(start: list[float], end: list[float], half_m: float) -> Any:
    """The strip beside one geodesic."""
    bearing, _, length = _geod().inv(*start, *end)
    steps = np.linspace(0, length, max(2, int(length // _PIECE_M) + 2))
    n = len(steps)
    lon, lat, back = _geod().fwd(np.full(n, start[0]), np.full(n, start[1]), np.full(n, bearing), steps)
    ahead = back + 180
    ahead[0] = bearing
    left, right = (_geod().fwd(lon, lat, ahead + side, np.full(n, half_m)) for side in (-90, 90))
    ring = [np.concatenate([left[k], right[k][::-1]]) for k in (0, 1)]
    return antimeridian.polygon(*ring)


def checked(shape: Any) -> Any:
    """A polygon or multipolygon that can be watched, cut at the antimeridian, holes kept.

    Raises ValueError with the place of the fault.
    """
    if shapely.is_empty(shape) or shapely.get_num_coordinates(shape) > MOST_POINTS:
        raise ValueError(f"an area has 4 to {MOST_POINTS:,} points, not {shapely.get_num_coordinates(shape):,}")
    if shape.geom_type not in ("Polygon", "MultiPolygon"):
        raise ValueError(f"an area is a Polygon or a MultiPolygon, not a {shape.geom_type}")
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        raise ValueError("coordinates that are no numbers")
    west, south, east, north = shape.bounds
    if not (south >= -90 and north <= 90 and west >= -360 and east <= 360):
        raise ValueError(f"longitude, latitude in degrees (WGS84) are wanted; this reaches from {west:g} {south:g}"
                         f" to {east:g} {north:g}")  # fmt: skip
    area = shapely.force_2d(shape)
    parts = [_cut(part) for part in shapely.get_parts(area) if not part.is_empty]
    area = parts[0] if len(parts) == 1 else shapely.MultiPolygon([p for one in parts for p in shapely.get_parts(one)])
    if not shapely.is_valid(area):
        raise ValueError(_fault(area))
    km2 = _km2(area)
    if not 0 < km2 <= LARGEST_KM2:
        raise ValueError(f"an area has more than 0 and at most {LARGEST_KM2:,.0f} km2, not {km2:,.0f}")
    return area


def _km2(area: Any) -> float:
    """On the ellipsoid, of edges that are straight on a map: in the cylindrical projection that keeps areas. Geodesics
    between ends that lie half the Earth apart would be quite other lines."""
    a, e2 = _geod().a, _geod().es

    def flat(xy: Array) -> Array:
        sine = np.sin(np.radians(xy[:, 1]))
        q = (1 - e2) * (sine / (1 - e2 * sine**2) + np.arctanh(np.sqrt(e2) * sine) / np.sqrt(e2))
        return np.column_stack([a * np.radians(xy[:, 0]), a * q / 2])

    return float(shapely.transform(shapely.segmentize(area, _EDGE_DEG), flat).area) / 1e6


def _cut(polygon: Any) -> Any:
    """A polygon across the antimeridian in its parts, others as they are. Raises ValueError for one that crosses
    itself."""
    lon, lat = shapely.get_coordinates(polygon.exterior).T
    jump = np.abs(np.diff(lon))
    # Along a pole an edge may be as long as it likes.
    jump[(np.abs(lat[1:]) == 90) & (np.abs(lat[:-1]) == 90)] = 0
    if lon.min() >= -180 and lon.max() <= 180 and not ((jump > 180) & (jump < 359.9)).any():
        return polygon
    way = shapely.LineString(np.column_stack([np.unwrap(lon, period=360), lat]))
    if not way.is_simple:
        raise ValueError(_fault(shapely.Polygon(way)))
    ring, *holes = (antimeridian.polygon(*shapely.get_coordinates(r).T) for r in (polygon.exterior, *polygon.interiors))
    return shapely.difference(ring, shapely.union_all(holes)) if holes else ring


def _fault(area: Any) -> str:
    """What is wrong with a polygon and where."""
    reason = shapely.is_valid_reason(area)
    place = _PLACE.search(reason)
    where = f" at longitude {float(place[1]):.6g}, latitude {float(place[2]):.6g}" if place else ""
    return f"the area is not valid: {reason.partition('[')[0].lower()}{where}"
