"""Aircraft that opt out leave the database: rows, anomalies as themselves or as partners, incidents of those."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import asyncpg

from store.writer import Writer
from tests.api.conftest import ONE, rows

GONE, STAYS = 0x4CA7B5, 0x123456


def test_nothing_of_them_stays(migrated_url: str) -> None:
    assert asyncio.run(forgotten(migrated_url)) == (
        [("s1", False)], 30, [("apart",)], True, 1,
    )  # fmt: skip


async def forgotten(url: str) -> tuple[object, ...]:
    writer = await Writer.open(url, 0)
    await writer.write(rows())
    with_it = replace(ONE, id="p1", icao24=STAYS, members=[GONE])
    await writer.save([replace(ONE, id="g1", icao24=GONE), with_it, replace(ONE, id="s1", icao24=STAYS)])
    async with writer.pool.acquire() as connection:
        await connection.execute("""
            INSERT INTO incidents (id, start_time, end_time, state, priority, confidence, band, classes, feature)
            SELECT id, now(), now(), 'open', 1, 0.5, 'review', '{}', '{}' FROM unnest(ARRAY['with', 'apart']) AS id
        """)
        await connection.execute("INSERT INTO incident_anomalies VALUES ('p1', 'with'), ('s1', 'apart')")
        before = await connection.fetchval("SELECT count(*) FROM positions")
    await writer.maintain(ONE.start + 12 * 3_600_000)
    first, again = await writer.forget([GONE]), await writer.forget([GONE])
    connection = await asyncpg.connect(url)
    anomalies = [(r["id"], r["icao24"] == GONE) for r in await connection.fetch("SELECT id, icao24 FROM anomalies")]
    left = await connection.fetchval("SELECT count(*) FROM positions")
    incidents = [tuple(r) for r in await connection.fetch("SELECT id FROM incidents")]
    hours = await connection.fetchval("SELECT sum(n)::int FROM hourly WHERE class = 'loiter'")
    await connection.close()
    await writer.close()
    return anomalies, before - left, incidents, first > 30 and again == 0, hours
