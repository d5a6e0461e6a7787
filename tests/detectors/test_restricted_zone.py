"""Restricted zones: crossings between fixes, height bands, times and kinds, and the entries into R-2513."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from detectors._airspace import airspace, band_text
from detectors._examples import EPOCH, fly, together, zones
from detectors._registry import registry
from feeds.zones_files import load_zones
from geo.activity import Activity
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.schema import NON_ICAO, SOURCES
from geo.zones import Zones
from pipeline.engine import Engine
from tests.recordings import recording

ZONE = zones()


def found(*batches: Batch, space: Zones = ZONE, **overrides: float) -> Sequence[Anomaly]:
    """The visits, after the last word on each."""
    spec = registry()["restricted-zone"]
    engine = Engine({spec.id: spec}, {spec.id: overrides}, {"zones": space})
    steps = [*(engine.feed(b) for b in batches), engine.finish()]
    return list({a.id: a for step in steps for a in step.anomalies}.values())


def through(**columns: Any) -> Batch:
    """Eastwards along 50N at 300 kt, from 36 km before the zone's western edge."""
    return fly(**({"seconds": 900, "lon": 9.0, "speed": 300, "altitude": 8_000} | columns))


def pair(start: tuple[float, float, float], end: tuple[float, float, float], seconds: int = 120) -> Batch:
    """Two fixes of (lat, lon, ft)."""
    rows = fly(seconds=2.0 * seconds, step_s=seconds)
    lat, lon, feet = (np.array(v) for v in zip(start, end, strict=True))
    return rows.with_columns(lat=lat, lon=lon, baro_altitude=feet.astype(np.float32))


def test_a_visit_names_the_zone_and_lasts_from_edge_to_edge() -> None:
    (seen,) = found(through())
    assert seen.evidence["values"]["zone_id"] == "R-1" and "at 8,000 ft" in seen.explanation
    assert (seen.end - seen.start) / 1000 == pytest.approx(1.0 * 71_700 / (300 * 0.514444), rel=0.01)


def test_a_crossing_between_two_fixes_outside() -> None:
    (seen,) = found(pair((49.80, 9.42, 8_000), (49.70, 9.62, 8_000)))
    assert 0 < (seen.end - seen.start) / 1000 < 60 and seen.start > EPOCH
    assert seen.confidence < found(through())[0].confidence


def test_a_climb_out_through_the_ceiling_between_two_fixes() -> None:
    assert found(pair((50.0, 10.0, 9_000), (50.0, 10.2, 12_000)))
    assert not found(pair((50.0, 10.0, 10_500), (50.0, 10.2, 12_000)))


def test_silence_beyond_the_gap_is_not_bridged() -> None:
    corner = ((49.80, 9.42, 8_000.0), (49.70, 9.62, 8_000.0))
    assert found(pair(*corner, seconds=170)) and not found(pair(*corner, seconds=170), gap=100)


def test_near_a_limit_confidence_falls() -> None:
    deep, near = found(through())[0], found(through(altitude=9_900))[0]
    assert near.confidence < deep.confidence and "within 300 ft of its limit" in near.explanation


def test_an_unknown_altitude_is_low() -> None:
    (blind,) = found(through(baro_altitude=np.nan))
    assert blind.priority == 1 and blind.confidence < 0.35 and "altitude unknown" in blind.explanation
    assert not found(through(baro_altitude=np.nan, geo_altitude=12_000))


@pytest.mark.parametrize(
    ("columns", "priority"),
    [
        ({"icao24": NON_ICAO | 0x2B0C40, "source": SOURCES.index("tisb_trackfile")}, 1),
        ({"icao24": NON_ICAO | 0x2B0C40, "source": SOURCES.index("adsb_other")}, 2),
        ({"source": SOURCES.index("tisb_icao")}, 2),
    ],
)
def test_a_radar_track_without_identity_is_low(columns: dict[str, Any], priority: int) -> None:
    (seen,) = found(through(**columns))
    assert seen.priority == priority and ("without identity" in seen.explanation) == (priority == 1)


def test_an_altitude_is_remembered_for_a_minute() -> None:
    rows = through(altitude=12_000)
    feet = np.where(np.arange(900) % 30 == 0, rows["baro_altitude"], np.nan)
    assert not found(rows.with_columns(baro_altitude=feet))


def test_activity() -> None:
    closed = replace(ZONE, active=[Activity(periods=((0, 1),))])
    open_ = replace(ZONE, active=[Activity(periods=((EPOCH, EPOCH + 10**7),))])
    assert not found(through(), space=closed)
    assert found(through(), space=open_)[0].confidence > 0.85
    unknown = found(through())[0]
    assert 0.5 <= unknown.confidence <= 0.6 and "activity unknown" in unknown.explanation
    assert "activity unknown" not in found(through(), space=zones("prohibited"))[0].explanation


def test_kinds_are_chosen_by_switches() -> None:
    assert not found(through(), restricted=0)
    assert not found(through(), space=zones("moa")) and found(through(), space=zones("moa"), moa=1)


def test_two_zones_give_two_anomalies() -> None:
    both = Zones.concat([ZONE, replace(zones("danger"), ids=np.array(["D-2"]), names=np.array(["D-2 OTHER"]))])
    assert {a.evidence["values"]["zone_id"] for a in found(through(), space=both)} == {"R-1", "D-2"}


def test_out_and_in_again_is_another_visit_after_the_gap() -> None:
    away = fly(seconds=300, lon=10.4, speed=400, altitude=8_000)
    back = fly(seconds=300, lon=10.85, lat=50.0, speed=400, track=270.0, altitude=8_000, start_s=300)
    assert len(found(together(away, back))) == 2


def test_a_position_without_a_fix_before_is_enough() -> None:
    assert len(found(through(lon=10.0, seconds=1))) == 1


def test_across_180_degrees() -> None:
    area = np.array([shapely.MultiPolygon([shapely.box(179.5, -1, 180, 1), shapely.box(-180, -1, -179.5, 1)])])
    space = replace(ZONE, shapes=area)
    assert len(found(fly(seconds=900, lat=0.0, lon=179.0, speed=400, altitude=5_000), space=space)) == 1


def test_no_zone_of_a_watched_kind() -> None:
    assert not found(through(), space=Zones.none()) and not found(through(), space=zones("ctr"))


def test_far_up_in_a_zone_without_a_ceiling() -> None:
    low, far = (found(through(altitude=feet), space=zones(ceiling=np.inf))[0] for feet in (5_000, 14_000))
    assert far.confidence < 0.4 < low.confidence and "no ceiling given" in far.explanation


def test_limits_in_words() -> None:
    assert band_text(ZONE, 0) == "ground to 10,000 ft"
    assert band_text(replace(zones(floor=500), floor_ref=np.array(["AGL"])), 0) == "500 ft above ground to 10,000 ft"
    assert band_text(zones(ceiling=np.inf), 0) == "ground to unlimited"


def test_zones_are_made_ready_once() -> None:
    assert airspace(ZONE, ("restricted",)) is airspace(ZONE, ("restricted",))


def test_no_split_of_the_data_changes_anything() -> None:
    near: dict[str, Any] = {"lon": 9.4, "seconds": 240}
    world = together(through(**near), through(icao24=0xB, lat=49.9, step_s=37.0, **near), fly(0xC, 240, lat=20.0))
    whole = {a.id: a.feature() for a in found(world)}
    for seconds in (1, 7, 60):
        edges = np.searchsorted(world["time"], np.arange(world["time"][0], world["time"][-1] + 1, seconds * 1000))
        parts = [world.take(np.arange(a, b)) for a, b in zip(edges, [*edges[1:], len(world)], strict=True)]
        assert {a.id: a.feature() for a in found(*parts)} == whole


def test_entries_into_hunter_liggett(shared: Path) -> None:
    faa = load_zones([shared / "data/reference/faa-airspace/airspace.geojson.gz"])
    monterey = recording(shared / "data/adsb_actions-adsblol/20250601_36_-122.gz")
    seen = {a.icao24: a for a in found(*monterey, space=faa)}
    assert {0xADD7F1, 0xA4DD41} <= set(seen)
    assert all("R-2513" in a.explanation and a.confidence < 0.6 for a in seen.values())
    assert "at 11,100 ft" in seen[0xADD7F1].explanation and "at 10,000 ft" in seen[0xA4DD41].explanation
