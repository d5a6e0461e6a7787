"""The verdict on a flight: the seed's fusion, its reasons, and how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from models.verdict import Fusion, Rule, persists, verdict

LOW, MEDIUM = Rule("cruise-turn", "an unusual turn at FL340", 1, 0.6), Rule("loiter", "circles", 2, 0.5)
UNTRUE, OVER = Rule("track-splice", "two tracks in one", 1, 0.6), replace(MEDIUM, now=False)
WHO = Rule("sighting", "a military aircraft", 1, 0.9)
HIGH = Rule("rapid-descent", "descends at 4,000 ft/min", 3, 0.7)
URGENT = Rule("squawk", "squawks 7700", 4, 0.9)
CALM, ODD = [0.2] * 9, [0.2, 0.995, 0.99995, 0.992, 0.1]


@pytest.mark.parametrize(
    ("rules", "point", "sequence", "label", "sure"),
    [
        ([], 0.4, CALM, "NORMAL", 0.0), ([], None, [], "NORMAL", 0.0), ([LOW], 0.4, CALM, "NORMAL", 0.0),
        ([UNTRUE], 0.4, CALM, "SUSPICIOUS", 0.5), ([replace(UNTRUE, lasted_s=2.0)], 0.4, CALM, "NORMAL", 0.0),
        ([MEDIUM], 0.4, CALM, "SUSPICIOUS", 0.5),
        ([OVER], 0.4, CALM, "NORMAL", 0.0), ([WHO], 0.4, CALM, "NORMAL", 0.0),
        ([HIGH], 0.4, CALM, "ANOMALOUS", 0.7), ([LOW, HIGH, URGENT], 0.999999, ODD, "ANOMALOUS", 0.9),
        ([], 0.999999, CALM, "SUSPICIOUS", 0.5), ([], 0.4, ODD, "SUSPICIOUS", 0.5),
        ([LOW, MEDIUM], 0.4, CALM, "SUSPICIOUS", 0.5), ([LOW, MEDIUM], 0.999999, ODD, "SUSPICIOUS", 0.875),
    ],
)  # fmt: skip
def test_fusion(rules: Sequence[Rule], point: float | None, sequence: list[float], label: str, sure: float) -> None:
    told = verdict(rules, point, "steep climb", sequence, Fusion())

    assert (told.label, told.confidence) == (label, sure)
    assert bool(told.reasons) == (label != "NORMAL")


def test_the_weightiest_reason_comes_first() -> None:
    told = verdict([LOW, HIGH, URGENT], 0.999999, "steep climb", ODD, Fusion())

    assert told.reasons == [
        "squawks 7700", "descends at 4,000 ft/min", "odd moment: steep climb",
        "the path of the last five minutes stays odd: 3 windows in a row", "an unusual turn at FL340",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("scores", "stays"),
    [(ODD, True), ([0.995, 0.99995, 0.2, 0.995], False), ([0.995] * 5, False), ([0.99995] * 2, False), ([], False)],
)
def test_a_path_stays_odd_for_windows_in_a_row(scores: list[float], stays: bool) -> None:
    assert persists(scores, Fusion()) is stays
