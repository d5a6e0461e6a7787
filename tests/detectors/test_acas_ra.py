"""Sudden reversals of climb or descent, and the waves, level-offs and bad rates that are none."""

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
from geo.schema import SOURCES
from pipeline.engine import Engine
from tests.recordings import recording

SAMPLES = "traffic-samples/samples"


def found(*batches: Batch, **overrides: float) -> Sequence[Anomaly]:
    spec = registry()["acas-ra"]
    engine = Engine({spec.id: spec}, {spec.id: overrides}, {"airports": Airports.builtin()}, 0.0)
    last = {a.id: a for batch in batches for a in engine.feed(batch).anomalies}
    return list((last | {a.id: a for a in engine.finish().anomalies}).values())


def reversal(first: float = 2_000.0, then: float = -1_800.0, seconds: float = 6.0, **columns: Any) -> Batch:
    """At 20,000 ft and 380 kt, from one rate to the other after 140 s."""
    rate = np.interp(np.arange(300), [0, 140, 140 + seconds, 200, 220], [first, first, then, then, 0.0])
    given: dict[str, Any] = {"altitude": 20_000.0, "speed": 380.0, "callsign": b"DLH4AB"} | columns
    return fly(seconds=300, rate=rate, **given)


def test_alone_it_is_low_and_says_what_it_is_like() -> None:
    (one,) = found(reversal())
    assert one.priority == 1 and one.confidence < 0.5
    assert one.explanation.endswith("like a resolution advisory") and "+2,000" in one.explanation


@pytest.mark.parametrize(
    ("lat", "feet", "priority"), [(50.015, 24_600.0, 3), (50.06, 25_500.0, 2), (50.5, 24_600.0, 1)]
)
def test_who_is_near_makes_it_graver(lat: float, feet: float, priority: int) -> None:
    other = fly(0x43C100, 300, lat=lat, speed=380.0, altitude=feet, callsign=b"SAS22")
    (one,) = found(together(reversal(), other))
    assert one.priority == priority
    assert (one.members == [0x43C100]) == ("SAS22" in one.explanation) == (priority > 1)


@pytest.mark.parametrize(
    "columns",
    [{"speed": 120.0}, {"category": b"A7"}, {"category": b"B1"}, {"source": SOURCES.index("mlat")}, {"on_ground": 1}],
)
def test_who_has_no_such_equipment_is_silent(columns: dict[str, Any]) -> None:
    assert not found(reversal(**columns))


def test_what_is_too_wild_or_too_slow_is_none() -> None:
    assert not found(reversal(8_000.0, -8_000.0))
    assert not found(reversal(seconds=50.0))


def test_it_is_told_within_half_a_minute_of_being_borne_out() -> None:
    rows = reversal()
    seen = [t for t in range(140, 300, 5) if found(rows.take(rows["time"] < rows["time"][0] + t * 1000))]
    assert seen[0] <= 185


def test_ordinary_traffic_parabolas_and_flight_checks_have_none(shared: Path) -> None:
    names = ("collections/quickstart", "featured/zero_gravity", "calibration/munich", "military/aircraft_carrier")
    assert not [a for n in names for a in found(*recording(shared / f"data/{SAMPLES}/{n}.json.gz"))]
