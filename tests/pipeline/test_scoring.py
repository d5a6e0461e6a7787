"""Rows judged at once: rules, scores, one verdict; windows by aircraft are bounded."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from detectors._examples import EPOCH, fly, together
from geo.features import Features
from geo.schema import Array
from pipeline.scoring import Scorer, Windows
from tests.contract_classes import resources, shipped


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer({n: resources()[n] for n in ("airports", "registers")}, shipped("point"))


def test_calm_is_normal(scorer: Scorer) -> None:
    one = scorer.judge(fly(seconds=600))

    assert one.verdict.label == "NORMAL" and one.point is not None and one.point < 0.99 and one.rows == 600


def test_a_critical_rule_is_anomalous(scorer: Scorer) -> None:
    one = scorer.judge(fly(seconds=600, squawk=b"7700"))

    assert one.verdict.label == "ANOMALOUS" and "7700" in one.verdict.reasons[0]
    assert [r.class_id for r in one.rules] == ["squawk"]


def test_an_odd_moment_is_suspicious_as_long_as_it_is_in_the_window(scorer: Scorer) -> None:
    n = np.arange(900)
    gone = (n >= 180) & (n < 300)
    lost: dict[str, Any] = {"nic": np.where(gone, 0, 8), "nac_p": np.where(gone, 0, 9), "sil": 3}
    rows = fly(seconds=900, **lost)

    soon, later = scorer.judge(rows.take(n[:400])), scorer.judge(rows)

    assert soon.verdict.label == "SUSPICIOUS" and "odd moment: poor integrity" in soon.verdict.reasons[0]
    assert later.verdict.label == "NORMAL"


class Odd:
    """A sequence model that finds every window odd."""

    names = ("gspeed", "alt")

    def scores(self, found: Features) -> tuple[Array, Array]:
        ends = np.arange(min(len(found), 29), len(found))
        return ends, np.full(len(ends), 0.99999)


def test_a_sequence_model_is_asked_where_there_is_one(scorer: Scorer) -> None:
    one = replace(scorer, sequence=Odd()).judge(fly(seconds=600))

    assert one.verdict.label == "SUSPICIOUS" and one.sequence == 0.99999 and "stays odd" in one.verdict.reasons[0]


def test_points_are_scored_whatever_their_slots(scorer: Scorer) -> None:
    rows = together(fly(seconds=3), fly(0x111111, 3, lat=40.0))

    found, scores, words = scorer.points(rows)

    assert len(found) == len(scores) == len(words) == 6 and all(words)
    assert sorted(found.row.tolist()) == list(range(6))
    assert scorer.points(rows.take(np.arange(0)))[1].size == 0


def test_windows_are_bounded_and_each_moment_stands_once() -> None:
    windows = Windows(most_aircraft=2, rows=10)

    kept = [windows.add((None, k), fly(k + 1, 30)) for k in range(4)]
    again = windows.add((None, 3), fly(4, 30))

    assert [len(one) for one in kept] == [10] * 4 and list(windows.kept) == [(None, 2), (None, 3)]
    assert np.array_equal(again["time"], EPOCH + np.arange(20, 30) * 1000)
