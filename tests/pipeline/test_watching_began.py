"""An aircraft that is inside when somebody begins to watch has been there since then: it stays and leaves, it never
came."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from geo.alert import Alert
from pipeline.subscriptions import Subscription
from pipeline.watching import NOTHING, Plan, Watching
from tests.pipeline.test_watcher import MIN, T0, area, rows

EVERY = ("enters", "leaves", "crosses", "stays", "returns", "quiet")
INSIDE = [(8.10, 1.0), (8.12, 2.0), (8.14, 3.0), (8.16, 4.0), (8.18, 5.0), (8.20, 6.0)]
OUT = [(8.40, 10.0), (8.70, 12.0), (8.90, 14.0)]


def plan(began_min: float, *triggers: str) -> Plan:
    """One area, and what is asked of it since so many minutes."""
    began = T0 + round(began_min * MIN)
    wanted = [Subscription(k, one, one, 5, minutes=3.0, began=began) for k, one in enumerate(triggers)]
    return Plan(area(), np.array([5]), wanted, began=np.array([began]))


def flown(watching: Watching, places: list[tuple[float, float]]) -> list[Alert]:
    return [a for lon, t in places for a in watching.feed(rows(lon, t), [], T0 + round(t * MIN))]


def told(alerts: list[Alert]) -> list[tuple[str, float]]:
    """Trigger, and minutes."""
    return [(one.trigger, (one.time - T0) / MIN) for one in alerts]


def test_who_is_inside_when_an_area_begins_stays_from_then_and_leaves() -> None:
    watching = Watching(NOTHING)
    flown(watching, INSIDE[:2])
    watching.renew(plan(2.5, *EVERY))

    alerts = flown(watching, [*INSIDE[2:], *OUT])

    assert [one for one, _ in told(alerts)] == ["stays", "leaves", "quiet"]
    assert told(alerts)[0] == ("stays", 5.5)


def test_one_that_is_not_heard_again_keeps_a_new_area_from_being_quiet_until_it_is_lost() -> None:
    watching = Watching(NOTHING)
    flown(watching, INSIDE[:1])
    watching.renew(plan(1.0, "quiet"))
    away = [(20.0, t) for t in (5.0, 9.0)]
    assert [a for lon, t in away for a in watching.feed(rows(lon, t, flight=8), [], T0 + round(t * MIN))] == []


def test_a_second_subscription_counts_from_when_it_began_to_ask() -> None:
    watching = Watching(plan(0.0, "leaves"))
    flown(watching, INSIDE[:2])
    both = plan(0.0, "leaves", "stays")
    later = replace(both.subscriptions[1], began=T0 + round(2.5 * MIN))
    watching.renew(replace(both, subscriptions=[both.subscriptions[0], later]))

    assert told(flown(watching, INSIDE[2:])) == [("stays", 5.5)]


def test_a_checkpoint_that_does_not_know_an_area_says_who_was_inside_when_it_began() -> None:
    before = Watching(plan(0.0, "enters"))
    flown(before, INSIDE[:2])
    kept = Watching(NOTHING)
    kept.restore(before.state())
    without = Watching(NOTHING)
    flown(without, INSIDE[:2])
    after = Watching(plan(2.5, *EVERY))

    after.restore(without.state())

    assert told(flown(after, INSIDE[2:])) == [("stays", 5.5)]


def test_at_a_first_start_whoever_is_first_heard_inside_comes_in() -> None:
    assert told(flown(Watching(plan(60.0, "enters")), INSIDE)) == [("enters", 1.0)]
