"""Observations one by one: each wrong one is refused with its reason, and costs no other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.observations import SENT, sift
from geo.schema import SOURCES, SYNTHETIC

NOW = 1_700_000_000_000
GOOD: dict[str, Any] = {"icao24": "4ca7b5", "time": NOW - 1_000, "lat": 47.0, "lon": 8.0, "baro_altitude": 35_000}


def sifted(*rows: dict[str, Any]) -> Any:
    names = {name for row in rows for name in row}
    return sift({name: [row.get(name) for row in rows] for name in names}, len(rows), NOW)


def test_a_good_row_is_taken_as_it_is() -> None:
    row = GOOD | {"callsign": " swr12 ", "squawk": "0412", "on_ground": False, "source": "mlat", "icao24": "~4ca7b5"}
    batch = sifted(row).batch

    assert [batch[n][0] for n in ("callsign", "squawk", "on_ground", "lat")] == [b"SWR12", b"0412", 0, 47.0]
    assert SOURCES[batch["source"][0]] == "mlat"
    assert batch["icao24"][0] < SYNTHETIC and batch["icao24"][0] & (1 << 24)


@pytest.mark.parametrize(
    "time", ["2023-11-14T22:13:19Z", "2023-11-14T23:13:19+01:00", "2023-11-14T22:13:19", NOW - 1_000]
)
def test_times_are_milliseconds_or_rfc_3339(time: Any) -> None:
    assert sifted(GOOD | {"time": time}).batch["time"].tolist() == [NOW - 1_000]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"icao24": None}, "no icao24"),
        ({"time": None}, "no time"),
        ({"icao24": "xyz"}, "icao24: 'xyz' is no address"),
        ({"icao24": 7}, "icao24: 7 is no"),
        ({"time": "soon"}, "time: 'soon' is no time"),
        ({"time": 5}, "time out of range"),
        ({"time": NOW + 60_000}, "more than 30 s in the future"),
        ({"lat": "47"}, "lat: '47' is no number"),
        ({"lat": True}, "lat: True is no number"),
        ({"squawk": "7800"}, "squawk: '7800' is no four octal digits"),
        ({"squawk": 7700}, "squawk: 7700 is no"),
        ({"on_ground": "no"}, "on_ground: 'no' is no flag"),
        ({"source": "ear"}, "source: 'ear' is no one of unknown, adsb_icao"),
        ({"callsign": "NINE LETTERS"}, "callsign:"),
        ({"lat": []}, "lat: [] is no number"),
        ({"db_flags": 300}, "db_flags: 300"),
        ({"time": 10**400}, "time: 1000"),
        ({"db_flags": 10**400}, "db_flags: 1000"),
        ({"time": float("nan")}, "time: nan is no time"),
        ({"callsign": "A" * 1_000_000}, "callsign: 'AAAA"),
    ],
)
def test_a_wrong_row_is_refused_with_its_reason(wrong: dict[str, Any], reason: str) -> None:
    found = sifted(GOOD, GOOD | wrong, GOOD | {"icao24": "000001"})

    assert list(found.refused) == [1]
    assert reason in found.refused[1]
    assert len(found.batch) == 2


def test_a_number_out_of_range_is_left_out_and_counted() -> None:
    found = sifted(GOOD | {"baro_altitude": 10**400, "ground_speed": -5.0})

    assert not found.refused
    assert np.isnan(found.batch["baro_altitude"][0])
    assert found.batch.rejected == {"baro_altitude out of range": 1, "ground_speed out of range": 1}


anything = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.lists(st.integers(), max_size=2)
)


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(st.dictionaries(st.sampled_from(SENT), anything, max_size=5), min_size=1, max_size=5))
def test_whatever_is_sent_every_row_is_taken_or_refused(rows: list[dict[str, Any]]) -> None:
    found = sifted(*rows, GOOD)

    assert len(found.batch) + len(found.refused) == len(rows) + 1
    assert len(found.batch) >= 1
