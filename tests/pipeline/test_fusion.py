"""What several feeds heard of one observation is one row, which says who heard it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from geo.batch import Batch, checked
from geo.schema import COLUMNS, present
from pipeline.arrivals import Arrivals
from pipeline.fusion import Fusion
from pipeline.inbox import Inbox

EPOCH = 1_700_000_000_000


def rows(*each: tuple[float, int, int], **columns: Any) -> Batch:
    """(second, feed, aircraft) a row, at one place unless `lat` says otherwise."""
    n = len(each)
    given: dict[str, Any] = {
        "time": [EPOCH + round(s * 1000) for s, _, _ in each], "feed": [f for _, f, _ in each],
        "icao24": [a for _, _, a in each], "lat": [47.0] * n, "lon": [8.0] * n,
    } | columns  # fmt: skip
    return checked({name: np.array(v, dtype=COLUMNS[name].dtype) for name, v in given.items()})


def fuse(batch: Batch, released: int = 0) -> Batch:
    return Fusion().fuse(batch, released)


def test_one_place_of_two_feeds_is_one_row_that_both_heard() -> None:
    kept = fuse(rows((0.0, 2, 1), (0.4, 0, 1)))

    assert (kept["feed"].tolist(), kept["heard"].tolist()) == ([0], [0b101])
    assert kept["time"].tolist() == [EPOCH + 400], "the row of the lowest number is kept, whatever came first"


def test_three_feeds_and_rounding() -> None:
    kept = fuse(
        rows((0.0, 0, 1), (0.2, 1, 1), (0.3, 4, 1), lat=[47.123449, 47.12345, 47.1234], lon=[8.0, 8.0, 8.00004])
    )

    assert kept["heard"].tolist() == [0b10011]


@pytest.mark.parametrize(
    "apart",
    [
        rows((0.0, 0, 1), (0.4, 1, 2)),
        rows((0.0, 0, 1), (1.1, 1, 1)),
        rows((0.0, 0, 1), (0.4, 1, 1), lat=[47.0, 47.001]),
        rows((0.0, 0, 1), (0.4, 0, 1)),
        rows((0.0, 1, 1), (0.4, 1, 1)),
        rows((0.0, 0, 1), (0.4, 1, 1), lat=[47.0, np.nan]),
    ],
    ids=[
        "another aircraft",
        "another second",
        "another place",
        "the same feed",
        "the same other feed",
        "without place",
    ],
)
def test_what_is_not_the_same_observation_stays(apart: Batch) -> None:
    kept = fuse(apart)

    assert len(kept) == 2
    assert not kept["heard"].any()


def test_rows_without_a_place_are_fused_too() -> None:
    kept = fuse(rows((0.0, 0, 1), (0.4, 1, 1), lat=[np.nan] * 2, lon=[np.nan] * 2))

    assert kept["heard"].tolist() == [0b11]


def test_each_row_is_used_once_and_the_nearest_wins() -> None:
    """A parked aircraft: one place, a row a second from either."""
    each = [(float(s), 0, 1) for s in range(5)] + [(s + 0.3, 1, 1) for s in range(5)]
    kept = fuse(rows(*each))

    assert kept["feed"].tolist() == [0] * 5
    assert kept["heard"].tolist() == [0b11] * 5


def test_what_one_feed_lacks_the_other_fills_in_but_not_what_is_its_receivers_own() -> None:
    kept = fuse(
        rows((0.0, 0, 1), (0.1, 1, 1), (0.2, 2, 1), callsign=[b"", b"ABC1", b"XYZ9"], rssi=[-9, -20, -30],
             baro_altitude=[np.nan, 5000, 6000], messages=[np.nan, 77, 88], nic=[8, 7, 6])
    )  # fmt: skip

    assert (kept["callsign"].tolist(), kept["baro_altitude"].tolist(), kept["nic"].tolist()) == ([b"ABC1"], [5000], [8])
    assert kept["rssi"].tolist() == [-9]
    assert not present("messages", kept["messages"]).any(), "a counter of another receiver would jump"


def test_fused_again_nothing_changes() -> None:
    fusion = Fusion()
    once = fusion.fuse(rows((0.0, 0, 1), (0.4, 1, 1), (0.5, 1, 1)), 0)
    again = fusion.fuse(once, 0)

    assert again["time"].tolist() == once["time"].tolist()
    assert fusion.fused == {1: 1}


def test_the_order_of_arrival_does_not_matter() -> None:
    rng = np.random.default_rng(3)
    when, who, what = rng.uniform(0, 3, 60), rng.integers(0, 4, 60), rng.integers(1, 4, 60)
    each = [(float(t), int(f), int(a)) for t, f, a in zip(when, who, what, strict=True)]
    whole = rows(*each)
    kept = [fuse(whole.take(rng.permutation(60))) for _ in range(5)]

    assert len({tuple(sorted(zip(k["time"], k["feed"], k["heard"], strict=True))) for k in kept}) == 1
    assert len(kept[0]) < 60


def test_a_twin_that_comes_too_late_goes() -> None:
    arrivals = Arrivals(lateness_ms=0)
    arrivals.add(rows((0.0, 0, 1), (5.0, 1, 2)))
    arrivals.release()

    arrivals.add(rows((0.2, 1, 1), (0.3, 1, 3)))
    late, passed = arrivals.release()

    assert late["icao24"][passed].tolist() == [3]
    assert arrivals.fusion.fused == {1: 1}


def test_the_fastest_feed_waits_for_the_slower_one_but_not_for_ever() -> None:
    arrivals = Arrivals(lateness_ms=2_000, skew_ms=10_000)
    arrivals.add(rows((100.0, 0, 1)))
    arrivals.add(rows((95.0, 1, 2)))
    arrivals.release()
    assert arrivals.cut == EPOCH + 93_000

    arrivals.add(rows((106.0, 0, 1)))
    arrivals.release()

    assert arrivals.cut == EPOCH + 104_000, "the other is more than ten seconds behind"


def test_ten_thousand_rows_of_four_feeds_come_out_as_a_quarter() -> None:
    n = 2_500
    rng = np.random.default_rng(1)
    place = {"lat": np.tile(rng.uniform(40, 50, n), 4), "lon": np.tile(rng.uniform(0, 10, n), 4)}
    each = [(float(j), f, i) for f in range(4) for i, j in enumerate(rng.uniform(0, 0.9, n))]

    kept = fuse(rows(*each, **place))

    assert len(kept) == n
    assert (kept["heard"] == 0b1111).all()


def test_who_floods_the_queue_costs_the_others_nothing() -> None:
    inbox = Inbox(most=1_000)
    inbox.put(rows((0.0, 0, 1), (1.0, 0, 2)), 3)
    for second in range(20):
        inbox.put(rows(*[(float(second), 0, i) for i in range(100)]), 7)

    assert inbox.state(3) == {"queued": 2, "dropped": 0, "delivered": 2}
    assert inbox.state(7) == {"queued": 900, "dropped": 1_100, "delivered": 2_000}
    assert set(inbox.take()["feed"].tolist()) == {3, 7}
    assert inbox.rows == 0
