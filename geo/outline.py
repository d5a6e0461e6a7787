"""Outlines of where things happened: GeoJSON in, areas that can be joined and compared by distance out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import cos, radians
from typing import Any

import numpy as np
import shapely
import shapely.geometry
from shapely.geometry.polygon import orient

from geo import antimeridian
from geo.sphere import EARTH_RADIUS_M

MARGIN_M = 2_000.0
"""What is drawn around a point or a path."""

SQUARE_DEG = 2
"""Side of the squares by which neighbours are found."""

_DEGREE_M = float(np.radians(EARTH_RADIUS_M))
_LEAST_COS = 0.05
"""Beyond 87 degrees longitudes are taken no narrower than there."""
_MOST_VERTICES, _COARSE_DEG, _GRID_DEG = 2_000, 0.02, 1e-5

Square = tuple[int, int]


def outline(geometry: Mapping[str, Any], margin_m: float = MARGIN_M) -> Any:
    """The area of a GeoJSON geometry: polygons as they are, points and lines with a margin around them.

    Shapely, within [-180, 180]: what reaches beyond continues on the other side.
    """
    shape = shapely.geometry.shape(geometry)
    if shapely.get_dimensions(shape) == 2:
        return shape
    narrow, margin = _cos(shape), margin_m / _DEGREE_M
    line = shapely.simplify(_scaled(shape, narrow), margin / 4)
    grown = _scaled(shapely.buffer(line, margin, quad_segs=2), 1 / narrow)
    return antimeridian.cut(shapely.intersection(grown, shapely.box(-540, -90, 540, 90)))


def within(a: Any, b: Any, km: float) -> bool:
    """Whether two areas come as near as this, across the antimeridian too. On a plane true to the middle latitude."""
    (_, south, _, north), (_, low, _, high) = a.bounds, b.bounds
    narrow, reach = _narrow((min(south, low) + max(north, high)) / 2), km * 1000 / _DEGREE_M
    if max(south, low) - min(north, high) > reach:
        return False
    one = _scaled(a, narrow)
    turns = (0.0, 360.0, -360.0) if _is_far_east_or_west(a) or _is_far_east_or_west(b) else (0.0,)
    return any(bool(shapely.dwithin(one, _scaled(b, narrow, turn), reach)) for turn in turns)


def squares(shape: Any, km: float) -> set[Square]:
    """The squares of SQUARE_DEG that the area, grown by this much, may touch: two areas nearer than twice `km` share
    one."""
    found: set[Square] = set()
    for part in shapely.get_parts(shape):
        west, south, east, north = part.bounds
        up = km * 1000 / _DEGREE_M
        aside = up / _cos(part)
        rows = range(int((south - up) // SQUARE_DEG), int((north + up) // SQUARE_DEG) + 1)
        columns = range(int((west - aside) // SQUARE_DEG), int((east + aside) // SQUARE_DEG) + 1)
        found |= {(column % (360 // SQUARE_DEG), row) for column in columns for row in rows}
    return found


def united(shapes: Iterable[Any]) -> dict[str, Any] | None:
    """All areas as one GeoJSON MultiPolygon; None of nothing. One of very many vertices is drawn more coarsely."""
    whole = shapely.set_precision(shapely.union_all(list(shapes)), _GRID_DEG)
    if shapely.get_num_coordinates(whole) > _MOST_VERTICES:
        whole = shapely.set_precision(shapely.simplify(whole, _COARSE_DEG), _GRID_DEG)
    parts = [part for part in shapely.get_parts(whole) if part.geom_type == "Polygon"]
    return {"type": "MultiPolygon", "coordinates": [_rings(orient(part)) for part in parts]} if parts else None


def _rings(polygon: Any) -> Sequence[Any]:
    rings = (polygon.exterior, *polygon.interiors)
    return [[[round(x, 5), round(y, 5)] for x, y in ring.coords] for ring in rings]


def _cos(shape: Any) -> float:
    """How much narrower a degree of longitude is than one of latitude, in the middle of the shape."""
    _, south, _, north = shape.bounds
    return _narrow((south + north) / 2)


def _narrow(lat: float) -> float:
    return max(_LEAST_COS, cos(radians(lat)))


def _scaled(shape: Any, narrow: float, turn: float = 0.0) -> Any:
    return shapely.transform(shape, lambda xy: (xy + np.array([turn, 0.0])) * np.array([narrow, 1.0]))


def _is_far_east_or_west(shape: Any) -> bool:
    return bool(shape.bounds[0] < -160 or shape.bounds[2] > 160)
