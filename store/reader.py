"""Stored observations and anomalies back out: batches in time order for backfill, features by cursor for readers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg

from geo.batch import Batch
from geo.schema import COLUMNS, Array
from store import binary, partitions, rows, sessions
from store.connect import open_pool

Area = tuple[float, float, float, float]
"""West, south, east, north in degrees; west > east crosses the antimeridian."""

EVERYTHING = tuple(COLUMNS)
_DERIVED = ("flight", "sub", "h3")
_FEW, _MANY = 50_000, 400_000
_FIRST_MS, _LONGEST_MS = 60_000, partitions.PARTITION_MS


@dataclass
class Reader:
    """One process's way out of the database."""

    pool: asyncpg.Pool

    @classmethod
    async def open(cls, url: str) -> Reader:
        """Connect. Raises OSError or asyncpg.PostgresError when the database cannot be reached."""
        return cls(await open_pool(url))

    async def close(self) -> None:
        await self.pool.close()

    async def positions(
        self, start: int, end: int, area: Area | None = None, columns: Sequence[str] = EVERYTHING, derived: bool = False
    ) -> AsyncIterator[Batch]:
        """The rows of [start, end) (epoch ms) in time order, as batches of at most some 400,000 rows.

        Columns come back as they were stored, bit by bit; `derived` adds flight, sub and h3. An `area` leaves out
        rows without a position.
        """
        names = tuple(dict.fromkeys(("icao24", "time", *columns, *(_DERIVED if derived else ()))))
        labels = await self._labels()
        for low, high in await self._stretches(start, end):
            async for batch in self._windows(low, high, names, area):
                yield Batch(batch.columns, labels)

    async def changes(self, since: int, most: int = 1_000) -> list[tuple[int, str]]:
        """Anomalies changed after cursor `since`, in order of their change: new cursor and feature as GeoJSON text."""
        sql = "SELECT seq, feature FROM anomalies WHERE seq > $1 ORDER BY seq LIMIT $2"
        return [(row["seq"], row["feature"]) for row in await self.pool.fetch(sql, since, most)]

    async def span(self) -> tuple[int, int] | None:
        """First and last stored time (epoch ms), None when nothing is stored."""
        row = await self.pool.fetchrow("SELECT min(time) AS first, max(time) AS last FROM positions")
        return None if row["first"] is None else (_ms(row["first"]), _ms(row["last"]))

    async def open_sessions(self, ms: int, gap_ms: int) -> dict[str, Array]:
        """The sessions that may go on at a time (epoch ms), as columns of pipeline/sessions.py."""
        return await sessions.open_at(self.pool, ms, gap_ms)

    async def meta(self, key: str) -> Any:
        """The JSON value kept under a key, None where there is none."""
        return await self.pool.fetchval("SELECT value FROM meta WHERE key = $1", key)

    async def _stretches(self, start: int, end: int) -> list[tuple[int, int]]:
        async with self.pool.acquire() as connection:
            found = await partitions.existing(connection)
        pieces = [(max(low, start), min(low + partitions.PARTITION_MS, end)) for low in found]
        return [(low, high) for low, high in pieces if low < high]

    async def _windows(self, start: int, end: int, names: Sequence[str], area: Area | None) -> AsyncIterator[Batch]:
        """Window by window, each sorted in memory; short where much is stored and long where little is."""
        length = _FIRST_MS
        while start < end:
            stop = min(start + length, end)
            batch = await self._window(start, stop, names, area)
            if len(batch):
                yield batch
            length = _next_length(length, len(batch))
            start = stop

    async def _window(self, start: int, end: int, names: Sequence[str], area: Area | None) -> Batch:
        columns, layout = rows.selection(names)
        chunks: list[bytes] = []

        async def take(chunk: bytes) -> None:
            chunks.append(chunk)

        where, boxes = _inside(area)
        sql = f"SELECT {columns} FROM positions WHERE time >= $1 AND time < $2{where} ORDER BY time, icao24"
        async with self.pool.acquire() as connection:
            await connection.copy_from_query(sql, _utc(start), _utc(end), *boxes, output=take, format="binary")
        return Batch(rows.restored(binary.decode(b"".join(chunks), layout)))

    async def _labels(self) -> dict[int, str]:
        return {row["icao24"]: row["label"] for row in await self.pool.fetch("SELECT icao24, label FROM labels")}


def _next_length(length: int, found: int) -> int:
    if found < _FEW:
        return min(length * 2, _LONGEST_MS)
    return max(length // 2, 1_000) if found > _MANY else length


def _inside(area: Area | None) -> tuple[str, list[float]]:
    """The condition for an area; one that crosses the antimeridian is two boxes."""
    if area is None:
        return "", []
    west, south, east, north = area
    boxes = (
        [(west, south, east, north)] if west <= east else [(west, south, 180.0, north), (-180.0, south, east, north)]
    )
    marks = [", ".join(f"${3 + 4 * i + j}::float8" for j in range(4)) for i in range(len(boxes))]
    tests = " OR ".join(f"ST_Intersects(geom, ST_MakeEnvelope({mark}, 4326))" for mark in marks)
    return f" AND ({tests})", [value for box in boxes for value in box]


def _utc(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
