"""Boxes of six numbers: heights count in every collection that knows them, and are refused by all others."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import asyncpg
import numpy as np
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api import heights
from api.app import create_app
from api.settings import Settings
from geo.batch import Batch
from store.writer import Writer
from tests.api.conftest import ONE, T0

Client = TestClient[Litestar]
FOOT_M = 0.3048

CLIMB = "ST_GeomFromText('LINESTRING ZM (0 10 1000 1, 1 10 2000 2)', 4326)"
UNKNOWN = "ST_GeomFromText('LINESTRING ZM (0 12 0 1, 1 12 0 2)', 4326)"
TRACKS = f"""
INSERT INTO track_segments (flight, sub, slot, part, icao24, start_time, end_time, geom)
VALUES (901, 0, to_timestamp(1), 0, 1, to_timestamp(1), to_timestamp(2), {CLIMB}),
  (902, 0, to_timestamp(1), 0, 2, to_timestamp(1), to_timestamp(2), {UNKNOWN})
"""
ZONES = """
INSERT INTO zones (id, name, kind, floor_ft, ceiling_ft, floor_ref, ceiling_ref, geom)
SELECT id, id, 'R', floor, ceiling, said, 'MSL', ST_MakeEnvelope(30, 30, 31, 31, 4326) FROM (VALUES
  ('ground', 0, 1000, 'SFC'), ('layer', 2000, 5000, 'MSL'), ('endless', 10000, NULL, 'STD'),
  ('unsaid', NULL, NULL, NULL)
) AS given (id, floor, ceiling, said)
"""


def aircraft() -> Batch:
    """On either side of the antimeridian: low and high by altimeter, one of unknown height; and one that is 600 m
    higher by satellite than by its altimeter."""
    nan = np.nan
    return Batch(
        {
            "icao24": np.array([0xA1, 0xA2, 0xA3, 0xA4, 0xA5]),
            "time": np.full(5, T0 + 200_000),
            "position_time": np.full(5, T0 + 200_000),
            "lat": np.full(5, 5.0),
            "lon": np.array([179.9, -179.9, -179.8, 179.8, 100.0]),
            "baro_altitude": np.array([1_000, 1_000, 30_000, nan, 10_000], "f4"),
            "geo_altitude": np.array([nan, nan, nan, nan, 12_000], "f4"),
            "flight": np.arange(801, 806),
            "sub": np.zeros(5, "i1"),
        }
    )


async def fill(url: str) -> None:
    samples = [{"role": "first", "baro_altitude": 30_000}, {"role": "peak", "baro_altitude": 10_000}, {"role": "last"}]
    diving = replace(ONE, id="diving", geometry={"type": "Point", "coordinates": [60.0, 60.0]})
    writer = await Writer.open(url, store_every_s=0)
    await writer.now(aircraft())
    await writer.write(aircraft())
    await writer.save([replace(diving, evidence={"samples": samples}), replace(diving, id="unsaid")])
    await writer.close()
    connection = await asyncpg.connect(url)
    await connection.execute(TRACKS + ";" + ZONES)
    await connection.execute("UPDATE airports SET elevation_ft = NULL WHERE code = 'EDDF'")
    await connection.close()


@pytest.fixture(scope="module")
def sky(seeded_url: str) -> Iterator[Client]:
    asyncio.run(fill(seeded_url))
    with TestClient(create_app(Settings(seeded_url, pool_size=2, open_reading=True))) as client:
        yield client


def ids(sky: Client, path: str) -> list[str]:
    answer = sky.get(f"/collections/{path}")
    assert answer.status_code == 200, answer.text
    return sorted(str(one["properties"].get("flight") or one["id"]) for one in answer.json()["features"])


@pytest.mark.parametrize(
    ("query", "expect"),
    [
        ("aircraft/items?bbox=179,0,-179,10", ["0000a1", "0000a2", "0000a3", "0000a4"]),
        ("aircraft/items?bbox=179,0,0,-179,10,500", ["0000a1", "0000a2"]),
        ("aircraft/items?bbox=179,0,5000,-179,10,20000", ["0000a3"]),
        ("aircraft/items?bbox=0,179,0,10,-179,500&bbox-crs=EPSG:4326", ["0000a1", "0000a2"]),
        ("aircraft/items?bbox=179,0,-1000,-179,10,100000", ["0000a1", "0000a2", "0000a3"]),
        ("aircraft/items?at=2023-11-14T22:25:00Z&bbox=179,0,0,-179,10,500", ["0000a1", "0000a2"]),
        ("aircraft/items?bbox=99,4,3600,101,6,3700", ["0000a5"]),
        ("aircraft/items?bbox=99,4,3000,101,6,3100", []),
        ("positions/items?bbox=179,0,0,-179,10,500", ["801", "802"]),
        ("positions/items?bbox=-7,52,9448,-5,54,9449&icao24=4ca7b5&limit=1", ["77"]),
        ("positions/items?bbox=-7,52,9449,-5,54,9500", []),
    ],
)
def test_aircraft_by_satellite_else_by_altimeter(sky: Client, query: str, expect: list[str]) -> None:
    assert ids(sky, query) == expect


@pytest.mark.parametrize(
    ("box", "expect"),
    [
        ("0,9,1000,1,11,2000", ["901"]),
        ("0,9,1400,0.5,11,1450", ["901"]),
        ("0,9,1600,0.5,11,1700", []),
        ("0.6,9,1600,0.7,11,1650", ["901"]),
        ("0,11,-100,1,13,20000", []),
        ("0,11,1,13", ["902"]),
    ],
)
def test_of_a_track_the_part_within_the_box_counts(sky: Client, box: str, expect: list[str]) -> None:
    assert ids(sky, f"tracks/items?bbox={box}") == expect


@pytest.mark.parametrize(
    ("low", "high", "expect"),
    [
        (0, 100, ["ground", "unsaid"]),
        (-400, -300, ["ground", "unsaid"]),
        (400, 1000, ["layer", "unsaid"]),
        (1600, 2000, ["unsaid"]),
        (200, 700, ["ground", "layer", "unsaid"]),
        (20_000, 30_000, ["endless", "unsaid"]),
    ],
)
def test_a_zone_reaches_from_floor_to_ceiling(sky: Client, low: int, high: int, expect: list[str]) -> None:
    assert ids(sky, f"zones/items?bbox=30,30,{low},31,31,{high}") == expect


def test_an_airport_lies_at_its_elevation(sky: Client) -> None:
    place = sky.get("/collections/airports/items/LOWI").json()
    (lon, lat), metres = place["geometry"]["coordinates"], place["properties"]["elevation"] * FOOT_M
    around = f"{lon - 0.001},{lat - 0.001},{{}},{lon + 0.001},{lat + 0.001},{{}}"

    assert ids(sky, f"airports/items?bbox={around.format(metres - 1, metres + 1)}") == ["LOWI"]
    assert ids(sky, f"airports/items?bbox={around.format(metres + 1, 9000)}") == []


def test_an_airport_of_unknown_elevation_lies_in_no_box_with_heights(sky: Client) -> None:
    assert "EDDF" in ids(sky, "airports/items?bbox=8.4,49.9,8.7,50.1")
    assert "EDDF" not in ids(sky, "airports/items?bbox=8.4,49.9,-500,8.7,50.1,9000")


@pytest.mark.parametrize(
    ("low", "high", "expect"),
    [(5_000, 6_000, ["diving"]), (3_000, 3_100, ["diving"]), (0, 3_000, []), (9_200, 99_999, [])],
)
@pytest.mark.parametrize("collection", ["anomalies", "loiter", "anomalies-points"])
def test_an_anomaly_reaches_over_its_samples(
    sky: Client, collection: str, low: int, high: int, expect: list[str]
) -> None:
    assert ids(sky, f"{collection}/items?bbox=59,59,61,61") == ["diving", "unsaid"]
    assert ids(sky, f"{collection}/items?bbox=59,59,{low},61,61,{high}") == expect


def test_collections_without_heights_refuse_them_and_name_the_others(sky: Client) -> None:
    collections = sky.app.state.collections
    for one in (own for own in collections.values() if not own.height):
        answer = sky.get(f"/collections/{one.id}/items?bbox=0,0,0,1,1,1")
        assert (answer.status_code, answer.json()["parameter"]) == (400, "bbox")
        assert heights.KNOWN in answer.json()["detail"]

    assert all(own.height for own in collections.values() if own.source == "anomalies")
    named = {own.id for own in collections.values() if own.height and own.source != "anomalies"}
    assert named == set(heights.KNOWN.partition(" and ")[0].split(", "))


@pytest.mark.parametrize("way", ["export?f=geojsonseq&", "moving?"])
def test_exports_and_flights_keep_to_heights_too(sky: Client, way: str) -> None:
    sizes = [
        len(sky.get(f"/collections/tracks/{way}bbox=0,9,{low},1,11,{low + 100}").text.split('"Feature"'))
        for low in (1_500, 5_000)
    ]

    assert sizes == [2, 1]


def test_a_box_with_heights_in_a_filter_is_refused(sky: Client) -> None:
    box = {"filter": "S_INTERSECTS(geometry, BBOX(0, 0, 0, 1, 1, 1))"}
    answer = sky.get("/collections/aircraft/items", params=box)

    assert (answer.status_code, answer.json()["parameter"]) == (400, "filter")
