"""Every format of features and exports is what it says it is: read back by GDAL, and by the standard's own rules."""

from __future__ import annotations

import asyncio
import csv
import gzip
import io
import json
import threading
import time
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import geopandas
import pyarrow.parquet as pq
import pyogrio
import pytest
import zstandard
from litestar import Litestar
from litestar.testing import TestClient

from api import files, formats, reading, replies
from api.catalogue import collections
from api.layer import Layer
from api.problems import MOMENT_S
from detectors._registry import registry

Client = TestClient[Litestar]
KML = "{http://www.opengis.net/kml/2.2}"
FILES = [one for one in formats.EXPORTS if one.name not in ("geojson", "csv", "geojsonseq")]
COLLECTIONS = ("anomalies", "aircraft", "tracks", "positions", "zones", "cells")


def read(content: bytes, form: formats.Format, folder: Path) -> Any:
    """What GDAL makes of it."""
    path = folder / f"out{form.suffix}"
    path.write_bytes(content)
    if form is formats.GEOPARQUET:
        return geopandas.read_parquet(path)
    return geopandas.read_file(path)


def links(answer: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in answer.headers["link"].split(", <"):
        href, rel, kind = part.split("; ")
        found.setdefault(rel[5:-1], []).append(href.strip("<>"))
        assert kind.startswith('type="')
    return found


@pytest.mark.parametrize("form", formats.ITEMS, ids=lambda form: form.name)
@pytest.mark.parametrize("collection", COLLECTIONS)
def test_every_collection_comes_in_every_format(client: Client, collection: str, form: formats.Format) -> None:
    by_name = client.get(f"/collections/{collection}/items", params={"f": form.name, "limit": "3"})
    by_type = client.get(f"/collections/{collection}/items?limit=3", headers={"accept": form.media})

    assert by_name.status_code == by_type.status_code == 200, by_name.text
    for answer in (by_name, by_type):
        assert answer.headers["content-type"].partition(";")[0] == form.media
        assert int(answer.headers["ogc-numberreturned"]) > 0
        assert "Accept" in answer.headers["vary"]
        crs = "OGC/0/CRS84h" if collection == "tracks" else "OGC/1.3/CRS84"  # tracks alone hold heights
        assert answer.headers["content-crs"] == f"<http://www.opengis.net/def/crs/{crs}>"


@pytest.mark.parametrize("form", FILES, ids=lambda form: form.name)
@pytest.mark.parametrize("collection", COLLECTIONS)
def test_gdal_reads_them_all(client: Client, tmp_path: Path, collection: str, form: formats.Format) -> None:
    address = f"/collections/{collection}/items"
    features = client.get(address, params={"limit": "100"}).json()["features"]

    frame = read(client.get(address, params={"f": form.name, "limit": "100"}).content, form, tmp_path)

    name = "feature_id" if form in (formats.KML, formats.KMZ) else "id"
    shapes = dict(zip(frame[name], frame.geometry, strict=True))
    assert set(shapes) == {str(one["id"]) for one in features} and len(frame) == len(features)
    for one in features:
        shape = shapes[str(one["id"])]
        assert (shape is None) == (one["geometry"] is None)
        if shape is not None:
            assert shape.bounds == pytest.approx(_bounds(one["geometry"]), abs=1e-5)


def _bounds(geometry: dict[str, Any]) -> tuple[float, ...]:
    import shapely

    bounds: tuple[float, ...] = shapely.from_geojson(json.dumps(geometry)).bounds
    return bounds


def test_tracks_keep_their_height_and_times_are_times(client: Client, tmp_path: Path) -> None:
    for form in (formats.FLATGEOBUF, formats.GEOPACKAGE, formats.GEOPARQUET):
        frame = read(client.get(f"/collections/tracks/items?f={form.name}").content, form, tmp_path)
        assert frame.geometry.iloc[0].has_z and str(frame["start"].dtype).startswith("datetime64")


def test_binary_formats_are_in_the_system_asked_for_and_x_comes_first(client: Client, tmp_path: Path) -> None:
    for uri, code in (("EPSG/0/3857", 3857), ("EPSG/0/4326", 4326)):
        for form in (formats.FLATGEOBUF, formats.GEOPACKAGE, formats.GEOPARQUET):
            query = {"f": form.name, "crs": f"http://www.opengis.net/def/crs/{uri}"}
            frame = read(client.get("/collections/zones/items", params=query).content, form, tmp_path)
            assert frame.crs.to_epsg() in (code, None)
            assert frame.to_crs(4326).geometry.iloc[0].bounds == pytest.approx((1, 2, 3, 4), abs=1e-4)


def test_a_large_flatgeobuf_has_no_index(client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = client.get("/collections/positions/items?f=fgb").content
    monkeypatch.setattr("api.files.MOST_INDEXED", 10)
    many = client.get("/collections/positions/items?f=fgb").content

    assert len(many) < len(few)
    assert len(read(many, formats.FLATGEOBUF, tmp_path)) == len(read(few, formats.FLATGEOBUF, tmp_path)) > 10


@pytest.mark.parametrize("form", (formats.FLATGEOBUF, formats.GEOPACKAGE), ids=lambda form: form.name)
def test_a_layer_of_lines_is_of_lines_of_several_parts(tmp_path: Path, form: formats.Format) -> None:
    """Paths of anomalies are of one part or several, whatever the collection's kind is called."""
    one = {"type": "LineString", "coordinates": [[179, 1], [180, 1]]}
    two = {"type": "MultiLineString", "coordinates": [[[179, 1], [180, 1]], [[-180, 1], [-179, 1]]]}
    texts = [json.dumps({"id": str(i), "geometry": shape, "properties": {}}) for i, shape in enumerate((one, two))]
    path = tmp_path / f"lines{form.suffix}"

    files.write(form.name, path, Layer(collections(registry())["anomalies-lines"]), [texts])

    assert pyogrio.read_info(path)["geometry_type"] == "MultiLineString"
    assert list(geopandas.read_file(path).geometry.count_geometries()) == [1, 2]


def test_a_geopackage_is_of_a_version_that_older_programs_know(client: Client) -> None:
    """GDAL 3.6 warns of version 1.4, which newer ones write by themselves."""
    content = client.get("/collections/zones/items?f=gpkg").content
    assert int.from_bytes(content[60:64], "big") == 10_300


def test_kml_says_that_it_has_one_system(client: Client) -> None:
    query = {"f": "kml", "crs": "http://www.opengis.net/def/crs/EPSG/0/3857"}
    answer = client.get("/collections/zones/items", params=query)

    assert (answer.status_code, answer.json()["parameter"]) == (400, "crs")


def test_kml_leaves_out_what_xml_cannot_hold() -> None:
    from api.kml import text

    assert text("a\x01<b>\ud800") == "a&lt;b&gt;"


def test_kml_has_names_and_times(client: Client) -> None:
    root = ElementTree.fromstring(client.get("/collections/positions/items?f=kml").content)
    marks = list(root.iter(f"{KML}Placemark"))
    packed = zipfile.ZipFile(io.BytesIO(client.get("/collections/positions/items?f=kmz").content))

    assert {mark.findtext(f"{KML}name") for mark in marks} == {"EIN?12"}
    assert all(mark.find(f"{KML}TimeStamp/{KML}when") is not None for mark in marks)
    assert len(list(ElementTree.fromstring(packed.read("doc.kml")).iter(marks[0].tag))) == len(marks)


def test_csv_has_lon_and_lat_for_points_and_wkt_for_the_rest(client: Client) -> None:
    points = list(csv.DictReader(io.StringIO(client.get("/collections/aircraft/items?f=csv").text)))
    areas = list(csv.DictReader(io.StringIO(client.get("/collections/zones/items?f=csv").text)))

    assert {"id", "lon", "lat", "icao24", "on_ground"} <= set(points[0])
    assert float(points[0]["lat"]) == 53 and points[0]["on_ground"] == "false"
    assert areas[0]["WKT"].startswith("POLYGON") and areas[0]["name"] == 'Range "1"'


def test_csv_runs_no_formula() -> None:
    from api.texts import _safe

    assert [_safe(text) for text in ("=1+1", "+1", "-1", "@a", "\tx", "ok", -1.5)] == [
        "'=1+1", "'+1", "'-1", "'@a", "'\tx", "ok", -1.5,
    ]  # fmt: skip


def test_a_text_sequence_is_one(client: Client) -> None:
    answer = client.get("/collections/anomalies/items?f=geojsonseq")
    records = answer.content.split(b"\x1e")

    assert records[0] == b"" and all(record.endswith(b"\n") for record in records[1:])
    assert [json.loads(record)["type"] for record in records[1:]] == ["Feature"] * 13


def test_geoparquet_says_what_it_holds(client: Client) -> None:
    content = client.get("/collections/anomalies/items?f=parquet").content
    told = json.loads(pq.read_metadata(io.BytesIO(content)).metadata[b"geo"])

    assert told["version"] == "1.1.0" and told["columns"]["geometry"]["geometry_types"] == ["Point"]


@pytest.mark.parametrize("form", formats.EXPORTS, ids=lambda form: form.name)
def test_nothing_found_is_an_empty_file_that_can_be_read(client: Client, tmp_path: Path, form: formats.Format) -> None:
    for path in ("items", "export"):
        query = {"f": form.name, "datetime": "1990-01-01T00:00:00Z"}
        answer = client.get(f"/collections/anomalies/{path}", params=query)
        assert answer.status_code == 200, answer.text
        if form in FILES:
            assert len(read(answer.content, form, tmp_path)) == 0


def test_pages_of_other_formats_are_followed_by_header(client: Client) -> None:
    answer, ids = client.get("/collections/anomalies/items?f=csv&limit=5"), []
    while True:
        ids += [row["id"] for row in csv.DictReader(io.StringIO(answer.text))]
        found = links(answer)
        assert {"self", "alternate", "collection"} <= set(found)
        if "next" not in found:
            break
        answer = client.get(found["next"][0].replace("http://testserver.local", ""))

    assert len(ids) == len(set(ids)) == 13


@pytest.mark.parametrize("form", (formats.GEOPACKAGE, formats.KMZ), ids=lambda form: form.name)
def test_a_file_that_holds_the_time_of_its_writing_is_known_again(client: Client, form: formats.Format) -> None:
    address = f"/collections/zones/items?f={form.name}"
    tag = client.get(address).headers["etag"]
    time.sleep(0.01 if form is formats.GEOPACKAGE else 2.01)  # to the millisecond the one, to two seconds the other
    assert client.get(address, headers={"if-none-match": tag}).status_code == 304
    more = client.get(f"/collections/positions/items?f={form.name}&limit=1").headers["etag"]
    assert client.get(f"/collections/positions/items?f={form.name}&limit=2").headers["etag"] != more


def test_a_long_question_does_not_fill_the_headers(client: Client) -> None:
    """Each link repeats it, and a proxy refuses answers with more than a few thousand bytes of headers."""
    wanted = " OR ".join(f"callsign = 'TEST{i}'" for i in range(40))
    found = links(client.get("/collections/anomalies/items", params={"f": "csv", "limit": 1, "filter": wanted}))
    assert list(found) == ["next"] and len(found["next"]) == 1


def test_every_form_links_to_the_others(client: Client) -> None:
    page = client.get("/collections/anomalies/items?limit=2").json()
    for link in page["links"]:
        if link["rel"] in ("alternate", "self", "next"):
            answer = client.get(link["href"].replace("http://testserver.local", ""))
            assert answer.headers["content-type"].partition(";")[0] == link["type"]
            assert answer.headers["ogc-numberreturned"] == "2"


def test_an_unknown_form_is_refused_with_those_that_there_are(client: Client) -> None:
    for path in ("/", "/api", "/conformance", "/collections", "/collections/zones", "/collections/zones/items"):
        answer = client.get(path, params={"f": "shapefile"})
        assert (answer.status_code, answer.json()["parameter"]) == (400, "f")
        assert "html" in answer.json()["detail"]


def test_an_accept_that_cannot_be_met_is_said(client: Client) -> None:
    for path in ("/", "/api", "/conformance", "/collections", "/collections/zones", "/collections/zones/items/x"):
        assert client.get(path, headers={"accept": "image/png"}).status_code == 406, path
    assert client.get("/collections", headers={"accept": "image/png, */*;q=0.1"}).status_code == 200


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "application/geo+json"),
        ("", "application/geo+json"),
        ("application/json", "application/geo+json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("text/html;q=0.5, application/geo+json", "application/geo+json"),
        ("application/geo+json, text/html", "application/geo+json"),
        ("text/*", "text/html"),
        ("text/html;q=0, text/*", "text/csv"),
        ("application/flatgeobuf, application/geo+json;q=0.9", "application/flatgeobuf"),
        ("application/*;q=0.2, text/csv;q=0.3", "text/csv"),
    ],
)
def test_accept_is_weighed(client: Client, accept: str, kind: str) -> None:
    answer = client.get("/collections/zones/items", headers={"accept": accept})
    assert answer.headers["content-type"].partition(";")[0] == kind


def test_answers_are_packed_as_the_client_likes(client: Client) -> None:
    for accepted, coding in (
        ("gzip", "gzip"),
        ("gzip, zstd", "zstd"),
        ("gzip;q=1, zstd;q=0.5", "gzip"),
        ("zstd;q=0, gzip", "gzip"),
        ("*", "zstd"),
        ("identity", None),
    ):
        for path in ("/collections", "/collections/anomalies/export"):
            with client.stream("GET", path, headers={"accept-encoding": accepted}) as answer:
                raw = b"".join(answer.iter_raw())
            assert answer.headers.get("content-encoding") == coding, (accepted, path)
            plain = {"gzip": gzip.decompress, "zstd": _unpacked, None: bytes}[coding](raw)
            assert json.loads(plain)


def test_a_quality_of_digits_that_are_no_number_says_nothing() -> None:
    assert replies._best("gzip;q=\xb2, zstd;q=0.5") == "gzip"


def _unpacked(raw: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompressobj().decompress(raw)


@pytest.mark.parametrize("form", formats.EXPORTS, ids=lambda form: form.name)
def test_an_export_is_everything_that_is_asked_for(client: Client, tmp_path: Path, form: formats.Format) -> None:
    query = {"f": form.name, "filter": "class = 'loiter'", "properties": "class,start"}
    answer = client.get("/collections/anomalies/export", params=query)

    assert answer.status_code == 200, answer.text
    assert f'filename="anomalies{form.suffix}"' in answer.headers["content-disposition"]
    path = tmp_path / f"out{form.suffix}"
    path.write_bytes(answer.content)
    if form is formats.GEOPARQUET:
        assert len(geopandas.read_parquet(path)) == 12
    else:
        assert pyogrio.read_info(path, force_feature_count=True)["features"] == 12


def test_an_export_takes_the_parameters_of_items_but_no_paging(client: Client) -> None:
    def found(**query: str) -> int:
        return len(client.get("/collections/anomalies/export", params=query).json()["features"])

    assert (found(), found(limit="1"), found(bbox="170,-10,-170,10"), found(icao24="abcdef")) == (13, 1, 1, 12)
    for name in ("after", "offset", "resulttype", "foo"):
        assert client.get("/collections/anomalies/export", params={name: "1"}).status_code == 400
    for broken in ({"limit": "0"}, {"filter": "x ="}, {"f": "html"}, {"bbox": "1,2"}):
        assert client.get("/collections/anomalies/export", params=broken).status_code == 400
    assert client.get("/collections/nothing/export").status_code == 404
    head = client.head("/collections/anomalies/export?f=csv").headers
    # An answer of no bytes it is not.
    assert head["content-type"].startswith("text/csv") and "content-length" not in head


def test_exports_keep_the_order_that_is_asked_for(client: Client) -> None:
    features = client.get("/collections/anomalies/export?sortby=start").json()["features"]
    starts = [one["properties"]["start"] for one in features]
    assert starts == sorted(starts)


def test_exports_leave_connections_for_everybody_else(client: Client) -> None:
    slots = client.app.state.exports
    with client.portal() as portal:
        portal.call(slots.acquire)
    try:
        answer = client.get("/collections/anomalies/export")
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
        assert answer.headers["retry-after"] == str(MOMENT_S)
    finally:
        slots.release()
    assert client.get("/collections/anomalies/export").status_code == 200


def test_who_leaves_ends_the_writing_of_his_file(tmp_path: Path) -> None:
    async def endless() -> AsyncIterator[list[str]]:
        while True:
            await asyncio.sleep(0.001)
            yield ['{"type":"Feature","id":1,"geometry":null,"properties":{}}']

    async def leave() -> None:
        texts = endless()
        layer = Layer(collections(registry())["zones"])
        work = asyncio.ensure_future(reading.save("gpkg", tmp_path / "a.gpkg", layer, texts))
        await asyncio.sleep(0.5)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        await texts.aclose()  # type: ignore[attr-defined]

    threads = threading.active_count()
    asyncio.run(leave())
    assert threading.active_count() == threads


def test_a_method_that_there_is_not_is_told_those_that_there_are(client: Client) -> None:
    answer = client.patch("/collections/anomalies/items")
    assert answer.status_code == 405
    assert {"GET", "HEAD", "POST"} <= set(answer.headers["allow"].split(", "))
