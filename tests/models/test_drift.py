"""Drift: none where nothing changed, much where everything did, and what the numbers are called."""

from __future__ import annotations

import numpy as np
import pytest

from geo.features import Features
from models.drift import BINS, CHANGED, PACES, SHIFTED, Reference, level, paces

RANDOM = np.random.default_rng(1)
LEARNED = np.stack([RANDOM.normal(0, 1, 20_000), np.zeros(20_000)], axis=1).astype(np.float32)


def pace(rows: object, number: int = 0) -> np.ndarray:  # type: ignore[type-arg]
    """All rows at one pace."""
    return np.full(len(rows), number)  # type: ignore[arg-type]


REFERENCE = Reference.learned(LEARNED, pace(LEARNED))


def test_the_same_population_is_stable() -> None:
    again = np.stack([RANDOM.normal(0, 1, 5_000), np.zeros(5_000)], axis=1)
    index = REFERENCE.index(again, pace(again))
    assert index.max() < 0.01 and [level(one) for one in index] == ["stable", "stable"]


@pytest.mark.parametrize(("shift", "named"), [(0.1, "stable"), (0.4, "changed"), (1.0, "shifted")])
def test_a_population_that_moved_is_named_by_how_far(shift: float, named: str) -> None:
    moved = np.stack([RANDOM.normal(shift, 1, 20_000), np.zeros(20_000)], axis=1)
    assert level(REFERENCE.index(moved, pace(moved))[0]) == named


def test_the_index_is_the_sum_over_the_bins() -> None:
    """Half of the rows in the lowest bin: (0.5 - 0.1) ln 5 and nine times (0.5 / 9 - 0.1) ln(0.5 / 0.9)."""
    bins = np.arange(BINS).repeat(100).astype(float)[:, None]
    now = np.concatenate([np.zeros(900), np.arange(1, BINS).repeat(100)])[:, None]
    wanted = 0.4 * np.log(5) + 9 * (0.5 / 9 - 0.1) * np.log(0.5 / 0.9)
    assert Reference.learned(bins, pace(bins)).index(now, pace(now))[0] == pytest.approx(wanted, rel=0.01)


def test_of_nothing_nothing_is_known() -> None:
    index = REFERENCE.index(LEARNED[:0], pace(LEARNED[:0]))
    assert [level(one) for one in index] == ["unknown", "unknown"]


def test_it_is_kept_and_checked() -> None:
    one, moved = REFERENCE, LEARNED + 1
    back = Reference.of(one.arrays(), 2)
    assert back is not None and np.array_equal(back.index(moved, pace(moved)), one.index(moved, pace(moved)))
    assert Reference.of({}, 2) is None
    with pytest.raises(ValueError, match="other features"):
        Reference.of(one.arrays(), 3)


def features(flight: list[int], seconds: list[float]) -> Features:
    none = np.zeros(len(flight), dtype=np.int8)
    time = (np.array(seconds) * 1000).astype(np.int64)
    return Features(np.arange(len(flight)), time, np.array(flight), none == 0, none, none, {})


def test_a_rows_pace_is_how_long_after_its_flights_row_before_it_came() -> None:
    found = features([1, 1, 1, 1, 1, 2, 2], [0, 10, 25, 45, 200, 201, 213])
    assert paces(found).tolist() == [PACES - 1, 0, 1, 2, PACES - 1, PACES - 1, 0]
    assert paces(found.take(np.arange(0))).tolist() == []


def test_rows_are_compared_with_those_that_came_at_their_pace() -> None:
    """A change by the second over 10 s and over 15 s: the same noise, of which the longer step shows less."""
    steps = RANDOM.integers(-2, 3, 40_000) * 64.0
    quick, slow = (steps[:20_000] / 10)[:, None], (steps[20_000:] / 15)[:, None]
    both = Reference.learned(np.concatenate([quick, slow]), np.repeat([0, 1], 20_000))
    alone = Reference.learned(np.concatenate([quick, slow]), np.repeat([2, 2], 20_000))

    assert both.index(quick[:5_000], pace(quick[:5_000]))[0] < 0.01
    assert both.index(slow[:5_000], pace(slow[:5_000], 1))[0] < 0.01
    assert both.index(quick[:5_000], pace(quick[:5_000], 1))[0] > SHIFTED
    assert alone.index(quick[:5_000], pace(quick[:5_000]))[0] > CHANGED, "a pace not learned from: all rows together"


def test_what_share_came_at_a_pace_that_is_known() -> None:
    assert REFERENCE.known(np.array([0, 0, 0, 1])) == 0.75
    assert np.isnan(REFERENCE.known(np.zeros(0, dtype=np.int64)))


def test_a_model_from_before_paces_has_one_reference_for_all() -> None:
    old = {"edges": REFERENCE.edges, "share": REFERENCE.share[0]}
    back = Reference.of(old, 2)
    assert back is not None and back.known(np.array([0, 3])) == 1
    assert back.index(LEARNED, pace(LEARNED, 1)) == pytest.approx(REFERENCE.index(LEARNED, pace(LEARNED)))
