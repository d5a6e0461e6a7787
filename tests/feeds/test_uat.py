"""dump978-fa: its JSON lines, from files and from a port, and the aircraft.json of skyaware978."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import FeedError
from feeds._given import Given
from feeds._uat import messages
from geo.schema import NON_ICAO, SOURCES
from tests.feeds.reading import counts, read
from tests.feeds.streaming import Sent, heard

NOON = 1_579_521_600_000
STATE: dict[str, Any] = {
    "address": "a66ef1", "address_qualifier": "adsb_icao", "position": {"lat": 37.45338, "lon": -122.09643},
    "pressure_altitude": 1000, "geometric_altitude": 1125, "nic": 9, "airground_state": "airborne",
    "ground_speed": 118, "true_track": 146.7, "vertical_velocity_geometric": -192, "vv_src": "geometric",
}  # fmt: skip
WHO = {"callsign": "N5130E", "flightplan_id": "1200", "emitter_category": "A1", "emergency": "none", "mops_version": 2,
       "sil": 3, "sda": 2, "nac_p": 10, "nac_v": 2, "gva": 2, "operational_modes": {"ident_active": True},
       "selected_altitude_fms": 3_008}  # fmt: skip


def line(at_s: float = 0.0, **more: Any) -> str:
    metadata = {"rssi": -12.5, "errors": 0, "received_at": NOON / 1000 + at_s}
    return json.dumps({**STATE, "metadata": metadata, **more}) + "\n"


def test_a_message_in_our_units() -> None:
    batch = read(line(1.25, **WHO), "uat.json")

    assert (batch["time"] - NOON).tolist() == [1_250]
    assert [batch[n][0] for n in ("lat", "lon")] == pytest.approx([37.45338, -122.09643])
    found = ("baro_altitude", "geo_altitude", "ground_speed", "vertical_rate", "nic", "rssi", "selected_altitude")
    assert [batch[n][0] for n in found] == [1000, 1125, 118, -192, 9, -12.5, 3008]
    assert [batch[n][0] for n in ("callsign", "squawk", "category")] == [b"N5130E", b"1200", b"A1"]
    assert [batch[n][0] for n in ("on_ground", "spi", "version", "nac_p", "sil")] == [0, 1, 2, 10, 3]
    assert SOURCES[batch["source"][0]] == "uat"
    assert counts(batch) == {}


def test_what_one_message_says_stands_beside_the_next_position() -> None:
    batch = read(line(0, **WHO) + line(1), "uat.json")

    assert batch["callsign"].tolist() == [b"N5130E", b"N5130E"]
    assert batch["messages"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("qualifier", "source", "foreign"),
    [("adsb_icao", "uat", False), ("adsb_other", "adsb_other", True), ("tisb_icao", "tisb_icao", False),
     ("tisb_trackfile", "tisb_trackfile", True), ("vehicle", "uat", True), ("fixed_beacon", "uat", True),
     ("adsr_other", "adsr_other", True), ("reserved", "unknown", True)],
)  # fmt: skip
def test_every_kind_of_address(qualifier: str, source: str, foreign: bool) -> None:
    batch = read(line(address_qualifier=qualifier), "uat.json")

    assert batch["icao24"].tolist() == [0xA66EF1 | (NON_ICAO if foreign else 0)]
    assert SOURCES[batch["source"][0]] == source


def test_an_aircraft_on_the_ground_with_a_heading_alone() -> None:
    batch = read(line(airground_state="ground", true_track=None, magnetic_heading=90.0), "uat.json")

    assert (batch["on_ground"][0], batch["heading"][0]) == (1, 90)
    assert np.isnan(batch["track"][0])


def test_what_is_no_message_is_counted() -> None:
    lines = [line(), "hello\n", "[]\n", '{"address": 5}\n', line(2, position=[1], ground_speed="fast", metadata={})]

    batch = read("".join(lines), "uat.json")

    assert len(batch) == 1
    assert counts(batch)["line that is no UAT message"] == 3
    assert counts(batch)["ground_speed not a number"] == 1
    assert sum(counts(batch).values()) == 5


values = st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)


@settings(max_examples=100, deadline=None)
@given(more=st.dictionaries(st.sampled_from([*STATE, *WHO, "metadata"]), values), cut=st.integers(0, 400))
def test_lines_of_any_content(more: dict[str, Any], cut: int) -> None:
    text = (line(**more) + line()).encode()

    batch = messages(text[:cut] + text[cut + 1 :], Given("uat"), NOON)

    assert len({len(column) for column in batch.columns.values()}) == 1


def at_noon() -> float:
    return NOON / 1000 + 2


def test_a_port_is_listened_to() -> None:
    text = (line(0, **WHO) + line(1)).encode()

    source, got = heard([Sent([text[:100], text[100:]], stays=True)], lambda s, g: s.rows >= 2, "uat", clock=at_noon)

    assert (got[-1]["time"][-1] - NOON, got[-1]["callsign"][-1]) == (1_000, b"N5130E")
    assert source.health()["state"] == "ok"


def test_a_message_without_a_time_is_of_now_when_it_comes_from_a_port() -> None:
    text = line(metadata={"rssi": -3.0}).encode()

    _, got = heard([Sent([text], stays=True)], lambda s, g: s.rows >= 1, "uat", clock=at_noon)

    assert got[0]["time"].tolist() == [NOON + 2_000]


@pytest.mark.parametrize("body", [b"-08a66ef1353e2d525fd4;rs=0;\n" * 2_000, b"MSG,3,1,1,A1629D,1\r\n" * 2_000])
def test_another_protocol_is_said_to_be_one(body: bytes) -> None:
    source, got = heard([Sent([body])], lambda s, g: "answer that cannot be read" in s.errors, "uat", clock=at_noon)

    assert not got
    assert "no JSON of dump978-fa" in source.last_error


def test_a_file_without_times_has_no_rows() -> None:
    batch = read(line(metadata={}), "uat.json")

    assert len(batch) == 0
    assert sum(counts(batch).values()) == 1


def test_skyaware978_writes_one_height_for_both() -> None:
    plane = {"hex": "a66ef1", "type": "adsb_icao", "alt_baro": 1000, "alt_geom": 1000, "uat_version": 2, "seen": 0,
             "emergency": "medical"}  # fmt: skip

    batch = read({"now": NOON / 1000, "messages": 2, "aircraft": [plane, {**plane, "alt_geom": 1100, "hex": "a66ef2"}]})

    assert batch["baro_altitude"].tolist() == [1000, 1000]
    assert np.isnan(batch["geo_altitude"]).tolist() == [True, False]
    assert {SOURCES[code] for code in batch["source"]} == {"uat"}
    assert batch["emergency"].tolist() == [3, 3]


def test_an_empty_file_is_said_to_be() -> None:
    with pytest.raises(FeedError, match="empty"):
        read(b"", "uat.json")
