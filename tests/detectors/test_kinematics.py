"""Steps that no aircraft can fly, and the sources, ages and gaps that explain what looks like one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from detectors._examples import circle, fly
from detectors._registry import registry
from detectors.kinematics import _beyond
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.schema import SOURCES
from pipeline.engine import Engine
from tests.recordings import recording


def found(rows: Batch, **overrides: float) -> Sequence[Anomaly]:
    spec = registry()["kinematics"]
    engine = Engine({spec.id: spec}, {spec.id: overrides}, {}, 0.0)
    last = {a.id: a for a in engine.feed(rows).anomalies}
    return list((last | {a.id: a for a in engine.finish().anomalies}).values())


def to_and_fro(metres: float, source: str = "adsb_icao") -> Batch:
    rows = fly(seconds=600, speed=250.0)
    aside = (np.arange(600) // 10) % 2 * ((np.arange(600) >= 300) & (np.arange(600) < 400)) * metres / 111_195.0
    return rows.with_columns(lat=rows["lat"] + aside, source=np.full(600, SOURCES.index(source), np.uint8))


def test_positions_to_and_fro_are_medium_and_say_how_fast() -> None:
    (one,) = found(to_and_fro(2_700.0))

    assert one.priority == 2 and "km in 5 s" in one.explanation and "times in a minute" in one.explanation


@pytest.mark.parametrize(("source", "metres"), [("mlat", 2_000.0), ("tisb_icao", 2_000.0), ("adsb_icao", 800.0)])
def test_what_the_source_allows_is_none(source: str, metres: float) -> None:
    assert not found(to_and_fro(metres, source))


def test_computed_positions_are_low_at_most() -> None:
    (one,) = found(to_and_fro(2_800.0, "mlat"), noise=30, timing=0)

    assert one.priority == 1


def test_one_wrong_position_is_none() -> None:
    rows = fly(seconds=600)
    assert not found(rows.with_columns(lat=rows["lat"] + 0.05 * (np.arange(600) == 300)))


def test_an_old_position_is_as_old_as_it_says() -> None:
    """A step of a minute between two rows five seconds apart, each stamped with the time of its position."""
    rows = fly(seconds=600)
    at = np.where((np.arange(600) > 100) & (np.arange(600) % 120 < 60), np.arange(600) // 120 * 120, np.arange(600))
    late = rows.with_columns(lat=rows["lat"][at], lon=rows["lon"][at], position_time=rows["time"][at])

    assert not found(late)


def test_a_course_that_leaps_while_the_path_does_not_is_none() -> None:
    rows = fly(seconds=600)
    assert not found(rows.with_columns(track=np.where(np.arange(600) % 20 < 10, 90.0, 250.0)))


def test_a_path_that_turns_is_none_where_no_course_is_sent() -> None:
    rows = circle(seconds=600, period_s=14.0, speed=250.0)
    assert found(rows)
    assert not found(rows.with_columns(track=np.full(len(rows), np.nan, dtype=np.float32)))


def test_acceleration_without_end_is_low() -> None:
    (one,) = found(fly(seconds=600, speed=np.where(np.arange(600) % 20 < 10, 150.0, 450.0)))

    assert one.priority <= 2 and "kt in" in one.explanation


@pytest.mark.parametrize("period_s", [25.0, 60.0, 180.0])
def test_turning_steadily_is_none(period_s: float) -> None:
    assert not found(circle(seconds=600, period_s=period_s, speed=60.0))


NAMES = ["featured/zero_gravity", "noisy/noisy_time_issue", "noisy/noisy_ground", "military/aircraft_carrier", "basel"]


@pytest.mark.parametrize("name", NAMES)
def test_real_tracks_that_are_hard_are_low_at_most(shared: Path, name: str) -> None:
    path = shared / f"data/traffic-samples/samples/{name}.json.gz"

    assert max((a.priority for a in found(Batch.concat(recording(path)))), default=0) <= 1


def test_nothing_is_said_to_be_once_what_is_possible() -> None:
    assert _beyond(np.array([1.02, 1.44, 10.3])).tolist() == ["just beyond", "1.4 times", "10.3 times"]


def test_a_speed_that_is_stale_makes_no_straight_flight_impossible() -> None:
    rows = fly(seconds=600, speed=300.0)
    assert not found(rows.with_columns(ground_speed=np.full(600, 22.0, np.float32)))
