"""Outside what the type can fly: the seeds' physics, judged by type, and technical told from operational."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detectors._examples import during, fly
from detectors._registry import registry
from geo.aircraft import AircraftTable
from geo.airports import Airports
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.registers import Registers
from pipeline.engine import Engine
from tests.recordings import recording


def found(*batches: Batch, resources: Mapping[str, Any] | None = None, **overrides: float) -> Sequence[Anomaly]:
    spec = registry()["flight-envelope"]
    given = {"airports": Airports.builtin(), "registers": Registers.builtin(), **(resources or {})}
    engine = Engine({spec.id: spec}, {spec.id: overrides}, given)
    steps = [*(engine.feed(b) for b in batches), engine.finish()]
    return list({a.id: a for step in steps for a in step.anomalies}.values())


def one(**columns: Any) -> Anomaly:
    seen = found(fly(seconds=300, **columns))
    assert len(seen) == 1, [a.explanation for a in seen]
    return seen[0]


def test_a_cessna_in_the_stratosphere_is_named_with_its_ceiling() -> None:
    told = one(altitude=65_600.0, speed=70.0, type_code=b"C172").explanation
    assert told.startswith("Cessna 172 (C172) at 65,600 ft and 70 kt: above its ceiling of 15,000 ft")


def test_the_database_names_the_type_where_the_feed_does_not() -> None:
    texts = {"registration": "S10", "type_code": "S4", "description": "S3", "operator": "S32"}
    columns: dict[str, Any] = {k: np.array([{"type_code": "P28A"}.get(k, "")], dtype=d) for k, d in texts.items()}
    known = AircraftTable(np.array([0xABC123]), **columns, flags=np.zeros(1, dtype=np.uint8))

    seen = found(fly(seconds=300, altitude=66_000.0, speed=70.0), resources={"aircraft": known})

    assert "Piper PA-28 (P28A)" in seen[0].explanation


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"altitude": 60_000.0, "speed": 60.0}, "too slow to fly so high"),
        ({"altitude": 32_800.0, "speed": 5.0}, "too slow to fly so high"),
        ({"altitude": 4_000.0, "speed": 500.0}, "faster than usual so low"),
        ({"altitude": 9_000.0, "speed": 580.0}, "faster than usual so low"),
        ({"altitude": 12_000.0, "speed": 520.0}, "faster than usual so low"),
        ({"altitude": 115_000.0, "speed": 300.0}, "higher than aircraft fly"),
        ({"altitude": -899.0, "speed": 480.0}, "below the sea"),
        ({"altitude": 35_000.0, "speed": 900.0, "type_code": b"A320"}, "faster than its"),
        ({"altitude": 60_000.0, "speed": 450.0, "type_code": b"E55P"}, "above its ceiling of 45,000 ft"),
        ({"altitude": 12_000.0, "speed": 3.0, "type_code": b"B738"}, "slower than it can fly"),
    ],
)
def test_every_rule_has_its_words(columns: dict[str, Any], words: str) -> None:
    assert words in one(**columns).explanation


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"altitude": 65_600.0, "speed": 40.0, "category": b"B2"}, "balloon"),
        ({"altitude": 31_000.0, "speed": 60.0, "category": b"B1"}, "stand still"),
        ({"altitude": 52_000.0, "speed": 75.0, "type_code": b"DRON"}, "stand still"),
        ({"altitude": 3_000.0, "speed": 520.0, "type_code": b"EUFI"}, "military"),
        ({"altitude": 3_000.0, "speed": 480.0, "db_flags": 1}, "military"),
        ({"altitude": 12_500.0, "speed": 450.0, "type_code": b"B738"}, "within the limits of a jet"),
    ],
)
def test_what_is_ordinary_for_its_type_is_cleared(columns: dict[str, Any], reason: str) -> None:
    seen = one(**columns)
    assert seen.cleared and reason in seen.cleared


@pytest.mark.parametrize(
    "columns",
    [
        {"altitude": 9_000.0, "speed": 0.0, "type_code": b"AS50"},
        {"altitude": 50_500.0, "speed": 480.0, "type_code": b"GLF6"},
        {"altitude": 58_000.0, "speed": 1_150.0, "type_code": b"CONC"},
        {"altitude": 68_000.0, "speed": 400.0, "type_code": b"U2"},
        {"altitude": 37_000.0, "speed": 700.0, "type_code": b"B77W"},
        {"altitude": -900.0, "speed": 90.0},
        {"altitude": 3_000.0, "speed": 600.0, "on_ground": 1},
    ],
)
def test_what_fits_the_type_is_nothing(columns: dict[str, Any]) -> None:
    assert not found(fly(seconds=300, **columns))


def test_a_field_below_the_sea_explains_an_altitude_below_it() -> None:
    dead_sea = {"altitude": -1_900.0, "speed": 90.0, "seconds": 300, "track": 0.0}
    assert not found(fly(**dead_sea, lat=31.32, lon=35.39))
    assert found(fly(**dead_sea, lat=50.0, lon=-20.0))


def test_altitudes_that_disagree_are_technical() -> None:
    seen = one(altitude=65_600.0, speed=120.0, geo_altitude=4_000.0, type_code=b"C172")
    assert "technical: barometric and GPS altitude differ by 61,600 ft" in seen.explanation and seen.priority == 2


def test_a_jump_of_the_altitude_is_an_encoding_error() -> None:
    seen = one(altitude=during(66_000.0, 9_000.0, 150, 300, 300), speed=120.0, type_code=b"C172")
    assert "technical: the altitude jumped by 57,000 ft" in seen.explanation


def test_a_speed_that_the_ground_covered_denies_is_technical() -> None:
    seen = one(speed=250.0, altitude=5_000.0, ground_speed=600.0)
    assert "the ground covered says 250 kt" in seen.explanation and seen.priority == 1


def test_height_and_speed_of_a_jet_on_file_as_a_light_aircraft() -> None:
    seen = one(altitude=35_000.0, speed=450.0, type_code=b"SR22")
    assert "type on file is perhaps another" in seen.explanation and seen.priority == 1


def test_what_nothing_contradicts_is_operational() -> None:
    seen = one(altitude=3_000.0, speed=600.0, geo_altitude=3_100.0)
    assert "operational" in seen.explanation and seen.priority == 2


def test_far_outside_is_high_unless_technical() -> None:
    assert one(altitude=110_000.0, speed=300.0, geo_altitude=110_500.0).priority == 3
    assert one(altitude=110_000.0, speed=300.0).priority == 2


def test_frames_that_repeat_are_no_evidence() -> None:
    """A source that fills forward (Paris 2021, 3999E4: one bad altitude in 157 rows)."""
    frozen = fly(seconds=300, altitude=60_900.0, speed=0.0, ground_speed=97.0, type_code=b"E55P")
    assert not found(frozen)


@pytest.mark.parametrize("rows", [1, 2, 5])
def test_spikes_are_tolerated(rows: int) -> None:
    assert not found(fly(seconds=300, ground_speed=during(1_200.0, 420.0, 150, 150 + rows, 300)))


def test_missing_numbers_are_left_out_of_the_sentence() -> None:
    told = one(altitude=60_000.0, ground_speed=np.nan, type_code=b"C172").explanation
    assert " at 60,000 ft: above" in told


def test_ordinary_recordings_give_nothing_above_low(shared: Path) -> None:
    samples = shared / "data/traffic-samples/samples"
    names = ("collections/switzerland", "firefighting/calfire", "featured/zero_gravity", "noisy/noisy_landing")
    seen = [a for n in names for a in found(*recording(samples / f"{n}.json.gz"))]
    assert not [a for a in seen if a.priority > 1 and not a.cleared]


def test_the_tanker_that_flew_low_and_fast_is_cleared_as_military(shared: Path) -> None:
    path = shared / "data/traffic-samples/samples/military/inflight_refuelling.json.gz"
    assert [a.cleared for a in found(*recording(path))] == ["military flying is often fast and low"]


def test_a_speed_made_of_bad_positions_is_technical(shared: Path) -> None:
    """Heathrow 2017: speeds that leap by hundreds of knots, because the times of the positions are wrong."""
    seen = found(*recording(shared / "data/egll-20170802/egll-positions-rt.csv"))
    assert seen and all(a.priority == 1 for a in seen)
    leaps = np.where(np.arange(300) % 40 < 20, 580.0, 700.0)
    assert "the speed jumps" in one(altitude=5_000.0, speed=leaps).explanation
