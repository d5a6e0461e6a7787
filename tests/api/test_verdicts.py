"""Figures from verdicts: intervals, and the confidence that keeps to a budget."""

from __future__ import annotations

import pytest

from api.verdicts import ENOUGH, precision, proposal, wilson


def verdicts(*told: tuple[float, bool, int]) -> list[dict[str, object]]:
    return [{"confidence": c, "right": right} for c, right, times in told for _ in range(times)]


def test_wilson_as_published() -> None:
    # Newcombe (1998), table I: 81 of 263, and 0 of 20.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert wilson(0, 0) is None


def test_few_verdicts_say_that_they_are_few() -> None:
    few = precision(verdicts((0.5, True, 3), (0.5, False, 1)))
    assert (few["reviewed"], few["precision"], few["too_few"]) == (4, 0.75, f"4 of {ENOUGH} verdicts")
    assert precision([])["interval"] is None and precision(verdicts((0.5, True, 20)))["too_few"] is None


def test_the_confidence_that_keeps_to_the_budget() -> None:
    told = verdicts((0.4, False, 30), (0.8, True, 49))

    high = proposal(told, {0.4: 300, 0.8: 100}, 10.0, 1.0)
    all_of_it = proposal(told, {0.4: 300, 0.8: 100}, 10.0, 40.0)

    assert (high["confidence"], high["alarms_a_day"], high["false_a_day_at_most"]) == (0.8, 10.0, 0.2)
    assert all_of_it["confidence"] == 0.0


@pytest.mark.parametrize(("times", "why"), [(5, "too few verdicts: 5 of 20"), (25, "no confidence keeps")])
def test_nothing_is_proposed_where_nothing_can_be(times: int, why: str) -> None:
    found = proposal(verdicts((0.5, False, times)), {0.5: 100}, 1.0, 10 / 17)
    assert found["confidence"] is None and found["why"].startswith(why) and "0.588" not in found["why"]
