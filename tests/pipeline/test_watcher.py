"""Watching areas: what fires, once, for whom, and what does not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely

from geo.activity import Activity
from geo.aircraft import MILITARY, AircraftTable
from geo.alert import Alert
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.watch import WatchList
from geo.zones import Zones
from pipeline.airframes import Airframes
from pipeline.subscriptions import Fleet, Subscription
from pipeline.watcher import Watcher

T0 = 1_760_000_000_000
MIN = 60_000


def area(ceiling: float = np.inf, active: Activity | None = None) -> Zones:
    one, ref = np.array(["The Box"]), np.array(["MSL"])
    shape = np.empty(1, dtype=object)
    shape[:] = [shapely.box(8.0, 47.0, 8.5, 47.5)]
    low, high = np.array([-np.inf]), np.array([ceiling])
    return Zones(one, one, one, one, low, high, ref, ref, shape, np.zeros(1), [active] if active else ())


def rows(lon: float, minutes: float, flight: int = 7, **columns: Any) -> Batch:
    """One fix on 47.25 N."""
    time = np.array([T0 + round(minutes * MIN)])
    given = {"callsign": np.array([b"DLH4AB"], dtype="S8")} | {n: np.array([v]) for n, v in columns.items()}
    base = {"icao24": np.array([0x3C0000 + flight]), "flight": np.array([flight]), "time": time, "position_time": time}
    return Batch(
        base | {"lat": np.array([47.25]), "lon": np.array([lon]), "baro_altitude": np.array([9_000.0])} | given
    )


def watching(trigger: str, zones: Zones | None = None, known: Airframes | None = None, **wanted: Any) -> Watcher:
    one = Subscription(1, "mine", trigger, 5, **wanted)
    return Watcher(zones or area(), np.array([5]), [one], known or Airframes())


def through(watcher: Watcher, *places: tuple[float, float], **columns: Any) -> list[Alert]:
    """Fixes as (longitude, minutes), one step of the engine each."""
    told = [watcher.feed(rows(lon, t, **columns), [], T0 + round(t * MIN)) for lon, t in places]
    return [alert for step in told for alert in step]


IN_AND_OUT = [(7.8, 0.0), (8.1, 2.0), (8.4, 4.0), (8.7, 6.0), (8.9, 8.0)]


@pytest.mark.parametrize(
    ("trigger", "text"),
    [
        ("enters", "DLH4AB (3c0007) came into The Box at 9,000 ft"),
        ("leaves", "DLH4AB (3c0007) left The Box after 3 min"),
        ("crosses", "DLH4AB (3c0007) crossed The Box in 3 min"),
    ],
)
def test_coming_and_going_is_told_once(trigger: str, text: str) -> None:
    (one,) = through(watching(trigger), *IN_AND_OUT)

    assert (one.text, one.icao24, one.callsign) == (text, 0x3C0007, "DLH4AB")


def test_a_crossing_between_two_fixes_is_told() -> None:
    (one,) = through(watching("crosses"), (7.8, 0), (8.8, 5), (9.0, 7))
    assert one.time == T0 + round(3.5 * MIN)


def test_who_was_never_seen_outside_does_not_cross() -> None:
    assert through(watching("crosses"), *IN_AND_OUT[1:]) == []
    assert len(through(watching("enters"), *IN_AND_OUT[1:])) == 1


def test_staying_is_told_when_the_time_is_full() -> None:
    stay = [(8.1, float(t)) for t in range(0, 30, 3)]
    (one,) = through(watching("stays", minutes=20), *stay)
    assert one.time == T0 + 20 * MIN and one.text == "DLH4AB (3c0007) has been in The Box for 20 min at 9,000 ft"
    assert through(watching("stays", minutes=40), *stay) == []


def test_the_first_after_a_quiet_time() -> None:
    watcher = watching("returns", minutes=60)
    assert through(watcher, (9.0, 0), (8.1, 5), (9.0, 10), (9.5, 12)) == []
    (one,) = through(watcher, (9.0, 100), (8.1, 105), (8.2, 106), flight=8)
    assert one.text.startswith("DLH4AB (3c0008) came into The Box, first in 9")


def test_quiet_is_told_once_and_again_after_the_next_visit() -> None:
    watcher = watching("quiet", minutes=30)
    (first,) = through(watcher, *[(9.0 + t / 1e3, float(t)) for t in range(0, 90, 5)])
    assert first.time == T0 + 30 * MIN and first.icao24 is None
    inside = through(watcher, *[(8.1, 90.0 + t) for t in range(0, 60, 5)])
    assert inside == []
    (second,) = through(watcher, *[(9.0 + t / 1e3, 150.0 + t) for t in range(0, 90, 5)])
    assert second.time > T0 + 170 * MIN


def test_heights_and_hours_count() -> None:
    assert through(watching("enters", area(ceiling=5_000)), *IN_AND_OUT) == []
    assert (
        through(watching("enters", area(active=Activity(periods=[(T0 + 60 * MIN, T0 + 90 * MIN)]))), *IN_AND_OUT) == []
    )
    assert through(watching("enters", area(active=Activity(periods=[(T0, T0 + 90 * MIN)]))), *IN_AND_OUT)


@pytest.mark.parametrize(
    ("fleet", "holds"),
    [
        (Fleet(icao24=frozenset({0x3C0007})), True), (Fleet(icao24=frozenset({0x3C0008})), False),
        (Fleet(callsigns=("dlh*",)), True), (Fleet(callsigns=("BAW*", "AFR??")), False),
        (Fleet(types=frozenset({"A320"})), True), (Fleet(types=frozenset({"C172"})), False),
        (Fleet(categories=frozenset({"A3"})), True), (Fleet(operators=("luft*",)), True),
        (Fleet(operators=("Air*",)), False), (Fleet(military=True), True), (Fleet(military=False), False),
        (Fleet(watched=False), True), (Fleet(watched=True), False),
    ],
)  # fmt: skip
def test_only_the_fleet_that_is_asked_for(fleet: Fleet, holds: bool) -> None:
    one = {"registration": b"D-AIAB", "type_code": b"A320", "description": b"L2J", "operator": b"Lufthansa"}
    columns: dict[str, Any] = {name: np.array([value]) for name, value in one.items()}
    table = AircraftTable(np.array([0x3C0007]), **columns, flags=np.array([MILITARY], dtype=np.uint8))
    known = Airframes(table, WatchList.of([]))

    told = through(watching("enters", known=known, fleet=fleet), *IN_AND_OUT, category=np.bytes_(b"A3"))

    assert bool(told) is holds


def anomaly(lon: float = 8.2, **changes: Any) -> Anomaly:
    given: dict[str, Any] = {
        "id": "a1", "class_id": "loiter", "icao24": 0x3C0007, "callsign": "DLH4AB", "members": (), "start": T0,
        "end": T0 + MIN, "state": "open", "priority": 2, "confidence": 0.7, "explanation": "Circling",
        "geometry": {"type": "Point", "coordinates": [lon, 47.2]}, "h3": "",
    }  # fmt: skip
    return Anomaly(**given | changes)


def news(watcher: Watcher, *states: Anomaly) -> list[str]:
    told = [watcher.feed(rows(20.0, k), [one], T0 + k * MIN) for k, one in enumerate(states)]
    return list(dict.fromkeys(f"{alert.key}|{alert.text}" for step in told for alert in step))


def test_an_anomaly_starts_changes_and_ends() -> None:
    life = [
        anomaly(),
        anomaly(end=T0 + 2 * MIN),
        anomaly(priority=3, end=T0 + 3 * MIN),
        anomaly(priority=3, state="closed"),
    ]
    assert news(watching("anomaly-starts"), *life) == ["1-anomaly-starts-a1-start|DLH4AB (3c0007): Circling"]
    assert [text.split("|")[0] for text in news(watching("anomaly-changes"), *life)] == [
        f"1-anomaly-changes-a1-3-{T0 + 3 * MIN}"
    ]
    assert [text.split("|")[1] for text in news(watching("anomaly-ends"), *life)] == ["DLH4AB (3c0007): over: Circling"]


@pytest.mark.parametrize(
    ("wanted", "one"),
    [
        ({"classes": frozenset({"squawk"})}, anomaly()), ({"confidence": 0.8}, anomaly()), ({"priority": 3}, anomaly()),
        ({}, anomaly(lon=9.0)), ({}, anomaly(cleared="soaring", state="cleared")), ({}, anomaly(geometry=None)),
        ({"fleet": Fleet(callsigns=("BAW*",))}, anomaly()),
    ],
)  # fmt: skip
def test_what_is_not_asked_for_is_not_told(wanted: dict[str, Any], one: Anomaly) -> None:
    assert news(watching("anomaly-starts", **wanted), one) == []


def test_evidence_at_other_heights_is_of_another_area() -> None:
    low = anomaly(evidence={"samples": [{"baro_altitude": 3_000}]})
    high = anomaly(evidence={"samples": [{"baro_altitude": 30_000}]})
    assert news(watching("anomaly-starts", area(ceiling=5_000)), high) == []
    assert news(watching("anomaly-starts", area(ceiling=5_000)), low)


def test_what_is_told_of_an_anomaly_carries_its_class_and_evidence() -> None:
    seen = {"values": {"turns": 4.0}, "parameters": {}, "parameters_hash": "0", "samples": [{"baro_altitude": 3_000}]}
    [alert] = watching("anomaly-starts").feed(rows(20.0, 0), [anomaly(evidence=seen)], T0)
    told: Any = alert.feature()["properties"]
    assert (told["class"], told["evidence"]) == ("loiter", seen)


def test_of_a_long_path_the_part_inside_is_where_it_is_told_of() -> None:
    path = anomaly(geometry={"type": "LineString", "coordinates": [[8.4, 47.2], [9.9, 47.2]]})
    [alert] = watching("anomaly-starts").feed(rows(20.0, 0), [path], T0)

    assert alert.place is not None and 8.0 <= alert.place[0] <= 8.5


@pytest.mark.parametrize("trigger", ["enters", "leaves", "crosses", "stays"])
def test_the_same_data_in_other_pieces_gives_the_same_keys(trigger: str) -> None:
    fixes = [rows(lon, t, flight) for flight in (7, 8) for lon, t in IN_AND_OUT]
    by_one = through(watching(trigger, minutes=2), *IN_AND_OUT) + through(
        watching(trigger, minutes=2), *IN_AND_OUT, flight=8
    )

    at_once = watching(trigger, minutes=2).feed(Batch.concat(fixes), [], T0 + 8 * MIN)

    assert {a.key for a in at_once} == {a.key for a in by_one} and len(at_once) == len(by_one) == 2


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="no trigger 'lands'"):
        Subscription(1, "mine", "lands", 5)
    with pytest.raises(ValueError, match="minutes must be above 0"):
        Subscription(1, "mine", "stays", 5, minutes=-1)
    with pytest.raises(ValueError, match="area that is not there"):
        Watcher(area(), np.array([6]), [Subscription(1, "mine", "enters", 5)])
