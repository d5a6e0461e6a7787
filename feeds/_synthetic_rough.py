"""Made-up traffic as receivers would hear it: late positions, noisy rates, other weather, fields that are not sent."""

from __future__ import annotations

import numpy as np

from geo.batch import Batch
from geo.schema import Array, missing
from geo.sphere import KNOT_M_S, destination

LATE_S = 1.5
"""Positions are late by about this at most, differently from row to row: receivers and aggregators stamp them so."""

WEATHER_FT, SLOPE = 400.0, 0.03
"""Geometric less pressure altitude: an offset of the day and place, and a share of the height (ISA deviation)."""

SPEED_KT, TRACK_DEG, RATE_FPM, HEIGHT_FT = 6.0, 3.0, 250.0, 30.0
"""The worst noise of what an aircraft sends; most have a third of it."""

SILENT = {
    "geo_altitude": 0.4, "vertical_rate": 0.05, "nic": 0.4, "nac_p": 0.4, "sil": 0.4, "type_code": 0.4, "category": 0.4,
}  # fmt: skip
"""Column: share of aircraft whose feed does not send it."""

QUALITY = {"nic": (6, 7, 8, 8, 8, 9), "nac_p": (7, 8, 9, 9, 10, 10, 11), "sil": (1, 2, 3, 3, 3, 3, 3)}
"""Column: what aircraft send, each for the whole of its life."""


def roughened(rows: Batch, seed: int, number: int = 0) -> Batch:
    """The same rows, disturbed, each aircraft in a measure of its own that follows from its address and the seed.

    `number` is the batch's: noise of one batch is not that of the next. The same in, the same out.
    """
    aircraft, of = np.unique(rows["icao24"], return_inverse=True)
    own = _Own(aircraft, of, seed)
    rng = np.random.default_rng([seed, number])
    out = rows.with_columns(**_moved(rows, own, rng), **_noisy(rows, own, rng))
    return out.with_columns(**_silenced(out, own))


class _Own:
    """Numbers of each aircraft (0 to 1) by name, given to each of its rows (n,)."""

    def __init__(self, aircraft: Array, of: Array, seed: int) -> None:
        self.aircraft, self.of = aircraft.astype(np.uint64), of
        self.seed = np.uint64(seed * 0x9E3779B97F4A7C15 % 2**64)

    def __call__(self, name: str) -> Array:
        salt = np.uint64(int.from_bytes(name.encode()[:8], "little"))
        mixed = (self.aircraft + self.seed) ^ salt
        for shift, by in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1)):
            mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(by)
        share: Array = ((mixed >> np.uint64(11)).astype(np.float64) / 2.0**53)[self.of]
        return share


def _moved(rows: Batch, own: _Own, rng: np.random.Generator) -> dict[str, Array]:
    """Positions as far along the track as they are late."""
    late = rng.normal(0.0, 1.0, len(rows)) * LATE_S * own("late") ** 2
    speed = np.nan_to_num(rows["ground_speed"]).astype(np.float64) * KNOT_M_S
    lat, lon = destination(rows["lat"], rows["lon"], np.nan_to_num(rows["track"]), -late * speed)
    return {"lat": lat, "lon": lon}


def _noisy(rows: Batch, own: _Own, rng: np.random.Generator) -> dict[str, Array]:
    """Speeds, tracks, rates and heights with noise that differs by aircraft; rates and heights in the steps sent."""

    def noise(name: str, most: float) -> Array:
        each = np.minimum(-np.log1p(-own(name)) * most / 3, most)
        return rng.normal(0.0, 1.0, len(rows)) * each

    height = rows["baro_altitude"].astype(np.float64)
    split = height * SLOPE * _bell(own("slope")) + WEATHER_FT * _bell(own("weather"))
    sent = {
        "ground_speed": np.maximum(rows["ground_speed"] + noise("speed", SPEED_KT), 0.0),
        "track": np.mod(rows["track"] + noise("track", TRACK_DEG), 360.0),
        "vertical_rate": _stepped(rows["vertical_rate"] + noise("rate", RATE_FPM), 64.0),
        "baro_altitude": _stepped(height + noise("height", HEIGHT_FT), 25.0),
        "geo_altitude": _stepped(height + split + noise("split", HEIGHT_FT), 25.0),
    }
    for name, values in QUALITY.items():
        sent[name] = np.array(values, dtype=np.float64)[(own(name) * len(values)).astype(np.int64)]
    return {name: values.astype(np.float32) for name, values in sent.items()}


def _silenced(rows: Batch, own: _Own) -> dict[str, Array]:
    return {n: np.where(own(f"no {n}") < share, missing(n, len(rows)), rows[n]) for n, share in SILENT.items()}


def _bell(share: Array) -> Array:
    """About a normal deviate, of a number from 0 to 1 (logistic, scaled)."""
    inner = np.clip(share, 1e-4, 1 - 1e-4)
    out: Array = np.log(inner / (1 - inner)) * 0.5513
    return out


def _stepped(values: Array, step: float) -> Array:
    out: Array = np.rint(values / step) * step
    return out
