"""Anomalies that were never located: by the standard they lie in every box (Part 1, fc-bbox-response)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from store.writer import Writer
from tests.api.conftest import ONE, T0

Client = TestClient[Litestar]


async def SEED(url: str) -> None:
    writer = await Writer.open(url, store_every_s=0)
    nowhere = replace(ONE, id="n1", class_id="timing", geometry=None, h3="")
    await writer.save([ONE, nowhere])
    await writer.clock(T0 + 300_000, T0 + 298_000)
    await writer.close()


@pytest.mark.parametrize(
    ("query", "expect"),
    [
        ("anomalies/items?bbox=-30,0,-20,10", ["n1"]),
        ("anomalies/items?bbox=5,45,15,55", ["a1", "n1"]),
        ("anomalies/items?bbox=170,45,-170,55", ["n1"]),
        ("timing/items?bbox=-30,0,-20,10", ["n1"]),
        ("anomalies-points/items?bbox=-30,0,-20,10", []),
        ("loiter/items?bbox=-30,0,-20,10", []),
    ],
)
def test_what_was_never_located_lies_in_every_box(client: Client, query: str, expect: list[str]) -> None:
    page = client.get(f"/collections/{query}").json()
    assert sorted(one["id"] for one in page["features"]) == expect
    assert page["numberMatched"] == len(expect)


def test_hot_spots_and_hours_are_of_what_was_located(client: Client) -> None:
    day = "datetime=2023-11-14T00:00:00Z/2023-11-15T00:00:00Z&bbox=-30,0,-20,10"
    assert client.get(f"/statistics/hotspots?{day}").json()["counted"] == 0
    assert client.get(f"/statistics/forecast?{day}").status_code == 200


@pytest.mark.parametrize("path", ["export", "items"])
@pytest.mark.parametrize("form", ["flatgeobuf", "gpkg"])
def test_files_hold_what_was_never_located(client: Client, tmp_path: Path, path: str, form: str) -> None:
    """An index on places has no place for it: FlatGeobuf then has none."""
    answer = client.get(f"/collections/anomalies/{path}?f={form}")
    assert answer.status_code == 200, answer.text
    file = tmp_path / f"found.{form[:4]}"
    file.write_bytes(answer.content)
    found = geopandas.read_file(file)
    assert dict(zip(found["id"], found.geometry.isna(), strict=True)) == {"a1": False, "n1": True}


@pytest.mark.parametrize("form", ["geojson", "geojsonseq", "csv", "geoparquet", "kml", "kmz"])
def test_every_form_can_be_had_of_it(client: Client, form: str) -> None:
    for path in ("export", "items"):
        assert client.get(f"/collections/anomalies/{path}?f={form}").status_code == 200


def test_a_tile_holds_what_lies_in_it(client: Client) -> None:
    assert client.get("/collections/timing/tiles/WebMercatorQuad/0/0/0").status_code in (200, 204)
