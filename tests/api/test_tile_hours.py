"""Tiles of the world over many positions and tracks: sums by cell and hour that are those of the rows, and no band."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import numpy as np
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api.tile_hours import LAYERS
from geo.batch import Batch
from geo.mercator import Tile
from store.migrate import downgrade, upgrade
from store.writer import Writer
from tests.api.conftest import T0
from tests.api.test_tiles import features, place, url

Client = TestClient[Litestar]
N = 6_000
HOUR = 3_600_000


def flown(start: int, lon: float, flight: int, n: int = N) -> Batch:
    """One aircraft around a place, a position a second; at the antimeridian its way goes over it."""
    there = lon + np.sin(np.arange(n) / 500)
    return Batch(
        {
            "icao24": np.full(n, flight, "i8"), "time": start + np.arange(n, dtype="i8") * 1_000,
            "lat": 50 + np.cos(np.arange(n) / 500), "lon": (there + 180) % 360 - 180,
            "flight": np.full(n, flight, "i8"), "sub": np.zeros(n, "i1"), "baro_altitude": np.full(n, 30_000, "f4"),
        }
    )  # fmt: skip


async def _flown(database: str) -> None:
    writer = await Writer.open(database, store_every_s=0)
    for i, (start, lon) in enumerate([(T0, 8.0), (T0, 180.0), (T0 - 72 * HOUR, -30.0)]):
        rows = flown(start, lon, i + 1)
        for piece in np.array_split(np.arange(len(rows)), 3):
            await writer.write(rows.take(piece))
            await writer.segments(rows.take(piece))
    nowhere = rows.take(np.arange(5)).with_columns(lat=np.full(5, np.nan), lon=np.full(5, np.nan))
    await writer.write(nowhere)
    await writer.clock(T0 + N * 1_000, T0 + N * 1_000)
    await writer.close()


SEED = _flown


async def _asked(database: str, sql: str) -> list[Any]:
    connection = await asyncpg.connect(database)
    found = await connection.fetch(sql)
    await connection.close()
    return [tuple(row) for row in found]


@pytest.mark.parametrize("layer", ["positions", "track_segments"])
def test_sums_are_those_of_the_rows(seeded_url: str, layer: str) -> None:
    sql = f"SELECT sum(n)::int FROM tile_hours WHERE layer = '{layer}' GROUP BY hours, resolution"
    sums = asyncio.run(_asked(seeded_url, sql))
    (rows,) = asyncio.run(_asked(seeded_url, f"SELECT count(*) FROM {layer} WHERE geom IS NOT NULL"))
    assert sums == [rows] * 6 and rows[0] > 20


def counts(client: Client, folder: Path, at: Tile, collection: str, **params: str) -> list[Any]:
    answer = client.get(url(at, collection), params=params)
    assert answer.status_code in (200, 204), answer.text
    return features(folder, answer.content) if answer.content else []


@pytest.mark.parametrize(
    ("span", "expect"),
    [
        ("../..", 3 * N),
        ("../2023-11-13T00:00:00Z", N),
        ("2023-11-14T22:20:00Z/2023-11-14T22:59:00Z", 2 * 2_400),
        ("2023-11-14T20:00:00Z/2023-11-14T22:00:00Z", 0),
        ("2023-11-11T00:00:00Z/2023-11-14T00:00:00Z", N),
        ("2024-01-01T00:00:00Z/..", 0),
    ],
)
def test_a_tile_of_the_world_counts_by_whole_hours(client: Client, tmp_path: Path, span: str, expect: int) -> None:
    found = counts(client, tmp_path, Tile(0, 0, 0), "positions", datetime=span)
    assert sum(one["properties"]["count"] for one in found) == expect
    assert {one["geometry"]["type"] for one in found} <= {"Point"}


def test_without_a_time_the_last_hours_are_shown(client: Client, tmp_path: Path) -> None:
    found = counts(client, tmp_path, Tile(0, 0, 0), "positions")
    assert 2 * 3_600 <= sum(one["properties"]["count"] for one in found) <= 2 * N


@pytest.mark.parametrize("zoom", range(6))
def test_nothing_lies_between_the_two_ends_of_the_world(client: Client, tmp_path: Path, zoom: int) -> None:
    """A way over the antimeridian is counted at both edges and in no tile between."""
    for column in range(1 << zoom):
        at = Tile(zoom, place(0, 50, zoom).row, column)
        found = counts(client, tmp_path, at, "positions", datetime="2023-11-14T22:00:00Z/..")
        lon = [((one["geometry"]["coordinates"][0] / 4096 + column) / (1 << zoom) * 360) - 180 for one in found]
        assert all(abs(abs(each) - 180) < 12 or abs(each - 8) < 12 for each in lon), lon


def test_what_is_asked_more_closely_comes_from_the_rows(client: Client, tmp_path: Path) -> None:
    """A filter is honoured at every zoom; few pieces of tracks are shown as they are."""
    found = counts(client, tmp_path, Tile(0, 0, 0), "positions", datetime="../..", icao24="000002")
    assert sum(one["properties"]["count"] for one in found) == N
    ways = counts(client, tmp_path, Tile(0, 0, 0), "tracks", datetime="../..")
    assert {one["geometry"]["type"] for one in ways} == {"LineString"}
    assert set(LAYERS) == {"positions", "tracks"}


def test_dropped_rows_are_no_longer_counted(seeded_url: str) -> None:
    async def act() -> None:
        writer = await Writer.open(seeded_url)
        await writer.drop_before(T0 - 24 * HOUR)
        await writer.close()

    asyncio.run(act())
    for layer in ("positions", "track_segments"):
        test_sums_are_those_of_the_rows(seeded_url, layer)
    kept = asyncio.run(_asked(seeded_url, "SELECT sum(n)::int FROM tile_hours WHERE layer = 'positions' AND hours = 1"))
    assert kept == [(3 * 2 * N,)]


def test_of_the_day_in_which_rows_are_dropped_the_rest_is_counted(seeded_url: str) -> None:
    """The second of two flights on a day stays, and is forgotten later."""
    day = T0 // (24 * HOUR) * 24 * HOUR - 10 * 24 * HOUR

    async def act() -> None:
        writer = await Writer.open(seeded_url, store_every_s=0)
        for flight, hour in ((11, 1), (12, 13)):
            rows = flown(day + hour * HOUR, 8.0, flight, 1_300)
            await writer.write(rows)
            await writer.segments(rows)
        await writer.drop_before(day + 13 * HOUR)
        await writer.close()

    asyncio.run(act())
    at = f"start >= to_timestamp({day // 1000}) AND start < to_timestamp({day // 1000 + 86_400})"
    sql = f"SELECT layer, sum(n)::int FROM tile_hours WHERE {at} GROUP BY layer, hours, resolution ORDER BY 1"
    assert asyncio.run(_asked(seeded_url, sql)) == [("positions", 1_300)] * 6 + [("track_segments", 3)] * 6

    async def forgotten() -> None:
        writer = await Writer.open(seeded_url)
        await writer.forget([12])
        await writer.close()

    asyncio.run(forgotten())
    assert asyncio.run(_asked(seeded_url, sql)) == []


def test_what_was_stored_before_there_were_sums_is_summed(seeded_url: str) -> None:
    sql = "SELECT layer, hours, resolution, start, h3, n FROM tile_hours ORDER BY 1, 2, 3, 4, 5"
    before = asyncio.run(_asked(seeded_url, sql))

    downgrade(seeded_url, "0005")
    upgrade(seeded_url)

    assert asyncio.run(_asked(seeded_url, sql)) == before and len(before) > 50
