"""A checkpoint comes before its time when much would be judged again, and never takes more than a tenth of that."""

from __future__ import annotations

import pytest

from pipeline.rejudging import AGAIN_S, KEEPING, Rejudging


@pytest.mark.parametrize(
    ("since", "took", "judged", "much"),
    [
        (0.0, 0.0, AGAIN_S - 0.1, False), (0.0, 0.0, AGAIN_S, True), (50.0, 0.1, 51.0, False),
        (50.0, 1.0, 50.0 + AGAIN_S, False), (50.0, 1.0, 50.0 + KEEPING, True),
    ],
)  # fmt: skip
def test_it_is_worth_its_while(since: float, took: float, judged: float, much: bool) -> None:
    assert Rejudging(since, took).much(judged) is much
