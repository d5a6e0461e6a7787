"""Drift: none where nothing changed, much where everything did, and what the numbers are called."""

from __future__ import annotations

import numpy as np
import pytest

from models.drift import BINS, Reference, level

RANDOM = np.random.default_rng(1)
LEARNED = np.stack([RANDOM.normal(0, 1, 20_000), np.zeros(20_000)], axis=1).astype(np.float32)


def test_the_same_population_is_stable() -> None:
    again = np.stack([RANDOM.normal(0, 1, 5_000), np.zeros(5_000)], axis=1)
    index = Reference.learned(LEARNED).index(again)
    assert index.max() < 0.01 and [level(one) for one in index] == ["stable", "stable"]


@pytest.mark.parametrize(("shift", "named"), [(0.1, "stable"), (0.4, "changed"), (1.0, "shifted")])
def test_a_population_that_moved_is_named_by_how_far(shift: float, named: str) -> None:
    moved = np.stack([RANDOM.normal(shift, 1, 20_000), np.zeros(20_000)], axis=1)
    assert level(Reference.learned(LEARNED).index(moved)[0]) == named


def test_the_index_is_the_sum_over_the_bins() -> None:
    """Half of the rows in the lowest bin: (0.5 - 0.1) ln 5 and nine times (0.5 / 9 - 0.1) ln(0.5 / 0.9)."""
    bins = np.arange(BINS).repeat(100).astype(float)[:, None]
    now = np.concatenate([np.zeros(900), np.arange(1, BINS).repeat(100)])[:, None]
    wanted = 0.4 * np.log(5) + 9 * (0.5 / 9 - 0.1) * np.log(0.5 / 0.9)
    assert Reference.learned(bins).index(now)[0] == pytest.approx(wanted, rel=0.01)


def test_of_nothing_nothing_is_known() -> None:
    index = Reference.learned(LEARNED).index(LEARNED[:0])
    assert [level(one) for one in index] == ["unknown", "unknown"]


def test_it_is_kept_and_checked() -> None:
    one = Reference.learned(LEARNED)
    back = Reference.of(one.arrays(), 2)
    assert back is not None and np.array_equal(back.index(LEARNED), one.index(LEARNED))
    assert Reference.of({}, 2) is None
    with pytest.raises(ValueError, match="other features"):
        Reference.of(one.arrays(), 3)
