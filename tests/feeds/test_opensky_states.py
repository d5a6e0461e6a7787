"""OpenSky's states in their three spellings: metres to feet, last contact and position apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from geo.schema import NO_TIME, SOURCES
from tests.feeds.reading import counts, read

VECTOR: list[Any] = [
    "4b1814", "SWR7EA  ", "Switzerland", 1_687_260_600, 1_687_260_666, 8.5695, 47.4556, 3_048.0, False, 100.0,
    95.62, -5.08, None, 3_352.8, "0301", False, 2, 4,
]  # fmt: skip
NAMED = {
    "icao24": "4b1814", "callsign": "SWR7EA", "time_position": 1_687_260_600, "last_contact": 1_687_260_666,
    "lng": 8.5695, "lat": 47.4556, "geo_altitude": 3_352.8, "baro_altitude": 3_048, "on_ground": "False",
    "velocity": 100, "heading": 95.62, "vertical_rate": -5.08, "squawk": 301,
}  # fmt: skip


@pytest.mark.parametrize(
    "document",
    [{"time": 1_687_260_670, "states": [VECTOR]}, [VECTOR], {"fetched_at": "2023-06-20", "aircraft": [NAMED]}],
    ids=["with time", "bare", "objects"],
)
def test_the_three_spellings_say_the_same(document: Any) -> None:
    batch = read(document)

    row = {name: values[0].item() for name, values in batch.columns.items()}
    assert (row["icao24"], row["callsign"], row["squawk"]) == (0x4B1814, b"SWR7EA", b"0301")
    assert (row["time"], row["position_time"]) == (1_687_260_666_000, 1_687_260_600_000)
    assert row["baro_altitude"] == pytest.approx(10_000, abs=0.1)
    assert row["geo_altitude"] == pytest.approx(11_000, abs=0.1)
    assert row["ground_speed"] == pytest.approx(194.384, abs=0.01)
    assert row["vertical_rate"] == pytest.approx(-1_000, abs=0.1)
    assert (row["on_ground"], round(row["lat"], 4), round(row["lon"], 4)) == (0, 47.4556, 8.5695)


def test_source_and_category_numbers_become_words() -> None:
    batch = read([VECTOR])

    assert SOURCES[batch["source"][0]] == "mlat"
    assert batch["category"].tolist() == [b"A3"]


def test_no_position_and_no_contact() -> None:
    lost = [*VECTOR[:3], None, None, None, None, *VECTOR[7:]]

    batch = read({"time": 1_687_260_670, "states": [lost, VECTOR[:6]]})

    assert batch["time"].tolist() == [1_687_260_670_000, 1_687_260_666_000]
    assert np.isnan(batch["lat"]).all() and (batch["position_time"] == NO_TIME).all()


@pytest.mark.parametrize("empty", [{"time": 1_687_260_670, "states": None}, {"time": 1_687_260_670, "states": []}])
def test_an_empty_sky(empty: dict[str, Any]) -> None:
    assert len(read(empty)) == 0


def test_broken_states_are_counted() -> None:
    broken = [*VECTOR[:9], "fast", *VECTOR[10:]]

    batch = read({"time": 1, "states": [VECTOR, broken, None, "x", [], ["zz"]]})

    assert len(batch) == 2
    assert counts(batch)["ground_speed not a number"] == 1
    assert counts(batch)["state is neither array nor object"] == 3
    assert counts(batch)["no identity"] + counts(batch)["no time"] >= 1
