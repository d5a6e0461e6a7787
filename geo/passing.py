"""Which rows belong to flights that pass through an area, at any of their fixes or between two of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from geo.schema import Array
from geo.tracks import Mask

GAP_MS = 600_000
"""Between fixes further apart nobody knows the way."""


def flights_through(flight: Array, time: Array, lat: Array, lon: Array, area: Any) -> Array:
    """The numbers of the flights that meet `area` (a prepared or plain polygon, WGS84). Rows in order of flight and
    time; rows without a position are passed over. Ways are straight in degrees, and none goes round the antimeridian.
    """
    located = ~np.isnan(lat)
    flight, time, x, y = flight[located], time[located], lon[located], lat[located]
    if not len(flight):
        return np.zeros(0, dtype=np.int64)
    west, south, east, north = shapely.bounds(area)
    shapely.prepare(area)
    met = _inside(area, x, y, (x >= west) & (x <= east) & (y >= south) & (y <= north))
    step = (np.diff(flight) == 0) & (np.diff(time) <= GAP_MS) & (np.abs(np.diff(x)) <= 180)
    low, high = np.minimum(x[:-1], x[1:]), np.maximum(x[:-1], x[1:])
    under, over = np.minimum(y[:-1], y[1:]), np.maximum(y[:-1], y[1:])
    # Only where neither end is inside and the boxes meet is the line itself asked.
    near = step & ~met[:-1] & ~met[1:] & (high >= west) & (low <= east) & (over >= south) & (under <= north)
    at = np.flatnonzero(near)
    ends = np.stack([np.stack([x[at], y[at]], -1), np.stack([x[at + 1], y[at + 1]], -1)], 1)
    crossed = at[shapely.intersects(area, shapely.linestrings(ends))] if len(at) else at
    return np.unique(np.concatenate([flight[met], flight[crossed]]))


def _inside(area: Any, x: Array, y: Array, worth: Mask) -> Mask:
    out: Mask = np.zeros(len(x), dtype=bool)
    out[worth] = shapely.intersects_xy(area, x[worth], y[worth])
    return out
