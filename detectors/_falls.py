"""Falls: how a fast descent has gone so far, row by row, and whether the data bears it out. Tracks in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.airports import Airports
from geo.schema import SOURCES, Array
from geo.tracks import Index, Mask, Tracks

LONGEST_S = 120.0
"""A fall is measured over at most its last two minutes; the lookback holds those and a gap."""

GAP_S = 20.0
"""Silence after which a fall has to begin anew."""

COMPUTED = [SOURCES.index(name) for name in ("tisb_icao", "tisb_trackfile", "tisb_other", "mlat", "adsr_other")]
"""Positions and rates computed on the ground, whose noise reaches thousands of feet a minute."""

FASTEST_KT = 800.0
"""No speed above this is believed of something that falls."""


@dataclass(frozen=True)
class Fall:
    """By row, over the last two minutes of the fall it is in: its first row, seconds (-1 outside), rows, feet lost;
    ft/min that the altitude `shown` (NaN where unknown), and `rate`, the gentler of that and of what was sent; height
    in ft above the nearest field, and its distance `away` in nmi."""

    begin: Index
    held: Array
    rows: Array
    lost: Array
    shown: Array
    rate: Array
    height: Array
    away: Array


def falls(tracks: Tracks, falling: Mask, airports: Airports) -> Fall:
    """The falls made of the given rows, without those on an approach."""
    falling = _outside_approaches(tracks, falling, airports)
    held, begin = tracks.held(falling, ~np.isnan(tracks.vertical_rate), GAP_S)
    begin = np.maximum(begin, tracks.ago(LONGEST_S))
    held = np.where(held < 0, -1.0, (tracks.time - tracks.time[begin]) / 1000.0)
    rows = since(begin, falling.astype(np.int64))
    sent = since(begin, np.where(falling, np.rint(np.nan_to_num(tracks.vertical_rate)), 0).astype(np.int64))
    lost = (tracks.baro_altitude[begin] - tracks.baro_altitude).astype(np.float64)
    shown = -lost / np.maximum(held, 1.0) * 60
    height, away = _above_field(tracks, np.flatnonzero(held >= 0), airports)
    return Fall(begin, held, rows, lost, shown, np.fmax(shown, sent / np.maximum(rows, 1)), height, away)


def doubtful(tracks: Tracks, fall: Fall) -> Mask:
    """Falls told by two rows, without an altitude or a believable speed, by computed rates, or in one frozen place."""
    frozen = (tracks.lat == tracks.lat[fall.begin]) & (tracks.lon == tracks.lon[fall.begin])
    doubt: Mask = (fall.rows < 3) | np.isnan(fall.lost) | frozen | np.isin(tracks.source, COMPUTED)
    return doubt | ~(tracks.ground_speed <= FASTEST_KT)


def _outside_approaches(tracks: Tracks, falling: Mask, airports: Airports) -> Mask:
    rows = np.flatnonzero(falling)
    place = (tracks.lat[rows], tracks.lon[rows], tracks.track[rows], tracks.baro_altitude[rows])
    out = falling.copy()
    out[rows] = ~airports.in_approach_corridor(*place)
    return out


def since(begin: Index, values: Array) -> Array:
    """Sum of integers from row `begin` up to each row."""
    total = np.concatenate([[0], np.cumsum(values)])
    out: Array = total[1:] - total[begin]
    return out


def _above_field(tracks: Tracks, rows: Array, airports: Airports) -> tuple[Array, Array]:
    """Height above the nearest aerodrome and its distance, in the given rows; NaN elsewhere."""
    height, away = np.full(len(tracks), np.nan), np.full(len(tracks), np.nan)
    field, away[rows] = airports.nearest(tracks.lat[rows], tracks.lon[rows])
    height[rows] = tracks.baro_altitude[rows] - airports.elevation_ft(field)
    return height, away
