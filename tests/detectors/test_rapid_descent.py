"""Rapid descent: held, confirmed by the altitude, off any approach; graded by how steep, how low and how sure."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detectors._examples import during, fly, together
from detectors._registry import registry
from geo.airports import Airports
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.schema import SOURCES
from pipeline.engine import Engine
from tests.recordings import recording

N = 300
T = np.arange(N)


def found(*batches: Batch, **overrides: float) -> Sequence[Anomaly]:
    """The descents, after the last word on each."""
    spec = registry()["rapid-descent"]
    engine = Engine({spec.id: spec}, {spec.id: overrides}, {"airports": Airports.builtin()})
    steps = [*(engine.feed(b) for b in batches), engine.finish()]
    return list({a.id: a for step in steps for a in step.anomalies}.values())


def falling(rate: float, rows: int, **columns: Any) -> Batch:
    """Level for a minute, then down at `rate` for so many seconds, over no aerodrome."""
    place: dict[str, Any] = {"lat": 48.9, "lon": -10.0, "altitude": 30_000.0}
    return fly(seconds=N, rate=during(rate, 0.0, 60, 60 + rows, N, "f8"), **(place | columns))


def priorities(*batches: Batch) -> Sequence[int]:
    return [a.priority for a in found(*batches)]


def test_priority_follows_how_steep_and_how_low() -> None:
    assert priorities(falling(-3_600, 60, speed=420)) == [1]
    assert priorities(falling(-3_600, 60, speed=200)) == [2]
    assert priorities(falling(-6_000, 60)) == [3] and priorities(falling(-6_000, 15, speed=200)) == [2]
    assert priorities(falling(-9_000, 60, altitude=19_000.0)) == [4]
    assert priorities(falling(-9_000, 30, altitude=40_000.0)) == [3]


def test_a_long_fall_is_high_even_on_the_flat_path_of_a_jet() -> None:
    assert priorities(falling(-4_500, 90, speed=430)) == [1]
    assert priorities(falling(-4_500, 150, speed=430)) == [3]


def test_a_fall_towards_the_ground_is_high_whatever_the_speed() -> None:
    assert priorities(falling(-4_000, 45, altitude=4_000.0, speed=300)) == [3]


def test_the_sentence_names_the_height_lost() -> None:
    told = found(falling(-6_000, 30))[0].explanation
    assert told.startswith("Falling at 6,000 ft/min through ") and "ft lost in" in told


def test_nothing_shorter_than_the_hold() -> None:
    assert not found(falling(-6_000, 9))
    assert found(falling(-6_000, 9), hold=5)


def test_flicker_does_not_hold() -> None:
    rate = np.where(np.arange(N) % 4 == 0, 0.0, -6_000.0)
    assert not found(fly(seconds=N, lat=48.9, lon=-10.0, altitude=40_000.0, vertical_rate=rate))


def test_a_repeated_row_is_no_fall() -> None:
    """A source that fills forward: rate, altitude and place stand still while time goes on."""
    stale = falling(-6_000, 200, baro_altitude=20_000.0)
    assert not found(stale)


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({"baro_altitude": np.nan}, "no altitude"),
        ({"source": SOURCES.index("tisb_other")}, "a computed rate"),
        ({"source": SOURCES.index("mlat")}, "a computed rate"),
        ({"ground_speed": 2_700.0}, "a speed that nothing flies"),
        ({"lat": 48.9, "lon": -10.0, "speed": 0.0}, "a frozen place"),
    ],
)
def test_thin_evidence_is_low(columns: dict[str, Any], why: str) -> None:
    seen = found(falling(-9_000, 60, **({"altitude": 19_000.0} | columns)))
    assert [(a.priority, a.confidence < 0.5) for a in seen] == [(1, True)], why


def test_parabolas_are_never_high() -> None:
    t = np.arange(1200)
    rate = np.where(t % 180 < 25, 15_000.0, np.where(t % 180 < 50, -15_000.0, 0.0))
    parabolas = fly(seconds=1200, lat=48.9, lon=-10.0, altitude=20_000.0, rate=rate)
    seen = found(parabolas)
    assert [a.priority for a in seen] == [2] and "climb as steep" in seen[0].explanation


def zoom(then: float, seconds: int, **columns: Any) -> Batch:
    """Level for two minutes, up at 12,000 ft/min for 25 s, and down at `then`."""
    rate = np.select([T < 120, T < 145, 145 + seconds > T], [0.0, 12_000.0, then], 0.0)
    return fly(seconds=N, **({"lat": 48.9, "lon": -10.0, "altitude": 24_000.0, "rate": rate} | columns))


def test_a_parabola_ends_where_it_began_and_a_stall_falls_through() -> None:
    """QZ8501, 2014: up at 11,000 ft/min, stalled, and down at up to 20,000."""
    (parabola,), (stall,) = found(zoom(-12_000.0, 25)), found(zoom(-12_000.0, 90))
    assert "parabolas" in parabola.cleared
    assert (stall.priority, stall.cleared) == (4, "")


@pytest.mark.parametrize("declared", [{"squawk": b"7700"}, {"emergency": 2}])
def test_in_an_emergency_nothing_is_cleared(declared: dict[str, Any]) -> None:
    assert not any(a.cleared for a in found(zoom(-12_000.0, 25, **declared)))
    assert not any(a.cleared for a in found(falling(-3_500, 40, type_code=b"A320", **declared)))


def test_a_makers_flight_that_comes_down_steadily_is_low() -> None:
    assert priorities(falling(-5_500, 90, callsign=b"AIB01TE", speed=360)) == [1]


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({"callsign": b"AFR01TE"}, "an airline's"),
        ({"squawk": b"7700"}, "an emergency"),
        ({"ground_speed": np.interp(np.arange(N), [60, 150], [300.0, 420.0])}, "it gains speed"),
        ({"altitude": 8_000.0}, "near the ground"),
        ({"rate": during(-11_000.0, 0.0, 60, 150, N, "f8"), "altitude": 24_000.0}, "beyond what is flown"),
    ],
)
def test_a_makers_flight_in_trouble_stays_high(columns: dict[str, Any], why: str) -> None:
    given: dict[str, Any] = {"callsign": b"AIB01TE", "speed": 360} | columns
    rate = given.pop("rate", during(-5_500, 0.0, 60, 150, N, "f8"))
    rows = fly(seconds=N, lat=48.9, lon=-10.0, rate=rate, **({"altitude": 30_000.0} | given))
    assert max(priorities(rows)) >= 3, why


def test_one_bad_climb_row_excuses_nothing() -> None:
    dive = falling(-9_000, 60, altitude=19_000.0)
    rate = dive["vertical_rate"].copy()
    rate[40] = 20_000.0
    assert priorities(dive.with_columns(vertical_rate=rate)) == [4]


def test_beside_an_aerodrome_a_slow_aircraft_is_medium() -> None:
    jump = falling(-6_000, 60, lat=48.354, lon=11.70, altitude=13_000.0, speed=90, track=0.0)
    assert [a.priority for a in found(jump)] == [2]


def test_an_approach_is_none() -> None:
    assert not found(fly(seconds=60, lat=48.354, lon=11.65, altitude=5_500, rate=-3_200, speed=180))


def test_a_brief_fall_is_low_however_steep_its_path() -> None:
    """YS111N over Guatemala: 3,200 ft/min at 170 kt for ten seconds."""
    assert priorities(falling(-3_300, 13, speed=165)) == [1]


@pytest.mark.parametrize(("rate", "speed"), [(-3_860, 258.0), (-3_700, 240.0), (-4_250, 285.0), (-5_900, 440.0)])
def test_expedited_descents_that_were_recorded_are_low(rate: float, speed: float) -> None:
    """Survey, camera, relay aircraft and JAL516, each for twenty seconds."""
    assert priorities(falling(rate, 20, speed=speed)) == [1]


def test_times_that_jitter_make_nothing_high() -> None:
    """Receivers whose clocks differ by a second: rows out of order, altitudes that go back."""
    rows = falling(-5_500, 25, speed=430)
    shaken = rows["time"] + np.random.default_rng(1).integers(-1_200, 1_200, len(rows))
    order = np.argsort(shaken, kind="stable")
    seen = found(rows.with_columns(time=shaken).take(order))
    assert [a.priority for a in seen] == [1]


def test_wrong_altitudes_make_nothing_high() -> None:
    rows = falling(-3_500, 60)
    altitude = rows["baro_altitude"].copy()
    altitude[90::7] -= 9_000
    assert {a.priority for a in found(rows.with_columns(baro_altitude=altitude))} == {1}


def test_a_type_that_may_not_fall_so_is_high() -> None:
    assert priorities(falling(-4_900, 40, speed=420)) == [1]
    assert priorities(falling(-4_900, 40, speed=180, type_code=b"C172", altitude=14_000.0)) == [3]
    assert priorities(falling(-4_900, 40, speed=420, type_code=b"B738")) == [1]


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"type_code": b"F16"}, "aerobatics or combat"),
        ({"type_code": b"E300", "speed": 150.0}, "aerobatics or combat"),
        ({"category": b"B3", "speed": 60.0}, "parachutist"),
    ],
)
def test_types_that_fall_on_purpose_are_cleared(columns: dict[str, Any], reason: str) -> None:
    assert [reason in a.cleared for a in found(falling(-9_000, 60, **columns))] == [True]


def test_expedited_descents_of_known_airliners_are_cleared() -> None:
    assert [bool(a.cleared) for a in found(falling(-3_500, 40, type_code=b"A320"))] == [True]
    assert [bool(a.cleared) for a in found(falling(-3_500, 40))] == [False]
    assert [bool(a.cleared) for a in found(falling(-6_000, 90, type_code=b"A320"))] == [False]


def test_nothing_on_the_ground_and_nothing_without_values() -> None:
    assert not found(falling(-6_000, 60, on_ground=1))
    assert not found(falling(-6_000, 60, vertical_rate=np.nan))


def test_no_split_of_the_data_changes_anything() -> None:
    world = together(falling(-6_000, 200), falling(-4_000, 30, icao24=0xB, lat=20.0))
    whole = {a.id: a.feature() for a in found(world)}
    for seconds in (1, 7, 60):
        edges = np.searchsorted(world["time"], np.arange(world["time"][0], world["time"][-1] + 1, seconds * 1000))
        parts = [world.take(np.arange(a, b)) for a, b in zip(edges, [*edges[1:], len(world)], strict=True)]
        assert {a.id: a.feature() for a in found(*parts)} == whole


SAMPLES = "traffic-samples/samples"


def recorded(shared: Path, *names: str) -> Sequence[Anomaly]:
    return [a for name in names for a in found(*recording(shared / "data" / name))]


def test_noisy_recordings_give_nothing(shared: Path) -> None:
    names = ("noisy_landing", "noisy_takeoff", "noisy_ground")
    assert not recorded(shared, *(f"{SAMPLES}/noisy/{name}.json.gz" for name in names))


def test_the_parabolic_flight_is_not_an_emergency(shared: Path) -> None:
    seen = recorded(shared, f"{SAMPLES}/featured/zero_gravity.json.gz")
    assert seen and max(a.priority for a in seen) == 2


def test_the_test_flight_that_dived_is_found(shared: Path) -> None:
    """AIB232E, 2017-12-13: 16,000 ft lost in three minutes, steadily: its maker's flight, no emergency."""
    (seen,) = recorded(shared, f"{SAMPLES}/featured/airbus_tree.json.gz")
    assert (seen.icao24, seen.priority, seen.cleared) == (0x3807FA, 1, "") and "maker" in seen.explanation


def test_the_acceptance_flight_that_dived_after_zooms_is_cleared(shared: Path) -> None:
    seen = recorded(shared, f"{SAMPLES}/onground/zurich_airport.json.gz")
    assert [a.cleared[:2] for a in seen if a.priority > 1] == ["as", "as"]


def test_monterey_heathrow_and_flight_checks_give_nothing_high(shared: Path) -> None:
    names = ("guatemala", "kingston", "ajaccio", "vancouver")
    seen = recorded(
        shared,
        "adsb_actions-adsblol/20250601_36_-122.gz",
        "egll-20170802/egll-positions-rt.csv",
        *(f"{SAMPLES}/calibration/{name}.json.gz" for name in names),
    )
    assert max(a.priority for a in seen) <= 2


def test_no_known_false_alert_is_above_low(shared: Path) -> None:
    names = ("calibration/guatemala", "collections/savan", "collections/quickstart", "featured/dreamliner_airfrance")
    seen = recorded(
        shared,
        "traffic-samples/fr24-csv/JL516_Flightradar24_ADS-B_data_granular.csv",
        *(f"{SAMPLES}/{name}.json.gz" for name in names),
    )
    assert not [a for a in seen if a.priority > 1 and not a.cleared]


def test_parabolas_are_cleared(shared: Path) -> None:
    seen = recorded(shared, f"{SAMPLES}/featured/zero_gravity.json.gz")
    assert not [a for a in seen if a.priority > 1 and not a.cleared]
