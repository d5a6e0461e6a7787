"""Context: what is said about an anomaly's place, aircraft, weather and notices, the same for the same data."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely

from geo.activity import Activity
from geo.aircraft import MILITARY, AircraftTable
from geo.airports import Airports
from geo.anomaly import Anomaly
from geo.context import Context, point_of
from geo.firs import Firs
from geo.notams import NotamTable
from geo.registers import Registers
from geo.watch import WatchList
from geo.weather import AFTER_MS, BEFORE_MS, MOST_PER_STATION, Reports, decoded

NOW = 1_787_433_600_000  # 2026-08-22 21:20 UTC
NAN, INF = float("nan"), float("inf")


def anomaly(lat: float = 32.0, lon: float = 34.9, **changes: Any) -> Anomaly:
    sample = {"role": "peak", "time": NOW, "lat": lat, "lon": lon, "baro_altitude": 5_000.0}
    one = Anomaly(
        "a1", "loiter", 0x738065, "ELY1", (), NOW - 60_000, NOW, "open", 2, 0.9, "Text", None, "", "",
        {"values": {}, "samples": [sample]},
    )  # fmt: skip
    return replace(one, **changes)


def notam(radius: float = 20.0, upper: float = INF, code: str = "QWMLW", active: Activity | None = None) -> NotamTable:
    def text(*words: str) -> Any:
        return np.array(words)

    def one(value: float) -> Any:
        return np.array([value])

    start, end = np.array([NOW - 1_000]), np.array([NOW + 1_000])
    return NotamTable(
        text("A1/26"), text("LLLL"), text(code), text("LLBG"), text("FIRING " * 60), text(""), one(32.0), one(35.0),
        one(radius), one(0.0), one(upper), start, end, np.array([False]), [active] if active else (),
    )  # fmt: skip


@pytest.fixture(scope="module")
def bare() -> Context:
    return Context(Airports.builtin(), Registers.builtin())


@pytest.fixture
def full() -> Context:
    texts: dict[str, Any] = {
        "registration": b"4X-EDA", "type_code": b"B789", "description": b"L2J", "operator": b"El Al", "model": b"787-9",
    }  # fmt: skip
    aircraft = AircraftTable(
        np.array([0x738065]), **{n: np.array([v]) for n, v in texts.items()}, flags=np.array([MILITARY], dtype=np.uint8)
    )
    watch = WatchList.of([(0x738065, {"category": "Heads of state", "group": "gov"})])
    firs = Firs.of(["LLLL"], [shapely.box(33, 29, 36, 34)], ["Tel Aviv"])
    reports = Reports.of([("LLBG", NOW - 600_000, "METAR LLBG 222110Z 22004KT 9999 FEW024 28/23 Q1009 NOSIG")])
    return Context(Airports.builtin(), Registers.builtin(), aircraft, watch, firs, notam(), reports)


def told(context: Context, one: Anomaly | None = None) -> dict[str, Any]:
    found: dict[str, Any] = context.enrich(one or anomaly()).evidence["context"]
    return found


def test_place_airport_and_country_need_no_files(bare: Context) -> None:
    found = told(bare)
    assert found["airport"]["code"] == "LLBG" and found["airport"]["distance_nmi"] < 3
    assert found["country"] == {"code": "IL", "name": "Israel"}
    assert found["place"]["distance_nmi"] < 5 and 0 <= found["place"]["bearing_deg"] <= 360
    assert found["position"] == {"lat": 32.0, "lon": 34.9, "altitude_ft": 5_000, "time": "2026-08-22T21:20:00Z"}
    assert found["aircraft"]["state"]["code"] == "IL"
    assert not {"fir", "metar", "notams"} & set(found)


def test_no_country_far_out_at_sea(bare: Context) -> None:
    found = told(bare, anomaly(0.0, -30.0))
    assert bare.stations_of(found) == []
    assert "country" not in found and found["airport"]["distance_nmi"] > 200


def test_everything_that_was_loaded(full: Context) -> None:
    found = told(full)
    assert found["fir"] == {"id": "LLLL", "name": "Tel Aviv"}
    craft = found["aircraft"]
    assert (craft["registration"], craft["type_code"], craft["model"]) == ("4X-EDA", "B789", "787-9")
    assert craft["flags"] == ["military"] and craft["operator"] == "El Al"
    assert craft["watch_list"] == {"group": "government", "category": "Heads of state"}
    assert found["metar"]["station"] == "LLBG" and found["metar"]["qnh_hpa"] == 1009
    assert found["notams"][0]["id"] == "A1/26" and len(found["notams"][0]["text"]) <= 240
    assert found["notams_in_force"] == 1


def test_others_are_named(full: Context) -> None:
    found = told(full, anomaly(members=tuple(range(0x738060, 0x738070))))
    assert len(found["others"]) == 5 and found["others"][0]["icao24"] == "738060"


@pytest.mark.parametrize(
    ("table", "there"),
    [
        (notam(), True),
        (notam(radius=2.0), False),
        (notam(upper=4_000.0), False),
        (notam(code="QKKKK"), False),
        (notam(active=Activity(((0, 1),))), False),
    ],
)
def test_notams_by_place_height_and_time(bare: Context, table: NotamTable, there: bool) -> None:
    context = replace(bare, notams=table, _kept=type(bare._kept)())
    assert ("notams" in told(context)) is there


def test_without_a_position_there_is_still_the_aircraft(full: Context) -> None:
    one = anomaly(evidence={"samples": [{"role": "peak", "time": NOW}]})
    assert set(told(full, one)) == {"aircraft"}


def test_a_cell_is_looked_at_in_its_middle() -> None:
    point = point_of(anomaly(evidence={}, h3="843f4b5ffffffff"))
    assert point is not None and np.isnan(point.altitude_ft) and point.time == NOW


def test_an_address_that_is_none_says_nothing(full: Context) -> None:
    assert "aircraft" not in told(full, anomaly(icao24=1 << 30))


def test_the_same_data_gives_the_same_whatever_came_before(full: Context) -> None:
    first = told(full)
    moved = anomaly(40.0, 20.0)
    assert told(full, moved)["airport"]["code"] != "LLBG"
    assert told(full) == first
    full.forget()
    assert told(full) == first


def test_weather_that_comes_later_is_shown(full: Context) -> None:
    full.reports = Reports()
    full.forget()
    assert "metar" not in told(full) and full.stations_of(told(full))[0] == "LLBG"
    full.reports.add("LLBG", NOW, "METAR LLBG 222120Z CAVOK")
    assert told(full)["metar"]["visibility_m"] == 10_000 and full.stations_of(told(full)) == ()


def test_the_cache_is_bounded_and_enriching_is_cheap(full: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geo.context.MOST_CACHED", 50)
    told(full)
    began = time.perf_counter()
    for k in range(300):
        full.enrich(anomaly(30 + k / 100, 34.0, id=f"a{k}"))
    assert time.perf_counter() - began < 3.0
    assert len(full._kept) == 50


def test_reports_by_time() -> None:
    reports = Reports.of([("LLBG", NOW, "now"), ("LLBG", NOW + 600_000, "later"), ("LLBG", NOW, "now")])
    assert len(reports) == 2
    assert reports.at("LLBG", NOW + 1) == (NOW, "now")
    assert reports.at("LLBG", NOW + 700_000) == (NOW + 600_000, "later")
    assert reports.at("LLBG", NOW - AFTER_MS) == (NOW, "now") and reports.at("LLBG", NOW - AFTER_MS - 1) is None
    assert reports.at("LLBG", NOW + 600_000 + BEFORE_MS + 1) is None and reports.at("EGLL", NOW) is None
    for k in range(2 * MOST_PER_STATION):
        reports.add("LLBG", NOW + k, "x" * 1_000)
    assert len(reports) == MOST_PER_STATION


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "METAR KSFO 221956Z 28016G24KT 1 1/2SM -RA BR BKN012 OVC020 M02/M05 A2992 RMK AO2",
            {"wind_deg": 280, "wind_kt": 16, "gust_kt": 24, "visibility_m": 2414, "ceiling_ft": 1200,
             "weather": "rain, mist", "temperature_c": -2, "qnh_hpa": 1013},
        ),
        (
            "EGLL 221950Z VRB03MPS 0400 +TSRA FG OVC001CB 08/08 Q0998 TEMPO 9999",
            {"wind_kt": 6, "visibility_m": 400, "ceiling_ft": 100, "weather": "thunderstorm rain, fog",
             "temperature_c": 8, "qnh_hpa": 998},
        ),
        ("METAR LLHA NIL=", {}),
        ("", {}),
    ],
)  # fmt: skip
def test_what_a_metar_says(text: str, expected: dict[str, Any]) -> None:
    assert decoded(text) == expected
