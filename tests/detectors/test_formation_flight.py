"""Formations found, and the approaches, departures, shadows and crowds that are none."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detectors._examples import fly, together, zones
from detectors._registry import registry
from geo.airports import Airports
from geo.anomaly import Anomaly
from geo.batch import Batch
from pipeline.engine import Engine
from tests.recordings import recording

SAMPLES = "traffic-samples/samples"


def found(*batches: Batch, given: Mapping[str, Any] | None = None, **overrides: float) -> Sequence[Anomaly]:
    spec = registry()["formation-flight"]
    engine = Engine({spec.id: spec}, {spec.id: overrides}, {"airports": Airports.builtin(), **(given or {})}, 0.0)
    last = {a.id: a for batch in batches for a in engine.feed(batch).anomalies}
    return list((last | {a.id: a for a in engine.finish().anomalies}).values())


def standing(*batches: Batch, **overrides: float) -> Sequence[Anomaly]:
    return [a for a in found(*batches, **overrides) if not a.cleared]


def abreast(metres: float = 400.0, feet: float = 0.0, seconds: float = 240, **columns: Any) -> Batch:
    """Two over the North Sea (or at the given lat and lon), the second to the north."""
    given: dict[str, Any] = {"lat": 56.0, "lon": 3.0, "speed": 240.0, "altitude": 9_000.0, "icao24": 0x43C1A0} | columns
    second = {"icao24": 0x43C2B7, "lat": given["lat"] + metres / 111_195, "altitude": given["altitude"] + feet}
    return together(fly(seconds=seconds, **given), fly(seconds=seconds, **given | second))


def recorded(shared: Path, *names: str) -> Sequence[Anomaly]:
    return [a for name in names for a in found(*recording(shared / "data" / name))]


def test_three_are_medium_and_a_pair_is_low() -> None:
    (pair,) = found(abreast())
    (three,) = found(together(abreast(), fly(0x43C3C1, 240, lat=55.996, lon=3.0, speed=240.0, altitude=9_100.0)))
    assert (pair.priority, three.priority) == (1, 2)
    assert three.confidence > 0.9 > pair.confidence > 0.5
    assert three.members == [0x43C1A0, 0x43C2B7, 0x43C3C1]
    assert three.evidence["values"]["distance"] == pytest.approx(400, abs=60)


def test_a_chain_of_pairs_is_one_formation() -> None:
    chain = [fly(0x43C100 + 16 * k, 240, lat=56.0 + 0.012 * k, lon=3.0, speed=240.0) for k in range(9)]
    (nine,) = found(together(*chain))
    assert len(nine.members) == 9 and "and 3 more" in nine.explanation


def test_it_is_told_within_half_a_minute_of_the_ninety_seconds() -> None:
    background = fly(0x3C9999, 400, lat=40)
    joining = fly(0x43C2B7, 300, start_s=100, lat=56.003, lon=3.1986, speed=240.0, altitude=9_000.0)
    world = together(background, fly(0x43C1A0, 400, lat=56.0, lon=3.0, speed=240.0, altitude=9_000.0), joining)
    seen = [t for t in range(0, 400, 10) if found(world.take(world["time"] < world["time"][0] + t * 1000))]
    assert 190 <= seen[0] <= 220


def test_what_one_instant_shows_is_low_and_doubtful() -> None:
    (once,) = found(abreast(seconds=1))
    assert (once.priority, once.start) == (1, once.end) and once.confidence <= 0.5
    assert not found(abreast(1_500, seconds=1))


@pytest.mark.parametrize(
    "second", [{"speed": 300.0}, {"track": 105.0}, {"altitude": 11_000.0}, {"on_ground": 1}, {"speed": 70.0}]
)
def test_what_does_not_keep_its_place_is_none(second: dict[str, Any]) -> None:
    one = {"lat": 56.0, "lon": 3.0, "speed": 240.0, "altitude": 9_000.0}
    late = fly(0x43C2B7, 180, **one | {"start_s": 60, "lat": 56.003, "lon": 3.11} | second)
    assert not found(together(fly(0x43C1A0, 240, **one), late))


def test_traffic_a_thousand_feet_apart_is_cleared() -> None:
    assert [a.cleared for a in found(abreast(feet=1_000))] == ["a thousand feet apart, as separated traffic is"]
    assert standing(abreast(feet=700))


def test_side_by_side_to_or_from_an_airport_is_cleared() -> None:
    at = {"lat": 50.0333, "speed": 140.0}
    landing = abreast(520, lon=8.80, track=270.0, altitude=3_300.0, rate=-700.0, **at)
    leaving = abreast(520, lon=8.52, track=270.0, altitude=1_200.0, rate=1_500.0, seconds=120, **at)
    assert [a.cleared for a in found(landing)] == ["on approach, side by side or one after the other"]
    assert [a.cleared for a in found(leaving)] == ["departing side by side"]
    assert standing(abreast(60, lon=8.80, track=270.0, altitude=3_300.0, rate=-700.0, **at))


def test_one_airframe_under_two_addresses_is_none() -> None:
    assert not found(abreast(100, callsign=b"RCH123"))
    near = abreast(20)
    bit = near.with_columns(icao24=np.where(near["icao24"] == 0x43C2B7, 0x43C1A1, near["icao24"]))
    assert not found(bit)
    shadow = near.with_columns(source=np.where(near["icao24"] == 0x43C2B7, 12, 1).astype("u1"))
    assert not found(shadow)


def test_positions_piled_on_one_point_are_none() -> None:
    heap = [fly(0x400000 + 8 * k, 130, step_s=10, lat=33.8 + k / 1e5, lon=35.5) for k in range(60)]
    assert not found(together(*heap))
    assert found(together(*heap[:20])) and found(together(*heap), crowd=80)


def test_stretched_limits_find_wider_formations() -> None:
    wide = abreast(4_000)
    assert not found(wide) and found(wide, distance=3.0)


def test_across_the_antimeridian_it_is_one_formation() -> None:
    (pair,) = found(abreast(lon=179.95, seconds=300))
    assert pair.geometry is not None and len(pair.geometry["coordinates"]) == 2


def test_a_position_that_the_feed_repeats_makes_no_formation() -> None:
    world = abreast(400)
    frozen = {n: np.where(world["icao24"] == 0x43C2B7, world[n][1], world[n]) for n in ("lat", "lon")}
    assert all(a.confidence <= 0.5 for a in found(world.with_columns(**frozen)))


def test_the_787_and_its_camera_ship(shared: Path) -> None:
    seen = recorded(shared, f"{SAMPLES}/featured/dreamliner_airfrance.json.gz")
    assert [a.members for a in seen] == [[0x3900FB, 0x39C424]] * 2
    assert {a.priority for a in seen} == {1} and max(a.end - a.start for a in seen) > 900_000


def test_the_monterey_formation_and_none_of_its_radar_shadows(shared: Path) -> None:
    day = recorded(
        shared, "adsb_actions-adsblol/20250601_36_-122.gz", "adsb_actions-adsblol/20251213_kwvi_5nm.1213.wvi5nm.gz"
    )
    assert {tuple(a.members) for a in day} == {(0xAA0415, 0xAB0A19)}


def test_the_worldwide_snapshot_gives_candidates_at_low_confidence(shared: Path) -> None:
    seen = recorded(shared, "adsbx-snapshot-20220430/aircraft.json")
    assert {a.callsign for a in seen} == {"N13VS, N214DY, N60972", "KVN, MXC", "N805CB, N809CB"}
    assert all(a.priority == 1 and a.confidence <= 0.5 for a in seen)


def test_ordinary_traffic_gives_none(shared: Path) -> None:
    assert not [a for a in recorded(shared, f"{SAMPLES}/collections/switzerland.json.gz") if not a.cleared]


def test_no_split_of_a_recording_changes_anything(shared: Path) -> None:
    (flight,) = recording(shared / "data" / SAMPLES / "featured/dreamliner_airfrance.json.gz")
    flight = flight.take((flight["time"] >= 1512140520000) & (flight["time"] < 1512141120000))
    whole = [a.feature() for a in found(flight)]
    assert len(whole) == 1
    for seconds in (1, 7, 60):
        edges = np.searchsorted(flight["time"], np.arange(flight["time"][0], flight["time"][-1] + 1, seconds * 1000))
        parts = [flight.take(np.arange(a, b)) for a, b in zip(edges, [*edges[1:], len(flight)], strict=True)]
        assert [a.feature() for a in found(*parts)] == whole


def test_types_built_for_it_gliders_and_exercises_are_cleared() -> None:
    fighters = found(abreast(type_code=b"F16"))
    assert [a.cleared[:8] for a in fighters] == ["fighters"]
    assert [a.cleared for a in found(abreast(type_code=b"A320"))] == [""]
    gliders = found(abreast(category=b"B1", speed=90.0))
    assert [a.cleared for a in gliders] == ["gliders that share a thermal or a tow"]
    exercise = replace(zones(), titles=np.array(["exercise"]), kinds=np.array(["warning"]))
    inside = found(abreast(lat=50.0, lon=9.8), given={"zones": exercise})
    assert [a.cleared for a in inside] == ["inside an area announced for an exercise (R-1 EXAMPLE)"]
