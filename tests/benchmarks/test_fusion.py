"""What the verdict weighs of attacked flights, and how its weights are learned."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from benchmarks.scorecard.fused import (
    best_threshold,
    calibrated,
    highest,
    lasting_only,
    regressed,
    window_starts,
)
from benchmarks.scorecard.fusion import tuned
from benchmarks.scorecard.report import Setup
from geo.features import Features
from models.verdict import AMONG, EVIDENCE, LEARNED_FROM, MOST_RARE, ORDERS, USUAL, Fusion, rarity


def test_the_largest_of_a_run_that_ends_here() -> None:
    random = np.random.default_rng(1)
    values, start = random.normal(size=200), np.maximum(np.arange(200) - random.integers(0, 40, 200), 0)
    assert highest(values, start).tolist() == [values[a : b + 1].max() for b, a in enumerate(start)]
    assert highest(values[:0], start[:0]).tolist() == []


def test_a_window_is_of_one_flight_and_so_long() -> None:
    none = np.zeros(5, dtype=np.int8)
    time = np.array([0, 100, 400, 50, 60]) * 1_000 + 1_700_000_000_000
    found = Features(np.arange(5), time, np.array([7, 7, 7, -3, -3]), none == 0, none, none, {})
    assert window_starts(found, 300).tolist() == [0, 0, 1, 3, 3]


def test_what_lasts_for_one_row_alone_is_left_out() -> None:
    none = np.zeros(7, dtype=np.int8)
    time = np.arange(7) * 10_000
    found = Features(np.arange(7), time, np.array([1, 1, 1, 1, 2, 2, 2]), none == 0, none, none, {})
    sure = np.array([0.4, 0.0, 0.4, 0.6, 0.4, 0.0, 0.0])
    assert lasting_only(found, sure, 5.0).tolist() == [0, 0, 0.4, 0.6, 0, 0, 0]
    assert lasting_only(found, np.zeros(7), 5.0).tolist() == [0] * 7


def test_weights_are_those_that_tell_the_rows_apart() -> None:
    random = np.random.default_rng(2)
    truth = np.repeat([True, False], 500)
    seen = np.column_stack([truth * random.random(1000), random.random((1000, len(EVIDENCE) - 1))])
    told = calibrated(seen, truth, Fusion())
    assert told.weights[0] > 5 * max(told.weights[1:]) and min(told.weights) == ORDERS
    assert told.weights[LEARNED_FROM:] == (ORDERS, ORDERS)
    assert (told.strength(seen) >= told.least)[truth].mean() > 0.9
    assert (told.strength(seen) >= told.least)[~truth].mean() < 0.1


def test_weights_are_those_of_a_regression_where_nothing_is_below_the_least() -> None:
    random = np.random.default_rng(3)
    seen = random.random((2_000, 2))
    truth = random.random(2_000) < 1 / (1 + np.exp(2.5 - 3 * seen[:, 0] - 2 * seen[:, 1]))
    fitted = LogisticRegression(class_weight="balanced", max_iter=1_000, tol=1e-8).fit(seen, truth).coef_[0]
    assert regressed(seen, truth, np.zeros(2_000)) == pytest.approx(fitted, rel=1e-2)
    assert regressed(-seen, truth, np.zeros(2_000)).tolist() == [ORDERS, ORDERS]


def test_learned_evidence_orders_and_does_not_alarm() -> None:
    fusion = Fusion()
    assert 0 < sum(fusion.weights[LEARNED_FROM:]) < fusion.least / 10 and min(fusion.weights) >= ORDERS
    lightest = 0.3 * fusion.weights[EVIDENCE.index("behaviour of the last minutes")]
    assert sum(fusion.weights[LEARNED_FROM:]) < lightest, "what a rule found comes before what is only rare"


def test_the_threshold_is_in_the_middle_of_the_gap() -> None:
    strength = np.array([0.0, 0.5, 0.5, 2.0, 2.0, 3.0])
    assert best_threshold(strength, strength > 1) == 1.25
    assert best_threshold(strength, strength > 2.5) == 2.5
    assert best_threshold(strength, np.array([False, True, False, True, True, True])) == 0.25


def test_weights_need_a_recording_that_may_be_looked_at() -> None:
    with pytest.raises(ValueError, match="give the folder"):
        tuned(Setup("squawk"))


def test_rarity_is_digits_beyond_what_the_oddest_of_a_window_usually_has() -> None:
    usual = 1 - 0.01 / AMONG
    half = 1 - 10 ** (-(USUAL + MOST_RARE) / 2)
    assert rarity(np.array([0.0, 0.99, usual, half, 0.9999999])) == pytest.approx([0, 0, 0, 0.5, 1], abs=1e-9)
