"""The user's own CSV and JSON (seed 000): index column, leading zeros, blank callsigns, one identity per file."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from feeds._text import synthetic_key
from geo.schema import SOURCES, SYNTHETIC
from tests.feeds.reading import counts, read

CSV = """,timestamp,lat,lon,alt,gspeed,vspeed,track,squawk,callsign,source
0,2025-11-16T17:52:31Z,41.26366,28.74887,0,0,0,286,0656,,ADSB
1,2025-11-16T18:35:25Z,41.26361,28.74911,1200,3,-64,289,5376,,MLAT
"""
POINT = {
    "timestamp": "2025-11-12T07:48:39Z", "lat": 55.4906, "lon": 37.12311, "alt": 8200, "speed": 243, "vspeed": 3200,
    "heading": 187, "callsign": "FDB8490", "source": "MLAT",
}  # fmt: skip


def test_the_csv_as_it_is_written() -> None:
    batch = read(CSV, "folder/flight_ELY341.csv")

    assert batch["squawk"].tolist() == [b"0656", b"5376"]
    assert "callsign" not in batch.columns
    assert batch["time"].tolist() == [1_763_315_551_000, 1_763_318_125_000]
    assert [SOURCES[s] for s in batch["source"]] == ["adsb_icao", "mlat"]
    assert batch["track"].tolist() == [286, 289]


def test_the_file_is_the_identity_and_says_so() -> None:
    batch = read(CSV, "folder/flight_ELY341.csv")

    assert batch.labels == {synthetic_key("flight_ELY341"): "flight_ELY341"}
    assert (batch["icao24"] >= SYNTHETIC).all()
    assert read(CSV, "other.csv")["icao24"][0] != batch["icao24"][0]


def test_the_seed_text_itself_with_its_broken_lines(shared: Path) -> None:
    text = next((shared / "seeds").glob("000_*.txt")).read_text()
    block = re.search(r"```\n(,timestamp,lat.*?)```", text, re.S)
    assert block is not None

    batch = read(block.group(1), "seed.csv")

    assert len(batch) == 11
    assert counts(batch) == {}
    assert batch["squawk"].tolist() == [b"0656"] + [b"5376"] * 10
    assert batch["lat"][5] == 41.2634
    assert batch["time"][10] - batch["time"][0] == 2_716_000


@pytest.mark.parametrize(
    "document",
    [[POINT], POINT, {"data": [POINT]}, [{"fr24_id": "3376ab31", "tracks": [POINT]}]],
    ids=["list", "one", "wrapped", "flight-tracks"],
)
def test_json_with_speed_and_heading(document: object) -> None:
    batch = read(document, "flight.json")

    assert (batch["ground_speed"][0], batch["track"][0], batch["vertical_rate"][0]) == (243, 187, 3200)
    assert batch["callsign"].tolist() == [b"FDB8490"]
    assert SOURCES[batch["source"][0]] == "mlat"
    assert list(batch.labels.values()) == (["3376ab31"] if "3376ab31" in str(document) else ["flight"])


def test_flights_of_one_file_are_told_apart_by_their_id_not_by_callsign() -> None:
    rows = [POINT | {"fr24_id": "aa"}, POINT | {"fr24_id": "bb"}, POINT | {"fr24_id": "aa", "callsign": ""}]

    batch = read(rows)

    assert len(np.unique(batch["icao24"])) == 2
    assert sorted(batch.labels.values()) == ["aa", "bb"]


def test_a_real_address_is_preferred() -> None:
    assert read([POINT | {"hex": "738065", "fr24_id": "aa"}])["icao24"].tolist() == [0x738065]


def test_broken_points_are_counted() -> None:
    batch = read([POINT, POINT | {"alt": "high"}, POINT | {"timestamp": "yesterday"}, 7])

    assert len(batch) == 2
    assert counts(batch) == {
        "baro_altitude not a number": 1, "time not a time": 1, "no time": 1, "point is no JSON object": 1,
    }  # fmt: skip
