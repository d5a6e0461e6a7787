"""Loiter: turning and dwelling, on drawn worlds and on real recordings of relays, gliders, stacks and flight checks."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detectors._examples import circle, fly, together
from detectors._examples import zones as area
from detectors._orbits import motion, stayed, steps
from detectors._registry import registry
from geo.airports import Airports
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.schema import NON_ICAO, SOURCES
from geo.tracks import Tracks
from geo.zones import Zones
from pipeline.engine import Engine
from tests.recordings import recording


def found(*batches: Batch, zones: Zones | None = None, **overrides: float) -> Sequence[Anomaly]:
    """The loiters, after the last word on each."""
    given: dict[str, Any] = {"airports": Airports.builtin()} | ({} if zones is None else {"zones": zones})
    engine = Engine({"loiter": registry()["loiter"]}, {"loiter": overrides}, given)
    steps_ = [*(engine.feed(b) for b in batches), engine.finish()]
    return list({a.id: a for step in steps_ for a in step.anomalies}.values())


def recorded(shared: Path, *names: str) -> Sequence[Anomaly]:
    return [a for name in names for a in found(*recording(shared / "data" / name))]


def view(batch: Batch, sample: int = 10) -> Tracks:
    """One aircraft, sampled as the engine would."""
    rows = batch.take(np.arange(0, len(batch), sample))
    return Tracks({**rows.columns, "flight": rows["icao24"]}, np.ones(len(rows), dtype=bool))


def test_a_circle_turns_as_often_as_it_was_flown() -> None:
    seen = motion(view(circle(seconds=1800, period_s=180)), 900)
    assert seen.net[-1] == pytest.approx(900 / 180 * 360, abs=25)
    assert seen.turned[-1] == pytest.approx(seen.net[-1])


def eights(seconds: float, **columns: Any) -> Batch:
    """Left and right circles in turn."""
    t = np.arange(int(seconds))
    return fly(seconds=seconds, track=np.where(t // 150 % 2 == 0, t % 150 * 2.4, -(t % 150) * 2.4), **columns)


def test_left_and_right_cancel_in_the_net_turn_only() -> None:
    seen = motion(view(eights(1800, speed=110)), 900)
    assert abs(seen.net[-1]) < 200 and seen.turned[-1] > 1500


def test_the_extent_of_a_circle_is_its_diameter() -> None:
    diameter = 110 * 0.514444 * 180 / np.pi / 1000
    for lat, lon in ((50.0, 10.0), (0.0, 179.999), (70.0, -179.99)):
        seen = motion(view(circle(seconds=1800, period_s=180, lat=lat, lon=lon)), 900)
        assert seen.extent[-1] == pytest.approx(diameter, rel=0.05)
        assert abs(seen.lat[-1] - lat) < 0.1 and abs((seen.lon[-1] - lon + 180) % 360 - 180) < 0.1


def test_short_steps_and_reversals_carry_no_turn() -> None:
    slow = steps(view(circle(seconds=600, speed=20)))[2]
    there_and_back = steps(
        view(fly(seconds=600, speed=110, track=np.where(np.arange(600) // 10 % 2 == 0, 0.0, 179.0)))
    )[2]
    assert not slow.any() and not there_and_back.any()


def test_who_stayed() -> None:
    assert stayed(view(circle(seconds=900)), 600, 10).all()
    assert not stayed(view(fly(seconds=900)), 600, 10)[-1]


def test_a_short_orbit_is_low_and_a_long_one_medium() -> None:
    short, long = found(circle(seconds=600, period_s=120)), found(circle(seconds=1800, period_s=120))
    assert [a.priority for a in short] == [1] and [a.priority for a in long] == [2]
    assert short[0].confidence < long[0].confidence


def test_a_holding_stack_is_cleared() -> None:
    """Four-minute racetracks at 230 kt and 9,000 ft over Bovingdon."""
    t = np.arange(2400) % 240
    track = np.interp(t, [0, 60, 120, 180, 240], [0.0, 180.0, 180.0, 360.0, 360.0])
    place: dict[str, Any] = {"seconds": 2400, "lat": 51.72, "lon": -0.55, "track": track, "speed": 230}
    stack = found(fly(altitude=9_000, **place))
    assert [(a.state, a.cleared) for a in stack] == [("cleared", "holding stack")]
    assert [a.state for a in found(fly(altitude=24_000, **place))] == ["open"]


def test_circuits_at_an_aerodrome_are_cleared() -> None:
    circuits = found(circle(seconds=2400, lat=48.35, lon=11.77, period_s=240, speed=80, altitude=2_400))
    assert [a.cleared for a in circuits] == ["traffic circuit at an aerodrome"]


def test_survey_legs_are_cleared_and_racetracks_are_not() -> None:
    t = np.arange(3600) % 360
    grid = np.interp(t, [0, 150, 180, 330, 360], [0.0, 0.0, 180.0, 180.0, 0.0])
    racetrack = np.interp(t, [0, 150, 180, 330, 360], [0.0, 0.0, 180.0, 180.0, 360.0])
    flown: dict[str, Any] = {"seconds": 3600, "speed": 90, "altitude": 6_000, "lat": 50.55, "lon": 9.05}
    assert [a.cleared for a in found(fly(track=grid, **flown))] == ["survey legs"]
    assert [a.cleared for a in found(fly(track=racetrack, **flown))] == [""]


def test_a_glider_is_cleared_by_its_category_and_by_its_address() -> None:
    climb: dict[str, Any] = {"seconds": 1800, "period_s": 60, "speed": 45, "altitude": 3_000}
    assert [a.cleared for a in found(circle(category=b"B1", **climb))] == ["soaring"]
    assert [a.cleared for a in found(circle(0xDD1234, **climb))] == ["soaring"]
    assert [a.cleared for a in found(circle(category=b"A7", **climb))] == [""]


def test_a_thermal_is_known_by_its_climb() -> None:
    t = np.arange(1800)
    rate = np.where(t % 600 < 400, 300.0, -600.0)
    track = np.where(t % 600 < 400, t % 600 * 12.0, 4800.0)
    soaring = found(fly(seconds=1800, track=track, speed=50, altitude=3_000, rate=rate))
    assert {a.state for a in soaring} == {"cleared"}


def test_a_hovering_helicopter_is_found_but_not_at_its_base() -> None:
    rng = np.random.default_rng(1)
    wander: dict[str, Any] = {"seconds": 2400, "speed": 12, "track": np.repeat(rng.uniform(0, 360, 240), 10)}
    away = found(fly(lat=50.55, lon=9.05, altitude=2_500, **wander))
    assert [a.explanation.split(":")[0] for a in away] == ["Hovering"]
    assert not found(fly(lat=48.354, lon=11.786, altitude=1_700, **wander))


def test_what_goes_to_and_fro_fast_does_not_hover() -> None:
    """Every three quarters of a minute the other way, as a helicopter does between a lake and a fire."""
    track = np.arange(2400) // 45 % 2 * 180.0
    (one,) = found(fly(lat=50.55, lon=9.05, altitude=2_500, seconds=2400, speed=65, track=track), turns=9)
    assert one.explanation.startswith("To and fro over a small area: ")


def test_no_split_of_the_data_changes_anything() -> None:
    others = [fly(0x400000 + k, 1800, lat=45 + k) for k in range(5)]
    world = together(circle(), *others, circle(0xB, lat=52, period_s=120))
    whole = features(world)
    for seconds in (7, 60, 97):
        edges = np.searchsorted(world["time"], np.arange(world["time"][0], world["time"][-1] + 1, seconds * 1000))
        parts = [world.take(np.arange(a, b)) for a, b in zip(edges, [*edges[1:], len(world)], strict=True)]
        assert features(*parts) == whole


def features(*batches: Batch) -> dict[str, Any]:
    return {a.id: a.feature() for a in found(*batches)}


SAMPLES = "traffic-samples/samples"


def test_relay_aircraft_and_fire_spotters_are_found(shared: Path) -> None:
    relay = recorded(shared, f"{SAMPLES}/tv_relay/vasaloppet.json.gz")
    fire = recorded(shared, f"{SAMPLES}/firefighting/calfire.json.gz")
    assert [(a.icao24, a.state != "cleared", a.priority) for a in relay] == [(0x44B0B4, True, 2)]
    assert len({a.icao24 for a in fire if a.state != "cleared"}) >= 12


def test_the_monterey_loiters_are_found(shared: Path) -> None:
    seen = recorded(shared, "adsb_actions-adsblol/20250601_36_-122.gz")
    assert {0xA1FEC6, 0xA5314E} <= {a.icao24 for a in seen if a.state != "cleared"}
    assert len(seen) < 10


def test_gliders_and_heathrow_holding_are_cleared(shared: Path) -> None:
    gliders = [f"{SAMPLES}/gliders/{name}.json.gz" for name in ("luberon", "franconia", "danube_valley", "alto_adige")]
    seen = [*recorded(shared, *gliders), *recorded(shared, "egll-20170802/egll-positions-rt.csv")]
    assert len(seen) > 15 and {a.cleared for a in seen} == {"soaring", "holding stack"}


def test_flight_checks_are_cleared_or_low(shared: Path) -> None:
    names = ("lisbon", "london_gatwick", "vancouver", "vienna", "munich", "bornholm")
    seen = recorded(shared, *(f"{SAMPLES}/calibration/{name}.json.gz" for name in names))
    assert len(seen) > 10 and all(a.state == "cleared" for a in seen)


def test_the_height_is_a_number_and_the_sentence_has_words() -> None:
    (one,) = found(circle(seconds=1800, period_s=120))
    assert one.evidence["values"]["height"] == 6_000 and ", at 6,000 ft" in one.explanation
    (blind,) = found(circle(seconds=1800, period_s=120, baro_altitude=np.nan))
    assert blind.evidence["values"]["height"] is None and "ft" not in blind.explanation


def test_an_exercise_under_notam_clears_and_a_restricted_area_does_not() -> None:
    exercise = replace(area(), titles=np.array(["exercise (NOTAM QWELW)"]), kinds=np.array(["warning"]))
    (inside,) = found(circle(seconds=1800, period_s=120), zones=exercise)
    assert inside.cleared == "inside an area announced for an exercise (R-1 EXAMPLE)"
    assert [a.cleared for a in found(circle(seconds=1800, period_s=120), zones=area())] == [""]
    away = circle(seconds=1800, period_s=120, lat=53.0)
    assert [a.cleared for a in found(away, zones=exercise)] == [""]


def test_flight_inspection_is_told_by_its_callsign() -> None:
    orbit = {"seconds": 1800, "period_s": 120, "speed": 160}
    assert [a.cleared for a in found(circle(callsign=b"FCK211", **orbit))] == [
        "flight check or practice round an airport"
    ]
    assert [a.cleared for a in found(circle(callsign=b"CAL123", **orbit))] == [""]


def test_a_light_aircraft_practises_holding_and_air_work() -> None:
    t = np.arange(2400)
    hold = np.interp(t % 300, [0, 60, 150, 210, 300], [0.0, 180.0, 180.0, 360.0, 360.0])
    light: dict[str, Any] = {"seconds": 2400, "speed": 95, "category": b"A1", "lat": 48.354, "lon": 11.76}
    assert {a.cleared for a in found(fly(track=hold, altitude=5_500, **light))} == {
        "practice holding of a light aircraft over an aerodrome"
    }
    eights = np.where(t // 90 % 2 == 0, t % 90 * 4.0, -(t % 90) * 4.0)
    steps_ = np.where(t // 60 % 2 == 0, 900.0, -900.0)
    work = found(fly(track=eights, altitude=4_500, rate=steps_, **light | {"lat": 48.45}))
    assert {a.cleared for a in work} == {"air work of a light aircraft near an aerodrome"}
    assert {a.cleared for a in found(fly(track=eights, altitude=4_500, **light | {"lat": 48.45}))} == {""}


def test_a_rebroadcast_radar_track_is_none() -> None:
    assert not found(circle(NON_ICAO | 0x2B0AAC, seconds=1800, period_s=120))
    assert found(circle(NON_ICAO | 0x2B0AAC, seconds=1800, period_s=120, source=SOURCES.index("adsb_other")))


def test_judgements_on_recordings_that_were_wrong(shared: Path) -> None:
    day = recorded(shared, "adsb_actions-adsblol/20250601_36_-122.gz")
    assert {a.icao24 for a in day if a.cleared} == {0xA9DA33, 0xA68847}
    assert all(a.cleared for a in recorded(shared, "adsb_actions-adsblol/20251213_kwvi_5nm.1213.wvi5nm.gz"))
    fire = recorded(shared, f"{SAMPLES}/firefighting/calfire.json.gz")
    assert not [a for a in fire if a.cleared]
    sydney = recorded(shared, f"{SAMPLES}/calibration/sydney.json.gz", f"{SAMPLES}/calibration/kingston.json.gz")
    assert sydney and all(a.cleared or a.priority == 1 for a in sydney)
    assert [a.cleared for a in recorded(shared, f"{SAMPLES}/collections/quickstart.json.gz")] == [""]
