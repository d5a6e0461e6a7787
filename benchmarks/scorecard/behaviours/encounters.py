"""Two real aircraft brought together: one whole track is moved in place, time and height until they meet."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.scorecard.behaviours.plan import Draw, Planted, stretch
from benchmarks.scorecard.behaviours.verbs import placed
from benchmarks.scorecard.tracks import shifted, velocity
from detectors._examples import together
from geo.batch import Batch
from geo.sphere import NMI_M, angle_between, destination

NEAR_NMI, NEAR_FT = 0.3, 400.0
"""definitions 5.6, airbornehotspots: at most 0.3 nmi and 400 ft, below 18,000 ft."""

LOWEST_FT, HIGHEST_FT, SAME_LEVEL_FT = 4_000.0, 18_000.0, 3_000.0
CROSSING_DEG, AROUND_S = 30.0, 60.0

APART_FT, APART_NMI = 1_000.0, 3.0
"""Separation by height and by radar in terminal areas (ICAO Doc 4444, 5.3.2 and 8.7.3)."""


def near_miss(victim: Batch, donors: Sequence[Batch], draw: Draw) -> Planted:
    """Another real aircraft crosses at `severity` nmi and less than 400 ft. Twins pass a thousand feet above or below,
    or three miles aside at the same height."""
    rng = draw.rng
    low = (victim["baro_altitude"] > LOWEST_FT) & (victim["baro_altitude"] < HIGHEST_FT - NEAR_FT)
    row, _ = stretch(victim, draw, AROUND_S, low)
    other, at = _crossing(victim, row, donors, rng)
    aside, height = draw.severity * NMI_M, rng.uniform(0, NEAR_FT - 25)
    if draw.innocent and draw.number % 2:
        aside = APART_NMI * NMI_M
    elif draw.innocent:
        height = APART_FT
    moved = _met(victim, row, other, at, aside, height * rng.choice([-1, 1]), rng)
    both = int(victim["icao24"][0]), int(other["icao24"][0])
    inside = 1000 * np.sqrt(max((NEAR_NMI * NMI_M) ** 2 - aside**2, 0.0)) / max(_closing(victim, row, other, at), 1.0)
    middle = int(victim["time"][row])
    return Planted(
        together(victim, moved), both, both, middle - int(inside), middle + int(inside),
        middle - int(inside),
    )  # fmt: skip


def _crossing(victim: Batch, row: int, donors: Sequence[Batch], rng: np.random.Generator) -> tuple[Batch, int]:
    """A track and the row of it at about the same height, on a course that crosses; a minute of it on either side."""
    height, course = float(victim["baro_altitude"][row]), float(victim["track"][row])
    for k in rng.permutation(len(donors)).tolist():
        one = donors[k]
        since = (one["time"] - one["time"][0]) / 1000.0
        good = (since > AROUND_S) & (since < since[-1] - AROUND_S)
        good &= np.abs(one["baro_altitude"] - height) < SAME_LEVEL_FT
        good &= angle_between(one["track"], course) >= CROSSING_DEG
        if good.any():
            return one, int(rng.choice(np.flatnonzero(good)))
    raise ValueError("nobody flies at that height on another course")


def _met(
    victim: Batch, row: int, other: Batch, at: int, aside: float, height: float, rng: np.random.Generator
) -> Batch:
    """The other track, moved so that its row `at` is the nearest point, `aside` metres off and `height` ft above."""
    (east, north), (east_2, north_2) = velocity(victim.take(np.array([row]))), velocity(other.take(np.array([at])))
    along = np.degrees(np.arctan2(east_2 - east, north_2 - north))
    lat, lon = destination(victim["lat"][row], victim["lon"][row], float(along[0]) + rng.choice([90.0, 270.0]), aside)
    moved = placed(other, at, float(lat), float(lon))
    up = float(victim["baro_altitude"][row]) + height - float(other["baro_altitude"][at])
    heights = {n: moved[n] + np.float32(up) for n in ("baro_altitude", "geo_altitude") if n in moved.columns}
    if float(np.nanmin(heights["baro_altitude"])) < 0:
        raise ValueError("the other track would lead below the sea")
    return shifted(moved.with_columns(**heights), int(victim["time"][row]) - int(other["time"][at]))


def _closing(victim: Batch, row: int, other: Batch, at: int) -> float:
    """Metres a second by which they move past each other."""
    (east, north), (east_2, north_2) = velocity(victim.take(np.array([row]))), velocity(other.take(np.array([at])))
    return float(np.hypot(east_2 - east, north_2 - north)[0])
