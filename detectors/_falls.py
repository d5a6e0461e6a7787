"""Falls: how a fast descent has gone so far, row by row, and whether the data bears it out. Tracks in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detectors._traffic import distress, maker
from geo.airports import Airports
from geo.performance import Profiles, is_kind
from geo.schema import Array, of_sources
from geo.tracks import Index, Mask, Tracks

LONGEST_S = 120.0
"""A fall is measured over at most its last two minutes; the lookback holds those and a gap."""

GAP_S = 20.0
"""Silence after which a fall has to begin anew."""

COMPUTED = of_sources("tisb_icao", "tisb_trackfile", "tisb_other", "mlat", "adsr_other")
"""Positions and rates computed on the ground, whose noise reaches thousands of feet a minute."""

PARABOLA_FPM = 10_000.0
"""A climb so steep before a fall is a parabola or a figure, not an upset (weightlessness 2020: 21,000 ft/min)."""

ZOOM_S, FOOT_FT, FLAT_FPM = 178.0, 1_500.0, 500.0
"""Such a climb excuses a fall for so long (the lookback), and no further down than this below its foot: who
stalls on top of a climb falls through (QZ8501, 2014: up at 11,000 ft/min, down at 20,000; KNKT report 14.12.29.04)."""

EXPEDITE_FPM, EXPEDITE_FT = -4_500.0, 4_000.0
"""Paris and Japan, 2021 and 2023: airliners asked to hurry stay within both."""

GAINED_KT = 30.0
"""Who dives gains speed; who descends on speed brakes loses some (AIB232E 2017: 35 kt less after 10,000 ft)."""

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


def credible_loss(fall: Fall) -> Array:
    """Feet lost, no more than the gentler rate gives: one wrong altitude or time stamp at either end adds nothing."""
    out: Array = np.fmin(fall.lost, -fall.rate * np.maximum(fall.held, 1.0) / 60)
    return out


def on_purpose(tracks: Tracks, fall: Fall, profile: Profiles, priority: Array) -> Array:
    """Why a fall is ordinary, '' where it is not: the type is built for it, it went up as fast just before, or the
    type is known and the fall is one that such aircraft make when asked to. Never in an emergency."""
    up = after_climb(tracks, PARABOLA_FPM)
    expedites = is_kind(profile.kind, "airliner", "business", "transport", "turboprop", "supersonic")
    expedites &= (priority == 1) & (fall.rate > EXPEDITE_FPM) & (credible_loss(fall) < EXPEDITE_FT)
    fine = ~(fall.height < 3_000) & ~distress(tracks)
    return np.select(
        [profile.dives & fine, up & fine, is_kind(profile.kind, "parachute"), expedites & fine],
        ["of a type built for aerobatics or combat", "as steep up as down: parabolas or aerobatics", "a parachutist",
         "an expedited descent, as such aircraft make them when asked to"], "",
    ).astype(object)  # fmt: skip


def after_climb(tracks: Tracks, rate_fpm: float) -> Mask:
    """Whether the aircraft has just gone up at this rate or faster, and has not fallen through where it did not fall."""
    climbed = tracks.window_sum(tracks.vertical_rate >= rate_fpm, ZOOM_S) >= 2
    foot = tracks.window_min(np.where(tracks.vertical_rate >= -FLAT_FPM, tracks.baro_altitude, np.nan), ZOOM_S)
    out: Mask = climbed & (tracks.baro_altitude >= foot - FOOT_FT)
    return out


def on_trial(tracks: Tracks, fall: Fall) -> Mask:
    """A steady descent on a flight of a maker, high up: without gaining speed, no emergency declared."""
    steady = tracks.ground_speed <= tracks.ground_speed[fall.begin] + GAINED_KT
    out: Mask = maker(tracks.callsign) & steady & (fall.height >= 3_000) & ~distress(tracks)
    return out


def doubtful(tracks: Tracks, fall: Fall) -> Mask:
    """Falls told by two rows, without an altitude or a believable speed, by computed rates, or in one frozen place."""
    frozen = (tracks.lat == tracks.lat[fall.begin]) & (tracks.lon == tracks.lon[fall.begin])
    doubt: Mask = (fall.rows < 3) | np.isnan(fall.lost) | frozen | COMPUTED[tracks.source]
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
