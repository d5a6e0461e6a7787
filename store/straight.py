"""Which fixes of a way the others tell anyway: flown straight on, at one speed and one rate of climb."""

from __future__ import annotations

import numpy as np

from geo.schema import Array

ASIDE_M = 5.1
"""A position as ADS-B sends it in the air is no finer: 17 bits of 6 degrees of latitude (DO-260B, CPR encoding)."""

UP_M = 7.62
"""25 ft, the step in which altitudes are sent."""

LATE_S = 0.5
"""Positions are sent twice a second."""

LONGEST_MS = 30_000
"""What stays is no farther apart where there was anything between: a gap in a line is one that was heard."""

M_PER_DEG = 111_195.0
"""Of latitude, on the sphere of radius 6,371 km."""


def needed(lon: Array, lat: Array, up_m: Array, time: Array, first: Array) -> Array:
    """A mask over fixes in order of line and time: those without which another one would be told wrongly, by more than
    ASIDE_M, UP_M or what is flown in LATE_S.

    Degrees, metres, epoch ms; `first` is where a line begins. Ends of lines stay, and of each LONGEST_MS of them.
    """
    begins = first.copy()
    begins[1:] |= time[1:] // LONGEST_MS != time[:-1] // LONGEST_MS
    out: Array = begins.copy()
    out[:-1] |= begins[1:]
    out[-1:] = True
    ends = np.flatnonzero(out)
    fixes = np.column_stack([lon * M_PER_DEG, lat * M_PER_DEG, up_m, time / 1000])
    start, end = ends[:-1], ends[1:]
    # Douglas and Peucker's way, all lines at once: the farthest fix between two that stay, while it is too far, stays.
    while (wide := end - start > 1).any():
        start, end = start[wide], end[wide]
        far, worst = _farthest(fixes, start, end)
        start, end, worst = start[far], end[far], worst[far]
        out[worst] = True
        start, end = np.concatenate([start, worst]), np.concatenate([worst, end])
    return out


def _farthest(fixes: Array, start: Array, end: Array) -> tuple[Array, Array]:
    """Whether a fix between `start` and `end` (rows, at least one between them) is off too far, and which the most."""
    inside = end - start - 1
    at = np.concatenate([[0], np.cumsum(inside)[:-1]])
    pair = np.repeat(np.arange(len(start)), inside)
    rows = np.arange(len(pair)) - at[pair] + start[pair] + 1
    off = _off(fixes[rows], fixes[start][pair], fixes[end][pair])
    most = np.maximum.reduceat(off, at)
    # The first of each pair's rows that is as far off as any of them.
    equal = np.flatnonzero(off == most[pair])
    _, nth = np.unique(pair[equal], return_index=True)
    return most > 1.0, rows[equal[nth]]


def _off(fix: Array, a: Array, b: Array) -> Array:
    """How far each fix is off the straight way from a to b, 1 being what is allowed. Columns: longitude and latitude
    in metres of the meridian, height in m, time in s."""
    narrow = np.ones((len(a), 4))
    narrow[:, 0] = np.cos(np.radians(a[:, 1] / M_PER_DEG))
    way, since = (b - a) * narrow, (fix - a) * narrow
    lasts = np.maximum(way[:, 3], 1e-3)
    error = since - way * (since[:, 3] / lasts)[:, None]
    length = np.hypot(way[:, 0], way[:, 1])
    east, north = (way[:, i] / np.maximum(length, 1e-9) for i in (0, 1))
    aside = np.abs(error[:, 0] * north - error[:, 1] * east)
    # Nobody goes aside of a way that leads nowhere: all of it is along.
    along = np.where(length > 0, np.abs(error[:, 0] * east + error[:, 1] * north), np.hypot(error[:, 0], error[:, 1]))
    late = along / (ASIDE_M + LATE_S * length / lasts)
    out: Array = np.maximum.reduce([aside / ASIDE_M, late, np.abs(error[:, 2]) / UP_M])
    return out
