"""Flightradar24's exports: the Position cell, the granular messages, the playback of one flight."""

from __future__ import annotations

import numpy as np
import pytest

from feeds import FeedError
from tests.feeds.reading import counts, read

ORDINARY = """Timestamp,UTC,Callsign,Position,Altitude,Speed,Direction
1704180175,2024-01-02T07:22:55Z,JAL516,"42.787994,141.685074",0,0,73
1704180458,2024-01-02T07:27:38Z,JAL516,"nowhere",550,144,172
"""
GRANULAR = (
    "network_time,receiver_time,hex,callsign,latitude,longitude,no_position,altitude,squawk,speed,track,vspeed,"
    """on_ground,flags,position_class,,,
2024-01-02 07:41:03Z.515,,0x8467d8,JAL516,41.5,141.6,P,26650,416,401,192,1728,A,4,ADS-B,GPSA:26075,MACH:756,MACH:0.7
2024-01-02 07:41:04Z.884,2024-01-02 07:41:04Z.211,0x8467d8,,0,0,N,26675,0,0,0,0,N,2,ADS-B,IAS:306,,
2024-01-02 07:41:05Z.000,,0x8467d8
"""
)


def test_latitude_and_longitude_in_one_cell() -> None:
    batch = read(ORDINARY, "JL516_3376ab31.csv")

    assert batch["lat"][0] == 42.787994 and batch["lon"][0] == 141.685074
    assert np.isnan([batch["lat"][1], batch["lon"][1]]).all()
    assert list(batch.labels.values()) == ["JL516_3376ab31"]


def test_granular_messages_at_network_time() -> None:
    batch = read(GRANULAR, "granular.csv")

    assert batch["time"].tolist() == [1_704_181_263_515, 1_704_181_264_884]
    assert batch["icao24"].tolist() == [0x8467D8] * 2
    assert batch["squawk"].tolist() == [b"0416", b""]
    assert (batch["geo_altitude"][0], batch["indicated_airspeed"][1]) == (26_075, 306)
    assert batch["mach"][0] == pytest.approx(0.7)
    assert np.isnan([batch["lat"][1], batch["ground_speed"][1], batch["track"][1]]).all()
    assert counts(batch) == {"row with too few cells": 1}


def playback(**flight: object) -> dict[str, object]:
    point = {"latitude": 3.12, "longitude": 101.5, "altitude": {"feet": 100}, "speed": {"kts": 23}, "heading": 329,
             "verticalSpeed": {"fpm": -64}, "squawk": "217", "timestamp": 1_659_425_766}  # fmt: skip
    known = {
        "identification": {"id": "2ce4f83f", "callsign": "SPAR19"},
        "aircraft": {"model": {"code": "B737"}, "identification": {"modes": "AE503D", "registration": "09-0540"}},
        "track": [point, {"timestamp": 1_659_425_800}, 5],
    }
    return {"result": {"response": {"data": {"flight": known | flight}}}}


def test_a_playback_is_one_aircraft() -> None:
    batch = read(playback())

    assert batch["icao24"].tolist() == [0xAE503D] * 2
    assert batch["squawk"].tolist() == [b"0217", b""]
    assert (batch["baro_altitude"][0], batch["ground_speed"][0], batch["vertical_rate"][0]) == (100, 23, -64)
    assert batch["type_code"].tolist() == [b"B737"] * 2
    assert counts(batch) == {"point is no JSON object": 1}


def test_a_playback_without_address_is_its_flight() -> None:
    assert list(read(playback(aircraft=None)).labels.values()) == ["2ce4f83f"]


def test_a_playback_without_track_is_refused() -> None:
    with pytest.raises(FeedError, match="no list"):
        read(playback(track=None))
