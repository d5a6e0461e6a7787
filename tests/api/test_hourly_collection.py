"""What is kept of each hour when positions have gone: traffic, and the anomalies of a class, as cells."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from litestar import Litestar
from litestar.testing import TestClient

from geo.cells import cell_text, cells_of
from store.writer import Writer
from tests.api.conftest import ONE

Client = TestClient[Litestar]
HOUR = 3_600_000
T0 = 1_700_000_400_000 // HOUR * HOUR
CELL = int(cells_of(np.array([50.0]), np.array([10.0]), 5)[0])
START = "2023-11-14T22:00:00.000Z"


async def _kept(url: str) -> None:
    """Two aircraft for half an hour each, three anomalies of one of them; then the detail goes."""
    writer = await Writer.open(url)
    told = {name: np.array([value]) for name, value in (("good", 2), ("bad", 0), ("aircraft", 2), ("seconds", 1_200))}
    await writer.cells(told | {"h3": np.array([CELL], "u8"), "bucket_start": np.array([T0])})
    fine = f"{int(cells_of(np.array([50.0]), np.array([10.0]), 7)[0]):x}"
    await writer.save([replace(ONE, id=f"h{k}", start=T0 + k * 60_000, end=T0 + HOUR, h3=fine) for k in range(3)])
    await writer.maintain(T0 + 5 * HOUR)
    await writer.drop_before(T0 + 5 * HOUR)
    await writer.clock(T0 + 5 * HOUR, T0 + 5 * HOUR)
    await writer.close()


SEED = _kept


def items(client: Client, query: str = "") -> list[Any]:
    answer = client.get(f"/collections/hourly/items{query}")
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["features"]
    return found


def test_traffic_is_shown_where_no_class_is_named(client: Client) -> None:
    (one,) = items(client, f"?datetime={START}/..")

    assert one["properties"] == {
        "h3": cell_text(CELL), "resolution": 5, "start": START, "class": "traffic", "anomalies": None, "seconds": 1_200,
        "aircraft": 2,
    }  # fmt: skip
    assert one["geometry"]["type"] == "Polygon"
    assert items(client, "?datetime=2023-11-15T00:00:00Z/..") == []


def test_anomalies_of_a_class_are_counted(client: Client) -> None:
    (one,) = items(client, "?class=loiter&bbox=9,49,11,51")

    assert (one["properties"]["anomalies"], one["properties"]["seconds"]) == (3, None)
    assert items(client, "?class=loiter,traffic&filter=anomalies>2") == [one]
    assert client.get(f"/collections/hourly/items/{one['id']}").json()["properties"] == one["properties"]


def test_what_is_no_class_or_no_hour_is_said(client: Client) -> None:
    assert client.get("/collections/hourly/items?class=kite").status_code == 400
    assert client.get("/collections/hourly/items/851f9bbffffffff-traffic-1700000000").status_code == 404


def test_a_day_as_geoparquet_and_a_tile(client: Client) -> None:
    table = client.get("/collections/hourly/items?f=parquet")
    tile = client.get(f"/collections/hourly/tiles/WebMercatorQuad/4/5/8?datetime={START}")

    assert (table.status_code, tile.status_code) == (200, 200)
    assert len(tile.content) > 50
