"""Where aircraft will be on their present course: which areas they will enter, when, and how sure that is."""

from __future__ import annotations

import numpy as np

from geo.schema import Array
from geo.sphere import KNOT_M_S, destination
from geo.zones import Zones

PIECE_S = 60.0
"""The way ahead is looked at in pieces of this length: on each the great circle is straight within metres."""

HALF_S = 900.0
"""After this time ahead half of the aircraft that flew straight are taken to have done something else."""

STRAIGHT_DEG = 45.0
"""A course that has spread this much, as a circular standard deviation, says nothing about what comes."""


def spread_deg(courses: Array) -> Array:
    """Circular standard deviation (n,) of courses (n, k) in degrees; NaN is left out, 180 where all are missing."""
    angle, known = np.radians(courses), np.isfinite(courses)
    count = known.sum(axis=1)
    east = np.where(known, np.sin(angle), 0.0).sum(axis=1)
    north = np.where(known, np.cos(angle), 0.0).sum(axis=1)
    length = np.hypot(east, north) / np.maximum(count, 1)
    out: Array = np.degrees(np.sqrt(-2 * np.log(np.clip(length, 1e-6, 1.0))))
    return np.where(count > 0, np.minimum(out, 180.0), 180.0)


def sureness(spread: Array, known: Array, ahead_s: Array) -> Array:
    """How likely it comes so, 0 to 1: straightness, times one half for every HALF_S ahead.

    Straightness falls from 1 for a constant course to 0 at STRAIGHT_DEG; of fewer than three `known` courses half.
    """
    straight = np.clip(1 - spread / STRAIGHT_DEG, 0.0, 1.0) * np.where(known >= 3, 1.0, 0.5)
    out: Array = straight * 0.5 ** (ahead_s / HALF_S)
    return out


def arrivals(areas: Zones, fixes: dict[str, Array], horizon_s: float) -> tuple[Array, Array, Array]:
    """Which fix meets which area within `horizon_s`, and how many seconds ahead: 0 for who is inside already.

    `fixes` (n,): lat, lon, track in degrees, alt in ft, speed in kt, climb in ft/min (0 where not known), t in epoch
    ms. The way is the great circle at present speed, the height goes on as it changes, and never below 0.
    """
    pieces = max(1, int(np.ceil(horizon_s / PIECE_S)))
    edge_s = np.minimum(np.arange(pieces + 1) * PIECE_S, horizon_s)
    n = len(fixes["lat"])
    row, piece = np.repeat(np.arange(n), pieces), np.tile(np.arange(pieces), n)
    ends = [_place(fixes, row, edge_s[piece + k]) for k in (0, 1)]
    found = areas.crossed(*ends[0], *ends[1])
    start = edge_s[piece[found.row]]
    ahead = start + (edge_s[piece[found.row] + 1] - start) * found.entry
    return _first(row[found.row], found.zone, ahead)


def _place(fixes: dict[str, Array], row: Array, ahead_s: Array) -> tuple[Array, Array, Array, Array]:
    """Latitude, longitude, height in ft and epoch ms of fixes so much later."""
    one = {name: values[row] for name, values in fixes.items()}
    lat, lon = destination(one["lat"], one["lon"], one["track"], one["speed"] * KNOT_M_S * ahead_s)
    height = np.maximum(one["alt"] + one["climb"] * ahead_s / 60, 0.0)
    return lat, lon, height, one["t"] + (ahead_s * 1000).astype(np.int64)


def _first(row: Array, area: Array, ahead: Array) -> tuple[Array, Array, Array]:
    """Of each pair of fix and area the first meeting."""
    order = np.lexsort((ahead, area, row))
    row, area, ahead = row[order], area[order], ahead[order]
    new = np.ones(len(row), dtype=bool)
    new[1:] = (np.diff(row) != 0) | (np.diff(area) != 0)
    return row[new], area[new], ahead[new]
