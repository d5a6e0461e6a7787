"""Two aircraft too near each other, and the company, circuits, shadows and jitter that are none."""

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


def found(*batches: Batch, **overrides: float) -> Sequence[Anomaly]:
    spec = registry()["near-miss"]
    engine = Engine({spec.id: spec}, {spec.id: overrides}, {"airports": Airports.builtin()}, 0.0)
    last = {a.id: a for batch in batches for a in engine.feed(batch).anomalies}
    return list((last | {a.id: a for a in engine.finish().anomalies}).values())


def meeting(angle: float = 180.0, feet: float = 0.0, metres: float = 0.0, step_s: float = 1.0, **columns: Any) -> Batch:
    """Two over the Gulf of Guinea whose tracks cross at `angle`; at 150 s one is `metres` north and `feet` above."""
    given: dict[str, Any] = {"speed": 250.0, "altitude": 9_000.0, "callsign": b"DLH1AB", "step_s": step_s} | columns
    crossing = fly(0x43C100, 151, lat=0.5, lon=3.0, **given | {"step_s": 1.0})
    at = float(crossing["lat"][-1]), float(crossing["lon"][-1])
    back = fly(0x3C0002, 151, lat=at[0], lon=at[1], track=90.0 + angle + 180.0, **given | {"step_s": 1.0})
    start = float(back["lat"][-1]) + metres / 111_195, float(back["lon"][-1])
    height = given | {"altitude": given["altitude"] + feet, "callsign": b"SAS22" if given["callsign"] else b""}
    return together(
        fly(0x43C100, 300, lat=0.5, lon=3.0, **given),
        fly(0x3C0002, 300, lat=start[0], lon=start[1], track=90.0 + angle, **height),
    )


@pytest.mark.parametrize("angle", [180.0, 90.0, 45.0])
def test_the_nearest_second_is_measured(angle: float) -> None:
    (one,) = found(meeting(angle, feet=300.0, metres=250.0))
    values = one.evidence["values"]
    assert values["metres"] == pytest.approx(250 * np.sin(np.radians(angle / 2)), abs=30)
    assert values["height"] == 300 and one.members == [0x3C0002, 0x43C100]
    assert values["closing"] == pytest.approx(2 * 250 * np.sin(np.radians(angle / 2)), abs=10)


def test_the_grades() -> None:
    assert [a.priority for a in found(meeting())] == [3]
    assert [a.priority for a in found(meeting(feet=300.0))] == [2]
    (light,) = found(meeting(speed=100.0, callsign=b""))
    assert light.priority == 2 and "light" in light.explanation


def test_feeds_polled_every_ten_seconds_are_enough() -> None:
    (one,) = found(meeting(step_s=10.0))
    assert one.evidence["values"]["metres"] < 150
    assert not found(meeting(step_s=25.0))


def test_minima_are_wider_above_fl180() -> None:
    high = {"altitude": 35_000.0, "speed": 450.0}
    assert [a.priority for a in found(meeting(metres=3_000.0, **high))] == [2]
    assert not found(meeting(metres=3_000.0))
    assert not found(meeting(feet=1_000.0, **high))
    assert not found(meeting(metres=3_000.0, nic=0, **high))


def test_computed_positions_are_doubtful() -> None:
    (one,) = found(meeting(source=SOURCES.index("mlat")))
    assert one.priority == 1 and one.confidence < 0.5


def test_company_is_cleared() -> None:
    pair = together(fly(0x43C100, 400, lat=56.0, speed=240.0), fly(0x3C0002, 400, lat=56.002, speed=240.0))
    assert {a.cleared for a in found(pair)} == {"flying together"}


def test_one_that_joins_another_slowly_is_low() -> None:
    joining = together(
        fly(0x43C100, 300, lat=56.0, speed=240.0, altitude=9_000.0),
        fly(0x3C0002, 300, lat=56.0, lon=9.97, speed=262.0, altitude=9_000.0),
    )
    assert all(a.cleared or a.priority == 1 for a in found(joining))


def test_the_circuit_of_an_aerodrome_is_cleared() -> None:
    place = {"lat": 48.40, "speed": 90.0, "altitude": 2_600.0, "callsign": b""}
    east = fly(0x3C0001, 240, lon=11.75, **place)
    west = fly(0x3C0002, 240, lon=float(2 * east["lon"][120] - 11.75), track=270.0, **place)
    assert {a.cleared for a in found(together(east, west))} == {"traffic pattern of an aerodrome"}


def test_near_the_ground_nothing_counts() -> None:
    low = {"lat": 48.354, "altitude": 1_600.0, "speed": 120.0}
    east = fly(0x3C0001, 120, lon=11.75, **low)
    west = fly(0x3C0002, 120, lon=float(2 * east["lon"][60] - 11.75), track=270.0, **low)
    assert not found(together(east, west))


def test_it_is_told_within_half_a_minute() -> None:
    world = meeting()
    seen = [t for t in range(150, 300, 5) if found(world.take(world["time"] < world["time"][0] + t * 1000))]
    assert seen[0] <= 180


def test_real_traffic(shared: Path) -> None:
    names = ("traffic-samples/samples/collections/quickstart.json.gz", "adsb_actions-adsblol/20250601_36_-122.gz")
    seen = [a for n in names for a in found(*recording(shared / "data" / n))]
    standing = [a for a in seen if not a.cleared]
    assert [(a.members, a.priority) for a in standing] == [([0xA4FF9C, 0xA7DBD2], 1)]
    assert [a.members for a in seen if a.cleared] == [[0xAA0415, 0xAB0A19]]


def test_a_camera_ship_that_joins_a_787_keeps_it_company(shared: Path) -> None:
    name = "traffic-samples/samples/featured/dreamliner_airfrance.json.gz"
    seen = found(*recording(shared / "data" / name))
    assert seen and {a.cleared for a in seen} == {"flying together"}
