"""trace_full: times from the trace's own, altitudes by their flag, details where they stand and nowhere else."""

from __future__ import annotations

import gzip
import json
from typing import Any

import numpy as np
import pytest

from feeds import FeedError
from tests.feeds.reading import counts, read

DETAILS = {"type": "adsb_icao", "flight": "SKW3408 ", "squawk": "0212", "nic": 8, "nac_p": 10, "geom_rate": 64}


def trace(*points: list[Any]) -> dict[str, Any]:
    return {"icao": "a1878a", "r": "N198SY", "t": "E75L", "dbFlags": 0, "timestamp": 1_693_353_600.0, "trace": points}


def point(after: float = 10.5, altitude: Any = 35_000, flags: int = 0, details: Any = None) -> list[Any]:
    return [after, 42.4, -121.0, altitude, 443.4, 171.1, flags, -128, details, "adsb_icao", 36_475, 64, None, None]


def test_points_of_one_aircraft() -> None:
    batch = read(trace(point(), point(20, details=DETAILS), point(30, "ground")))

    assert batch["time"].tolist() == [1_693_353_610_500, 1_693_353_620_000, 1_693_353_630_000]
    assert batch["icao24"].tolist() == [0xA1878A] * 3
    assert batch["callsign"].tolist() == [b"", b"SKW3408", b""]
    assert batch["squawk"].tolist() == [b"", b"0212", b""]
    assert batch["on_ground"].tolist() == [0, 0, 1]
    assert batch["registration"].tolist() == [b"N198SY"] * 3
    assert np.isnan(batch["nic"][[0, 2]]).all() and batch["nic"][1] == 8


def test_a_geometric_altitude_is_no_barometric_one() -> None:
    batch = read(trace([1.0, 42.4, -121.0, 5_000, 90, 10, 8, 0], point()))

    assert np.isnan(batch["baro_altitude"][0]) and batch["geo_altitude"][0] == 5_000


def test_a_packed_trace_is_unpacked_whatever_it_is_called() -> None:
    assert len(read(gzip.compress(json.dumps(trace(point())).encode()), "trace_full_a1878a.json")) == 1


def test_a_broken_point_costs_itself_only() -> None:
    batch = read(trace(point(), "x", point("late"), point(40, [1]), point(50, details="none"), [60.0]))

    assert len(batch) == 4
    assert counts(batch)["point not an array"] == 1
    assert counts(batch)["after not a number"] == 1


@pytest.mark.parametrize("broken", [{"timestamp": "now"}, {"trace": {}}, {"timestamp": None}])
def test_a_trace_without_time_or_points_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(FeedError):
        read(trace(point()) | broken, format="trace-full")
