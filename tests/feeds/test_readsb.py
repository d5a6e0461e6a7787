"""aircraft.json: every field where it belongs; what is broken costs itself only."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from feeds import FeedError
from geo.schema import EMERGENCIES, NO_TIME, NON_ICAO, SOURCES
from tests.feeds.reading import counts, read

NOW = 1_700_000_000.5
PLANE = {
    "hex": "4baad9", "type": "adsb_icao", "flight": "thy6998 ", "r": "TC-JVY", "t": "B738", "alt_baro": 35_000,
    "alt_geom": 35_525, "gs": 435.4, "track": 123.76, "baro_rate": -64, "squawk": "0131", "emergency": "nordo",
    "category": "A3", "lat": 39.9, "lon": 32.3, "nic": 7, "nac_p": 0, "seen": 1.5, "seen_pos": 20.5, "messages": 12,
    "gpsOkBefore": 1_699_999_979.3, "rssi": -18.3, "dbFlags": 1, "spi": 0, "alert": 1, "r_dst": 12.5,
}  # fmt: skip


def snapshot(*aircraft: Any, **more: Any) -> dict[str, Any]:
    return {"now": NOW, "messages": 1, "aircraft": list(aircraft), **more}


def test_an_aircraft_in_the_units_of_the_schema() -> None:
    batch = read(snapshot(PLANE))

    row = {name: values[0].item() for name, values in batch.columns.items()}
    assert (row["icao24"], row["callsign"], row["squawk"]) == (0x4BAAD9, b"THY6998", b"0131")
    assert (row["time"], row["position_time"]) == (1_699_999_999_000, 1_699_999_980_000)
    assert row["gps_ok_before"] == 1_699_999_979_300
    assert (row["baro_altitude"], row["vertical_rate"], row["on_ground"]) == (35_000, -64, 0)
    assert (SOURCES[row["source"]], EMERGENCIES[row["emergency"]]) == ("adsb_icao", "nordo")
    assert (row["registration"], row["type_code"], row["db_flags"], row["alert"]) == (b"TC-JVY", b"B738", 1, 1)
    assert row["receiver_distance"] == 12.5


def test_ground_is_a_flag_and_no_altitude() -> None:
    batch = read(snapshot(PLANE | {"alt_baro": "ground"}, PLANE | {"hex": "~2b0d0d"}, {"hex": "a00001", "seen": 0}))

    assert batch["on_ground"].tolist() == [1, 0, -1]
    assert np.isnan(batch["baro_altitude"][[0, 2]]).all()
    assert int(batch["icao24"][1]) == 0x2B0D0D | NON_ICAO
    assert np.isnan(batch["lat"][2]) and batch["position_time"][2] == NO_TIME


def test_the_last_position_does_not_pass_for_a_position() -> None:
    batch = read(snapshot({"hex": "780fa4", "seen": 1, "lastPosition": {"lat": 24.4, "lon": 114.9, "nic": 8}}))

    assert np.isnan(batch["lat"][0])
    assert (batch["last_lat"][0], batch["last_lon"][0]) == (24.4, 114.9)


def test_the_ac_spelling_writes_milliseconds() -> None:
    batch = read({"ac": [PLANE], "msg": "No error", "now": NOW * 1000, "total": 1})

    assert batch["time"].tolist() == [1_699_999_999_000]


def test_names_of_older_dump1090() -> None:
    batch = read(snapshot({"hex": "4baad9", "altitude": 1000, "speed": 90, "vert_rate": 64, "seen": 0}))

    assert (batch["baro_altitude"][0], batch["ground_speed"][0], batch["vertical_rate"][0]) == (1000, 90, 64)


@pytest.mark.parametrize("empty", [{"now": NOW, "aircraft": []}, {"now": NOW, "ac": None}, {"now": NOW, "ac": []}])
def test_a_receiver_that_hears_nothing(empty: dict[str, Any]) -> None:
    assert len(read(empty)) == 0


@pytest.mark.parametrize(
    ("field", "value", "lost"),
    [
        ("gs", [1], "ground_speed"), ("gs", True, "ground_speed"), ("lat", [39.9], "lat"), ("track", {}, "track"),
        ("alt_baro", {"ft": 1}, "baro_altitude"), ("alt_geom", "high", "geo_altitude"), ("gs", 10**40, "ground_speed"),
        ("nic", 99, "nic"), ("rssi", 3.0, "rssi"), ("squawk", "7608", "squawk"), ("squawk", "12345", "squawk"),
        ("flight", 7, "callsign"), ("t", ["A320"], "type_code"), ("lat", 91.0, "lat"),
    ],
)  # fmt: skip
def test_a_broken_field_costs_that_field_of_that_aircraft(field: str, value: Any, lost: str) -> None:
    batch = read(snapshot(PLANE | {field: value}, PLANE | {"hex": "a00001"}))

    good = read(snapshot(PLANE, PLANE | {"hex": "a00001"}))
    assert len(batch) == 2
    assert sum(counts(batch).values()) >= 1
    for name in good.columns:
        row = slice(1, 2) if name in {lost, "lat", "lon", "position_time", "on_ground"} else slice(0, 2)
        np.testing.assert_array_equal(batch[name][row], good[name][row], err_msg=name)


@pytest.mark.parametrize("token", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000])
def test_numbers_that_json_does_not_have(token: str) -> None:
    text = json.dumps(snapshot(PLANE, {"hex": "a00001", "seen": 0})).replace("435.4", token)

    batch = read(text)

    assert len(batch) == 2
    assert np.isnan(batch["ground_speed"][0])


def test_numbers_written_as_text_are_read() -> None:
    batch = read(snapshot(PLANE | {"alt_baro": "35000", "lat": "39.9", "squawk": 131}))

    assert (batch["baro_altitude"][0], batch["lat"][0], batch["squawk"][0]) == (35_000, 39.9, b"0131")


def test_what_is_no_aircraft_is_counted() -> None:
    batch = read(snapshot(PLANE, None, 5, "x", {"seen": 1}, {"hex": "xyz", "seen": 1}))

    assert len(batch) == 1
    assert counts(batch) == {"aircraft not an object": 3, "no identity": 2}


def test_hostile_names_are_bounded() -> None:
    batch = read(snapshot(PLANE | {"flight": "<script>alert(1)</script>", "r": "é\x00\n", "t": "\U0001f600" * 99}))

    assert batch["callsign"][0] == b"<SCRIPT>"
    assert batch["registration"][0] == b"?"
    assert batch["type_code"][0] == b"????"


@pytest.mark.parametrize("flight", ["", "        ", "@@@@@@@@"])
def test_blank_callsigns_are_empty(flight: str) -> None:
    assert read(snapshot(PLANE | {"flight": flight}))["callsign"].tolist() == [b""]


def test_a_callsign_of_zeros_is_kept() -> None:
    assert read(snapshot(PLANE | {"flight": "00000000"}))["callsign"].tolist() == [b"00000000"]


@pytest.mark.parametrize("cut", [60, 200, 400])
def test_a_truncated_file_names_the_byte(cut: int) -> None:
    text = json.dumps(snapshot(PLANE, PLANE | {"hex": "a00001"}))[:cut]

    with pytest.raises(FeedError, match=r"aircraft\.json, byte \d+: the JSON ends too early"):
        read(text, "aircraft.json")


@pytest.mark.parametrize("now", [None, "soon", 0, -5, 1e30, [], True])
def test_a_snapshot_without_a_clock_is_refused(now: Any) -> None:
    with pytest.raises(FeedError, match="now"):
        read({"now": now, "aircraft": [PLANE]})


def test_a_clock_before_2000_costs_its_rows() -> None:
    batch = read(snapshot(PLANE) | {"now": 5e8})

    assert len(batch) == 0
    assert counts(batch)["time out of range"] == 1
