"""Positions where a feed cannot hear: learned per feed, per receiver, and the defaults of software."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detectors._examples import fly, together, traffic
from detectors._registry import registry
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.receivers import Receivers
from pipeline.engine import Engine
from pipeline.recording import run_recording
from tests.recordings import beginning

SOON = {"hours": 0.2, "learned": 20.0}


def found(*tracks: Batch, resources: dict[str, Any] | None = None, **params: float) -> Sequence[Anomaly]:
    engine = Engine({"geographic-outlier": registry()["geographic-outlier"]}, {"geographic-outlier": SOON | params},
                    resources or {}, lateness_s=0.0)  # fmt: skip
    return run_recording(engine, [together(*tracks)])


def alps(feed: int = 0) -> list[Batch]:
    rows = traffic(40, 1_800, step_s=10.0)
    return [t.with_columns(feed=np.full(len(t), feed, dtype="u1")) for t in rows]


def one(**columns: Any) -> Batch:
    return fly(0xABC123, **({"start_s": 1_200.0, "step_s": 10.0, "seconds": 300} | columns))


def test_an_ocean_away_is_technical() -> None:
    (only,) = found(one(lat=-30.0, lon=-140.0), *alps())

    assert only.priority == 1 and only.evidence["values"]["verdict"] == "technical"
    assert only.evidence["values"]["distance"] > 15_000
    assert only.explanation.startswith("abc123: a position near -30.00")


def test_each_feed_knows_its_own_places() -> None:
    japan = [t.with_columns(lat=t["lat"] - 10.0, lon=t["lon"] + 130.0, icao24=t["icao24"] + 0x1000) for t in alps(1)]
    lost = one(lat=36.0, lon=137.0)

    assert found(lost.with_columns(feed=np.ones(len(lost), dtype="u1")), *alps(), *japan) == []
    assert len(found(lost, *alps(), *japan)) == 1


def test_a_little_further_is_not_far() -> None:
    assert found(one(lat=51.0, lon=9.0), *alps()) == []


def test_nothing_is_said_before_enough_was_heard() -> None:
    assert found(one(lat=-30.0, lon=-140.0), *alps(), learned=100.0) == []
    assert found(one(lat=-30.0, lon=-140.0), *alps(), hours=5.0) == []


def test_further_than_any_receiver_named() -> None:
    here, there = ({"receivers": Receivers.of([place])} for place in ((46.0, 7.0), (-30.0, -139.0)))
    (only,) = found(one(lat=-30.0, lon=-140.0), *alps(), resources=here, learned=1_000.0)

    assert only.confidence == 0.8 and only.icao24 == 0xABC123
    assert found(one(lat=-30.0, lon=-140.0), *alps(), resources=there, learned=1_000.0) == []


@pytest.mark.parametrize("zero", [{"lat": 0.0}, {"lon": 0.0}, {"lat": 0.01, "lon": 0.02}])
def test_defaults_of_software(zero: dict[str, float]) -> None:
    rows = one(lat=46.0, lon=17.0)
    changed = {name: np.where(np.arange(len(rows)) == 12, value, rows[name]) for name, value in zero.items()}
    (only,) = found(rows.with_columns(**changed))

    assert "a default and not a place" in only.explanation and only.confidence == 0.5


def test_along_greenwich_and_over_the_gulf_of_guinea_all_is_well() -> None:
    assert found(one(lat=51.0, lon=0.0, track=0.0), fly(0x400000, start_s=1_200, lat=0.3, lon=-0.4)) == []


@pytest.mark.parametrize(
    "path",
    [
        "traffic-samples/samples/collections/quickstart.json.gz",
        "traffic-samples/samples/collections/savan.json.gz",
        "opensky-rest/westasia-20260318",
        "adsbx-snapshot-20220430/aircraft.json",
        "adsb_actions-adsblol/20250601_36_-122.gz",
    ],
)
def test_recordings_without_outliers(shared: Path, path: str) -> None:
    assert found(*beginning(shared / "data" / path), hours=1.0, learned=100.0) == []
