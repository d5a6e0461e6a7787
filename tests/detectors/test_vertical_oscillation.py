"""Climbing and sinking by turns, and altitudes that only flicker."""

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
from geo.schema import SOURCES
from pipeline.engine import Engine
from tests.recordings import recording

N = 1500
T = np.arange(N)
OCEAN = {"lat": 48.9, "lon": -20.0}


def found(*batches: Batch, **overrides: float) -> Sequence[Anomaly]:
    spec = registry()["vertical-oscillation"]
    engine = Engine({spec.id: spec}, {spec.id: overrides}, {"airports": Airports.builtin()})
    steps = [*(engine.feed(b) for b in batches), engine.finish()]
    return list({a.id: a for step in steps for a in step.anomalies}.values())


def wave(feet: float = 3_000.0, period_s: float = 180.0, **columns: Any) -> Batch:
    rate = feet * np.pi / period_s * np.cos(2 * np.pi * T / period_s) * 60
    return fly(seconds=N, rate=rate, **({"altitude": 33_000.0} | OCEAN | columns))


def recorded(shared: Path, name: str) -> Sequence[Anomaly]:
    return found(*recording(shared / "data/traffic-samples/samples" / f"{name}.json.gz"))


def test_a_yo_yo_at_cruise_is_medium_and_says_how_high() -> None:
    seen = found(wave())
    assert [a.priority for a in seen] == [2] and not seen[0].cleared
    assert "alternating climbs and descents within ten minutes, of up to" in seen[0].explanation


def test_fewer_or_smaller_swings_are_nothing() -> None:
    assert not found(wave(1_200.0)) and not found(wave(period_s=500.0))
    assert found(wave(1_200.0), height=800)


def test_a_slow_aircraft_low_down_is_low() -> None:
    seen = found(wave(altitude=7_000.0, speed=110.0))
    assert [a.priority for a in seen] == [1] and "practice" in seen[0].explanation


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"type_code": b"GLID"}, "soaring"),
        ({"source": SOURCES.index("flarm")}, "soaring"),
        ({"type_code": b"E300"}, "aerobatics"),
        ({"type_code": b"F16"}, "aerobatics"),
        ({"type_code": b"AT8T"}, "fights fires"),
        ({"type_code": b"PC6T"}, "fights fires"),
        ({"type_code": b"C182"}, "parachutists"),
        ({"lat": 48.354, "lon": 11.7, "speed": 1.0}, "aerodrome"),
    ],
)
def test_innocent_kinds_are_cleared(columns: dict[str, Any], reason: str) -> None:
    seen = found(wave(**({"altitude": 3_000.0, "speed": 100.0} | columns)))
    assert len(seen) == 1 and reason in seen[0].cleared


def test_an_altitude_that_alternates_is_technical() -> None:
    seen = found(fly(seconds=N, baro_altitude=np.where(T % 2, 55_000.0, 5_000.0)))
    assert [a.priority for a in seen] == [2] and "back and forth" in seen[0].explanation


def test_alternating_for_half_a_minute_is_low() -> None:
    values = np.where((T > 600) & (T < 650) & (T % 2 == 1), 55_000.0, 35_000.0)
    assert max((a.priority for a in found(fly(seconds=N, baro_altitude=values, rate=1_500.0))), default=1) == 1


def test_swings_that_the_rate_denies_are_technical_and_low() -> None:
    rows = wave().with_columns(vertical_rate=np.full(N, np.nan, dtype=np.float32))
    rate = np.where(np.arange(N) % 2, 0.0, 1_200.0).astype(np.float32)
    seen = found(rows.with_columns(vertical_rate=rate))
    assert [a.priority for a in seen] == [1] and "technical" in seen[0].explanation


def test_without_rates_the_altitude_is_enough() -> None:
    rows = wave()
    assert found(rows.with_columns(vertical_rate=np.full(N, np.nan, dtype=np.float32)))


def test_a_holding_stack_that_steps_down_is_nothing() -> None:
    rate = np.where(T % 240 < 60, -1_000.0, 0.0)
    assert not found(circle(seconds=N, rate=rate, altitude=15_000.0, speed=220.0))


def test_weightlessness_is_cleared(shared: Path) -> None:
    seen = recorded(shared, "featured/zero_gravity")
    assert seen and all("parabolas" in a.cleared for a in seen)


def test_the_acceptance_flight_that_stalled_and_dived_is_found_and_low(shared: Path) -> None:
    (seen,) = recorded(shared, "onground/zurich_airport")
    assert (seen.callsign, seen.priority, seen.cleared) == ("SWR5220", 1, "")
    assert "figures of a test or training flight" in seen.explanation


def zooms(sag_ft: float = 0.0, level_s: int = 600, **columns: Any) -> Batch:
    """Level, then every two minutes 3,000 ft up at 9,000 ft/min and down again, `sag_ft` lower each time."""
    since = T - level_s
    rate = np.select(
        [since < 0, since % 120 < 20, (since % 120 >= 40) & (since % 120 < 60)],
        [0.0, 9_000.0, -9_000.0 - 3 * sag_ft], 0.0,
    )  # fmt: skip
    return fly(seconds=N, rate=rate, **({"altitude": 15_000.0} | OCEAN | columns))


def test_figures_from_a_level_and_back_to_it_are_low() -> None:
    assert [(a.priority, a.cleared) for a in found(zooms())] == [(1, "")]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (zooms(sag_ft=400.0, altitude=24_000.0), "it loses height"),
        (zooms(level_s=0), "no level flight before"),
        (zooms(squawk=b"7700"), "an emergency"),
        (wave(), "as gentle as those of an aircraft that porpoises"),
    ],
)
def test_swings_that_are_no_figures_stay_medium(rows: Batch, why: str) -> None:
    assert [(a.priority, a.cleared) for a in found(rows)] == [(2, "")], why


@pytest.mark.parametrize("name", ["quickstart", "switzerland", "savan"])
def test_ordinary_days_with_wrong_altitudes_give_nothing(shared: Path, name: str) -> None:
    assert not recorded(shared, f"collections/{name}")


@pytest.mark.parametrize("name", ["alpi_italiane", "sisteron", "oxford_cambridge", "danube_valley"])
def test_gliders_give_nothing_that_stands(shared: Path, name: str) -> None:
    assert not [a for a in recorded(shared, f"gliders/{name}") if not a.cleared]
