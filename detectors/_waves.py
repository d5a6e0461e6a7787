"""Waves: how often a flight has turned from climbing to sinking and back, and whether its altitude only flickers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.airports import Airports
from geo.schema import Array
from geo.tracks import Index, Mask, Tracks

TREND_S, TREND_FT = 30.0, 300.0
"""A climb or descent is one that has made so much in so long; anything flatter has no direction."""

SWING_S = 300.0
"""The slowest half wave: two climbs further apart are two steps of an ordinary flight."""

STEEPEST_S = 1_200.0
"""The steepest climb and descent are sought over so long: between parabolas there are pauses."""

FIELD_NMI, FIELD_FT = 10.0, 5_000.0
"""Where circuits, practice approaches and flight checks are flown (Bornholm, Vienna: within 8 nmi and 4,000 ft)."""

DENIED_FPM = 500.0
"""Swings of 1,500 ft in five minutes need steeper climbs and descents than this."""

FLAT_FT, SOON_S, BELOW_FT = 150.0, 540.0, 500.0
"""Level: no more than this off for a minute. A level counts for so long before the swings, and they end so little below
it: who zooms comes back to his level, who is upset loses it (SWR5220, 2019-11-05: 15,000 ft, never below 14,925)."""

FLICKER_S = 75.0
"""An altitude that alternates is judged over so long: about ten samples."""


@dataclass(frozen=True)
class Waves:
    """By row: `swings` of the required height in the last minutes, the largest of them in ft, the steepest climb and
    descent in ft/min of the last twenty, and where it began. `denied`: the rates that were sent show no such thing."""

    swings: Array
    largest: Array
    climb: Array
    descent: Array
    begin: Index
    denied: Mask


def waves(tracks: Tracks, least_ft: float, window_s: float) -> Waves:
    """The swings of the last `window_s`, of rows that have an altitude. Single wrong altitudes are smoothed away."""
    altitude = _median3(tracks)
    past = tracks.ago(TREND_S)
    change = altitude - altitude[past]
    heading = np.where(change >= TREND_FT, 1, np.where(change <= -TREND_FT, -1, 0))
    before = tracks.last_where(heading != 0)
    near = (before >= 0) & (tracks.time - tracks.time[before] <= SWING_S * 1000)
    turned = (heading != 0) & near & (heading == -heading[before])
    # The height where it turned: the last one of the old direction.
    crest = np.where(turned, altitude[before], np.nan)
    last = tracks.last_where(turned)
    known = turned & (last >= 0) & (tracks.time - tracks.time[last] <= SWING_S * 1000)
    height = np.where(known, np.abs(crest - crest[last]), 0.0)
    full = height >= least_ft
    rate = tracks.vertical_rate
    climb, descent = (f(rate, STEEPEST_S) for f in (tracks.window_max, tracks.window_min))
    return Waves(
        swings=tracks.window_sum(full.astype(np.int64), window_s),
        largest=np.maximum(tracks.window_max(np.where(full, height, np.nan), window_s), 0.0),
        climb=np.maximum(climb, 0.0),
        descent=np.minimum(descent, 0.0),
        begin=tracks.ago(window_s),
        denied=np.isfinite(climb) & ((climb < DENIED_FPM) | (descent > -DENIED_FPM)),
    )


def from_level(tracks: Tracks, window_s: float) -> Mask:
    """Whether the last `window_s` began in level flight, or soon after it, and never went far below that level."""
    flat = np.abs(tracks.baro_altitude - tracks.baro_altitude[tracks.ago(TREND_S)]) <= FLAT_FT
    level = tracks.held(flat)[0] >= TREND_S
    begin = tracks.ago(window_s)
    before = tracks.last_where(level)[begin]
    known = (before >= 0) & (tracks.time[begin] - tracks.time[before] <= SOON_S * 1000)
    lowest = tracks.window_min(tracks.baro_altitude, window_s)
    out: Mask = known & (lowest >= tracks.baro_altitude[before] - BELOW_FT)
    return out


def flicker(tracks: Tracks, least_ft: float) -> tuple[Array, Array]:
    """By row: how often in the last `FLICKER_S` the altitude jumped by `least_ft` and back; and the share of rows."""
    step = np.nan_to_num(tracks.baro_altitude - tracks.shift(tracks.baro_altitude))
    step = np.where(np.nan_to_num(tracks.dt_s, nan=99.0) <= TREND_S, step, 0.0)
    jump = np.where(step >= least_ft, 1, np.where(step <= -least_ft, -1, 0))
    back = jump * tracks.shift(jump) < 0
    flips = tracks.window_sum(back.astype(np.int64), FLICKER_S)
    rows = tracks.window_sum(np.ones(len(tracks), dtype=np.int64), FLICKER_S)
    return flips, flips / rows


def seen(tracks: Tracks) -> Mask:
    """Airborne rows with an altitude."""
    out: Mask = ~np.isnan(tracks.baro_altitude) & (tracks.on_ground != 1)
    return out


def at_fields(tracks: Tracks, rows: Mask, airports: Airports) -> Mask:
    """Of the given rows, those within a few miles of an aerodrome and low above it."""
    out = np.zeros(len(tracks), dtype=bool)
    chosen = np.flatnonzero(rows)
    field, away = airports.nearest(tracks.lat[chosen], tracks.lon[chosen])
    out[chosen] = (away <= FIELD_NMI) & (tracks.baro_altitude[chosen] - airports.elevation_ft(field) <= FIELD_FT)
    return out


def _median3(tracks: Tracks) -> Array:
    """The middle one of the last three altitudes."""
    now = tracks.baro_altitude
    one = tracks.shift(now)
    two = tracks.shift(one)
    return np.maximum(np.minimum(now, one), np.minimum(np.maximum(now, one), two)).astype(np.float64)
