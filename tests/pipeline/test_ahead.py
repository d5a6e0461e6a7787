"""`will-enter`: told once per visit, with its confidence, however the rows are cut."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from geo.alert import Alert
from geo.batch import Batch
from pipeline.watcher import Watcher
from tests.pipeline.test_watcher import MIN, T0, area, rows, watching


def flown(path: list[tuple[float, float]], track: float = 90.0, **columns: Any) -> list[Batch]:
    """Fixes as (longitude, minutes) on 47.25 N; from 7.5 E to the box at 8 E are 37.7 km."""
    moving = {"track": track, "ground_speed": 244.0} | columns  # 7.53 km a minute: 0.1 degrees of longitude there
    return [rows(lon, t, **moving) for lon, t in path]


def told(watcher: Watcher, batches: list[Batch]) -> list[Alert]:
    return [alert for one in batches for alert in watcher.feed(one, [], int(one["time"].max()))]


STRAIGHT = [(7.5 + k / 20, k / 2) for k in range(34)]


def test_who_comes_is_told_of_once_and_with_confidence() -> None:
    (one,) = told(watching("will-enter", minutes=4), flown(STRAIGHT))

    assert one.text == "DLH4AB (3c0007) will be in The Box in 4 min at 9,000 ft"
    assert T0 + MIN / 2 <= one.time <= T0 + 2 * MIN and one.confidence is not None and 0.7 < one.confidence < 0.9


def test_who_comes_back_is_told_of_again() -> None:
    back = [(9.2 - k / 20, 17 + k / 2) for k in range(8)]
    found = told(watching("will-enter", minutes=4), [*flown(STRAIGHT), *flown(back, track=270.0)])
    assert len(found) == 2


def test_who_turns_is_told_of_with_less_confidence_or_not_at_all() -> None:
    turning = [batch for k, place in enumerate(STRAIGHT[:8]) for batch in flown([place], track=(90.0 + 60 * k) % 360)]
    assert told(watching("will-enter", minutes=10, confidence=0.5), turning) == []


@pytest.mark.parametrize("every", [1, 2, 7, 34])
def test_any_split_gives_the_same(every: int) -> None:
    both = [Batch.concat(pair) for pair in zip(flown(STRAIGHT), flown(STRAIGHT[::-1], 270.0, flight=8), strict=False)]
    whole = Batch.concat(both)
    order = np.argsort(whole["time"], kind="stable")
    parts = [whole.take(part) for part in np.array_split(order, every)]

    one_by_one = told(watching("will-enter"), [whole.take(order[k : k + 1]) for k in range(len(order))])

    assert told(watching("will-enter"), parts) == one_by_one and one_by_one


def test_what_flies_above_the_area_will_not_be_in_it() -> None:
    assert told(watching("will-enter", area(ceiling=5_000)), flown(STRAIGHT)) == []
