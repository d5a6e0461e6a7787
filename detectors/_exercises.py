"""Exercises under NOTAM: who flies inside an area that was announced for one, while it is active."""

from __future__ import annotations

import numpy as np

from geo.notams import is_exercise
from geo.schema import Array
from geo.tracks import Mask, Tracks
from geo.zones import Zones


def exercises(zones: Zones | None, lat: Array, lon: Array, feet: Array, time: Array) -> Array:
    """For places (n,) at their times the exercise that they are inside of, in words; '' where there is none."""
    out = np.full(len(lat), "", dtype=object)
    known = np.flatnonzero(np.isfinite(lat) & np.isfinite(feet))
    if zones is None or not len(known):
        return out
    some = zones.take(is_exercise(zones.titles))
    if not len(some):
        return out
    place = (lat[known], lon[known], feet[known].astype(float), time[known])
    nowhere = np.full(len(known), np.nan)
    inside = some.crossed(nowhere, nowhere, nowhere, time[known], *place)
    for row, zone in zip(inside.row.tolist(), inside.zone.tolist(), strict=True):
        out[known[row]] = f"inside an area announced for an exercise ({some.names[zone]})"
    return out


def or_exercise(tracks: Tracks, hit: Mask, reason: Array, zones: Zones | None) -> Array:
    """The reasons, and for fresh hits without one the exercise that they are inside of."""
    rows = np.flatnonzero(hit & tracks.fresh & (reason == ""))
    out = reason.copy()
    out[rows] = exercises(zones, tracks.lat[rows], tracks.lon[rows], tracks.baro_altitude[rows], tracks.time[rows])
    return out
