"""What one airframe can do between two fixes: readsb's speed_check, and limits for acceleration, turn and climb."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from geo.schema import NO_TIME, Array, of_sources
from geo.sphere import KNOT_M_S, angle_between, bearing_deg, distance_m
from geo.tracks import Index, Mask, Tracks

COMPUTED = of_sources("tisb_icao", "adsc", "mlat", "other", "mode_s", "tisb_trackfile", "tisb_other")
"""Positions that are computed on the ground: they jitter, and readsb gives MLAT 1.4 times the speed and 250 m more."""


PATH_M = 150.0
"""Shorter steps carry no direction (definitions 5.1: steps below 150 m carry no bearing)."""


STRAIGHT_DEG = 30.0
"""A path that bends less goes straight on: less than a standard turn of three degrees a second makes in ten."""

MADE_KT = 600.0
"""The fastest that airliners are over ground, with the jet stream; what looks faster is a jump."""


@dataclass(frozen=True)
class Steps:
    """Steps between fixes that follow each other: `rows` (the later one), `before`, and how often each limit is met."""

    rows: Index
    before: Index
    dt: Array
    far: Array
    speed: Array
    accelerate: Array
    turn: Array
    climb: Array

    def shares(self) -> Array:
        """(steps, channels) How often each limit is met; 0 where a channel is missing."""
        found: Array = np.nan_to_num(np.stack([self.speed, self.accelerate, self.turn, self.climb], axis=1))
        return found


def fixes(tracks: Tracks) -> tuple[Index, Index, Array]:
    """Rows with a position of their own, the fix before each in its flight, and the seconds between them.

    A repeated position is as old as when it was first seen; one that goes back in time is none.
    """
    located = np.flatnonzero(tracks.located & (tracks.on_ground != 1))
    flight, lat, lon = tracks.flight[located], tracks.lat[located], tracks.lon[located]
    again = np.zeros(len(located), dtype=bool)
    again[1:] = (flight[1:] == flight[:-1]) & (lat[1:] == lat[:-1]) & (lon[1:] == lon[:-1])
    rows = located[~again]
    own = tracks.position_time[rows]
    stamp = np.where((own != NO_TIME) & (own <= tracks.time[rows]), own, tracks.time[rows])
    same = np.append(False, tracks.flight[rows[1:]] == tracks.flight[rows[:-1]])[: len(rows)]
    step = np.flatnonzero(same)
    dt = (stamp[step] - stamp[step - 1]) / 1000.0
    good = dt > 0
    return rows[step[good]], rows[step[good] - 1], dt[good]


def steps(tracks: Tracks, p: SimpleNamespace) -> Steps:
    """Every step of the view, each limit as a share of what is possible; NaN where a channel is missing."""
    rows, before, dt = fixes(tracks)
    return _between(tracks, rows, before, dt, p)


def only_back(tracks: Tracks, step: Steps, bad: Mask, p: SimpleNamespace) -> Mask:
    """(steps,) Bad steps that lead back from one wrong value to where an aircraft can have flown without it.

    One wrong value makes two such steps. What goes to and fro at every fix is back at every one: so the step after
    one that leads back does not.
    """
    follows = np.flatnonzero(bad[1:] & bad[:-1] & (step.before[1:] == step.rows[:-1])) + 1
    past = _between(tracks, step.rows[follows], step.before[follows - 1], step.dt[follows] + step.dt[follows - 1], p)
    back = np.zeros(len(bad), dtype=bool)
    back[follows] = ~(past.shares() > 1.0).any(axis=1)
    found: Mask = back & ~np.append(False, back[:-1])[: len(back)]
    return found


def _between(tracks: Tracks, rows: Index, before: Index, dt: Array, p: SimpleNamespace) -> Steps:
    """The steps from the rows `before`."""
    far = distance_m(tracks.lat[before], tracks.lon[before], tracks.lat[rows], tracks.lon[rows])
    computed = COMPUTED[tracks.source[rows]] | COMPUTED[tracks.source[before]]
    speed, was = tracks.ground_speed[rows], tracks.ground_speed[before]
    bend = _bend(tracks, rows, before, far)
    course = np.minimum(angle_between(tracks.track[rows], tracks.track[before]), bend)
    slow = np.fmin(speed, was)
    sensible = np.where((slow >= p.slow) & ~computed, 1.0, np.nan)
    climbed = np.abs(tracks.baro_altitude[rows] - tracks.baro_altitude[before])
    return Steps(
        rows, before, dt, far,
        far / _reach(np.fmax(np.fmax(speed, was), _made(rows, before, far, dt, bend)), dt, computed, p),
        np.where(computed, np.nan, np.abs(speed - was) / (20.0 + p.accelerate * dt)),
        sensible * course / (15.0 + p.turn * dt * np.clip(150.0 / np.maximum(slow, 1.0), 0.8, 3.0)),
        climbed / (500.0 + p.climb * dt / 60.0),
    )  # fmt: skip


def _bend(tracks: Tracks, rows: Index, before: Index, far: Array) -> Array:
    """By how much the path itself turned since the step before: a course that leaps while the path does not is none."""
    made = bearing_deg(tracks.lat[before], tracks.lon[before], tracks.lat[rows], tracks.lon[rows])
    bend = np.zeros(len(rows))
    follows = np.flatnonzero(before[1:] == rows[:-1]) + 1
    seen = follows[(far[follows] > PATH_M) & (far[follows - 1] > PATH_M)]
    bend[seen] = angle_between(made[seen], made[seen - 1])
    return bend


def _made(rows: Index, before: Index, far: Array, dt: Array, bend: Array) -> Array:
    """Knots made good in the step before where the path goes straight on, NaN elsewhere: a speed that is sent again and
    again is stale, and who flew 300 kt a moment ago can do so now (ASR182B 2020-09-02: 22 kt sent for an hour)."""
    made = np.full(len(rows), np.nan)
    follows = np.flatnonzero(before[1:] == rows[:-1]) + 1
    follows = follows[bend[follows] <= STRAIGHT_DEG]
    made[follows] = np.minimum(far[follows - 1] / KNOT_M_S / dt[follows - 1], MADE_KT)
    return made


def _reach(knots: Array, dt: Array, computed: Mask, p: SimpleNamespace) -> Array:
    """Metres that may lie between two fixes: reported speed and 3 kt more a second, 900 kt where none was sent."""
    fast = np.where(np.isnan(knots), 900.0, knots * 1.3 + 3.0 * dt)
    fast = np.minimum(np.where(computed, 1.4 * fast + 50.0, fast), 2_000.0)
    out: Array = p.noise + np.where(computed, 1_000.0, 0.0) + fast * KNOT_M_S * (dt + p.timing)
    return out
