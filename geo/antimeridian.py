"""Rings of longitude and latitude in, valid shapely polygons out: cut at the antimeridian, closed over a pole."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from geo.schema import Array

_WORLDS = (-1, 0, 1)
"""An unwrapped ring reaches at most one turn to either side."""


def polygon(lon: Array, lat: Array) -> Any:
    """The area inside a ring of degrees (n,), each edge taken the short way round.

    Returns a shapely Polygon, or a MultiPolygon whose parts meet at 180 degrees (RFC 7946, 3.1.9). A ring that goes
    round the Earth contains the pole that it is nearer to.
    """
    x, y = np.unwrap(np.asarray(lon, dtype=np.float64), period=360), np.asarray(lat, dtype=np.float64)
    x = x - (360 * np.floor((x[0] + 180) / 360) if abs(x[0]) > 180 else 0)
    closing = x[0] - x[-1]
    if round((x[-1] - x[0] + (closing + 180) % 360 - 180) / 360):
        x, y = _over_the_pole(x, y)
    ring = shapely.Polygon(np.column_stack([x, y]))
    return ring if x.min() >= -180 and x.max() <= 180 else cut(ring)


def cut(shape: Any) -> Any:
    """A polygon whose longitudes run beyond 180 degrees, as parts that lie within [-180, 180]."""
    shape = shape if shape.is_valid else shapely.make_valid(shape)
    parts = []
    for world in _WORLDS:
        inside = shapely.intersection(shape, shapely.box(360 * world - 180, -90, 360 * world + 180, 90))
        moved = shapely.transform(inside, lambda xy, turn=360.0 * world: xy - [turn, 0.0])
        parts += [p for p in shapely.get_parts(moved) if p.geom_type == "Polygon" and p.area > 0]
    # Over a pole two parts share the meridian at which the ring began: joined, or the whole would not be valid.
    return shapely.union_all(parts)


def _over_the_pole(x: Array, y: Array) -> tuple[Array, Array]:
    """A ring that ends one turn from its start, closed along the pole into a band of 360 degrees."""
    turn, pole = np.copysign(360.0, x[-1] - x[0]), np.copysign(90.0, y.mean())
    start = x[0] if abs(x[0]) <= 180 else np.mod(x[0] + 180, 360) - 180
    x = np.append(x, x[0] + turn) + (start - x[0])
    return np.concatenate([x, [x[-1], x[0]]]), np.concatenate([y, [y[0], pole, pole]])
