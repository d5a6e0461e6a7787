"""GPSJam's own days, put where ours are kept, come out of the collection with GPSJam's colours."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from geo.interference import wilson
from store import cells
from store.writer import Writer

Client = TestClient[Litestar]
NAME, COLOURS = "2023-10-10", {"low": 37_466, "medium": 208, "high": 420}
"""Green, yellow and red cells of the file, counted with exact fractions."""

_DAYS = """
INSERT INTO cell_days (h3, day, good, bad)
SELECT h3, '2023-10-10Z'::timestamptz, good, bad FROM unnest($1::bigint[], $2::int[], $3::int[]) AS own (h3, good, bad)
"""


def read(shared: Path) -> Any:
    rows = (shared / f"data/gpsjam/{NAME}-h3_4.csv").read_text().splitlines()[1:]
    return np.array([[int(cell, 16), int(good), int(bad)] for cell, good, bad in (row.split(",") for row in rows)])


async def _put(url: str, table: Any) -> None:
    writer = await Writer.open(url)
    h3, good, bad = table.T.tolist()
    async with writer.pool.acquire() as connection:
        await cells.draw(connection, h3)
        await connection.execute(_DAYS, h3, good, bad)
    await writer.close()


@pytest.mark.parametrize("level", COLOURS)
def test_a_days_colours_are_gpsjams(client: Client, seeded_url: str, shared: Path, level: str) -> None:
    table = read(shared)
    if client.get("/collections/interference/items?limit=1").json()["numberReturned"] == 0:
        asyncio.run(_put(seeded_url, table))
    ask = {"datetime": f"{NAME}T12:00:00Z", "filter": f"level = '{level}'"}

    hits = client.get("/collections/interference/items", params=ask | {"resulttype": "hits"}).json()
    assert hits["numberMatched"] == COLOURS[level]
    shown = client.get("/collections/interference/items", params=ask | {"sortby": "-bad", "limit": "5"}).json()
    known = {int(cell): (int(good), int(bad)) for cell, good, bad in table}
    for one in (each["properties"] for each in shown["features"]):
        good, bad = known[int(one["h3"], 16)]
        low, high = map(float, wilson(bad, good + bad))
        assert (one["good"], one["bad"]) == (good, bad)
        assert (one["low"], one["high"]) == pytest.approx((low, high), abs=1e-4)
