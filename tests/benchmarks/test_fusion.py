"""The verdict on attacked flights: which rows each part and all together find fault with; how weights are learned."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.scorecard.fused import calibrated, highest, window_starts
from benchmarks.scorecard.fusion import PARTS, parts_of
from benchmarks.scorecard.scoring import Flags
from geo.features import Features
from models.verdict import EVIDENCE, Fusion, rarity


def test_each_part_finds_its_own_rows() -> None:
    none = np.zeros(5)
    standing = {
        "squawk": np.array([0.9, 0, 0, 0, 0]), "loiter": np.array([0, 0.5, 0, 0, 0]),
        "ml-point": np.array([0, 0, 0.7, 0, 0]),
    }  # fmt: skip
    urgent = {"squawk": standing["squawk"], "loiter": none, "ml-point": none}
    seen = np.array([[0.9, 0, 0, 0], [0.9, 0.5, 0, 0], [0, 0, 0, 1.0], [0, 0, 0, 0], [0, 0, 0.1, 0]])
    at = np.array([0, 1, 2, 3, 4])

    found = parts_of(Flags(standing=standing, urgent=urgent), at, seen, Fusion(weights=(1, 1, 1, 1), least=0.8))

    assert {name: np.flatnonzero(rows).tolist() for name, rows in found.items()} == {
        "rules": [0], "ml-point": [2], "ml-sequence": [], "verdict": [0, 1, 2],
    }  # fmt: skip
    assert tuple(found) == PARTS


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


def test_weights_are_those_that_tell_the_rows_apart() -> None:
    random = np.random.default_rng(2)
    truth = np.repeat([True, False], 500)
    seen = np.column_stack([truth * random.random(1000), random.random((1000, len(EVIDENCE) - 1))])
    told = calibrated(seen, truth, 0.01, Fusion())
    assert told.weights[0] > 5 * max(told.weights[1:]) and min(told.weights) >= 0
    assert (told.strength(seen[~truth]) >= told.least).mean() <= 0.01


def test_rarity_is_digits() -> None:
    assert rarity(np.array([0.0, 0.9, 0.999, 0.9999999])) == pytest.approx([0, 1 / 6, 0.5, 1])
