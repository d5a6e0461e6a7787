"""Learned scores beside each other: figures of scorers whose answer is known, and all rivals on one small world."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.scorecard.attacks import SET_A
from benchmarks.scorecard.corpora import synthetic_flights
from benchmarks.scorecard.learned import Seen, compare, model_scorers, row_scorers
from benchmarks.scorecard.learned_page import FUSION, RULES, URGENT
from benchmarks.scorecard.report import Setup
from detectors._registry import registry
from feeds.synthetic import open_synthetic
from geo.batch import Batch
from geo.feature_rows import Places
from geo.feature_stream import FeatureStream
from geo.features import Features
from models.active import SHIPPED, load
from models.feature_days import FeatureTable
from models.sequence import NAMES

TRUTH = np.repeat([False, True, False], [60, 40, 400])
BYSTANDER = np.repeat([False, True], [100, 400])


def seen(score: object) -> dict[str, float]:
    one = Seen()
    one.add(np.asarray(score, dtype=float), TRUTH, BYSTANDER)
    return one.figures()


def test_a_score_that_knows_is_perfect_and_one_that_does_not_is_chance() -> None:
    assert seen(TRUTH) == {"precision": 1.0, "recall": 1.0, "f1": 1.0, "fpr": 0.0, "auc": 1.0, "false_share": 0.0}
    assert seen(np.zeros(500))["auc"] == 0.5 and seen(np.zeros(500))["recall"] == 0
    assert seen(np.arange(500) % 7)["auc"] == pytest.approx(0.5, abs=0.1)


def test_at_most_one_row_in_a_hundred_of_the_others_is_flagged() -> None:
    found = seen(np.where(TRUTH, 350.5, np.concatenate([np.zeros(100), np.arange(400)])))
    assert found["false_share"] == pytest.approx(0.01, abs=0.003) and found["recall"] == 0


def test_rows_of_which_nothing_is_said_do_not_count() -> None:
    assert seen(np.where(np.arange(500) % 2, TRUTH, np.nan))["recall"] == 1


def test_all_rivals_score_the_same_rows() -> None:
    """A drift in synthetic flights; the rules are two that take little time."""
    rows = FeatureStream(NAMES)
    parts = list(open_synthetic("synthetic:aircraft=12,hours=0.3,step=10,calm=1").batches())
    table = FeatureTable.of(*rows.extend(Batch.concat(parts)))
    classes = {name: registry()[name] for name in ("kinematics", "position-drift")}
    everything = row_scorers(table, NAMES) | {"blind": _blind}
    given = (Setup("kinematics,position-drift").make(), classes)
    both = (load(SHIPPED / "point")[1], load(SHIPPED / "sequence")[1])
    attacks = {"position_drift": SET_A["position_drift"]}
    found = compare(synthetic_flights(), attacks, everything, NAMES, Places(), 2, given, both)
    figures = found["position_drift"]
    own = {name for name, one in figures.items() if "own_f1" in one}
    assert set(figures) == {"IsolationForest", "LOF", "robust z", "blind", *model_scorers(*both), RULES, URGENT, FUSION}
    assert own == {RULES, URGENT, FUSION} and all(0 <= figures[name]["own_false_share"] <= 1 for name in own)
    assert figures["blind"]["auc"] == 0.5 and all(0 <= one["auc"] <= 1 for one in figures.values())


def _blind(found: Features) -> np.ndarray:
    return np.zeros(len(found))
