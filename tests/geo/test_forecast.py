"""Expected counts by hour of the week: right means, intervals that hold what they say, and surges that do not hide."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from scipy.stats import nbinom

from geo.forecast import WEEK_H, HourModel, learn, slot_of
from geo.schema import Array

MONDAY = 480_096 // WEEK_H * WEEK_H + 96
"""Hours since the epoch at a Monday, 00:00 UTC."""


def history(rate: Array, weeks: int, seed: int = 1, size: float | None = None) -> tuple[Array, Array, Array, Array]:
    """Cells, hours, counts with any, and all hours of so many weeks; `rate` (cells, 168); Poisson without `size`."""
    random = np.random.default_rng(seed)
    heard = MONDAY + np.arange(weeks * WEEK_H)
    mean = np.tile(rate, weeks)
    counts = random.poisson(mean) if size is None else random.negative_binomial(size, size / (size + mean))
    cell, hour = np.nonzero(counts)
    return cell * 7 + 3, heard[hour], counts[cell, hour], heard


def week(*day: float) -> Array:
    """Seven days whose hours are these, each repeated to make up 24."""
    return np.tile(np.repeat(day, 24 // len(day)), 7)


def test_the_week_starts_on_monday() -> None:
    assert datetime.fromtimestamp(MONDAY * 3600, UTC).strftime("%A %H") == "Monday 00"
    assert slot_of(np.array([MONDAY, MONDAY + 25, MONDAY - 1])).tolist() == [0, 25, 167]


def test_means_follow_cell_and_hour() -> None:
    model = learn(*history(np.stack([week(1, 9), week(0.2, 0.2)]), weeks=12))
    ask = MONDAY + 20 * WEEK_H + np.array([3, 15, 3, 15])
    found = model.expected(np.array([3, 3, 10, 10]), ask, np.full(4, np.nan), 0.95)
    assert found.mean == pytest.approx([1, 9, 0.2, 0.2], rel=0.7)
    assert found.mean[1] > 4 * found.mean[0] and np.isnan(found.chance).all()


@pytest.mark.parametrize(("size", "seed"), [(None, 1), (None, 2), (2.0, 3), (2.0, 4)])
def test_intervals_hold_what_they_say(size: float | None, seed: int) -> None:
    """Of a week that was not learned from; discrete counts are held rather more often."""
    rate = np.stack([week(0.5, 4, 8, 1), week(3, 3, 0.1, 0.1), week(0.05, 0.05)])
    cell, hour, count, heard = history(rate, weeks=9, seed=seed, size=size)
    last = heard[-WEEK_H]
    model = learn(cell[hour < last], hour[hour < last], count[hour < last], heard[heard < last])
    new = np.zeros((3, WEEK_H))
    late = hour >= last
    new[cell[late] // 7, hour[late] - last] = count[late]
    rows, hours = np.divmod(np.arange(3 * WEEK_H), WEEK_H)
    found = model.expected(rows * 7 + 3, hours + last, new.ravel(), 0.95)
    inside = (new.ravel() >= found.low) & (new.ravel() <= found.high)
    assert 0.93 <= inside.mean() <= 1


def test_a_surge_of_the_past_does_not_hide_the_next() -> None:
    cell, hour, count, heard = history(week(1.0, 2.0)[None], weeks=8)
    count = np.where(hour == hour[50], 500, count)
    model = learn(cell, hour, count, heard)
    found = model.expected(np.array([3]), hour[50:51] + 8 * WEEK_H, np.array([30.0]), 0.999)
    assert found.high[0] < 30 and found.chance[0] < 1e-4


def test_hours_in_which_nothing_was_heard_do_not_count_as_quiet() -> None:
    cell, hour, count, heard = history(week(5.0, 5.0)[None], weeks=8)
    on = (heard - MONDAY) // 24 % 2 == 0
    model = learn(cell, hour, count, heard[on])
    assert model.mean[0].mean() == pytest.approx(5, rel=0.1)


def test_without_history_little_is_expected_and_nothing_is_sure() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    model = learn(nothing, nothing, nothing, nothing)
    found = model.expected(np.array([1]), np.array([MONDAY]), np.array([0.0]), 0.95)
    assert found.mean[0] == pytest.approx(0.5) and found.low[0] == 0 and found.high[0] >= 2 and found.chance[0] == 1


def test_a_new_cell_is_one_where_little_was() -> None:
    model = learn(*history(week(5.0, 5.0)[None], weeks=8))
    found = model.expected(np.array([4]), np.array([MONDAY]), np.array([1.0]), 0.95)
    assert found.mean[0] < 0.01 and found.high[0] == 0


@pytest.mark.parametrize("level", [0.5, 0.95, 0.999])
def test_quantiles_and_chances_are_those_of_the_distribution(level: float) -> None:
    mean = np.linspace(0.01, 60, WEEK_H)
    model = HourModel(np.array([1]), np.stack([mean, mean]), np.full((2, WEEK_H), 5.0), 0.3)
    ask = np.arange(WEEK_H) % 12
    found = model.expected(np.full(WEEK_H, 1), MONDAY + np.arange(WEEK_H), ask.astype(float), level)
    true = nbinom(1 / 0.5, 2 / (2 + mean))
    assert np.array_equal(found.low, true.ppf((1 - level) / 2).clip(0))
    assert np.array_equal(found.high, true.ppf(1 - (1 - level) / 2))
    assert found.chance == pytest.approx(true.sf(ask - 1), rel=1e-9)
