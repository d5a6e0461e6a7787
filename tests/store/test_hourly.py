"""What is kept of an hour: counted once it has settled, counted again alike, dropped by the month."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import asyncpg
import numpy as np
import pytest

from geo.cells import cells_of
from store import hourly
from store.writer import Writer
from tests.api.conftest import ONE

HOUR = 3_600_000
T0 = 1_700_000_400_000 // HOUR * HOUR
CELL = int(cells_of(np.array([50.0]), np.array([10.0]), 5)[0])


@pytest.fixture(scope="module")
def url(migrated_url: str) -> str:
    asyncio.run(seeded(migrated_url))
    return migrated_url


async def seeded(url: str) -> None:
    writer = await Writer.open(url)
    n = 4
    counts = {
        "h3": np.full(n, CELL, dtype=np.uint64), "bucket_start": T0 + np.arange(n) * HOUR // 2,
        "good": np.full(n, 1), "bad": np.zeros(n, int), "aircraft": np.array([2, 3, 1, 1]), "seconds": np.full(n, 600),
    }  # fmt: skip
    await writer.cells(counts)
    fine = f"{int(cells_of(np.array([50.0]), np.array([10.0]), 7)[0]):x}"
    found = [replace(ONE, id=f"h{k}", start=T0 + k * 60_000, end=T0 + HOUR, h3=fine) for k in range(3)]
    await writer.save([*found, replace(ONE, id="hc", start=T0, end=T0 + 1000, h3=fine, state="cleared", cleared="x")])
    await writer.close()


async def filled(url: str, now: int) -> tuple[int, list[tuple[Any, ...]]]:
    connection = await asyncpg.connect(url)
    try:
        done = await hourly.fill(connection, now)
        sql = "SELECT (extract(epoch FROM hour) * 1000)::bigint, h3, class, n, aircraft FROM hourly ORDER BY 1, 3"
        return done, [tuple(row) for row in await connection.fetch(sql)]
    finally:
        await connection.close()


def test_an_hour_is_counted_when_it_has_settled(url: str) -> None:
    early = asyncio.run(filled(url, T0 + HOUR))
    first = asyncio.run(filled(url, T0 + hourly.SETTLED_MS + HOUR))
    rest = asyncio.run(filled(url, T0 + hourly.SETTLED_MS + 3 * HOUR))
    again = asyncio.run(filled(url, T0 + hourly.SETTLED_MS + 3 * HOUR))

    assert early == (0, [])
    assert first == (1, [(T0, CELL, "", 1200, 3), (T0, CELL, "loiter", 3, 1)])
    assert rest == (2, [*first[1], (T0 + HOUR, CELL, "", 1200, 1)]) and again == (0, rest[1])


def test_what_comes_late_is_counted_and_what_changes_is_counted_again(url: str) -> None:
    """A recording of two years before, imported after and judged later; and an anomaly that is cleared after hours."""
    asyncio.run(filled(url, T0 + hourly.SETTLED_MS + 3 * HOUR))
    old = T0 - 2 * 365 * 24 * HOUR

    async def late() -> None:
        writer = await Writer.open(url)
        counts = {name: np.array([5]) for name in ("good", "bad", "aircraft", "seconds")}
        await writer.cells(counts | {"h3": np.array([CELL], dtype=np.uint64), "bucket_start": np.array([old])})
        h3 = f"{int(cells_of(np.array([50.0]), np.array([10.0]), 7)[0]):x}"
        await writer.replace_range(["loiter"], old, old + HOUR, [replace(ONE, id="o", start=old, end=old, h3=h3)])
        await writer.save([replace(ONE, id="h0", start=T0, end=T0 + HOUR, h3=h3, state="cleared", cleared="x")])
        await writer.close()

    asyncio.run(late())

    found = asyncio.run(filled(url, T0))[1]
    assert found[:2] == [(old, CELL, "", 5, 5), (old, CELL, "loiter", 1, 1)]
    assert found[2:4] == [(T0, CELL, "", 1200, 3), (T0, CELL, "loiter", 2, 1)]


def test_what_follows_a_long_silence_is_counted_at_once(url: str) -> None:
    asyncio.run(filled(url, T0 + hourly.SETTLED_MS + 3 * HOUR))
    after = T0 + 365 * 24 * HOUR

    async def came() -> None:
        writer = await Writer.open(url)
        counts = {name: np.array([5]) for name in ("good", "bad", "aircraft", "seconds")}
        await writer.cells(counts | {"h3": np.array([CELL], dtype=np.uint64), "bucket_start": np.array([after])})
        await writer.close()

    asyncio.run(came())

    assert asyncio.run(filled(url, after + hourly.SETTLED_MS + HOUR))[1][-1] == (after, CELL, "", 5, 5)


def test_pairs_are_two_aircraft(url: str) -> None:
    """Who flies in formation has no address of its own: its hour had one anomaly of no aircraft."""
    asyncio.run(filled(url, T0 + hourly.SETTLED_MS + 3 * HOUR))
    h3 = f"{int(cells_of(np.array([50.0]), np.array([10.0]), 7)[0]):x}"
    pair = replace(ONE, id="f1", class_id="formation-flight", icao24=None, members=[1, 2], state="closed", h3=h3)

    async def came() -> None:
        writer = await Writer.open(url)
        both = replace(pair, id="f2", icao24=1, members=[2, 3])
        await writer.save([replace(one, start=T0 + HOUR, end=T0 + HOUR) for one in (pair, both)])
        await writer.close()

    asyncio.run(came())

    found = asyncio.run(filled(url, T0))[1]
    assert [row[3:] for row in found if row[2] == "formation-flight"] == [(2, 3)]


def test_months_go_as_partitions(url: str) -> None:
    asyncio.run(filled(url, T0 + hourly.SETTLED_MS + 3 * HOUR))

    async def dropped(ms: int) -> list[str]:
        connection = await asyncpg.connect(url)
        try:
            return await hourly.drop_before(connection, ms)
        finally:
            await connection.close()

    asyncio.run(dropped(T0))
    assert asyncio.run(dropped(T0)) == []
    assert asyncio.run(dropped(T0 + 40 * 24 * HOUR)) == ["hourly_202311"]
