"""Vector tiles of real features, read back by GDAL: what is in them, what is counted, where they end."""

from __future__ import annotations

import asyncio
import json
import math
import subprocess
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api.tile_cache import Crowds, TileCache
from api.tile_counts import MARGIN
from api.tile_sql import MOST
from api.tilesets import MOST_ZOOM
from geo.mercator import LATITUDE, Tile
from store.writer import Writer
from tests.api.conftest import ONE, Live, seed

Client = TestClient[Litestar]
CROWD = 5_000
MVT = "application/vnd.mapbox-vector-tile"


async def _crowded(url: str) -> None:
    """Beside the seeded ones a crowd around 100 E 10 N, a line and an area over the antimeridian."""
    await seed(url)
    writer = await Writer.open(url)
    spots = [(100 + (i % 100) / 50, 10 + i / CROWD) for i in range(CROWD)]
    crowd = [
        replace(ONE, id=f"m{i}", priority=4 if i == 7 else 1, geometry={"type": "Point", "coordinates": list(spot)})
        for i, spot in enumerate(spots)
    ]
    lines = [[[178.0, -20.0], [180.0, -21.0]], [[-180.0, -21.0], [-178.0, -22.0]]]
    ring = [[20.0, -40.0], [21.0, -40.0], [21.0, -39.0], [20.0, -40.0]]
    short = [[60.0, -40.0], [60.001, -40.0]]
    shapes = [("w1", "MultiLineString", lines), ("p1", "Polygon", [ring]), ("k1", "LineString", short)]
    more = [replace(ONE, id=own, geometry={"type": kind, "coordinates": at}) for own, kind, at in shapes]
    await writer.save([*crowd, *more])
    await writer.close()


SEED = _crowded


def place(lon: float, lat: float, zoom: int) -> Tile:
    """The tile that a point lies in."""
    down = 0.5 - math.asinh(math.tan(math.radians(lat))) / (2 * math.pi)
    return Tile(zoom, math.floor(down * 2**zoom), math.floor((lon + 180) / 360 * 2**zoom))


def url(at: Tile, collection: str = "anomalies") -> str:
    return f"/collections/{collection}/tiles/WebMercatorQuad/{at.zoom}/{at.row}/{at.column}"


def features(folder: Path, content: bytes) -> list[Any]:
    """A tile's features as GDAL reads them, coordinates in the tile's own grid."""
    path = folder / "tile.pbf"
    path.write_bytes(content)
    read = ["ogr2ogr", "-f", "GeoJSON", "/vsistdout/", f"MVT:{path}", "-oo", "CLIP=NO"]
    done = subprocess.run(read, capture_output=True, check=True, timeout=60)
    found: list[Any] = json.loads(done.stdout)["features"]
    return found


@pytest.fixture
def tile(client: Client, tmp_path: Path) -> Any:
    def get(at: Tile, collection: str = "anomalies", **params: str) -> list[Any]:
        answer = client.get(url(at, collection), params=params)
        assert answer.status_code in (200, 204), answer.text
        return features(tmp_path, answer.content) if answer.content else []

    return get


def ids(found: Sequence[Any]) -> set[str]:
    return {one["properties"]["id"] for one in found}


def test_a_tile_holds_its_anomalies_with_what_they_are(tile: Any) -> None:
    (one,) = tile(place(20.7, -39.5, 9))
    kept = {"class": "loiter", "priority": "medium", "confidence": 0.5, "icao24": "abcdef", "state": "open"}
    assert one["properties"].items() >= {"id": "p1", "start": "2023-11-14T22:20:00.000Z", **kept}.items()
    assert one["geometry"]["type"] in ("Polygon", "MultiPolygon")


@pytest.mark.parametrize(("zoom", "kind"), [(2, "Point"), (14, "LineString")])
def test_what_is_too_small_to_be_drawn_is_a_point(tile: Any, zoom: int, kind: str) -> None:
    found = {one["properties"]["id"]: one["geometry"]["type"] for one in tile(place(60.0005, -40, zoom))}
    assert found["k1"] == kind


def test_lists_and_objects_that_are_asked_for_are_json(tile: Any) -> None:
    (one,) = tile(place(20.7, -39.5, 9), properties="members,evidence,explanation")
    held = {name: one["properties"][name] for name in ("members", "evidence", "explanation")}
    assert held == {"members": [], "evidence": {"turns": 2.5}, "explanation": "turns and stays"}


@pytest.mark.parametrize(
    ("params", "expect"),
    [
        ({"filter": "id = 'l03'"}, None),
        ({"filter": "priority = 'critical'"}, set()),
        ({"filter": "start > TIMESTAMP('2023-11-14T22:30:30Z')"}, {"l11"}),
        ({"datetime": "2023-11-14T22:25:00Z/2023-11-14T22:26:00Z"}, {"l05", "l06"}),
        ({"state": "cleared"}, {"c1"}),
        ({"class": "squawk"}, set()),
        ({"icao24": "abcdef", "min_confidence": "0.6"}, set()),
    ],
)
def test_tiles_take_the_filters_of_items(client: Client, tile: Any, params: dict[str, str], expect: Any) -> None:
    at = place(10, 50, 8)
    if expect is None:
        assert client.get(url(at), params=params).status_code == 400
    else:
        assert ids(tile(at, **params)) == expect


def test_a_crowd_is_counted_with_its_highest_priority(tile: Any) -> None:
    counted = tile(Tile(0, 0, 0))
    assert CROWD > MOST
    assert sum(one["properties"]["count"] for one in counted) == CROWD + 13 + 3
    assert {"critical", "medium"} <= {one["properties"]["priority"] for one in counted}
    assert all(one["geometry"]["type"] == "Point" for one in counted)


def test_a_crowd_that_has_gone_is_shown_one_by_one_again(client: Client, tile: Any) -> None:
    """Where there was a crowd, its counts are read first; a filter may leave few of it."""
    at, crowds = place(101, 10.5, 5), client.app.state.crowds.known
    assert sum(one["properties"]["count"] for one in tile(at)) == CROWD
    assert ("anomalies", at) in crowds

    assert ids(tile(at, priority="critical")) == {"m7"}
    assert ("anomalies", at) not in crowds
    assert sum(one["properties"]["count"] for one in tile(at, min_confidence="0.1")) == CROWD


def test_crowds_are_remembered_up_to_a_number() -> None:
    crowds = Crowds(most=2)
    for place in "abc":
        crowds.note(place, True)
    crowds.note("b", False)
    assert list(crowds.known) == ["c"]


def test_counts_are_the_same_with_and_without_an_index_of_codes(client: Client, tile: Any) -> None:
    at = place(101, 10.5, 6)
    coded = tile(at)
    known = client.app.state.collections
    before = known["anomalies"]
    known["anomalies"] = replace(before, code="", geometry="Point")
    try:
        by_place = tile(at, min_confidence="0")
    finally:
        known["anomalies"] = before
    assert [one["properties"] for one in coded] == [one["properties"] for one in by_place]
    assert [one["geometry"] for one in coded] == [one["geometry"] for one in by_place]


def test_neighbours_show_the_same_at_their_seam(tile: Any) -> None:
    """What lies within the margin is in both tiles, so that no symbol is cut."""
    zoom = next(z for z in range(5, MOST_ZOOM) if _near_edge(place(10, 50, z)))
    at = place(10, 50, zoom)
    beside = replace(at, column=at.column + (1 if _share(at) > 0.5 else -1))
    assert ids(tile(beside)) == ids(tile(at)) != set()


def _share(at: Tile) -> float:
    """How far along its tile, from the west, ten degrees east lies."""
    return (190 / 360 * 2**at.zoom) % 1


def _near_edge(at: Tile) -> bool:
    return min(_share(at), 1 - _share(at)) < MARGIN


def test_nothing_goes_round_the_world(tile: Any) -> None:
    """A line over the antimeridian is in the tiles of both ends and in none between; the world's edge is its own."""
    for column in range(8):
        found = [one for one in tile(place(-179 + 45 * column, -21, 3)) if "count" not in one["properties"]]
        assert ("w1" in ids(found)) == (column in (0, 7))
    assert Tile(0, 0, 0).degrees(MARGIN) == pytest.approx((-180, -LATITUDE, 180, LATITUDE))
    assert Tile(3, 2, 7).degrees(MARGIN)[2] == 180


def test_every_collection_has_tiles(client: Client, tile: Any) -> None:
    for own in client.app.state.collections:
        assert client.get(f"/collections/{own}/tiles").json()["tilesets"][0]["dataType"] == "vector"
        tile(Tile(0, 0, 0), own)
    assert {one["properties"].get("icao24") for one in tile(place(-5.7, 53, 8), "tracks")} == {"4ca7b5", None}


def test_empty_tiles_and_tiles_that_there_are_not(client: Client) -> None:
    assert client.get(url(Tile(5, 31, 0))).status_code == 204
    for path in ("5/32/0", "5/0/32", "99/0/0", "a/0/0", "5/-1/0"):
        assert client.get(f"/collections/anomalies/tiles/WebMercatorQuad/{path}").status_code == 404
    assert client.get("/collections/anomalies/tiles/WorldCRS84Quad").status_code == 404
    assert client.get(f"{url(Tile(0, 0, 0))}?limit=5").status_code == 400
    assert client.get(f"{url(Tile(0, 0, 0))}?f=png").status_code == 400


def test_a_known_tile_is_not_sent_again_until_the_data_change(client: Client, seeded_url: str) -> None:
    at = url(place(10, 50, 8))
    first = client.get(at)
    assert first.headers["content-type"] == MVT
    again = client.get(at, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    asyncio.run(_one_more(seeded_url))
    until = time.monotonic() + 10
    while time.monotonic() < until:
        changed = client.get(at, headers={"if-none-match": first.headers["etag"]})
        if changed.status_code == 200:
            break
    assert changed.status_code == 200 and changed.headers["etag"] != first.headers["etag"]


async def _one_more(database: str) -> None:
    writer = await Writer.open(database)
    await writer.save([replace(ONE, id="z9", state="cleared", cleared="a test flight")])
    await writer.save([replace(ONE, id="z8", class_id="ghost")])
    await writer.close()


def test_the_cache_is_bounded_and_forgets_old_versions() -> None:
    cache = TileCache(most_bytes=5_000)
    for i in range(10):
        cache.put(i, 1, bytes(500))
    assert cache.size <= 5_000 and cache.get(9, 1) is not None and cache.get(0, 1) is None
    assert cache.get(9, 2) is None and cache.get(9, 1) is None
    assert cache.put("x", None, b"").version is None and cache.get("x", None) is None
    kept = cache.put("y", 1, bytes(100))
    cache.pack("y", kept, "gzip", bytes(4_600))
    assert cache.size <= 5_000


def test_tile_sets_are_described_for_each_kind_of_client(client: Client) -> None:
    sets = client.get("/tileMatrixSets").json()["tileMatrixSets"]
    assert [one["id"] for one in sets] == ["WebMercatorQuad"]
    matrices = client.get("/tileMatrixSets/WebMercatorQuad").json()["tileMatrices"]
    assert matrices[0]["scaleDenominator"] == pytest.approx(559082264.028717)
    assert matrices[5]["matrixWidth"] == 32
    described = client.get("/collections/anomalies/tiles/WebMercatorQuad?state=open").json()
    (item,) = [one for one in described["links"] if one["rel"] == "item"]
    assert item["templated"] and item["href"].endswith("{tileMatrix}/{tileRow}/{tileCol}?state=open")
    assert described["tileMatrixSetLimits"][-1]["tileMatrix"] == str(MOST_ZOOM)
    told = client.get("/collections/anomalies/tiles/WebMercatorQuad?f=tilejson").json()
    assert told["tiles"][0].endswith("/collections/anomalies/tiles/WebMercatorQuad/{z}/{y}/{x}")
    assert {"class", "priority", "confidence", "count"} <= set(told["vector_layers"][0]["fields"])
    assert client.get("/collections/anomalies/tiles/WebMercatorQuad?class=none").status_code == 400


def test_every_collection_has_a_style_for_its_tiles(client: Client) -> None:
    """Whole addresses, layers that no other collection's have, and for crowds a size that says how many."""
    listed = [one["id"] for one in client.get("/collections").json()["collections"]]
    found = {own: client.get(f"/collections/{own}/style.json") for own in listed}
    styles = {own: answer.json() for own, answer in found.items()}
    layers = [layer for one in styles.values() for layer in one["layers"]]

    assert {answer.headers["content-type"] for answer in found.values()} == {"application/vnd.mapbox.style+json"}
    assert all(one["sources"][own]["tiles"][0].startswith("http") for own, one in styles.items())
    assert len({one["id"] for one in layers}) == len(layers)
    assert {one["id"].rpartition("/")[2] for one in styles["anomalies"]["layers"]} == {
        "areas", "outlines", "lines", "points", "crowds-1", "crowds-10", "crowds-100", "crowds-1000",
    }  # fmt: skip
    assert [one["id"] for one in styles["zones"]["layers"]] == ["zones/areas", "zones/outlines"]
    assert styles["loiter"]["layers"][0]["paint"]["fill-color"] == client.app.state.classes["loiter"].style.color


def test_a_style_takes_filters_as_the_tiles_do(client: Client) -> None:
    told = client.get("/collections/anomalies/style.json?state=open&f=json").json()
    linked = client.get("/collections/anomalies/tiles/WebMercatorQuad?state=open").json()["links"]

    assert told["sources"]["anomalies"]["tiles"][0].endswith("/{z}/{y}/{x}?state=open")
    assert next(one["href"] for one in linked if one["rel"] == "stylesheet").endswith("/style.json?state=open")
    assert client.get("/collections/anomalies/style.json?class=none").status_code == 400
    assert client.get("/collections/none/style.json").status_code == 404


def test_the_openapi_document_names_the_tiles(client: Client) -> None:
    paths = client.get("/api").json()["paths"]
    ends = ("getTileMatrixSetsList", "getTileSetsList", "collection.vector.getTileSet", "collection.vector.getTile")
    found = [one["get"]["operationId"] for one in paths.values() if "get" in one]
    assert all(any(name.endswith(end) for name in found) for end in ends)


def test_gdal_opens_tiles_over_http(live: Live) -> None:
    """A zoom as a folder of tiles, with the types that the metadata beside it declares."""
    command = ["ogrinfo", "-ro", "-al", "-so", f"MVT:{live.url}/collections/anomalies/xyz/3", "-oo", "CLIP=NO"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert "Layer name: anomalies" in done.stdout, done.stdout + done.stderr
    assert "priority: String" in done.stdout and "confidence: Real" in done.stdout
    assert "Feature Count: " in done.stdout and "Feature Count: 0" not in done.stdout


def test_a_folder_of_tiles_holds_the_same(client: Client) -> None:
    at = place(10, 50, 8)
    same = client.get(f"/collections/anomalies/xyz/{at.zoom}/{at.column}/{at.row}.pbf")
    assert same.content == client.get(url(at)).content != b""
    assert client.get(f"/collections/anomalies/xyz/{at.zoom}/{at.column}/{at.row}.png").status_code == 404
    told = client.get("/collections/anomalies/xyz/metadata.json?class=loiter")
    assert told.json()["tiles"][0].endswith("/{z}/{y}/{x}?class=loiter")
    assert client.get("/collections/anomalies/xyz/metadata.json?f=html").status_code == 400
