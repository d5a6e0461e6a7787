"""What is kept of an hour for a year: seconds flown and anomalies by class, by H3 cell. Months go as partitions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import asyncpg

from geo.cells import FINEST
from store import cells

HOUR_MS = 3_600_000
SETTLED_MS = 3 * HOUR_MS
"""An hour is counted when it ended this long ago in data time: what began in it has mostly been judged by then."""

AT_ONCE = 24 * 7
"""Hours that are counted in one go, at most."""

TRAFFIC = ""
"""The class of what flew, whatever it did: `n` are seconds, `aircraft` the most of a half hour."""

AIRCRAFT = """jsonb_array_elements_text(coalesce(feature::jsonb #> '{properties,members}', '[]')
  || coalesce(feature::jsonb #> '{properties,icao24}', 'null'))"""
"""SQL of who an anomaly is about, as texts, once at least: pairs have no address of their own but members."""

_LEVEL = f"least((h3 >> 52 & 15)::int, {FINEST})"
_PARENT = f"((h3 & ~(15::bigint << 52)) | ({_LEVEL}::bigint << 52) | ((1::bigint << (3 * (15 - {_LEVEL}))) - 1))"
_HOUR = "date_bin('1 hour', {}, '1970-01-01 00:00:00+00'::timestamptz)"
_CLEAR = "DELETE FROM hourly WHERE hour >= $1 AND hour < $2"
_FLOWN = f"""
INSERT INTO hourly (hour, h3, class, n, aircraft)
SELECT {_HOUR.format("bucket_start")}, h3, '{TRAFFIC}', sum(seconds), max(aircraft)
FROM cells WHERE resolution = {FINEST} AND bucket_start >= $1 AND bucket_start < $2 GROUP BY 1, 2
"""
_FLOWN_AGAIN = f"""
INSERT INTO hourly AS t (hour, h3, class, n, aircraft)
SELECT {_HOUR.format("bucket_start")}, h3, '{TRAFFIC}', sum(seconds), max(aircraft)
FROM cells WHERE resolution = {FINEST} AND {_HOUR.format("bucket_start")} = ANY($1) GROUP BY 1, 2 ORDER BY 1, 2
ON CONFLICT (hour, h3, class) DO UPDATE SET n = greatest(t.n, excluded.n),
  aircraft = greatest(t.aircraft, excluded.aircraft)
"""
_CLEAR_FOUND = f"{_CLEAR} AND class <> '{TRAFFIC}'"
_FOUND = f"""
INSERT INTO hourly (hour, h3, class, n, aircraft)
SELECT {_HOUR.format("start_time")}, {_PARENT}, class, count(DISTINCT id), count(DISTINCT who)
FROM anomalies, {AIRCRAFT} AS who
WHERE state <> 'cleared' AND h3 IS NOT NULL AND start_time >= $1 AND start_time < $2 GROUP BY 1, 2, 3
RETURNING h3
"""
_FIRST = """
SELECT least((SELECT min(bucket_start) FROM cells WHERE bucket_start >= $1),
  (SELECT min(start_time) FROM anomalies WHERE start_time >= $1))
"""
_MONTHS = """
SELECT DISTINCT date_trunc('month', start_time AT TIME ZONE 'UTC') AS month FROM anomalies
WHERE state <> 'cleared' AND h3 IS NOT NULL AND start_time >= $1 AND start_time < $2
"""
_DONE = """
INSERT INTO meta (key, value) VALUES ('hourly', to_jsonb($1::bigint))
ON CONFLICT (key) DO UPDATE SET value = excluded.value
"""


async def fill(connection: asyncpg.Connection, now: int) -> int:
    """Count the hours that have settled by data time `now` (epoch ms) and were not counted; how many hours."""
    start, end = await _span(connection, now)
    if end <= start:
        return 0
    for month in _months(start, end):
        await _partition(connection, month)
    span = _utc(start), _utc(end)
    async with connection.transaction():
        await connection.execute(_CLEAR, *span)
        await connection.execute(_FLOWN, *span)
        await _count_found(connection, *span)
        await connection.execute(_DONE, end)
    return (end - start) // HOUR_MS


async def flown_again(connection: asyncpg.Connection, starts: Iterable[int]) -> None:
    """After counts of half hours (epoch ms) changed: those of hours that were counted, or passed over, before. A count
    never shrinks: of an hour whose detail has gone only what came late is left."""
    done = await _done(connection) or 0
    hours = {start // HOUR_MS * HOUR_MS for start in starts if start < done}
    if hours:
        for month in {_month(hour) for hour in hours}:
            await _partition(connection, month)
        await connection.execute(_FLOWN_AGAIN, [_utc(hour) for hour in sorted(hours)])


async def found_again(connection: asyncpg.Connection, start: int, end: int) -> None:
    """After anomalies that start in [start, end) ms changed: those of all hours of it that were counted before."""
    end = min(-(-end // HOUR_MS) * HOUR_MS, await _done(connection) or 0)
    span = _utc(start // HOUR_MS * HOUR_MS), _utc(end)
    if span[0] >= span[1]:
        return
    for row in await connection.fetch(_MONTHS, *span):
        await _partition(connection, row["month"].replace(tzinfo=UTC))
    async with connection.transaction():
        await connection.execute(_CLEAR_FOUND, *span)
        await _count_found(connection, *span)


async def _count_found(connection: asyncpg.Connection, start: datetime, end: datetime) -> None:
    if found := {row["h3"] for row in await connection.fetch(_FOUND, start, end)}:
        await cells.draw(connection, found)


async def _done(connection: asyncpg.Connection) -> int | None:
    """The end (epoch ms) of what was counted."""
    done: int | None = await connection.fetchval("SELECT value::text::bigint FROM meta WHERE key = 'hourly'")
    return done


async def _span(connection: asyncpg.Connection, now: int) -> tuple[int, int]:
    """The hours to count, [start, end) in ms: from the first that is stored and was not counted."""
    done = await _done(connection) or 0
    first = await connection.fetchval(_FIRST, _utc(done))
    if first is None:
        return 0, 0
    start = int(first.timestamp()) * 1000 // HOUR_MS * HOUR_MS
    return start, min((now - SETTLED_MS) // HOUR_MS * HOUR_MS, start + AT_ONCE * HOUR_MS)


def _months(start: int, end: int) -> list[datetime]:
    """First instants of the months that [start, end) touches."""
    month, out = _month(start), []
    while month < _utc(end):
        out.append(month)
        month = (month + timedelta(days=32)).replace(day=1)
    return out


def _month(ms: int) -> datetime:
    return _utc(ms).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


async def _partition(connection: asyncpg.Connection, month: datetime) -> None:
    after = (month + timedelta(days=32)).replace(day=1)
    await connection.execute(
        f"CREATE TABLE IF NOT EXISTS hourly_{month:%Y%m} PARTITION OF hourly "
        f"FOR VALUES FROM ('{month.isoformat()}') TO ('{after.isoformat()}')"
    )


async def drop_before(connection: asyncpg.Connection, ms: int) -> list[str]:
    """Drop the months that ended at or before `ms` (epoch ms); the names of their partitions."""
    sql = "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'hourly'::regclass ORDER BY 1"
    names = [row["name"] for row in await connection.fetch(sql)]
    old = [name for name in names if _end(name) <= _utc(ms)]
    for name in old:
        await connection.execute(f"DROP TABLE {name}")
    return old


def _end(name: str) -> datetime:
    start = datetime.strptime(name, "hourly_%Y%m").replace(tzinfo=UTC)
    return (start + timedelta(days=32)).replace(day=1)


def _utc(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
