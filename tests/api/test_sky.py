"""Aircraft as columns: read back by Arrow, the values of the features, in pages, in boxes and in the stream."""

from __future__ import annotations

import asyncio
import base64
import gzip
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api.hub import Hub
from api.settings import Settings
from api.sky import MOVING, PARTS, Sky
from geo.schema import COLUMNS
from store.connect import open_pool
from store.writer import Writer
from tests.api.conftest import ROOT, T0, rows

Client = TestClient[Litestar]
ITEMS = "/collections/aircraft/items"


def table(content: bytes) -> pa.Table:
    return pa.ipc.open_stream(content).read_all()


def asked(client: Client, **query: str) -> Any:
    answer = client.get(ITEMS, params={"f": "arrow"} | query)
    assert answer.status_code == 200, answer.text
    return answer


def test_columns_hold_what_the_features_hold(client: Client) -> None:
    found = table(asked(client).content)
    features = client.get(ITEMS).json()["features"]

    assert found.num_rows == len(features) == 2
    for row, feature in zip(found.to_pylist(), features, strict=True):
        properties = feature["properties"]
        assert [row["lon"], row["lat"]] == pytest.approx(feature["geometry"]["coordinates"], abs=2e-5)
        assert row["baro_altitude"] == properties["baro_altitude"] == 31_000
        assert np.isnan(row["ground_speed"]) and properties["ground_speed"] is None
        assert row["squawk"] == b"0042" and row["callsign"].rstrip(b"\0").decode() == properties["callsign"]
        assert row["on_ground"] is False and row["source"].rstrip(b"\0").decode() == properties["source"]
        assert row["position_time"].timestamp() * 1000 == T0 + 290_000
    assert [row["icao24"] for row in found.to_pylist()] == [0x4CA7B5, 1 << 48 | 5]


def test_the_whole_sky_says_so_and_a_part_does_not(client: Client) -> None:
    def whole(**query: str) -> bytes:
        return table(asked(client, **query).content).schema.metadata[b"whole"]

    assert whole() == b"true"
    assert whole(bbox="-7,52,-5,54") == whole(limit="1") == whole(icao24="4ca7b5") == b"false"


def test_it_is_asked_for_by_name_and_by_type_and_paged_by_link(client: Client) -> None:
    by_type = client.get(f"{ITEMS}?limit=1", headers={"accept": "application/vnd.apache.arrow.stream"})
    link = next(part for part in by_type.headers["link"].split(", <") if 'rel="next"' in part)
    further = client.get(link.partition(">")[0].strip("<").replace("&f=arrow", "") + "&f=arrow")

    assert by_type.headers["content-type"] == "application/vnd.apache.arrow.stream"
    assert [table(one.content)["icao24"][0].as_py() for one in (by_type, further)] == [0x4CA7B5, 1 << 48 | 5]


def test_a_past_time_and_an_empty_box(client: Client) -> None:
    past = table(asked(client, at="2023-11-14T22:21:00Z").content)
    assert past["lon"].to_pylist() == pytest.approx([-5.94, -5.94], abs=1e-5)
    assert table(asked(client, bbox="100,0,101,1").content).num_rows == 0


@pytest.mark.parametrize("query", [{"properties": "callsign"}, {"resulttype": "hits"}, {"crs": "EPSG:3857"}])
def test_what_columns_cannot_do_is_refused(client: Client, query: dict[str, str]) -> None:
    answer = client.get(ITEMS, params={"f": "arrow"} | query)
    assert (answer.status_code, answer.json()["parameter"]) == (400, *query)


def test_other_collections_do_not_come_as_columns(client: Client) -> None:
    assert client.get("/collections/anomalies/items?f=arrow").status_code == 400


def test_every_column_is_of_fixed_width_and_declared() -> None:
    assert {one.name for one in PARTS} - {"sub"} <= set(COLUMNS)
    assert {one.name for one in MOVING} < {one.name for one in PARTS}


def test_the_page_about_them_names_every_column() -> None:
    page = (ROOT / "docs" / "columnar.md").read_text()
    assert [one.name for one in PARTS if f"`{one.name}`" not in page] == []


def test_a_sky_is_cut_to_boxes() -> None:
    lon, lat = np.array([0.0, 10.0, 179.0], ">f4"), np.array([0.0, 10.0, 0.0], ">f4")
    sky = Sky({"icao24": np.arange(3, dtype=">i8"), "lon": lon, "lat": lat}, T0, whole=True)
    assert sky.inside([(-1, -1, 1, 1), (170, -10, 180, 10)]).columns["icao24"].tolist() == [0, 2]
    assert table(gzip.decompress(base64.b64decode(sky.packed()))).num_rows == 3


def test_arrays_become_columns_without_pandas(monkeypatch: pytest.MonkeyPatch) -> None:
    """`pa.array` imports it: a second of the first answer after a start."""
    monkeypatch.setattr(pa, "array", None)
    known = {"icao24": [1, 2, 3], "position_time": [T0] * 3, "sub": [0, 1, 2], "on_ground": [1, -1, 0]}
    known["lon"] = [0.5, np.nan, -7]
    sky = Sky({one.name: np.array(known[one.name], one.dtype) for one in PARTS if one.name in known}, T0, whole=True)
    found = table(sky.arrow())
    assert found["on_ground"].to_pylist() == [True, None, False]
    assert [value.value for value in found["position_time"]] == [T0] * 3
    np.testing.assert_array_equal(found["lon"].to_numpy(), np.float32(known["lon"]))
    assert found["sub"].to_pylist() == [0, 1, 2] == [one - 1 for one in found["icao24"].to_pylist()]


async def _ticks(url: str, bboxes: list[Any], ticks: int) -> tuple[list[list[bytes]], int]:
    """The aircraft frames of one stream for each of `bboxes`, and how often they were encoded."""
    pool, hub = await open_pool(url), Hub(Settings(url))
    running = asyncio.create_task(hub.run())
    await hub.ready.wait()
    streams = [hub.stream(pool, None, boxes, columns=True) for boxes in bboxes]
    for one in streams:
        await anext(one)
    writer = await Writer.open(url)
    packed, encode = 0, Sky.packed

    def counted(sky: Sky) -> bytes:
        nonlocal packed
        packed += 1
        return encode(sky)

    Sky.packed = counted  # type: ignore[method-assign]
    frames: list[list[bytes]] = [[] for _ in streams]
    try:
        for _ in range(ticks):
            await writer.now(rows())
            for own, one in zip(frames, streams, strict=True):
                own.append(await asyncio.wait_for(_aircraft(one), 10))
    finally:
        Sky.packed = encode  # type: ignore[method-assign]
        for one in streams:
            await one.aclose()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await writer.close()
        await pool.close()
    return frames, packed


async def _aircraft(stream: Any) -> bytes:
    while True:
        frame: bytes = await anext(stream)
        if frame.startswith(b"event: aircraft\n"):
            return frame


def test_a_tick_is_encoded_once_for_all_streams_and_once_for_each_box(seeded_url: str) -> None:
    box = (-7.0, 52.0, -5.0, 54.0)
    frames, packed = asyncio.run(_ticks(seeded_url, [(), (), (), [box], [box]], 2))

    assert packed == 2 * 2
    assert all(one == frames[0] for one in frames[:3])
    found = table(gzip.decompress(base64.b64decode(frames[0][0].partition(b"data: ")[2])))
    assert found["icao24"].to_pylist() == [0x4CA7B5, 1 << 48 | 5]
    assert found.schema.metadata[b"time"] == str(T0 + 290_000).encode()


def test_an_unknown_form_is_refused(client: Client) -> None:
    answer = client.get("/stream?aircraft=parquet")
    assert (answer.status_code, answer.json()["parameter"]) == (400, "aircraft")
