"""How an aircraft moves in its first minutes, by its own words: nobody flies like dice, and nobody measures perfectly."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from geo.schema import Array
from geo.sphere import KNOT_M_S, angle_between, bearing_deg, distance_m
from geo.tracks import Mask, Tracks

STEPS, CLOSE, WILD, FLOWN, REPORTED = range(5)
"""Columns of a tally: steps, those where position and velocity agree to the metre, reversals, metres flown and said."""

FAST_KT = 200.0
"""Slower ones circle, hover and are blown about."""

TURN_DEG, GAIN_KT = 2.0, 5.0
"""A step to the left of more than this after one to the right (or slower after faster) is a reversal."""

LONGEST_S = 25.0
"""Steps longer than this tell nothing of what happened between."""


def motion(tracks: Tracks, p: SimpleNamespace) -> Array:
    """What each row (n,) adds to its flight's tally: (n, 5) integers, zero where it says nothing."""
    out = np.zeros((len(tracks), 5), dtype=np.int64)
    before = np.maximum(np.arange(len(tracks)) - 1, 0)
    usable = ~tracks.first & (tracks.dt_s <= LONGEST_S) & (tracks.dt_s >= 1.0)
    usable &= (tracks.ground_speed >= FAST_KT) & (tracks.ground_speed[before] >= FAST_KT)
    rows = np.flatnonzero(usable & tracks.located & tracks.located[before] & ~np.isnan(tracks.track))
    moved = (tracks.lat[rows] != tracks.lat[rows - 1]) | (tracks.lon[rows] != tracks.lon[rows - 1])
    rows = rows[moved & ~np.isnan(tracks.track[rows - 1])]
    flown, said, apart = _step(tracks, rows)
    out[rows, STEPS] = 1
    out[rows, CLOSE] = apart <= p.exact
    out[rows, FLOWN], out[rows, REPORTED] = np.round(flown), np.round(said)
    turn, gain, stepped = np.zeros(len(tracks)), np.zeros(len(tracks)), np.zeros(len(tracks), dtype=bool)
    turn[rows] = (tracks.track[rows].astype(float) - tracks.track[rows - 1] + 180.0) % 360.0 - 180.0
    gain[rows] = tracks.ground_speed[rows].astype(float) - tracks.ground_speed[rows - 1]
    stepped[rows] = True
    out[:, WILD] = (_reversed(turn, TURN_DEG) + _reversed(gain, GAIN_KT)) * (stepped & stepped[before] & ~tracks.first)
    return out


def _step(tracks: Tracks, rows: Array) -> tuple[Array, Array, Array]:
    """For the step to each row: metres between the positions, metres by the reported velocity, and how far apart."""
    a, seconds = rows - 1, tracks.dt_s[rows]
    course = np.radians(np.array([tracks.track[a], tracks.track[rows]], dtype=float))
    speed = np.array([tracks.ground_speed[a], tracks.ground_speed[rows]], dtype=float) * KNOT_M_S
    east = (speed * np.sin(course)).mean(axis=0) * seconds
    north = (speed * np.cos(course)).mean(axis=0) * seconds
    flown = distance_m(tracks.lat[a], tracks.lon[a], tracks.lat[rows], tracks.lon[rows])
    towards = np.radians(bearing_deg(tracks.lat[a], tracks.lon[a], tracks.lat[rows], tracks.lon[rows]))
    apart = np.hypot(flown * np.sin(towards) - east, flown * np.cos(towards) - north)
    return flown, np.hypot(east, north), apart


def _reversed(steps: Array, least: float) -> Array:
    """Whether each step goes against the one before it, both by more than `least`."""
    before = np.append(0.0, steps[:-1])[: len(steps)]
    both: Array = (steps * before < 0) & (np.minimum(np.abs(steps), np.abs(before)) > least)
    return both.astype(np.int64)


def erratic(tally: Array, p: SimpleNamespace) -> Mask:
    """Flights (n, 5) that swing to and fro."""
    out: Mask = tally[:, WILD] >= p.swings
    return out


def exact(tally: Array, p: SimpleNamespace) -> Mask:
    """Flights whose positions follow from their speed and track as no measurement does."""
    out: Mask = (tally[:, STEPS] >= 2.5 * p.steps) & (tally[:, CLOSE] > 0.6 * tally[:, STEPS])
    return out


def unlike(tally: Array, p: SimpleNamespace) -> Mask:
    """Flights that cover another distance than their speed gives."""
    ratio = tally[:, FLOWN] / np.maximum(tally[:, REPORTED], 1)
    out: Mask = (tally[:, STEPS] >= p.steps) & (np.abs(np.log(np.maximum(ratio, 1e-3))) > np.log(p.ratio))
    return out


def beside(tracks: Tracks, row: int) -> int:
    """Row of another aircraft that is where this one began, or would be by now; -1 where there is none."""
    seconds = (tracks.time[row] - tracks.time) / 1000.0
    near = np.abs(tracks.lat - tracks.lat[row]) < 0.3
    near &= (np.abs(seconds) <= 60) & (tracks.icao24 != tracks.icao24[row]) & (tracks.on_ground != 1)
    at = np.flatnonzero(near & (np.abs(tracks.baro_altitude - tracks.baro_altitude[row]) <= 1_000))
    metres = np.nan_to_num(tracks.ground_speed[at].astype(float)) * KNOT_M_S * seconds[at]
    far = distance_m(tracks.lat[at], tracks.lon[at], tracks.lat[row], tracks.lon[row])
    course = bearing_deg(tracks.lat[at], tracks.lon[at], tracks.lat[row], tracks.lon[row])
    off = np.radians(angle_between(course, np.nan_to_num(tracks.track[at].astype(float))))
    apart = np.hypot(far * np.cos(off) - metres, far * np.sin(off))
    return int(at[apart.argmin()]) if len(at) and apart.min() <= 5_000 else -1
