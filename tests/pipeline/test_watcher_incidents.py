"""Alerts about incidents: one for all of an incident's anomalies, one more when it grows more urgent."""

from __future__ import annotations

from tests.pipeline.test_watcher import MIN, T0, anomaly, rows, watching


def test_an_incident_is_told_of_once_and_again_when_it_grows_more_urgent() -> None:
    watcher, second = watching("anomaly-starts"), anomaly(id="a2", class_id="squawk", priority=3)
    steps = [([anomaly()], 2), ([second], 3), ([anomaly(end=T0 + 2 * MIN), second], 3), ([anomaly(id="a3")], 3)]

    told = [
        watcher.feed(rows(20.0, k), some, T0 + k * MIN, {one.id: ("i1", priority) for one in some})
        for k, (some, priority) in enumerate(steps)
    ]

    assert [[(a.key, a.incident, a.priority) for a in step] for step in told] == [
        [("1-anomaly-starts-i1-2", "i1", 2)], [("1-anomaly-starts-i1-3", "i1", 3)], [], [],
    ]  # fmt: skip


def test_who_was_told_of_an_anomaly_is_not_told_again_when_it_joins_an_incident() -> None:
    watcher = watching("anomaly-starts")
    assert len(watcher.feed(rows(20.0, 0), [anomaly()], T0)) == 1
    assert watcher.feed(rows(20.0, 1), [anomaly()], T0 + MIN, {"a1": ("i1", 2)}) == []


def test_an_incident_that_became_part_of_another_is_not_told_of_again() -> None:
    watcher, earlier = watching("anomaly-starts"), anomaly(id="a0", start=T0 - MIN)
    assert len(watcher.feed(rows(20.0, 0), [anomaly()], T0, {"a1": ("ia1", 2)})) == 1
    assert watcher.feed(rows(20.0, 1), [earlier], T0 + MIN, {"a0": ("ia0", 2), "ia1": ("ia0", 2)}) == []
