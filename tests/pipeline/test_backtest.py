"""The confidence that keeps alerts to a budget."""

from __future__ import annotations

import pytest

from geo.alert import Alert
from pipeline.backtest import confidence_for


def alerts(*confidences: float | None) -> list[Alert]:
    return [Alert(str(k), 1, "anomaly-starts", 0, 5, "", confidence=c) for k, c in enumerate(confidences)]


@pytest.mark.parametrize(
    ("sure", "budget", "wanted"),
    [
        ((0.5, 0.6, 0.9), 3, 0.0), ((0.5, 0.6, 0.9), 2, 0.51), ((0.5, 0.5, 0.9), 2, 0.51), ((0.5, 0.6, 0.95), 1, 0.61),
        ((1.0, 1.0), 1, None), ((None, 0.4), 1, 0.41), ((None, None), 1, None), ((), 1, 0.0),
    ],
)  # fmt: skip
def test_the_least_that_keeps_to_the_budget(
    sure: tuple[float | None, ...], budget: float, wanted: float | None
) -> None:
    found = confidence_for(alerts(*sure), 1.0, budget)

    assert found == wanted
    if found is not None:
        assert sum(c is None or c >= found for c in sure) <= budget
