"""Steps that touch a line are found from their cell, wherever they are; and few others."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import nearby
from geo.nearby import REACH_DEG, Nearby, spread
from geo.schema import Array


def lines(random: np.random.Generator, middle: tuple[float, float], n: int) -> Array:
    """Of lengths from metres to degrees, around a place (longitude, latitude)."""
    start = np.array(middle) + random.uniform(-0.2, 0.2, (n, 2))
    end = start + random.normal(0, 1, (n, 2)) * 10 ** random.uniform(-4, 0.3, (n, 1))
    out: Array = shapely.linestrings(np.stack([start, end], axis=1))
    return out


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.sampled_from([(8.0, 47.0), (-179.95, -0.02), (179.95, 89.9), (0.0, -89.95)]))
def test_every_line_that_a_step_touches_is_found_and_no_other(seed: int, middle: tuple[float, float]) -> None:
    random = np.random.default_rng(seed)
    some = lines(random, middle, 60)
    lon0, lat0 = np.array(middle)[:, None] + random.uniform(-0.1, 0.1, (2, 200))
    lon0, lat0 = np.clip(lon0, -180, 180), np.clip(lat0, -90, 90)
    lon1, lat1 = np.array([lon0, lat0]) + random.uniform(-REACH_DEG, REACH_DEG, (2, 200))
    steps = shapely.linestrings(np.stack([np.stack([lon0, lat0], 1), np.stack([lon1, lat1], 1)], axis=1))

    found = {*zip(*(v.tolist() for v in Nearby(some).touched(lat0, lon0, lat1, lon1)), strict=True)}

    true = {*zip(*np.nonzero(shapely.intersects(steps[:, None], some[None, :])), strict=True)}
    assert true <= found
    # Where a step passes the line's end, both may lie across each other's course.
    assert len(found) <= len(true) + 0.3 * len(steps)


def test_cells_are_worked_out_once() -> None:
    near = Nearby(shapely.linestrings([[[8.0, 47.0], [8.01, 47.01]]]))
    where = (np.array([47.0, 20.0]), np.array([8.0, 20.0]), np.array([47.01, 20.0]), np.array([8.0, 20.0]))
    assert near.touched(*where)[0].tolist() == [0]
    used, blocks = near.used, near.blocks
    assert near.touched(*where)[0].tolist() == [0] and (near.used, near.blocks) == (used, blocks) == (1, 2)


def test_cells_that_are_forgotten_are_worked_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearby, "MOST", 0)
    near = Nearby(shapely.linestrings([[[8.0, 47.0], [8.01, 47.01]]]))
    for _ in range(3):
        step, line = near.touched(*(np.array([v]) for v in (47.0, 8.0, 47.01, 8.0)))
        assert (step.tolist(), line.tolist(), near.used) == ([0], [0], 1)


def test_long_steps_and_wild_longitudes_are_not_told_from_a_cell() -> None:
    short = Nearby(np.zeros(0, dtype=object)).short(
        np.array([0.0, 0.0, 0.0]), np.array([0.0, 0.0, 200.0]), np.array([0.01, 0.04, 0.0]), np.array([0.0, 0.0, 200.0])
    )
    assert short.tolist() == [True, False, False]


def test_stretches_are_spread_one_after_the_other() -> None:
    at, of = spread(np.array([5, 0, 9]), np.array([2, 0, 1]))
    assert (at.tolist(), of.tolist()) == ([5, 6, 9], [0, 0, 2])
