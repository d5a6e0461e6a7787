"""Drone- and missile-like profiles: nameless, low, straight, from nowhere; or up like a rocket."""

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
from geo.registers import Registers
from geo.schema import SOURCES
from pipeline.engine import Engine
from tests.recordings import recording

SEA: dict[str, Any] = {"lat": 48.0, "lon": -12.0, "seconds": 1_200}
SLOW, FAST = SEA | {"speed": 100.0, "altitude": 4_000.0}, SEA | {"speed": 450.0, "altitude": 2_000.0}
T = np.arange(300)
ROCKET = SEA | {"seconds": 300, "altitude": 1_000.0, "speed": 300.0}
UP = np.where((T >= 60) & (T < 180), 24_000.0, 0.0)


def found(*batches: Batch, **overrides: float) -> Sequence[Anomaly]:
    spec = registry()["drone-missile-profile"]
    given = {"airports": Airports.builtin(), "registers": Registers.builtin()}
    engine = Engine({spec.id: spec}, {spec.id: overrides}, given)
    steps = [*(engine.feed(b) for b in batches), engine.finish()]
    return list({a.id: a for step in steps for a in step.anomalies}.values())


def among(**columns: Any) -> Sequence[Anomaly]:
    """One aircraft beside an airliner that says its name."""
    return found(together(fly(0x400000, 1_200, lat=47.0, lon=-12.0, callsign=b"DLH441"), fly(**columns)))


def test_each_profile_has_its_sentence_and_a_low_confidence() -> None:
    for columns, words, priority in ((FAST, "cruise missile", 2), (SLOW, "long-range drone", 1)):
        seen = among(**columns)
        assert [a.priority for a in seen] == [priority] and words in seen[0].explanation
        assert seen[0].confidence < 0.5 and "by its behaviour alone" in seen[0].explanation


def test_a_climb_like_a_rocket() -> None:
    seen = among(**ROCKET, rate=UP)
    assert [a.priority for a in seen] == [2] and "without a pause" in seen[0].explanation


@pytest.mark.parametrize(
    "columns",
    [
        FAST | {"callsign": b"NAVY1"},
        FAST | {"type_code": b"B738"},
        FAST | {"category": b"A3"},
        FAST | {"registration": b"N123"},
        FAST | {"altitude": 20_000.0},
        FAST | {"source": SOURCES.index("mlat")},
        FAST | {"track": 90 + 50 * np.sin(np.arange(1_200) / 20)},
        FAST | {"lat": 48.35, "lon": 11.6, "seconds": 200},
        SLOW | {"seconds": 600},
        SLOW | {"source": SOURCES.index("tisb_trackfile")},
        SLOW | {"on_ground": 1},
    ],
)
def test_near_misses(columns: dict[str, Any]) -> None:
    assert not among(**columns)


def test_a_callsign_heard_once_is_a_name_for_the_whole_leg() -> None:
    said = np.where(np.arange(1_200) % 300 == 0, b"N1", b"").astype("S8")
    assert not among(**SLOW, callsign=said)


def test_one_heard_for_long_is_not_from_nowhere() -> None:
    """Heard for half an hour before it flew straight: it was not born in the air."""
    course = np.where(np.arange(2_400) < 1_400, np.arange(2_400) / 2, 90.0)
    assert not among(**(SLOW | {"seconds": 2_400}), track=course)


def test_military_addresses_and_fighters_are_cleared() -> None:
    assert [bool(a.cleared) for a in among(**FAST, db_flags=1)] == [True]
    assert [bool(a.cleared) for a in among(**ROCKET, rate=UP, type_code=b"F15")] == [True]


def test_an_altitude_that_jumps_is_no_rocket() -> None:
    jump = np.where(T < 150, 1_000.0, 60_000.0)
    assert not among(**ROCKET, baro_altitude=jump, vertical_rate=20_000.0)


def test_a_feed_without_callsigns_says_nothing() -> None:
    assert not found(fly(**FAST))


@pytest.mark.parametrize(
    "name",
    [
        "adsb_actions-adsblol/20250601_36_-122.gz",
        "adsb_actions-adsblol/20251213_kwvi_5nm.1213.wvi5nm.gz",
        "traffic-samples/samples/collections/switzerland.json.gz",
        "traffic-samples/samples/military/inflight_refuelling.json.gz",
        "traffic-samples/samples/featured/zero_gravity.json.gz",
    ],
)
def test_ordinary_recordings_give_nothing(shared: Path, name: str) -> None:
    assert not [a for a in found(*recording(shared / "data" / name)) if not a.cleared]
