"""Aircraft that have opted out leave the database too: what was stored of them before is deleted."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from geo.schema import icao24_text
from store.state import changed

_MARKED = """
SELECT id FROM anomalies WHERE icao24 = ANY($1) OR feature LIKE ANY($2)
"""
_BY_ADDRESS = ("positions", "track_segments", "aircraft_now", "cell_aircraft", "alerts", "labels", "sessions")
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
        gone = [row["id"] for row in await connection.fetch(_MARKED, addresses, marks)] if addresses else []
        of = "SELECT incident FROM incident_anomalies WHERE anomaly = ANY($1)"
        rows = changed(await connection.execute(f"DELETE FROM incidents WHERE id IN ({of})", gone))
        await connection.execute("DELETE FROM incident_anomalies WHERE anomaly = ANY($1)", gone)
        rows += changed(await connection.execute("DELETE FROM anomalies WHERE id = ANY($1)", gone))
        for table in _BY_ADDRESS:
            rows += changed(await connection.execute(f"DELETE FROM {table} WHERE icao24 = ANY($1)", addresses))
        await connection.execute(_DONE, list_)
    return rows
