"""Attack sets B (Wang, Zou and Ding 2020, table 2: ten kinds of altered messages) and C (path, velocity, gradual)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from benchmarks.scorecard.attacks import graft
from benchmarks.scorecard.tracks import Attack, Attacked, Variant, altered, start_row
from geo.batch import Batch
from geo.schema import COLUMNS, Array
from geo.sphere import bearing_deg, destination, distance_m

Change = Callable[[Batch, Variant], Mapping[str, Array]]

FEATURES = ("lat", "lon", "baro_altitude", "geo_altitude", "ground_speed", "track", "vertical_rate")
"""What is altered where a definition says "every feature"; time never is."""

WAYPOINTS, WAYPOINT_S, ASIDE_M = 3, 60.0, (2_000.0, 20_000.0)
"""Path modification: so many false waypoints, so far apart in time, off the true path by this much."""

GRADUAL_S = 120.0
"""A gradual attack reaches its full size after this long."""


def _kind(change: Change) -> Callable[[Batch, Batch, Variant], Attacked]:
    """An attack that alters columns of every row from its start on."""

    def make(victim: Batch, donor: Batch, variant: Variant) -> Attacked:
        start = start_row(victim, variant.rng)
        rest = victim.take(np.arange(start, len(victim)))
        return altered(victim, start, rest.with_columns(**_sendable(rest, change(rest, variant))))

    return make


def _sendable(rows: Batch, changed: Mapping[str, Array]) -> dict[str, Array]:
    """Values folded into what a message can hold; columns that the source lacks stay absent."""
    out = {}
    for name, values in changed.items():
        column = COLUMNS[name]
        if name in rows.columns:
            folded = values % 360 if name == "track" else np.clip(values, column.lo, column.hi)
            out[name] = folded.astype(column.dtype)
    return out


def _every(rows: Batch, factor: Array | float) -> dict[str, Array]:
    return {n: rows[n].astype(float) * factor for n in FEATURES if n in rows.columns}


def _noise(rows: Batch, variant: Variant) -> dict[str, Array]:
    return {n: rows[n] * variant.rng.uniform(0, 2, len(rows)) for n in FEATURES if n in rows.columns}


def _count(rows: Batch) -> Array:
    return np.arange(1, len(rows) + 1, dtype=float)


def _climbing(feet: float) -> Change:
    return lambda rows, variant: {n: rows[n] + feet * _count(rows) for n in ("baro_altitude", "geo_altitude")}


def _faster(knots: float) -> Change:
    return lambda rows, variant: {"ground_speed": rows["ground_speed"] + knots * _count(rows)}


def _three_waypoints(rows: Batch, variant: Variant) -> dict[str, Array]:
    """A path bent through false waypoints: sideways offsets joined smoothly, motion reported as flown."""
    rng = variant.rng
    seconds = (rows["time"] - rows["time"][0]) / 1000.0
    aside = rng.uniform(*ASIDE_M, WAYPOINTS) * rng.choice([-1.0, 1.0], WAYPOINTS)
    offset = np.interp(seconds, WAYPOINT_S * np.arange(WAYPOINTS + 1), [0.0, *aside])
    lat, lon = destination(rows["lat"], rows["lon"], (rows["track"].astype(float) + 90.0) % 360, offset)
    far, course = distance_m(lat[:-1], lon[:-1], lat[1:], lon[1:]), bearing_deg(lat[:-1], lon[:-1], lat[1:], lon[1:])
    moving = far > 1.0
    track = rows["track"].astype(float)
    track[1:][moving] = course[moving]
    return {"lat": lat, "lon": lon, "track": track}


def _ramp(rows: Batch) -> Array:
    share: Array = np.minimum(1.0, (rows["time"] - rows["time"][0]) / 1000.0 / GRADUAL_S)
    return share


def _gradual(name: str, low: float, high: float) -> Attack:
    """One feature drifts away by `severity` of its unit within two minutes and stays there."""

    def change(rows: Batch, variant: Variant) -> dict[str, Array]:
        sign = -1.0 if variant.number % 2 else 1.0
        return {name: rows[name] + sign * variant.severity * _ramp(rows)}

    return Attack(_kind(change), low, high, COLUMNS[name].unit)


SET_B: Mapping[str, Attack] = {
    "random_noise": Attack(_kind(_noise)),
    "route_replacement": Attack(graft, 0, 0),
    "fixed_plus_10": Attack(_kind(lambda rows, v: _every(rows, 1.1))),
    "fixed_minus_10": Attack(_kind(lambda rows, v: _every(rows, 0.9))),
    "height_up_400": Attack(_kind(_climbing(400.0))),
    "height_down_400": Attack(_kind(_climbing(-400.0))),
    "speed_up_20": Attack(_kind(_faster(20.0))),
    "speed_down_20": Attack(_kind(_faster(-20.0))),
    "heading_reversed": Attack(_kind(lambda rows, v: {"track": rows["track"] + 180.0})),
    "climb_reversed": Attack(_kind(lambda rows, v: {"vertical_rate": -rows["vertical_rate"]})),
}
"""The ten kinds, each from 30 to 70 % of the track to its end, on every message."""

SET_C: Mapping[str, Attack] = {
    "path_three_waypoints": Attack(_kind(_three_waypoints)),
    "velocity_drift": _gradual("ground_speed", 30, 300),
    "gradual_height": _gradual("baro_altitude", 300, 6_000),
    "gradual_track": _gradual("track", 10, 90),
    "gradual_climb_rate": _gradual("vertical_rate", 500, 4_000),
}
"""Path modification through three waypoints, velocity drift, and features that drift away gradually (arXiv 2510.08333
and the per-feature attacks of the same family; severities are ours, the texts give none)."""
