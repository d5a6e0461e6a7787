"""Approaches of an odd shape, and the straight ones, helicopters and flight checks that are none."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from detectors._examples import together
from detectors._registry import registry
from detectors.strange_approach import inbound
from geo.airports import Airports
from geo.anomaly import Anomaly
from geo.approaches import Ends
from geo.batch import Batch
from pipeline.engine import Engine
from tests.recordings import recording

SAMPLES = "traffic-samples/samples"


def found(*batches: Batch, airports: Airports | None = None, **overrides: float) -> Sequence[Anomaly]:
    spec = registry()["strange-approach"]
    engine = Engine({spec.id: spec}, {spec.id: overrides}, {"airports": airports or Airports.builtin()}, 0.0)
    last = {a.id: a for batch in batches for a in engine.feed(batch).anomalies}
    return list((last | {a.id: a for a in engine.finish().anomalies}).values())


def landing(k: int, start_s: float) -> Batch:
    """One that lands straight in."""
    return inbound(icao24=0x400000 + k, start_s=start_s)


def northwards(start_s: float, **columns: object) -> Batch:
    """One that comes down across the runway."""
    return inbound(icao24=0x3C9999, start_s=start_s, track=0.0, lat=48.354 - 10 / 60, lon=11.786, **columns)


def test_landing_directions_are_learned() -> None:
    arrivals = [landing(k, 120.0 * k) for k in range(12)]
    world = together(*arrivals, northwards(1_440.0))
    assert not found(world)
    (one,) = found(world, landings=8)
    assert one.icao24 == 0x3C9999 and "nobody lands" in one.explanation


def test_where_runways_are_loaded_they_tell() -> None:
    ends = Ends(
        np.array([48.36, 48.36]), np.array([11.75, 11.83]), np.array([80.0, 260.0]), np.array([1_487.0, 1_487.0])
    )
    airports = Airports.builtin().with_runways(ends)
    assert airports.hub_directions.sum() == 2
    assert len(found(northwards(0.0), airports=airports)) == 1
    assert not found(inbound(), airports=airports)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"category": b"A7"}, "helicopter"),
        ({"callsign": b"FCK211"}, "flight check"),
        ({"callsign": b"GAF123"}, "military"),
    ],
)
def test_who_does_so_as_a_matter_of_course_is_cleared(columns: dict[str, bytes], reason: str) -> None:
    (one,) = found(inbound(330, 9.5, 55.0, rate=-560.0, **columns))
    assert reason in one.cleared


def test_two_oddities_of_an_airline_are_medium() -> None:
    circle = np.interp(
        np.arange(360), [0, 60, 180, 240, 270, 300, 330], [80.0, 80.0, 445.0, 390.0, 500.0, 390.0, 440.0]
    )
    seen = found(inbound(360, track=circle, rate=-560.0, callsign=b"DLH4AB"), swings=2)
    assert [a.priority for a in seen] == [2] and " and " in seen[0].explanation


def test_bad_rates_alone_are_not_steep() -> None:
    rows = inbound(110, 4.7, altitude=6_000.0, rate=-2_400.0)
    assert found(rows)
    assert not found(rows.with_columns(baro_altitude=np.linspace(3_500, 2_200, len(rows)).astype("f4")))


def test_airports_keep_their_runways() -> None:
    assert replace(Airports.builtin()).hubs.ends is None


def test_ordinary_arrivals_have_none(shared: Path) -> None:
    collections = [f"{SAMPLES}/collections/{n}.json.gz" for n in ("quickstart", "switzerland")]
    names = (*collections, "egll-20170802/egll-positions-rt.csv")
    assert not [a for n in names for a in found(*recording(shared / "data" / n)) if not a.cleared]


def test_flight_checks_are_cleared(shared: Path) -> None:
    files = [shared / f"data/{SAMPLES}/calibration/{name}.json.gz" for name in ("munich", "lisbon", "vienna")]
    seen = [a for file in files for a in found(*recording(file))]
    assert len(seen) >= 5 and all(a.cleared for a in seen)
