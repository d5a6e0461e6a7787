"""Sharp turns at cruise: beyond the corners of routes, confirmed by the way made good."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detectors._examples import circle, fly
from detectors._registry import registry
from geo.airports import Airports
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.registers import Registers
from pipeline.engine import Engine
from tests.recordings import recording

T = np.arange(900)


def found(*batches: Batch, **overrides: float) -> Sequence[Anomaly]:
    spec = registry()["cruise-turn"]
    given = {"airports": Airports.builtin(), "registers": Registers.builtin()}
    engine = Engine({spec.id: spec}, {spec.id: overrides}, given)
    steps = [*(engine.feed(b) for b in batches), engine.finish()]
    return list({a.id: a for step in steps for a in step.anomalies}.values())


def turning(degrees: float, seconds: float, **columns: Any) -> Batch:
    return fly(seconds=900, track=90 + np.clip((T - 400) / seconds, 0, 1) * degrees, **columns)


def recorded(shared: Path, name: str) -> Sequence[Anomaly]:
    return found(*recording(shared / "data/traffic-samples/samples" / f"{name}.json.gz"))


def test_the_sentence_tells_side_degrees_and_bank() -> None:
    told = found(turning(-120, 80))[0].explanation
    assert told.startswith("Turned left by 90 degrees within 60 s at 35,000 ft and 420 kt")


@pytest.mark.parametrize(("degrees", "priority"), [(70, [1]), (-75, [1]), (120, [2]), (60, []), (45, [])])
def test_priority_by_how_far_it_turns(degrees: float, priority: Sequence[int]) -> None:
    assert [a.priority for a in found(turning(degrees, 60 if abs(degrees) < 90 else 70))] == priority


def test_the_limit_is_a_parameter() -> None:
    assert found(turning(60, 55), turn=50)


@pytest.mark.parametrize(
    "columns",
    [{"altitude": 20_000.0}, {"speed": 200.0}, {"on_ground": 1}, {"rate": -3_500.0, "altitude": 60_000.0}],
)
def test_only_level_fast_and_high(columns: dict[str, Any]) -> None:
    assert not found(turning(100, 60, **columns))


def test_military_flying_is_cleared() -> None:
    assert [bool(a.cleared) for a in found(turning(120, 60, type_code=b"F16"))] == [True]
    assert [bool(a.cleared) for a in found(turning(120, 60, db_flags=1))] == [True]


def test_circles_are_one_episode_of_low_priority() -> None:
    seen = found(circle(seconds=1800, period_s=280, altitude=35_000.0, speed=420.0))
    assert [a.priority for a in seen] == [1]


def test_a_course_without_a_place_is_no_turn() -> None:
    assert not found(turning(120, 60, lat=np.nan, lon=np.nan))


def test_over_the_pole_the_course_swings_by_itself() -> None:
    assert not found(fly(seconds=900, lat=89.9, lon=0.0, track=0.0))


def test_ordinary_days_give_nothing(shared: Path) -> None:
    """842 flights over Switzerland (one course interpolated through 337 degrees), and two hours over Japan."""
    assert not recorded(shared, "collections/switzerland")
    japan = shared / "data/traffic-samples/opensky-history/06756e84a9281960f371ffa67a61f35e.parquet"
    assert not found(*recording(japan))


def test_the_test_flight_that_drew_a_tree_is_found(shared: Path) -> None:
    standing = [a for a in recorded(shared, "featured/airbus_tree") if not a.cleared]
    assert standing and max(a.priority for a in standing) == 1


@pytest.mark.parametrize(
    ("columns", "priority"),
    [
        ({"callsign": b"AIB01TE"}, 1),
        ({"callsign": b"AFR01TE"}, 2),
        ({"callsign": b"AIB01TE", "squawk": b"7700"}, 2),
        ({"callsign": b"AIB01TE", "rate": np.where((T > 400) & (T < 470), -1_600.0, 0.0)}, 2),
    ],
)
def test_a_makers_level_turn_is_low(columns: dict[str, Any], priority: int) -> None:
    assert [a.priority for a in found(turning(120, 70, **columns))] == [priority]
