"""Ghosts: silence that says something, silence that says nothing, returns, sporadic returns, and real recordings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from detectors._examples import EPOCH, fly, together
from detectors._nearby import zone_near
from detectors._registry import registry
from geo.airports import Airports
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.routes import Routes
from geo.zones import Zones
from pipeline.engine import Engine
from tests.recordings import recording

SPEC = registry()["ghost"]
STEP = {"step_s": 20.0}


def found(batches: Iterable[Batch], zones: Zones | None = None, routes: Routes | None = None) -> list[Anomaly]:
    given = {"zones": zones, "routes": routes}
    resources = {"airports": Airports.builtin()} | {name: one for name, one in given.items() if one is not None}
    engine = Engine({"ghost": SPEC}, resources=resources, lateness_s=0.0)
    steps = [engine.feed(batch) for batch in batches]
    return list({a.id: a for step in [*steps, engine.finish()] for a in step.anomalies}.values())


def crowd(seconds: float = 1800) -> list[Batch]:
    """Thirty aircraft over and round the Alps, heading east."""
    return [
        fly(0x400000 + 10 * j + k, seconds, lat=45 + 0.4 * j, lon=4 + 1.2 * k, altitude=30_000 + 500 * j, **STEP)
        for j in range(6)
        for k in range(5)
    ]


def one(seconds: float = 900, **columns: Any) -> Batch:
    return fly(0xABC123, **({"seconds": seconds, "lat": 46.1, "lon": 6.0, **STEP} | columns))


def zone(lat: float, lon: float, kind: str = "restricted") -> Zones:
    text, number = np.array(["LF-R 1"]), np.array([0.0])
    area = np.array([shapely.box(lon - 0.1, lat - 0.1, lon + 0.1, lat + 0.1)])
    return Zones(
        text, text, np.array([kind]), text, number, number + 60_000, np.array(["SFC"]), np.array(["STD"]), area, number
    )


def test_judged_five_minutes_after_it_was_last_heard_and_not_before() -> None:
    rows = together(one(), *crowd())
    early = rows.take(np.flatnonzero(rows["time"] < EPOCH + 1_180_000))

    assert found([early]) == []
    (ghost,) = found([rows])
    assert ghost.icao24 == 0xABC123 and ghost.priority <= 2 and ghost.confidence < 0.8
    assert ghost.explanation.startswith("Not heard for 5 min after 35,000 ft in mid-air, while ")
    values = ghost.evidence["values"]
    assert values["others"] >= 10 and values["expected_lon"] > 7.5 and values["fell_silent_too"] == 0


def test_having_appeared_in_mid_air_is_one_more_sign() -> None:
    (plain,), (sudden,) = found([together(one(), *crowd())]), found([together(one(start_s=420), *crowd(2400))])

    assert "appeared" not in plain.explanation and "having appeared in mid-air" in sudden.explanation
    assert sudden.confidence > plain.confidence


def test_whether_there_was_a_flight_plan_is_said_where_a_route_database_is_loaded() -> None:
    routes = Routes(np.array([b"ELY1"], dtype="S8"), np.array([0, 2]), np.array([1, 2]))
    rows = together(one(callsign=b"ELY9"), *crowd())

    (unknown,), (absent,) = found([rows]), found([rows], routes=routes)

    assert unknown.evidence["values"]["plan"] == "flight plan unknown: no route database is loaded"
    assert "flight plan" not in unknown.explanation
    assert absent.explanation.endswith("; no flight plan: the operator has no such flight in the route database")


def test_a_return_is_told_in_the_same_episode() -> None:
    back = one(300, start_s=1440, lon=7.7, lat=46.1)

    (ghost,) = found([together(one(), back, *crowd())])

    assert "; heard again after 9 min, " in ghost.explanation
    assert ghost.end == int(back["time"][0])


def test_a_return_before_the_gap_is_over_is_nothing() -> None:
    assert found([together(one(), one(600, start_s=1140, lon=7.3), *crowd())]) == []


def test_an_aircraft_heard_without_a_position_is_not_silent() -> None:
    mute = one(900, start_s=900)
    mute = mute.with_columns(lat=np.full(len(mute), np.nan), lon=np.full(len(mute), np.nan))

    assert found([together(one(), mute, *crowd())]) == []


@pytest.mark.parametrize(
    "world",
    [
        lambda: [one(), *crowd(900)],
        lambda: [one()],
        lambda: [one(), *crowd()[:4]],
        lambda: [one(lon=12.0), *crowd()],
        lambda: [one(altitude=6_000), *crowd()],
        lambda: [one(altitude=18_000, rate=-1_000), *crowd()],
        lambda: [one(source=6), *crowd()],
        lambda: [one(speed=0), *crowd()],
        lambda: [one(300), *crowd()],
    ],
    ids=["feed ends", "alone", "few", "beyond coverage", "low", "descending", "MLAT", "parked", "just appeared"],
)
def test_silence_that_says_nothing(world: Callable[[], list[Batch]]) -> None:
    assert found([together(*world())]) == []


def test_many_that_fall_silent_at_once_are_the_receivers_fault() -> None:
    several = [fly(0xABC120 + k, 900, lat=46.0 + 0.1 * k, lon=6.0, **STEP) for k in range(6)]

    assert found([together(*several, *crowd())]) == []


def test_a_box_that_aircraft_leave_gives_nothing() -> None:
    rows = together(*crowd(3600))
    inside = (rows["lon"] < 8.5) & (rows["lat"] < 47.5)

    assert found([rows.take(np.flatnonzero(inside))]) == []


def test_going_on_under_another_address_is_cleared() -> None:
    whole = one(1800)
    other = whole.take(np.flatnonzero(whole["time"] >= EPOCH + 900_000))
    other = other.with_columns(icao24=np.full(len(other), 0xDEF456))

    (ghost,) = found([together(one(), other, *crowd())])

    assert ghost.state == "cleared" and "another address" in ghost.cleared


def test_sporadic_returns_need_bursts_and_no_identity() -> None:
    def bursts(every: float = 240.0, **columns: Any) -> list[Batch]:
        given = {"source": 6, "altitude": 3_000.0, "speed": 90.0, "icao24": 0x12B0D01, "lat": 46.1} | columns
        return [fly(start_s=every * k, seconds=25, lon=6 + every * k / 2400, **given) for k in range(int(1700 / every))]

    (ghost,) = found([together(*bursts(), *crowd())])

    assert ghost.priority == 1 and "multilateration" in ghost.explanation
    assert found([together(*bursts(callsign=b"HBZMW"), *crowd())]) == []
    assert found([together(*bursts(every=30.0), *crowd())]) == []
    assert found([together(*bursts(source=1), *crowd())]) == []
    assert found([together(*bursts())]) == []


def test_a_watched_zone_nearby_is_named() -> None:
    rows = together(one(), *crowd())
    plain, near = found([rows])[0], found([rows], zone(46.1, 8.2))[0]

    assert "LF-R 1" in near.explanation
    assert near.priority == 2 and near.confidence == pytest.approx(plain.confidence + 0.05)
    assert "LF-R 1" not in found([rows], zone(50, 0))[0].explanation


def test_distance_to_a_zone_is_in_kilometres() -> None:
    assert zone_near(zone(60.0, 10.0), (60.0, 10.3), 20) == "11 km from LF-R 1"
    assert zone_near(zone(60.0, 10.0), (60.05, 10.0), 20) == "inside LF-R 1"
    assert zone_near(zone(60.0, 10.0), (60.0, 10.6), 20) == ""
    assert zone_near(zone(60.0, 10.0, "moa"), (60.0, 10.0), 20) == ""
    assert zone_near(None, (60.0, 10.0), 20) == zone_near(Zones.none(), (60.0, 10.0), 20) == ""


@pytest.mark.parametrize(
    "path",
    [
        "traffic-samples/samples/collections/quickstart.json.gz",
        "traffic-samples/samples/collections/switzerland.json.gz",
        "adsb_actions-adsblol/20250601_36_-122.gz",
        "opensky-rest/westasia-20260318",
        "adsbx-snapshot-20220430/aircraft.json",
    ],
)
def test_recordings_in_which_nobody_vanishes(shared: Path, path: str) -> None:
    assert found(recording(shared / "data" / path)) == []


def test_a_track_cut_off_over_switzerland_is_found_whatever_the_batches(shared: Path) -> None:
    path = shared / "data/traffic-samples/samples/collections/switzerland.json.gz"
    rows = Batch.concat(recording(path))
    rows = rows.take(np.argsort(rows["time"], kind="stable"))
    chosen, cut = vanishing(rows)
    hour = (np.abs(rows["time"] - cut) < 3_000_000) & ((rows["icao24"] != chosen) | (rows["time"] <= cut))
    rows = rows.take(np.flatnonzero(hour))

    whole = [a.feature() for a in found([rows])]

    assert [f["properties"]["icao24"] for f in whole] == [f"{chosen:06x}"]
    pieces = [rows.take(np.arange(k, min(k + 997, len(rows)))) for k in range(0, len(rows), 997)]
    assert [a.feature() for a in found(pieces)] == whole


def vanishing(rows: Batch) -> tuple[int, int]:
    """An aircraft and the middle of its time high over the middle of the country, at the busiest hour."""
    middle = (rows["baro_altitude"] > 25_000) & (np.abs(rows["lat"] - 46.8) < 0.3) & (np.abs(rows["lon"] - 8.2) < 0.6)
    hours = rows["time"] // 3_600_000
    middle &= hours == np.bincount(hours - hours.min()).argmax() + hours.min()
    for aircraft in np.unique(rows["icao24"][middle]):
        mine = np.flatnonzero(rows["icao24"] == aircraft)
        cut = int(rows["time"][mine[middle[mine]][0]])
        if cut - int(rows["time"][mine[0]]) > 660_000 and int(rows["time"][mine[-1]]) - cut > 360_000:
            return int(aircraft), cut
    raise AssertionError("the recording has changed")
