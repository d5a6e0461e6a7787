"""The recordings that the first release is held to: what must be found, and what must never be high or critical."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from cli.inputs import judging
from geo.anomaly import Anomaly
from geo.schema import icao24_text
from pipeline.recording import run_recording
from tests.recordings import recording
from tests.size import daily

SAMPLES = Path("traffic-samples/samples")
HIGH = 3
INNOCENT = {
    "calibration": ("brussels_vor", "kiruna", "noumea"),
    "surveys": ("ign_mercantour", "texas"),
    "gliders": ("luberon",),
}
"""Recordings of each kind that are judged each time: of all shapes, at all latitudes, in hills and on the plain. All 41
are judged nightly."""


def found(path: Path, zones: Sequence[Path] = (), classes: str | None = None) -> list[Anomaly]:
    """Standing anomalies of a recording, of all classes or of those named."""
    rows = list(recording(path))
    return [a for a in run_recording(judging(zones=zones, classes=classes).engine(0.0), rows) if a.state != "cleared"]


def aircraft(anomalies: Sequence[Anomaly], class_id: str) -> set[str | None]:
    """Everyone involved in the anomalies of a class."""
    mine = [a for a in anomalies if a.class_id == class_id]
    return {icao24_text(k) for a in mine for k in (*a.members, *(() if a.icao24 is None else (a.icao24,)))}


def test_the_787_and_its_camera_ship_are_a_formation(shared: Path) -> None:
    anomalies = found(shared / "data" / SAMPLES / "featured/dreamliner_airfrance.json.gz", classes="formation-flight")

    assert aircraft(anomalies, "formation-flight") == {"39c424", "3900fb"}


def test_fire_fighting_aircraft_loiter(shared: Path) -> None:
    anomalies = found(shared / "data" / SAMPLES / "firefighting/calfire.json.gz", classes="loiter")

    assert len(aircraft(anomalies, "loiter")) >= 5


def test_the_relay_aircraft_of_the_tour_loiter(shared: Path) -> None:
    anomalies = found(shared / "data" / SAMPLES / "tv_relay/tour_de_france.json.gz", classes="loiter")

    assert aircraft(anomalies, "loiter") >= {"3924a4", "39cd0b"}


def test_interference_near_cyprus_from_one_snapshot(shared: Path) -> None:
    anomalies = found(shared / "data/adsbx-snapshot-20220430/aircraft.json", classes="gps-jamming")
    near = [a for a in anomalies if a.class_id == "gps-jamming" and _within(a, 31.0, 37.5, 30.5, 37.5)]

    assert near and all(a.confidence <= 0.6 for a in near)


def test_interference_over_west_asia(shared: Path) -> None:
    anomalies = found(shared / "data/opensky-rest/westasia-20260318", classes="gps-jamming")

    assert any(a.class_id == "gps-jamming" for a in anomalies)


def test_monterey(shared: Path) -> None:
    zones = shared / "data/reference/faa-airspace/airspace.geojson.gz"
    classes = daily("formation-flight,loiter,restricted-zone,gps-jamming", None)
    anomalies = found(shared / "data/adsb_actions-adsblol/20250601_36_-122.gz", [zones], classes)

    assert {"aa0415", "ab0a19"} <= aircraft(anomalies, "formation-flight")
    assert {"a1fec6", "a5314e"} <= aircraft(anomalies, "loiter")
    assert {"add7f1", "a4dd41"} <= aircraft(anomalies, "restricted-zone")
    assert not aircraft(anomalies, "gps-jamming")


@pytest.mark.parametrize("kind", INNOCENT)
def test_innocent_flights_raise_nothing_high(shared: Path, kind: str) -> None:
    everyone = sorted((shared / "data" / SAMPLES / kind).glob("*.json.gz"))
    files = daily([path for path in everyone if path.name.split(".")[0] in INNOCENT[kind]], everyone)

    urgent = {p.name: [a.explanation for a in found(p) if a.priority >= HIGH] for p in files}

    assert len(files) >= len(INNOCENT[kind])
    assert {name: texts for name, texts in urgent.items() if texts} == {}


@pytest.mark.parametrize("name", ["egll-positions-rt.csv", "egll-positions-fr24.csv"])
def test_holding_at_heathrow_raises_nothing_high(shared: Path, name: str) -> None:
    urgent = [a.explanation for a in found(shared / "data/egll-20170802" / name) if a.priority >= HIGH]

    assert urgent == []


def _within(anomaly: Anomaly, south: float, north: float, west: float, east: float) -> bool:
    import shapely.geometry

    centre = shapely.geometry.shape(anomaly.geometry).centroid
    return south <= centre.y <= north and west <= centre.x <= east
