"""Watching in the live loop: plans change without losing visits, a checkpoint goes on, ignores and rules are quiet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely

from geo.alert import Alert
from pipeline.ignores import Ignore
from pipeline.service import Trouble
from pipeline.subscriptions import Subscription
from pipeline.watching import NOTHING, Plan, Watching
from tests.pipeline.test_watcher import IN_AND_OUT, MIN, T0, anomaly, area, rows

HALF = IN_AND_OUT[:2], IN_AND_OUT[2:]


def plan(*triggers: str, **more: Any) -> Plan:
    return Plan(area(), np.array([5]), [Subscription(k, t, t, 5, owner=3) for k, t in enumerate(triggers)], **more)


def through(watching: Watching, places: list[tuple[float, float]]) -> list[Alert]:
    return [a for lon, t in places for a in watching.feed(rows(lon, t), [], T0 + round(t * MIN))]


def test_a_visit_goes_on_when_the_plan_changes() -> None:
    watching = Watching(plan("enters", "leaves"))
    first = through(watching, HALF[0])
    watching.renew(plan("enters", "leaves", "crosses"))

    told = [*first, *through(watching, HALF[1])]

    assert [one.trigger for one in told] == ["enters", "leaves", "crosses"]


def test_what_is_no_longer_watched_is_quiet() -> None:
    watching = Watching(plan("enters", "leaves"))
    through(watching, HALF[0])
    watching.renew(NOTHING)
    assert through(watching, HALF[1]) == []


def test_a_checkpoint_goes_on_as_if_nothing_had_been() -> None:
    triggers = ("enters", "leaves", "crosses", "stays", "returns", "quiet")
    whole = through(Watching(plan(*triggers)), IN_AND_OUT)
    before, after = Watching(plan(*triggers)), Watching(plan(*triggers))
    first = through(before, HALF[0])

    after.restore(before.state())

    assert [*first, *through(after, HALF[1])] == whole


@pytest.mark.parametrize(
    ("ignore", "quiet"),
    [
        (Ignore(3, icao24=0x3C0007), True), (Ignore(None, icao24=0x3C0007), True), (Ignore(4, icao24=0x3C0007), False),
        (Ignore(3, icao24=0x3C0008), False), (Ignore(3, callsign="dlh*"), True), (Ignore(3, callsign="BAW*"), False),
        (Ignore(3, shape=shapely.box(8, 47, 9, 48)), True), (Ignore(3, shape=shapely.box(0, 0, 1, 1)), False),
        (Ignore(3, icao24=0x3C0007, until=T0), False), (Ignore(3, icao24=0x3C0007, until=T0 + 60 * MIN), True),
    ],
)  # fmt: skip
def test_what_is_known_stays_quiet(ignore: Ignore, quiet: bool) -> None:
    told = through(Watching(plan("enters", ignores=[ignore])), IN_AND_OUT)
    assert (told == []) is quiet


@pytest.mark.parametrize(("rules", "told"), [
    ({("loiter", None): 0.8}, 0), ({("loiter", 5): 0.8}, 0), ({("loiter", 6): 0.8}, 1), ({("squawk", None): 0.8}, 1),
    ({("loiter", None): 0.7}, 1),
])  # fmt: skip
def test_an_accepted_rule_asks_for_more_confidence(rules: Any, told: int) -> None:
    watching = Watching(plan("anomaly-starts", rules=rules))
    assert len(watching.feed(rows(20.0, 0), [anomaly()], T0)) == told


def test_the_service_tells_of_a_trouble_once_and_when_it_is_over() -> None:
    one = Subscription(1, "me", "service", None)
    watching = Watching(Plan(area(), np.array([5]), [one]))
    texts = []
    for minutes, troubles in ((0, {}), (1, {"disk": "full"}), (2, {"disk": "full"}), (3, {}), (4, {"disk": "full"})):
        watching.note(troubles)
        texts.append([a.text for a in watching.feed(rows(20.0, minutes), [], T0 + minutes * MIN)])

    assert texts == [[], ["full"], [], ["Over: full"], []]


def test_a_trouble_that_goes_on_is_in_the_checkpoint() -> None:
    """A feed that is silent while the checkpoint is written: it is not told again after a restart, but its end is."""
    one = Subscription(1, "me", "service", None)
    before, after = (Watching(Plan(area(), np.array([5]), [one])) for _ in range(2))
    before.note({"feed-roof": "silent"})
    assert [a.text for a in before.feed(rows(20.0, 0), [], T0)] == ["silent"]

    after.restore(before.state())
    after.note({"feed-roof": "silent"})
    still = after.feed(rows(20.0, 1), [], T0 + MIN)
    after.note({})

    assert still == []
    assert [a.text for a in after.feed(rows(20.0, 2), [], T0 + 2 * MIN)] == ["Over: silent"]


def test_only_its_owner_hears_of_a_destination_that_fails() -> None:
    subscriptions = [Subscription(one, "me", "service", None, owner=one) for one in (1, 2)]
    watching = Watching(Plan(area(), np.array([5]), subscriptions, failing={"destination-7": Trouble("no answer", 2)}))
    watching.note({})

    told = watching.feed(rows(20.0, 0), [], T0)

    assert [(one.subscription, one.text) for one in told] == [(2, "no answer")]


def test_a_new_plan_of_the_same_areas_keeps_their_borders_and_who_is_inside() -> None:
    first = plan("enters", "leaves").ready(NOTHING)
    again, other = plan("leaves", "enters").ready(first), replace(first, areas=area(ceiling=5_000)).ready(first)
    watching = Watching(first)
    presence = watching.watcher.presence
    watching.renew(again)
    watching.feed(rows(20.0, 0), [], T0)

    assert again.borders is first.borders is not other.borders
    assert watching.watcher.presence is presence
