"""Turns at speed: how far the course has swung in the last minute, by what was sent and by the way made good."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.schema import Array
from geo.sphere import bearing_deg, distance_m
from geo.tracks import Index, Mask, Tracks

LEG_S = 20.0
"""The course made good before and after a turn is taken over so long: at 250 kt 2.5 km, far beyond position noise."""

LEAST_LEG_M = 1_000.0
"""A shorter leg has no course: the position stood still."""

WILD_DEG_S = 4.0
"""Faster than this no aircraft turns at cruise speed (65 degrees of bank): the value is bad, and counts as no turn."""

GAP_S = 30.0
"""Over a longer silence the course may have swung either way."""

AGREE_DEG = 45.0
"""How far the two measures of one turn may differ: Switzerland 2018 has a course interpolated the long way round."""


@dataclass(frozen=True)
class Turn:
    """By row: degrees turned in the last `seconds` (right is positive), whether the way made good confirms it, the
    bank in degrees that it takes, the change of altitude in ft, and the row where it began."""

    degrees: Array
    confirmed: Mask
    bank: Array
    climbed: Array
    begin: Index


def swings(tracks: Tracks) -> Array:
    """Change of course since the row before, in thousandths of a degree; 0 over a gap and where it is impossible."""
    step = (tracks.track - tracks.shift(tracks.track) + 180.0) % 360.0 - 180.0
    seconds = np.nan_to_num(tracks.dt_s, nan=np.inf)
    known = (seconds <= GAP_S) & (np.abs(step) <= WILD_DEG_S * seconds)
    out: Array = np.rint(np.where(known, step, 0.0) * 1000).astype(np.int64)
    return out


def turned(tracks: Tracks, seconds: float) -> Array:
    """Thousandths of a degree by which the course swung in the last `seconds`; right is positive."""
    step = swings(tracks)
    out: Array = tracks.window_sum(step, seconds) - step[tracks.ago(seconds)]
    return out


def turn(tracks: Tracks, seconds: float) -> Turn:
    """The turn of the last `seconds`, for rows that have a place and a course."""
    degrees = turned(tracks, seconds) / 1000.0
    begin = tracks.ago(seconds)
    rows = np.arange(len(tracks))
    before, known_before = _course(tracks, tracks.ago(seconds + LEG_S), begin)
    after, known_after = _course(tracks, tracks.ago(LEG_S), rows)
    off = np.abs((after - before - degrees + 180.0) % 360.0 - 180.0)
    elapsed = np.maximum((tracks.time - tracks.time[begin]) / 1000.0, 1.0)
    rate = np.radians(np.abs(degrees)) / elapsed
    bank = np.degrees(np.arctan(tracks.ground_speed * 0.514444 * rate / 9.80665))
    climbed = np.abs(tracks.baro_altitude - tracks.baro_altitude[begin])
    return Turn(degrees, known_before & known_after & (off <= AGREE_DEG), bank, climbed, begin)


def _course(tracks: Tracks, start: Index, end: Index) -> tuple[Array, Mask]:
    """Bearing from the place at rows `start` to that at rows `end`, and whether it lies far enough away."""
    place = (tracks.lat[start], tracks.lon[start], tracks.lat[end], tracks.lon[end])
    far: Mask = distance_m(*place) >= LEAST_LEG_M
    return bearing_deg(*place), far
