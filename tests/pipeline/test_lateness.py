"""Lateness that is learned: feeds in order are not waited for, others as long as they need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pytest

from detectors._examples import EPOCH, during, fly, together
from detectors._registry import registry
from geo.batch import Batch
from pipeline import checkpoint
from pipeline.engine import Engine
from pipeline.lateness import LEARN_MS, MARGIN_MS, NONE_MS, SLOT_MS, SLOTS, Lateness

MOST_MS = 2_000


def engine(adapts: bool = True) -> Engine:
    return Engine({"squawk": registry()["squawk"]}, adapts=adapts)


def traffic(seconds: int = 200) -> Batch:
    codes = during(b"7700", b"1000", 60, 150, seconds, "S4")
    return together(fly(1, seconds, squawk=codes, callsign=b"ABC1"), fly(2, seconds, lat=45, squawk=b"2000"))


def by_second(rows: Batch) -> list[Batch]:
    """As a feed gives them that is asked every second."""
    return [rows.take(rows["time"] == ms) for ms in np.unique(rows["time"])]


def said(own: Engine, batches: Iterable[Batch]) -> list[Any]:
    steps = [*(own.feed(batch) for batch in batches), own.finish()]
    found = {a.id: a for step in steps for a in step.anomalies}
    return sorted((a.id, a.start, a.end, a.state, a.confidence) for a in found.values())


def learned(late_ms: Sequence[int], seconds: int = 40) -> Lateness:
    """Each row of another aircraft; in each second the newest, then one that is so far behind (of these, by turns)."""
    own, newest = Lateness(MOST_MS), 0
    for k in range(seconds):
        now = EPOCH + k * 1000
        for row, ms in ((2 * k, now), (2 * k + 1, now - late_ms[k % len(late_ms)])):
            own.note(0, np.array([row]), np.array([ms]), newest)
            newest = max(newest, ms)
    return own


def wait_ms(own: Lateness, seconds: int = 40) -> int:
    return own.wait_ms(0, EPOCH + seconds * 1000)


def test_a_feed_in_order_is_not_waited_for_once_it_is_known() -> None:
    own = engine()
    steps = [own.feed(batch) for batch in by_second(traffic(60))]

    waits = [int(own.arrivals.newest) - EPOCH - (step.watermark - 1 - EPOCH) for step in steps[-1:]]
    assert [len(step.rows) for step in steps[:3]] == [0, 0, 0], "not known yet"
    assert len(steps[-1].rows) == 2 and waits == [0]


def test_the_same_anomalies_are_found() -> None:
    assert said(engine(), by_second(traffic())) == said(engine(adapts=False), by_second(traffic())) != []


@pytest.mark.parametrize("size", [1, 7, 1_000])
def test_any_split_of_rows_in_order_gives_the_same(size: int) -> None:
    rows = traffic()
    rows = rows.take(np.argsort(rows["time"], kind="stable"))
    cut = [rows.take(np.arange(k, min(k + size, len(rows)))) for k in range(0, len(rows), size)]

    own = engine()
    found = said(own, cut)

    assert (found, own.counts["late"]) == (said(engine(adapts=False), [rows]), 0)


def test_rows_that_were_late_are_waited_for() -> None:
    own = learned([400, 200])
    assert wait_ms(own) == 600 + MARGIN_MS


def test_rows_as_late_as_before_are_all_judged() -> None:
    """Two aircraft of one feed, one always two seconds behind: all of its rows come after newer ones."""
    rows = traffic()
    fast, slow = (rows.take(rows["icao24"] == who) for who in (2, 1))
    own, batches = engine(), []
    for k in range(len(fast)):
        batches += [fast.take(np.array([k])), slow.take(np.array([k - 2] if k >= 2 else [], dtype=np.intp))]

    found = said(own, [*batches, slow.take(np.array([len(slow) - 2, len(slow) - 1]))])

    assert own.counts["late"] == 0
    assert [one[1:3] for one in found] == [one[1:3] for one in said(engine(adapts=False), [rows])]


def test_it_is_never_waited_longer_than_is_configured() -> None:
    assert wait_ms(learned([1_900])) == MOST_MS
    assert wait_ms(learned([0])) == MARGIN_MS


def test_what_is_too_late_anyway_counts_for_nothing() -> None:
    assert wait_ms(learned([30_000])) == NONE_MS


def test_a_snapshot_tells_again_of_who_was_not_heard_since() -> None:
    own = Lateness(MOST_MS)
    for k in range(40):
        now, wavering = EPOCH + k * 1000, 50 * (k % 2)
        before = now - 1_100 if k else 0
        heard = np.array([now - 100, now - 1_000 + wavering - 1_000 * (k % 2)])
        own.note(0, np.array([1, 2]), heard, before)
    assert wait_ms(own) == NONE_MS


def test_what_was_late_is_forgotten_after_a_while() -> None:
    own, seconds = learned([400, 200]), SLOTS * SLOT_MS // 1000 + 40
    for k in range(40, seconds):
        own.note(0, np.array([k]), np.array([EPOCH + k * 1000]), EPOCH + (k - 1) * 1000)
    assert wait_ms(own, seconds) == NONE_MS
    assert len(own.of[0].late) == SLOTS


def test_nothing_is_known_of_a_feed_that_was_heard_for_a_moment() -> None:
    own = Lateness(MOST_MS)
    own.note(0, np.array([1]), np.array([EPOCH]), 0)
    assert own.wait_ms(0, EPOCH + LEARN_MS - 1) == MOST_MS == own.wait_ms(1, EPOCH)


def test_a_restart_waits_as_before() -> None:
    batches = by_second(traffic(80))
    whole, first, second = engine(), engine(), engine()
    before = [first.feed(batch) for batch in batches[:50]]
    checkpoint.restore(second, checkpoint.save(first))

    after = [second.feed(batch) for batch in batches[50:]]

    watermarks = [step.watermark for step in (*before, *after)]
    assert watermarks == [whole.feed(batch).watermark for batch in batches]
    assert watermarks[-1] == int(batches[-1]["time"][0]) + 1


def test_two_feeds_wait_for_each_other_long_enough_to_become_one() -> None:
    rows = traffic(60)
    own = engine()
    for batch in by_second(rows):
        for feed in (0, 1):
            step = own.feed(batch.with_columns(feed=np.full(len(batch), feed, dtype=np.uint8)))
    assert int(rows["time"].max()) - step.watermark == 1_000
    assert own.counts["fused"] > 80
