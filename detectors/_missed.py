"""Missed approaches: where a flight came down an approach, and how it went up again. Tracks in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from detectors._traffic import airline, checker, glider
from geo.airports import AIRLINE, Airports
from geo.schema import Array
from geo.tracks import Index, Mask, Tracks

BEFORE_S, AFTER_S, GAP_S = 300.0, 240.0, 60.0
"""An approach is five minutes long at most, the climb out of it four, and neither has a hole of a minute."""

LOST_FT = 1_000.0
"""At 700 ft/min, what a minute and a half of an approach loses; level flight under a cloud loses less."""

ON_APPROACH = 3
"""Rows of the last two minutes that lie in a corridor; one every half minute is enough."""

LIGHT_KT = 130.0
"""Slower at the bottom without an airline's callsign: a light aircraft. Airliners approach at 120 to 160 kt."""

TOUCH_FT = 250.0
"""A light aircraft that came this low touched down, or nearly: pressure altitudes are off by as much on most days."""

AGAIN_S = 1_000.0
"""Approaches by one flight within this follow each other."""


@dataclass(frozen=True)
class Missed:
    """By row: whether it climbs out of an approach; the row of the bottom; feet above the field there, feet climbed
    since, seconds since; the aerodrome's index; how many such approaches there were; light aircraft; wheels down;
    an airline's callsign; flight inspection's."""

    hit: Mask
    bottom: Index
    height: Array
    climbed: Array
    seconds: Array
    field: Array
    times: Array
    light: Mask
    touched: Mask
    airline: Mask
    checker: Mask


def missed(view: Tracks, p: SimpleNamespace, airports: Airports) -> Missed:
    """The climbs of located rows with an altitude, or on the ground."""
    ground = view.on_ground == 1
    feet = np.where(ground, np.nan, view.baro_altitude.astype(float))
    low, field, height = _bottoms(view, feet, p, airports)
    bottom = view.last_where(low)
    at = np.maximum(bottom, 0)
    seconds = (view.time - view.time[at]) / 1000.0
    unbroken = (_count(view, view.dt_s > GAP_S) == _count(view, view.dt_s > GAP_S)[at]) & (seconds <= AFTER_S)
    climbed = feet - feet[at]
    touched = view.last_where(ground) > bottom
    stopped = touched & (view.window_min(view.ground_speed, AFTER_S) < p.stopped)
    named, checks = airline(view.callsign), checker(view.callsign)
    light = ~named & ((view.ground_speed[at] < LIGHT_KT) | (view.category == b"A1"))
    hit = (
        (bottom >= 0)
        & unbroken
        & (view.ground_speed[at] >= p.stopped)
        & (climbed >= p.climb)
        & ~ground
        & ~stopped
        & ~(touched & ~light)
    )
    hit &= ~(light & ((height[at] > p.below / 2) | glider(view, np.arange(len(view)))))
    hit &= light | (airports.kind[field[at]] == AIRLINE)
    before = np.zeros(len(view), dtype=bool)
    before[1:] = hit[:-1] & (bottom[1:] == bottom[:-1])
    times = view.window_sum((hit & ~before).astype(np.int64), AGAIN_S)
    down = touched | light & (height[at] <= TOUCH_FT)
    return Missed(hit, at, height[at], climbed, seconds, field[at], times, light, down, named, checks)


def _bottoms(view: Tracks, feet: Array, p: SimpleNamespace, airports: Airports) -> tuple[Mask, Index, Array]:
    """Rows on an approach that are the lowest of the last minutes, their nearest aerodrome, and feet above it."""
    lost = view.window_max(feet, BEFORE_S) - feet
    maybe = (lost >= LOST_FT) & (feet <= view.window_min(feet, BEFORE_S))
    corridor = np.zeros(len(view), dtype=bool)
    rows = np.flatnonzero(view.window_max(np.where(maybe, 1.0, np.nan), 0) > 0)
    falling = np.flatnonzero(lost >= 200)
    corridor[falling] = airports.in_approach_corridor(
        view.lat[falling], view.lon[falling], view.track[falling], feet[falling]
    )
    field, height = np.zeros(len(view), dtype=np.intp), np.full(len(view), np.nan)
    field[rows], away = airports.nearest(view.lat[rows], view.lon[rows])
    height[rows] = feet[rows] - airports.elevation_ft(field[rows])
    near = np.zeros(len(view), dtype=bool)
    near[rows] = away <= p.near
    low = maybe & near & (height <= p.below) & corridor
    return low & (view.window_sum(corridor.astype(np.int64), 120) >= ON_APPROACH), field, height


def _count(view: Tracks, mask: Mask) -> Array:
    """How many rows of the view so far; only differences within a flight mean anything."""
    return np.cumsum(mask)
