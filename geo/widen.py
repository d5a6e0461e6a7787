"""Areas made wider by a distance in metres, within 180 degrees on either side."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from geo.schema import Array
from geo.sphere import EARTH_RADIUS_M

DEGREE_M = np.pi * EARTH_RADIUS_M / 180
STEEPEST = 0.02
"""The cosine of latitude is taken for no less than this: beyond 88.8 degrees a metre is any number of degrees."""

_WORLD = shapely.box(-180, -90, 180, 90)


def widened(shapes: Array, metres: float) -> Array:
    """Each area (n,) with all that lies within `metres` of it: right at its edge farther from the equator.

    Elsewhere it is a little more. What comes out beyond the antimeridian lies on its other side.
    """
    out: Array = np.array([_wide(shape, metres) for shape in shapes], dtype=object)
    return out


def _wide(shape: Any, metres: float) -> Any:
    _, south, _, north = shape.bounds
    # At the edge farther from the equator a degree is shortest: there the margin is right, elsewhere a little more.
    squeeze = max(float(np.cos(np.radians(max(abs(south), abs(north))))), STEEPEST)
    flat = shapely.transform(shape, lambda c: c * (squeeze, 1.0))
    wide = shapely.transform(shapely.buffer(flat, metres / DEGREE_M, quad_segs=4), lambda c: c / (squeeze, 1.0))
    west, south, east, north = wide.bounds
    if west >= -180 and east <= 180 and south >= -90 and north <= 90:
        return wide
    turned = [shapely.transform(wide, lambda c, by=by: np.add(c, (by, 0.0))) for by in (-360.0, 0.0, 360.0)]
    return shapely.union_all([shapely.intersection(one, _WORLD) for one in turned])
