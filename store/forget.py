"""Aircraft that have opted out leave the database too: what was stored of them before is deleted."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg
import numpy as np

from geo.schema import icao24_text
from store import hourly, segments, tile_hours
from store.state import changed

_MARKED = """
SELECT id, (extract(epoch FROM start_time) * 1000)::bigint AS ms FROM anomalies
WHERE icao24 = ANY($1) OR feature LIKE ANY($2)
"""
_BY_ADDRESS = ("aircraft_now", "cell_aircraft", "alerts", "labels", "sessions")
_POSITIONS = """
WITH gone AS (DELETE FROM positions WHERE icao24 = ANY($1) RETURNING time, h3)
SELECT (extract(epoch FROM time) * 1000)::bigint, coalesce(h3, 0) FROM gone
"""
_DONE = """
INSERT INTO meta (key, value) VALUES ('forgotten', to_jsonb($1::text))
ON CONFLICT (key) DO UPDATE SET value = excluded.value
"""


async def forget(connection: asyncpg.Connection, addresses: Sequence[int]) -> int:
    """Delete what is stored of these, anomalies in which they are others' partners included, and incidents of such
    anomalies; how many rows. Nothing is read where the same addresses went before."""
    list_ = " ".join(map(str, sorted(addresses)))
    if await connection.fetchval("SELECT value #>> '{}' FROM meta WHERE key = 'forgotten'") == list_:
        return 0
    marks = [f'%"{text}"%' for text in map(icao24_text, addresses) if text]
    async with connection.transaction():
        marked = await connection.fetch(_MARKED, addresses, marks) if addresses else []
        gone = [row["id"] for row in marked]
        of = "SELECT incident FROM incident_anomalies WHERE anomaly = ANY($1)"
        rows = changed(await connection.execute(f"DELETE FROM incidents WHERE id IN ({of})", gone))
        await connection.execute("DELETE FROM incident_anomalies WHERE anomaly = ANY($1)", gone)
        rows += changed(await connection.execute("DELETE FROM anomalies WHERE id = ANY($1)", gone))
        if starts := [row["ms"] for row in marked]:
            await hourly.found_again(connection, min(starts), max(starts) + 1)
        rows += await segments.forget(connection, addresses) + await _positions(connection, addresses)
        for table in _BY_ADDRESS:
            rows += changed(await connection.execute(f"DELETE FROM {table} WHERE icao24 = ANY($1)", addresses))
        await connection.execute(_DONE, list_)
    return rows


async def _positions(connection: asyncpg.Connection, addresses: Sequence[int]) -> int:
    """With their counts for tiles."""
    gone = await connection.fetch(_POSITIONS, addresses)
    if gone:
        time, cells = map(np.array, zip(*gone, strict=True))
        await tile_hours.take(connection, tile_hours.POSITIONS, time, cells.astype(np.uint64))
    return len(gone)
