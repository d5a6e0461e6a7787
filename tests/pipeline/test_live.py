"""The live door into a real database: rows, tracks and anomalies arrive; a stop in the middle loses nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg

from detectors._examples import EPOCH, during, fly, together
from detectors._registry import registry
from geo.batch import Batch
from pipeline import checkpoint
from pipeline.engine import Engine
from pipeline.live import Live
from pipeline.replay import Replay
from store.writer import Writer


def engine() -> Engine:
    return Engine({"squawk": registry()["squawk"]})


def traffic() -> Batch:
    emergency = fly(1, 200, squawk=during(b"7700", b"1000", 60, 150, 200, "S4"), callsign=b"ABC1")
    return together(emergency, fly(2, 200, lat=45, squawk=b"2000"))


async def played(url: str, rows: Batch, kept: Path | None = None) -> None:
    writer = await Writer.open(url)
    try:
        # One tick takes all of it, on a busy machine too: what is found half-way is stored, and changed again.
        await Live(engine(), [Replay("test", [rows], speed=0)], writer, kept, tick_s=1.0).run()
    finally:
        await writer.close()


async def fetched(url: str, sql: str) -> list[Any]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(sql)]
    finally:
        await connection.close()


async def emptied(url: str) -> None:
    await fetched(url, "TRUNCATE positions, track_segments, aircraft_now, anomalies, cells")


def test_rows_now_and_anomalies_arrive(migrated_url: str) -> None:
    asyncio.run(rows_now_and_anomalies_arrive(migrated_url))


async def rows_now_and_anomalies_arrive(migrated_url: str) -> None:
    await played(migrated_url, traffic())

    stored = await fetched(migrated_url, "SELECT icao24, count(*) FROM positions GROUP BY 1 ORDER BY 1")
    assert [a for a, _ in stored] == [1, 2] and all(40 <= n <= 60 for _, n in stored)
    assert [a for (a,) in await fetched(migrated_url, "SELECT icao24 FROM aircraft_now ORDER BY 1")] == [1, 2]
    assert await fetched(migrated_url, "SELECT class, icao24, callsign FROM anomalies") == [("squawk", 1, "ABC1")]


def test_playing_it_twice_changes_nothing(migrated_url: str) -> None:
    asyncio.run(playing_it_twice_changes_nothing(migrated_url))


async def playing_it_twice_changes_nothing(migrated_url: str) -> None:
    await emptied(migrated_url)
    await played(migrated_url, traffic())
    before = await fetched(migrated_url, "SELECT id, seq, feature FROM anomalies")

    await played(migrated_url, traffic())

    assert await fetched(migrated_url, "SELECT id, seq, feature FROM anomalies") == before


def test_stopped_in_the_middle_and_resumed(migrated_url: str, tmp_path: Path) -> None:
    asyncio.run(stopped_in_the_middle_and_resumed(migrated_url, tmp_path))


async def stopped_in_the_middle_and_resumed(migrated_url: str, tmp_path: Path) -> None:
    await emptied(migrated_url)
    kept, rows = tmp_path / "engine.npz", traffic()
    early = rows["time"] < EPOCH + 100_000
    endless = Endless(rows.take(early))
    writer = await Writer.open(migrated_url)
    running = asyncio.create_task(Live(engine(), [endless], writer, kept, tick_s=0.01).run())
    await asyncio.wait_for(endless.delivered.wait(), 10)
    await asyncio.sleep(0.2)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    resumed = engine()
    checkpoint.restore(resumed, kept.read_bytes())
    await Live(resumed, [Replay("rest", [rows.take(~early)], speed=0)], writer, kept, tick_s=0.01).run()
    await writer.close()

    found = await fetched(
        migrated_url, "SELECT extract(epoch FROM start_time), extract(epoch FROM end_time) FROM anomalies"
    )
    assert found == [((EPOCH + 60_000) / 1000, (EPOCH + 149_000) / 1000)]


class Endless:
    """Delivers its rows, and then nothing, for ever: a receiver that has fallen silent."""

    name = "endless"

    def __init__(self, rows: Batch) -> None:
        self.rows, self.delivered = rows, asyncio.Event()

    async def poll(self) -> AsyncIterator[Batch]:
        yield self.rows
        self.delivered.set()
        await asyncio.Event().wait()

    def health(self) -> dict[str, Any]:
        return {"name": self.name, "state": "silent"}
