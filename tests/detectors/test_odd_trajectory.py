"""Zig-zag or odd path: drawn ones, drawings in the sky, and recordings of those who have a reason."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from detectors._examples import fly, together
from detectors._registry import registry
from detectors._wander import reversals, wandering, way
from geo.airports import Airports
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.firs import Firs
from geo.tracks import Tracks
from pipeline.engine import Engine
from tests.recordings import recording

T = np.arange(360)
ZIGZAG = np.where(T // 24 % 2 == 0, 35.0, 145.0)
SAMPLES = "data/traffic-samples/samples"


def found(batch: Batch, firs: Firs | None = None, **overrides: float) -> Sequence[Anomaly]:
    spec = registry()["odd-trajectory"]
    given = {"airports": Airports.builtin()} | ({"firs": firs} if firs is not None else {})
    engine = Engine({spec.id: spec}, {spec.id: overrides}, given, 0.0)
    rows = batch.take(np.argsort(batch["time"], kind="stable"))
    return list({a.id: a for step in (engine.feed(rows), engine.finish()) for a in step.anomalies}.values())


def recorded(shared: Path, pattern: str) -> Sequence[Anomaly]:
    files = sorted((shared / SAMPLES).glob(pattern))
    assert files
    return found(Batch.concat(b for f in files for b in recording(f)))


def path(**columns: Any) -> Batch:
    return fly(**({"seconds": 1800.0, "step_s": 5.0, "lat": 50.0, "lon": 7.9} | columns))


def view(batch: Batch) -> Tracks:
    """One aircraft, a row every 30 s."""
    rows = batch.take(np.arange(0, len(batch), 6))
    return Tracks({**rows.columns, "flight": rows["icao24"]}, np.ones(len(rows), dtype=bool))


def test_turns_the_other_way_are_counted() -> None:
    answers, turned = reversals(view(path(track=ZIGZAG)), 1_200, 10)

    assert answers[-1] == 9 or answers[-1] == 10
    assert turned[-1] == pytest.approx(110 * 10, abs=120)
    assert reversals(view(path(track=T * 6.0 % 360)), 1_200, 10)[0].max() == 0


def test_way_and_distance() -> None:
    flown, far = way(view(path(track=ZIGZAG)), 1_200)

    assert flown[-1] == pytest.approx(420 * 0.514444 * 1_200, rel=0.02)
    assert flown[-1] / far[-1] == pytest.approx(1 / np.cos(np.radians(55)), rel=0.05)


def test_the_first_look_keeps_who_wanders() -> None:
    assert wandering(view(path(track=ZIGZAG)), 1_200, 1.4)[-1]
    assert not wandering(view(path()), 1_200, 1.15).any()


def test_more_turns_are_of_medium_priority() -> None:
    (one,) = found(path(track=ZIGZAG))

    assert one.priority == 2
    assert one.explanation.startswith("Zig-zag: ") and "reversing its turn" in one.explanation


@pytest.mark.parametrize(("callsign", "priority"), [(b"HBABC", 1), (b"YS111N", 1), (b"SWR12A", 2), (b"", 2)])
def test_private_flights_go_where_they_like(callsign: bytes, priority: int) -> None:
    (one,) = found(path(track=ZIGZAG, callsign=callsign))
    assert one.priority == priority and not one.cleared


def test_who_goes_round_a_region_with_others_is_cleared() -> None:
    firs = Firs.of(["CCCC", "AAAA"], [shapely.box(9.3, 49.3, 10.9, 50.7), shapely.box(0, 40, 20, 60)])
    tent = np.where(T < 180, 45.0, 135.0)
    one, two = path(track=tent, speed=480), path(icao24=0xABC124, track=tent, speed=480, lat=50.05)

    (alone,) = found(one, firs)
    both = found(together(one, two), firs)

    assert alone.explanation.startswith("Detour around CCCC: ") and alone.state != "cleared"
    assert {a.cleared for a in both} == {"others go round the same region"}


@pytest.mark.parametrize("category", [b"A7", b"B1", b"B6"])
def test_who_flies_no_routes_is_cleared(category: bytes) -> None:
    (one,) = found(path(track=ZIGZAG, category=category, speed=150.0, altitude=12_000.0))

    assert one.state == "cleared"


def test_drawings_in_the_sky_are_found(shared: Path) -> None:
    drawn = {a.icao24 for a in recorded(shared, "featured/*.json.gz") if a.state != "cleared"}

    assert len(drawn) >= 6


@pytest.mark.parametrize(
    "pattern", ["collections/quickstart.json.gz", "collections/switzerland.json.gz", "gliders/*", "ambulances/*"]
)
def test_ordinary_traffic_gives_nothing(shared: Path, pattern: str) -> None:
    assert [a for a in recorded(shared, pattern) if a.state != "cleared"] == []


def test_surveys_are_cleared_as_such(shared: Path) -> None:
    flights = recorded(shared, "surveys/*")
    reasons = [a.cleared for a in flights if a.state == "cleared"]

    assert len(reasons) >= 0.8 * len(flights)
    assert set(reasons) == {"to and fro along one line, as surveys fly"}
