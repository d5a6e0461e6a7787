"""Fixes that the others tell anyway: whatever is left out, the line says it within what may be said."""

from __future__ import annotations

import numpy as np
import pytest

from geo.schema import Array
from store.straight import ASIDE_M, LATE_S, LONGEST_MS, M_PER_DEG, UP_M, needed

T0 = 1_700_000_400_000
NORTH = 250 / M_PER_DEG
"""Degrees of latitude that are flown in a second at 250 m/s."""


def mask(lat: Array, *, lon: float | Array = 8.0, up_m: float | Array = 3_000.0, step_ms: int = 1_000) -> Array:
    n = len(lat)
    first = np.arange(n) == 0
    lon, up_m = (np.broadcast_to(np.asarray(v, dtype=float), n) for v in (lon, up_m))
    return needed(lon, lat, up_m, T0 + np.arange(n) * step_ms, first)


def test_straight_on_leaves_the_ends_of_each_half_minute() -> None:
    kept = mask(47 + np.arange(60) * NORTH)

    assert np.flatnonzero(kept).tolist() == [0, 29, 30, 59]


@pytest.mark.parametrize(
    ("name", "aside"), [("lon", 2 * ASIDE_M / M_PER_DEG / np.cos(np.radians(47))), ("up_m", 2 * UP_M)]
)
def test_what_is_off_the_line_stays(name: str, aside: float) -> None:
    off = np.where(np.arange(20) == 7, aside, 0.0)
    base = {"lon": 8.0, "up_m": 3_000.0}[name]

    kept = mask(47 + np.arange(20) * NORTH, **{name: base + off})  # type: ignore[arg-type]

    assert kept[7]


def test_who_slows_down_is_late_by_no_more_than_may_be() -> None:
    time = np.arange(25.0)
    way = 47 + NORTH * np.where(time < 12, time, 12 + (time - 12) * 0.4)

    kept = np.flatnonzero(mask(way))

    late = np.abs(np.interp(time, kept, way[kept]) - way) * M_PER_DEG / 250
    assert len(kept) < 8
    assert late.max() <= LATE_S + ASIDE_M / 100


@pytest.mark.parametrize("seed", range(20))
def test_a_way_of_any_shape_is_told_within_the_bounds(seed: int) -> None:
    draw = np.random.default_rng(seed)
    turn = np.cumsum(draw.normal(0, 3, 300))
    lat = 60 + np.cumsum(np.cos(np.radians(turn))) * NORTH
    lon = 8 + np.cumsum(np.sin(np.radians(turn))) * NORTH * 2
    up = 3_000 + np.cumsum(draw.normal(0, 2, 300))

    kept = np.flatnonzero(mask(lat, lon=lon, up_m=up))

    at = np.arange(300)
    off_m = np.hypot((np.interp(at, kept, lat[kept]) - lat), (np.interp(at, kept, lon[kept]) - lon) / 2) * M_PER_DEG
    assert off_m.max() <= np.hypot(ASIDE_M, ASIDE_M + 300 * LATE_S)
    assert np.abs(np.interp(at, kept, up[kept]) - up).max() <= UP_M
    assert np.diff(kept).max() * 1_000 <= LONGEST_MS


def test_lines_end_where_they_end() -> None:
    lat, first = 47 + np.arange(10) * NORTH, np.arange(10) % 5 == 0

    kept = needed(np.full(10, 8.0), lat, np.zeros(10), T0 + np.arange(10) * 1_000, first)

    assert np.flatnonzero(kept).tolist() == [0, 4, 5, 9]


def test_nobody_moves_and_one_jumps() -> None:
    lat = np.full(20, 47.0)
    lat[11] += 0.01

    assert np.flatnonzero(mask(lat)).tolist() == [0, 10, 11, 12, 19]


def test_one_fix_and_none() -> None:
    assert mask(np.array([47.0])).tolist() == [True]
    assert mask(np.zeros(0)).tolist() == []
