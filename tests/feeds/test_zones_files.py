import json
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely

from feeds._errors import FeedError
from feeds._zone_fields import height, kind_of
from feeds._zone_times import activity
from feeds.zones_files import load_zones
from geo.zones import Zones

INF = float("inf")
SQUARE = [[[10, 50], [11, 50], [11, 51], [10, 51], [10, 50]]]


def feature(properties: Any = None, coordinates: Any = SQUARE, kind: str = "Polygon") -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}


def saved(tmp_path: Path, *features: Any, name: str = "zones.geojson") -> Path:
    file = tmp_path / name
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return file


def inside(zones: Zones, lat: float, lon: float, altitude: float) -> list[str]:
    at = [np.array([v]) for v in (lat, lon, altitude, 0)]
    return zones.ids[zones.crossed(*at, *at).zone].tolist()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("GND", (0, "SFC")), ("UNL", (INF, "UNL")), ("FL 115", (11_500, "STD")), ("FL95", (9_500, "STD")),
        ("F 3000", (3_000, "MSL")), ("1499ft MSL", (1_499, "MSL")), ("4500 ft AMSL", (4_500, "MSL")),
        ("300 m AGL", (300 / 0.3048, "AGL")), ("10500ft STD", (10_500, "STD")), ("3000", (3_000, "MSL")),
        ("0 AGL", (0, "AGL")), (2_500, (2_500, "MSL")), ("MSL", (0, "MSL")), (99_999, (INF, "UNL")),
        ({"valueFt": 700, "reference": "AGL"}, (700, "AGL")), ({"valueFt": 0, "reference": "SFC"}, (0, "SFC")),
        ({"valueFt": 99_999, "reference": "MSL"}, (INF, "UNL")), ({"ref": "STD", "value": "FL 75"}, (7_500, "STD")),
        ({"ref": "GND", "value": "F 0"}, (0, "SFC")), ({"value": 65, "unit": 6, "referenceDatum": 2}, (6_500, "STD")),
        ({"value": 1_000, "unit": 1, "referenceDatum": 0}, (1_000, "AGL")),
    ],
)  # fmt: skip
def test_heights_as_people_write_them(given: Any, expected: tuple[float, str]) -> None:
    assert height(given) == expected


@pytest.mark.parametrize("given", ["high", "FL", "nan", "", {"x": 1}, float("nan"), [1]])
def test_nonsense_is_no_height(given: Any) -> None:
    with pytest.raises(ValueError, match="is no height"):
        height(given)


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"type": "RESTRICTED"}, "restricted"), ({"type": "אסור"}, "prohibited"), ({"type": 'כטב"ם'}, "uav"),
        ({"category": "DANGER"}, "danger"), ({"type": 3}, "prohibited"), ({"type": "MOA"}, "moa"),
        ({"type": "CLASS_E5"}, "other"), ({"type": "D"}, "ctr"), ({"notam_key": "5/0522"}, "tfr"), ({}, "restricted"),
    ],
)  # fmt: skip
def test_kinds_have_one_name(properties: dict[str, Any], expected: str) -> None:
    assert kind_of(properties, "zones")[0] == expected


def test_a_file_name_may_say_the_kind() -> None:
    assert kind_of({}, "UK_Danger_Areas")[0] == "danger"


def test_faa_extract(shared: Path) -> None:
    zones = load_zones([shared / "data/reference/faa-airspace/airspace.geojson.gz"])
    watched = zones.subset()
    assert (len(zones), len(watched)) == (6_907, 494)
    assert len(zones.problems) == 1
    assert "feature 5659 (DOLPHIN SOUTH MOA, OR): floor 11000 ft lies above ceiling 0 ft" in zones.problems[0]
    assert "R2513" in inside(watched, 35.95, -121.2, 5_000)


@pytest.mark.parametrize(
    ("name", "count", "kinds"),
    [
        ("uk-us-advisory/UK_Danger_Areas.geojson", 67, {"danger"}),
        ("uk-us-advisory/uk_airspaces.geojson", 919, {"ctr", "other", "danger", "restricted", "prohibited"}),
        ("uk-us-advisory/us_tfrs.geojson", 90, {"tfr"}),
        ("israel-aip-notam-metar/aip-permanent.geojson", 137, {"uav", "prohibited", "danger", "restricted"}),
        ("openair/NL-ASP-National-XCSoar.txt", 166, {"ctr", "other", "danger", "restricted", "prohibited"}),
        ("openair/CZ-ASP-National-XCSoar.txt", 270, {"ctr", "other", "danger", "restricted", "prohibited"}),
        ("openair/SK-ASP-National-XCSoar.txt", 86, {"ctr", "other", "danger", "restricted", "prohibited"}),
        ("openair/ZA-ASP-National-XCSoar.txt", 256, {"ctr", "other", "restricted"}),
    ],
)
def test_real_files(shared: Path, name: str, count: int, kinds: set[str]) -> None:
    zones = load_zones([shared / "data/reference" / name])
    assert len(zones) == count
    assert set(zones.kinds.tolist()) == kinds
    assert shapely.is_valid(zones.shapes).all()
    assert len(set(zones.ids.tolist())) == count


def test_israel_has_hebrew_names_and_heights(shared: Path) -> None:
    zones = load_zones([shared / "data/reference/israel-aip-notam-metar/aip-permanent.geojson"])
    hula = zones.take(zones.ids == "LLP01")
    assert (hula.names[0], hula.titles[0], hula.kinds[0]) == ("החולה", "אסור", "prohibited")
    assert (hula.floor_ref[0], hula.ceiling_ft[0], hula.ceiling_ref[0]) == ("SFC", 3_000, "MSL")


def test_openair_period_of_its_year(shared: Path) -> None:
    zones = load_zones([shared / "data/reference/openair/NL-ASP-National-XCSoar.txt"])
    active = zones.active[zones.ids.tolist().index("EHP 25")]
    noon = [int(datetime.fromisoformat(f"{year}-06-01T12:00Z").timestamp() * 1_000) for year in (2022, 2023)]
    assert [active.overlaps(t, t) for t in noon] == [True, False]


def test_openair_shapes_and_times(tmp_path: Path) -> None:
    file = tmp_path / "mine.txt"
    file.write_text(
        "* mine\nAC R\nAN Disc\nAH FL 95\nAL GND\nAW MON.08:00L-16:59L\nV X=52:00:00 N 005:00:00 E\nDC 2 *NM\n\n"
        "AC UNC\nAY P\nAN Sector\nAH 2000ft AGL\nAL 500 ft AGL\nV D=-\nV X=52:00:00 N 006:00:00 E\nDA 5,90,0\n"
        "DP 52:00:00 N 006:00:00 E\n"
        "AC Q\nAN Half\nAH UNL\nAL GND\nV X=52:00 N 007:00.0 E\nDB 52:05:00 N 007:00:00 E, 51:55:00 N 007:00:00 E\n"
        "AC R\nAN Broken\nAL GND\nAH high\nDP 52:00:00 N 006:00:00 E\nDP 52:00:00 N 006:00:00 X\n"
    )
    zones = load_zones([file])
    assert zones.kinds.tolist() == ["restricted", "prohibited", "danger"]
    assert inside(zones, 52.03, 5.0, 9_000) == []
    assert zones.active[0].hours[0].days == (0,)
    assert zones.active[0].zone_name.startswith("Europe/")
    assert zones.shapes[1].area == pytest.approx(0.25 * np.pi * (5 / 60) ** 2 / np.cos(np.radians(52)), rel=0.02)
    assert inside(zones, 52.0, 7.05, 5_000) == ["Half"]
    assert inside(zones, 52.0, 6.95, 5_000) == []
    assert zones.problems == [
        "mine.txt, feature 25 (Broken): line 30: '52:00:00 N 006:00:00 X' holds 0 coordinates, not 1"
    ]


KML = """<?xml version="1.0"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Placemark id="a"><name>Lake</name>
<ExtendedData><Data name="type"><value>prohibited</value></Data><SchemaData><SimpleData name="ceiling">FL60</SimpleData>
</SchemaData></ExtendedData>
<MultiGeometry><Polygon><outerBoundaryIs><LinearRing><coordinates>10,50,0 11,50,0 11,51,0 10,51,0 10,50,0
</coordinates></LinearRing></outerBoundaryIs><innerBoundaryIs><LinearRing><coordinates>10.4,50.4 10.6,50.4 10.6,50.6
10.4,50.6 10.4,50.4</coordinates></LinearRing></innerBoundaryIs></Polygon></MultiGeometry></Placemark>
<Placemark><name>Nothing</name><Polygon><outerBoundaryIs><LinearRing><coordinates>x</coordinates></LinearRing>
</outerBoundaryIs></Polygon></Placemark>
<Placemark><name>A point</name><Point><coordinates>1,2</coordinates></Point></Placemark>
</Document></kml>"""


@pytest.mark.parametrize("packed", [False, True])
def test_kml_and_kmz(tmp_path: Path, packed: bool) -> None:
    file = tmp_path / ("mine.kmz" if packed else "mine.kml")
    if packed:
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("doc.kml", KML)
    else:
        file.write_text(KML)
    zones = load_zones([file])
    assert (zones.names.tolist(), zones.kinds.tolist(), zones.ceiling_ft.tolist()) == (
        ["Lake"],
        ["prohibited"],
        [6_000],
    )
    assert (inside(zones, 50.2, 10.2, 100), inside(zones, 50.5, 10.5, 100)) == (["a"], [])
    assert "Nothing" in zones.problems[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_hostile_xml_is_refused(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "bomb.kml"
    bomb = '<!DOCTYPE kml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>\n<kml>&b;</kml>'
    file.write_bytes(f'<?xml version="1.0" encoding="{encoding}"?>\n{bomb}'.encode(encoding))
    with pytest.raises(FeedError, match=r"bomb\.kml, line 2: declares a DOCTYPE"):
        load_zones([file])


@pytest.mark.parametrize("name", ["zones.gpkg", "zones.shp", "zones.fgb", "zones.parquet"])
def test_what_geopandas_reads(tmp_path: Path, name: str) -> None:
    table = geopandas.GeoDataFrame(
        {"name": ["Lake", "None"], "type": ["danger", None], "lower": ["GND", None], "upper": ["FL60", None]},
        geometry=[shapely.box(10, 50, 11, 51), None],
        crs=4326,
    ).to_crs(25832)
    file = tmp_path / name
    table = table.head(1) if name.endswith("fgb") else table
    table.to_parquet(file) if name.endswith("parquet") else table.to_file(file)
    zones = load_zones([file])
    assert (zones.names.tolist(), zones.kinds.tolist(), zones.ceiling_ft.tolist()) == (["Lake"], ["danger"], [6_000])
    assert inside(zones, 50.5, 10.5, 1_000) == ["Lake"]
    assert len(zones.problems) == (0 if name.endswith("fgb") else 1)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (feature({}, [[[10, 50], [11, 50], [11, 51]]]), "no geometry"),
        (feature({}, [10, 50], "Point"), "a Point without area"),
        (feature({}, [[[10, 50], [11, 50], [12, 50], [10, 50]]]), "without area"),
        (feature({}, [[[500_000, 50], [500_001, 50], [500_001, 51], [500_000, 50]]]), "no degrees"),
        (feature({"floor": 5_000, "ceiling": 3_000}), "lies above ceiling"),
        (feature({"floor": "high"}), "'high' is no height"),
        (feature({"valid_from": "yesterday"}), "Invalid isoformat"),
        (feature({"days": "FUNDAY"}), "write MON-FRI"),
        ({"type": "Feature", "properties": None, "geometry": None}, "no geometry"),
        (7, "no geometry"),
    ],
)
def test_a_bad_feature_is_named_and_the_rest_is_used(tmp_path: Path, bad: Any, reason: str) -> None:
    zones = load_zones([saved(tmp_path, feature({"name": "good"}), bad)])
    assert zones.ids.tolist() == ["good"]
    assert len(zones.problems) == 1
    assert zones.problems[0].startswith("zones.geojson, feature 2 (no name): ")
    assert reason in zones.problems[0]


def test_bow_tie_is_repaired(tmp_path: Path) -> None:
    zones = load_zones([saved(tmp_path, feature({}, [[[10, 50], [11, 51], [11, 50], [10, 51], [10, 50]]]))])
    assert zones.shapes[0].is_valid
    assert zones.shapes[0].area == pytest.approx(0.5)


def test_across_the_antimeridian(tmp_path: Path) -> None:
    drawn = [[[179, 0], [-179, 0], [-179, 1], [179, 1], [179, 0]]]
    beyond = [[[179, 2], [181, 2], [181, 3], [179, 3], [179, 2]]]
    zones = load_zones([saved(tmp_path, feature({"id": "drawn"}, drawn), feature({"id": "beyond"}, beyond))])
    assert [inside(zones, lat, lon, 0) for lat in (0.5, 2.5) for lon in (179.5, -179.5, 0)] == [
        ["drawn"], ["drawn"], [], ["beyond"], ["beyond"], []
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"type": "FeatureCollection", "features": [', "line 1: damaged JSON"),
        (b'{"type": "FeatureCollection", "features": []}', "no usable zone: it holds no areas"),
        (b"nothing at all", "cannot be read"),
        (b"<kml><Placemark></kml>", "damaged XML"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "bad.geojson"
    file.write_bytes(content)
    with pytest.raises(FeedError, match=rf"bad\.geojson.*{message}"):
        load_zones([file])


def test_properties_tell_when() -> None:
    one = activity(
        {"valid_from": "2026-01-05T06:00:00Z", "valid_to": 1_767_625_200, "days": "SAT-MON", "hours": "22:00-06:00"},
        "UTC",
    )
    assert one.periods == ((1_767_592_800_000, 1_767_625_200_000),)
    assert (one.hours[0].days, one.hours[0].start, one.hours[0].end) == ((5, 6, 0), 1_320, 1_800)


def test_demo_zones_load() -> None:
    from feeds.synthetic import DEMO_ZONES

    zones = load_zones([DEMO_ZONES])
    assert (len(zones), len(zones.problems)) == (4, 0)
    assert all(name.startswith("Demo ") for name in zones.names)
