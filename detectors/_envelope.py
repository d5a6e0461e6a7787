"""The flight envelope: which rows lie outside of it, and which of them are ordinary for their type."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from geo.aircraft import MILITARY, AircraftTable
from geo.airports import Airports
from geo.performance import Profiles, density, is_kind
from geo.registers import Registers
from geo.schema import Array
from geo.tracks import Mask, Tracks

NONE, SLOW_HIGH, STALLED, LOW_FAST, NEGATIVE, CEILING, TOO_FAST, EXTREME = range(8)
"""What is wrong, the graver the higher."""

SEED_LOW_FT, SEED_MIDDLE_FT, SEED_HIGH_FT, SEED_SPACE_FT = 6_562.0, 13_123.0, 49_213.0, 82_021.0
"""2,000, 4,000, 15,000 and 25,000 m: the bands of seed 001."""

VMO_KT = 350.0
"""Equivalent airspeed that no civil jet may exceed low down (A320 350, B737 340, B747 365 kt)."""

REPEAT_S = 30.0
"""A repeated row after a longer silence was heard again."""

GUST_KT = 60.0
"""A strong wind in the lowest kilometres."""


def airborne(tracks: Tracks) -> Mask:
    out: Mask = tracks.on_ground != 1
    return out


def broken(tracks: Tracks, profile: Profiles, p: SimpleNamespace) -> Array:
    """The rule that each row breaks by itself; 0 where none."""
    altitude, speed = height(tracks), tracks.ground_speed
    low_fast = (altitude < SEED_LOW_FT) & (speed > p.fast_low) | (altitude < SEED_MIDDLE_FT) & (speed > p.fast_middle)
    low_fast |= (altitude < 10_000) & (speed > p.fast_phase)
    slow = (altitude >= p.slow_level) & (speed < p.slow_phase) | (altitude > SEED_HIGH_FT) & (speed < p.slow_high)
    stalled = (speed < profile.slowest_kt * p.slow_share) & (altitude > 8_000)
    negative = (altitude < -p.below) | (altitude < -500) & (speed > 250)
    ceiling = altitude > profile.ceiling_ft * (1 + p.margin) + 500
    fast = speed > profile.fastest_kt * (1 + p.margin)
    rules = [altitude > p.extreme, fast, ceiling, negative, low_fast, stalled, slow]
    return np.select([r & airborne(tracks) for r in rules],
                     [EXTREME, TOO_FAST, CEILING, NEGATIVE, LOW_FAST, STALLED, SLOW_HIGH], NONE)  # fmt: skip


def height(tracks: Tracks) -> Array:
    """Pressure altitude, or the geometric one where there is none."""
    return np.where(np.isnan(tracks.baro_altitude), tracks.geo_altitude, tracks.baro_altitude)


def alive(tracks: Tracks) -> Mask:
    """Rows that bring something new: a source that fills forward repeats all of it (OpenSky, Paris 2021: 157 rows)."""
    same = ~tracks.first & (np.nan_to_num(tracks.dt_s, nan=99.0) <= REPEAT_S)
    for name in ("lat", "lon", "baro_altitude", "geo_altitude", "ground_speed"):
        values = tracks.columns[name]
        before = tracks.shift(values)
        same = same & ((values == before) | (np.isnan(values) & np.isnan(before)))
    out: Mask = ~same
    return out


def above_low_fields(tracks: Tracks, rule: Array, airports: Airports, below: float) -> Array:
    """The rules, without negative altitudes that a field below the sea explains (Atyrau, the Dead Sea)."""
    rows = np.flatnonzero(rule == NEGATIVE)
    if len(rows):
        field, away = airports.nearest(tracks.lat[rows], tracks.lon[rows])
        depth = np.where(away <= 60, np.minimum(airports.elevation_ft(field), 0), 0)
        altitude = height(tracks)[rows]
        fine = (altitude >= depth - below) & ~((altitude < depth - 500) & (tracks.ground_speed[rows] > 250))
        rule = rule.copy()
        rule[rows[fine]] = NONE
    return rule


def own_profile(tracks: Tracks, rule: Array, profile: Profiles, military: Mask) -> Array:
    """Why a row is ordinary for its type ('' where it is not), judged by the type's own limits."""
    speed, altitude = tracks.ground_speed, height(tracks)
    fits = profile.known & (altitude <= profile.ceiling_ft) & ~(speed > profile.fastest_kt)
    floats = fits & is_kind(profile.kind, "balloon", "airship")
    flies = profile.stall_kt / profile.thin - GUST_KT <= speed
    slow = np.isin(rule, (SLOW_HIGH, STALLED, EXTREME))
    hovers = fits & slow & (profile.hangs | is_kind(profile.kind, "glider"))
    vmo = VMO_KT / np.sqrt(density(altitude)) + GUST_KT
    jet = fits & is_kind(profile.kind, "airliner", "business", "transport", "aeroplane", "supersonic") & (speed <= vmo)
    fighter = fits & is_kind(profile.kind, "fighter", "high", "supersonic")
    return np.select(
        [floats, hovers, fits & slow & flies, (rule == LOW_FAST) & (fighter | military & (speed <= 700)),
         (rule == LOW_FAST) & jet],
        ["balloon: it drifts with the wind, at any height", "of a kind that may stand still in the air",
         "within what the type flies at this height", "military flying is often fast and low",
         "within the limits of a jet with the wind behind"], "",
    ).astype(object)  # fmt: skip


def military(tracks: Tracks, registers: Registers, aircraft: AircraftTable | None) -> Mask:
    """Flagged as military by the feed or the aircraft table, or from a block of addresses of the armed forces."""
    out = (tracks.db_flags & MILITARY) > 0
    at = registers.find(tracks.icao24)
    out |= (at >= 0) & registers.military[at]
    if aircraft is not None:
        out |= (aircraft.lookup(tracks.icao24).flags & MILITARY) > 0
    blocked: Mask = out
    return blocked
