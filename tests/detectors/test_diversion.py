"""Returns, turns back and landings elsewhere, and the local flights and arrivals that are none."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from detectors._registry import registry
from detectors.diversion import flown
from geo.airports import Airports
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.routes import Routes
from pipeline.engine import Engine
from tests.recordings import recording

OUT, TURN, BACK = (600, 90.0, 1_500.0, 260.0), (60, 180.0, 0.0, 260.0), (600, 270.0, -1_500.0, 260.0)


def found(*batches: Batch, routes: Routes | None = None, **overrides: float) -> Sequence[Anomaly]:
    spec = registry()["diversion"]
    given: dict[str, Any] = {"airports": Airports.builtin()} | ({} if routes is None else {"routes": routes})
    engine = Engine({spec.id: spec}, {spec.id: overrides}, given, 0.0)
    last = {a.id: a for batch in batches for a in engine.feed(batch).anomalies}
    return list((last | {a.id: a for a in engine.finish().anomalies}).values())


def route(callsign: bytes, *codes: str) -> Routes:
    stops = np.array([int(np.flatnonzero(Airports.builtin().code == c)[0]) for c in codes], dtype=np.int32)
    return Routes(np.array([callsign], dtype="S8"), np.array([0, len(stops)]), stops)


def test_a_return_says_when_and_from_how_far() -> None:
    (one,) = found(flown(OUT, TURN, BACK))
    assert one.explanation.startswith("Returned to EDDM 2") and "44 nmi away" in one.explanation
    assert one.priority == 2


def test_a_circuit_a_check_and_a_late_return_are_none() -> None:
    near = ((150, 90.0, 1_500.0, 200.0), (60, 180.0, 0.0, 200.0), (150, 270.0, -1_400.0, 200.0))
    assert not found(flown(*near))
    assert not found(flown(OUT, TURN, BACK, callsign=b"FCK211"))
    assert not found(flown(OUT, TURN, BACK), soon=900)


def test_landing_elsewhere_needs_a_route_that_was_followed() -> None:
    """From Munich to the east, down at Vienna."""
    leg = ((600, 93.5, 2_400.0, 400.0), (420, 93.6, 0.0, 450.0), (607, 93.5, -2_390.0, 410.0))
    flight = flown(*leg, lat=48.30, lon=11.82)
    assert not found(flight)
    assert not found(flight, routes=route(b"DLH4AB", "EDDM", "LOWW"))
    assert not found(flight, routes=route(b"DLH4AB", "EGLL", "LFPG"))
    (one,) = found(flight, routes=route(b"DLH4AB", "EDDM", "LHBP"))
    assert one.explanation.startswith("Instead of its destination, landing at LOWW") and "LHBP" in one.explanation


def test_a_turn_back_before_anything_is_known_of_the_way() -> None:
    """First heard at cruise."""
    way, turn = (1_800, 90.0, 0.0, 450.0), (60, 180.0, 0.0, 450.0)
    legs = (way, turn, (1_500, 270.0, 0.0, 450.0), (900, 270.0, -2_150.0, 400.0))
    (one,) = found(flown(*legs, altitude=34_000.0, lat=48.4, lon=12.0))
    assert one.explanation.startswith("After turning back, descending towards")
    hold = (way, (90, 270.0, 0.0, 250.0), (90, 90.0, 0.0, 250.0), (900, 90.0, -2_150.0, 400.0))
    assert not found(flown(*hold, altitude=34_000.0, lat=48.4, lon=12.0))


def test_ordinary_traffic_has_none(shared: Path) -> None:
    names = ("traffic-samples/samples/collections/switzerland.json.gz", "egll-20170802/egll-positions-rt.csv")
    assert not [a for n in names for a in found(*recording(shared / "data" / n))]
