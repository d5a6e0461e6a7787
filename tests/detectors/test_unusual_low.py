"""Lower than anyone flies here: drawn worlds, and a low jet among recorded traffic over Switzerland and Paris."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detectors._examples import fly, together
from detectors._registry import registry
from geo.airports import Airports
from geo.anomaly import Anomaly
from geo.batch import Batch
from pipeline.engine import Engine
from tests.recordings import recording

SOON = {"days": 0, "known": 10}
COLLECTIONS = "data/traffic-samples/samples/collections"


def found(batch: Batch, **overrides: float) -> Sequence[Anomaly]:
    spec = registry()["low-for-cell"]
    engine = Engine({spec.id: spec}, {spec.id: {**SOON, **overrides}}, {"airports": Airports.builtin()}, 0.0)
    rows = batch.take(np.argsort(batch["time"], kind="stable"))
    return list({a.id: a for step in (engine.feed(rows), engine.finish()) for a in step.anomalies}.values())


def sea(**columns: Any) -> Batch:
    """A dozen high flights over the North Sea, and one as the test wants it."""
    world: dict[str, Any] = {"seconds": 600, "step_s": 5.0, "lat": 56.0, "lon": 3.0}
    crowd = [fly(0x400000 + k, start_s=90.0 * k, altitude=30_000, **world) for k in range(14)]
    return together(fly(0xABC123, **(world | {"start_s": 1_500.0, "altitude": 800.0} | columns)), *crowd)


def test_the_sentence_has_the_numbers() -> None:
    (one,) = found(sea())

    assert one.icao24 == 0xABC123 and one.priority == 2
    assert one.explanation == (
        "Aircraft of unknown type at 800 ft and 420 kt, 29,200 ft lower than any of the 14 other flights that crossed "
        "this area in the last weeks"
    )


def test_slower_and_a_little_higher_is_of_low_priority() -> None:
    (one,) = found(sea(altitude=3_000.0, speed=180.0))

    assert one.priority == 1


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"category": b"A7"}, "helicopter: flies low by its nature"),
        ({"category": b"B1"}, "glider: flies low by its nature"),
        ({"speed": 100.0}, "as slow as aircraft that fly by sight"),
    ],
)
def test_the_innocent_are_cleared_with_the_reason(columns: dict[str, Any], reason: str) -> None:
    (one,) = found(sea(**columns))

    assert (one.state, one.cleared) == ("cleared", reason)


def test_the_margin_is_kept() -> None:
    low = {"seconds": 600, "step_s": 5.0, "lat": 56.0, "lon": 3.0, "altitude": 4_500.0}

    assert found(together(sea(altitude=2_800.0), fly(0x400055, **low))) == []
    assert len(found(together(sea(altitude=800.0), fly(0x400055, **low)))) == 1


def test_a_flight_is_not_compared_with_itself() -> None:
    there_and_back = np.where(np.arange(240) < 120, 90.0, 270.0)

    (one,) = found(sea(seconds=1_200, track=there_and_back))

    assert one.end - one.start >= 1_000_000


def test_a_recorded_day_gives_nothing_and_a_low_jet_is_found(shared: Path) -> None:
    """Switzerland, 17 hours: what was learned in the morning holds for the afternoon."""
    day = Batch.concat(recording(shared / COLLECTIONS / "switzerland.json.gz"))
    start = int(day["time"].min())

    jet = fly(0xABC123, 600, step_s=10.0, lat=46.85, lon=8.9, track=60.0, altitude=4_000.0, speed=450.0)
    moved = jet.with_columns(time=jet["time"] - int(jet["time"][0]) + start + 12 * 3_600_000)
    seen = [a for a in found(Batch.concat([day, moved]), known=25) if a.state != "cleared"]

    assert [a.icao24 for a in seen] == [0xABC123]
