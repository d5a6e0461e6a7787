"""Straight flight: how far and how straight a flight has gone in its last minutes, and how it has climbed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.airports import STRIP, Airports
from geo.schema import NO_TIME, Array
from geo.sphere import distance_m
from geo.tracks import Index, Mask, Tracks

STEP_S = 60.0
"""Over a longer silence the way is not known."""

ROCKET_FPM, ROCKET_ROWS = (8_000.0, 60_000.0), 5
"""Climb from sample to sample that counts, and how many of them in a row: a single wrong altitude makes two."""


@dataclass(frozen=True)
class Leg:
    """By row, over the last `seconds`: the way and the distance made good in m, seconds covered, the slowest and the
    fastest speed in kt, the highest altitude in ft, whether no callsign was heard, whether the way is known without a
    gap, and its first row."""

    way: Array
    away: Array
    span: Array
    slowest: Array
    fastest: Array
    highest: Array
    nameless: Mask
    whole: Mask
    begin: Index

    @property
    def straight(self) -> Array:
        """1 for a straight line."""
        out: Array = self.away / np.maximum(self.way, 1.0)
        return out


def leg(tracks: Tracks, seconds: float) -> Leg:
    """The last `seconds` of located rows."""
    begin = tracks.ago(seconds)
    step = distance_m(tracks.shift(tracks.lat), tracks.shift(tracks.lon), tracks.lat, tracks.lon)
    metres = np.rint(step).astype(np.int64)
    gap = (np.nan_to_num(tracks.dt_s, nan=0.0) > STEP_S).astype(np.int64)
    # Steps are counted from the first row of the window on; its own step led there.
    way = tracks.window_sum(metres, seconds) - metres[begin]
    gaps = tracks.window_sum(gap, seconds) - gap[begin]
    return Leg(
        way=way,
        away=distance_m(tracks.lat[begin], tracks.lon[begin], tracks.lat, tracks.lon),
        span=(tracks.time - tracks.time[begin]) / 1000.0,
        slowest=tracks.window_min(tracks.ground_speed, seconds),
        fastest=tracks.window_max(tracks.ground_speed, seconds),
        highest=tracks.window_max(tracks.baro_altitude, seconds),
        nameless=tracks.window_sum((tracks.callsign != b"").astype(np.int64), seconds) == 0,
        whole=gaps == 0,
        begin=begin,
    )


def born(tracks: Tracks, seconds: float) -> Mask:
    """Whether the flight was first heard in the last `seconds`."""
    out: Mask = tracks.window_sum((tracks.prev_time == NO_TIME).astype(np.int64), seconds) > 0
    return out


def rocketing(tracks: Tracks) -> tuple[Mask, Array, Index]:
    """Whether the last rows all climbed like a rocket, by their altitudes; the feet gained; and where it began."""
    step = np.nan_to_num(tracks.baro_altitude - tracks.shift(tracks.baro_altitude))
    rate = step / np.maximum(np.nan_to_num(tracks.dt_s, nan=1e9), 0.5) * 60
    held, begin = tracks.held((rate >= ROCKET_FPM[0]) & (rate <= ROCKET_FPM[1]), max_gap_s=STEP_S)
    rows = np.arange(len(tracks)) - begin + 1
    before = np.maximum(begin - 1, tracks.start)
    gained = tracks.baro_altitude - tracks.baro_altitude[before]
    return (held >= 0) & (rows >= ROCKET_ROWS), np.nan_to_num(gained), begin


def lonely(view: Tracks, hit: Mask, begin: Index, airports: Airports, nmi: float) -> Mask:
    """Of the rows hit, those with no aerodrome near where they are, nor where the leg began. Strips do not count."""
    rows = np.flatnonzero(hit)
    out = hit.copy()
    for place in (rows, begin[rows]):
        field, away = airports.nearest(view.lat[place], view.lon[place])
        out[rows] &= ~((away <= nmi) & (airports.kind[field] > STRIP))
    return out
