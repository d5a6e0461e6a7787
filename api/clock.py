"""Now, for everybody: data time, which the engine writes and replay moves; never the clock on the wall."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

import asyncpg

from geo.anomaly import utc_text


async def data_time(pool: asyncpg.Pool) -> int | None:
    """Epoch ms; None before the first observation."""
    value = await pool.fetchval("SELECT value FROM meta WHERE key = 'data_time'")
    return None if value is None else int(value)


async def clock(pool: asyncpg.Pool) -> dict[str, int | None]:
    """`data_time` and `watermark`, epoch ms."""
    rows = await pool.fetch("SELECT key, value FROM meta WHERE key IN ('data_time', 'watermark')")
    found = {row["key"]: int(row["value"]) for row in rows}
    return {"data_time": found.get("data_time"), "watermark": found.get("watermark")}


@lru_cache(16)
def rfc3339(ms: int | None) -> str | None:
    """As text, UTC."""
    return None if ms is None else utc_text(ms)


def rfc3339_of(time: datetime | None) -> str | None:
    """What the database gave, as text."""
    return None if time is None else utc_text(round(time.timestamp() * 1000))


def at(ms: int) -> datetime:
    """As a datetime, UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC)
