"""Paths that wander: turns to and fro, way against distance, and regions that a path goes round. Tracks in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.firs import Firs
from geo.schema import Array
from geo.sphere import KNOT_M_S, distance_m, unit_vectors, wrap_lon
from geo.tracks import Mask, Tracks

PAIR_S = 600.0
"""A turn answers another one that is no older."""

CHORD = 40
"""Points of a direct way that are looked up."""


def wandering(view: Tracks, seconds: float, ratio: float) -> Mask:
    """A cheap first look at fresh rows: who has come less far than its speed over ground would have taken it."""
    out = np.zeros(len(view), dtype=bool)
    rows = np.flatnonzero(view.fresh)
    then = view.ago(seconds)[rows]
    span = (view.time[rows] - view.time[then]) / 1000.0
    speed = np.fmax(view.ground_speed[rows], view.ground_speed[then]) * KNOT_M_S
    far = distance_m(view.lat[then], view.lon[then], view.lat[rows], view.lon[rows])
    out[rows] = (span >= 0.75 * seconds) & ~(far * ratio >= speed * span)
    return out


def reversals(view: Tracks, seconds: float, least_deg: float) -> tuple[Array, Array]:
    """How often in the window a turn went the other way than the turn before it, both of `least_deg` or more between
    two samples; and whole degrees turned in such turns."""
    turn = wrap_lon(view.track - view.shift(view.track))
    sharp = ~view.first & (np.abs(turn) >= least_deg) & (view.time - view.shift(view.time) <= 90_000)
    before = view.last_where(sharp)
    answer = sharp & (before >= 0) & (np.sign(turn) != np.sign(turn[before]))
    answer &= view.time - view.time[before] <= PAIR_S * 1000
    turned = np.where(sharp, np.rint(np.abs(np.nan_to_num(turn))), 0).astype(np.int64)
    return view.window_sum(answer.astype(np.int64), seconds), view.window_sum(turned, seconds)


def way(view: Tracks, seconds: float) -> tuple[Array, Array]:
    """Metres flown in the window, and metres between its ends."""
    then = view.ago(seconds)
    step = distance_m(view.shift(view.lat), view.shift(view.lon), view.lat, view.lon)
    whole = np.where(view.first, 0, np.rint(step)).astype(np.int64)
    # The step that leads into the window is not part of it.
    flown = view.window_sum(whole, seconds) - whole[then]
    return flown, distance_m(view.lat[then], view.lon[then], view.lat, view.lon)


@dataclass(frozen=True)
class Detours:
    """By row: index of the region gone round (-1: none), and km that the direct way has in it."""

    fir: Array
    km: Array


def detours(view: Tracks, rows: Mask, seconds: float, least_km: float, firs: Firs) -> Detours:
    """Of the given rows: the region that the direct way of the window crosses most of, and the flight did not enter."""
    out = Detours(np.full(len(view), -1, dtype=np.int64), np.zeros(len(view)))
    for row in np.flatnonzero(rows).tolist():
        then = int(view.ago(seconds)[row])
        flown = firs.at(view.lat[then : row + 1], view.lon[then : row + 1])
        direct = firs.at(*_between(view, then, row))
        crossed = direct[(direct >= 0) & ~np.isin(direct, flown)]
        if not len(crossed):
            continue
        region, count = np.unique(crossed, return_counts=True)
        length = distance_m(view.lat[then], view.lon[then], view.lat[row], view.lon[row]) / 1000.0
        km = float(length) * int(count.max()) / CHORD
        if km >= least_km:
            out.fir[row], out.km[row] = region[np.argmax(count)], km
    return out


def _between(view: Tracks, a: int, b: int) -> tuple[Array, Array]:
    """Points along the direct way between two rows."""
    ends = unit_vectors(view.lat[[a, b]], view.lon[[a, b]])
    share = (np.arange(CHORD) + 0.5)[:, None] / CHORD
    x, y, z = (ends[0] * (1 - share) + ends[1] * share).T
    return np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x))
