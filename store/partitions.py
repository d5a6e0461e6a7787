"""The 6-hour partitions of `positions`: made as data arrives, indexed when closed, dropped when too old."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import asyncpg
import numpy as np

from geo.schema import Array
from store.squares import SQUARE

PARTITION_MS = 6 * 3_600_000
_LOCK = 0x736B7931
"""Advisory lock: two writers never make the same partition at once."""

_MAINTAINING, LOOK_S = 0x736B7933, 0.2
"""Advisory lock of who rebuilds indexes, and how often somebody else looks whether it is free."""

FULL = "fillfactor = 100"
"""Pages of a closed partition are filled to the end: hardly a row comes in between any more."""

INDEXES = {"square": f"(({SQUARE}), time) WITH ({FULL})", "geom": f"USING gist (geom) WITH ({FULL})"}
"""What a partition gets when it closes, by the end of the index's name: storing would pay too much for them."""

MOST_TIGHTENED = 4
"""Partitions whose B-trees are rebuilt at once, so that a service with months of them goes on as usual."""

_UNINDEXED = """
SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'positions'::regclass AND NOT EXISTS (
  SELECT FROM pg_index x JOIN pg_class n ON n.oid = x.indexrelid
  WHERE x.indrelid = c.oid AND x.indisvalid AND n.relname = c.relname || '_square')
"""
_LOOSE = """
SELECT c.relname FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid JOIN pg_inherits i ON i.inhrelid = c.oid
WHERE x.indrelid = $1::text::regclass AND NOT coalesce('fillfactor=100' = ANY(c.reloptions), false) ORDER BY c.relname
"""
_BROKEN = """
SELECT c.relname FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid
WHERE x.indrelid = $1::text::regclass AND NOT x.indisvalid
"""
_CHILDREN = """
SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'positions'::regclass
"""


def name_of(start: int) -> str:
    """The partition that begins at `start` (epoch ms)."""
    return datetime.fromtimestamp(start / 1000, UTC).strftime("positions_%Y%m%d%H")


def start_of(name: str) -> int:
    """The start (epoch ms) of the partition with that name."""
    return int(datetime.strptime(name, "positions_%Y%m%d%H").replace(tzinfo=UTC).timestamp() * 1000)


def starts(time: Array) -> list[int]:
    """The partitions that these times (epoch ms) fall in."""
    slots: list[int] = np.unique(time // PARTITION_MS).tolist()
    return [slot * PARTITION_MS for slot in slots]


@asynccontextmanager
async def alone(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """One who maintains at a time. Who waits must not wait in a statement: an index that is built concurrently waits
    for the end of every statement, and so both would for ever."""
    while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _MAINTAINING):
        await asyncio.sleep(LOOK_S)
    try:
        yield
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", _MAINTAINING)


async def existing(connection: asyncpg.Connection) -> list[int]:
    """Starts of the partitions there are, oldest first."""
    rows = await connection.fetch(_CHILDREN)
    return sorted(start_of(row["relname"]) for row in rows)


async def create(connection: asyncpg.Connection, start: int) -> None:
    """Make one partition. Attaching a finished table, unlike PARTITION OF, does not wait for readers of the others."""
    name, bounds = name_of(start), _bounds(start)
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
        if await connection.fetchval("SELECT to_regclass($1)", name):
            return
        await connection.execute(f"CREATE TABLE {name} (LIKE positions INCLUDING ALL)")
        await connection.execute(f"ALTER TABLE positions ATTACH PARTITION {name} FOR VALUES {bounds}")


def _bounds(start: int) -> str:
    low, high = (datetime.fromtimestamp(ms / 1000, UTC).isoformat() for ms in (start, start + PARTITION_MS))
    return f"FROM ('{low}') TO ('{high}')"


async def index_closed(connection: asyncpg.Connection, now: int) -> list[str]:
    """Build the indexes on places of every partition that ended before `now` (epoch ms); the names of those indexed."""
    done = []
    await _tighten(connection, now)
    for start in await existing(connection):
        name = name_of(start)
        if start + PARTITION_MS > now:
            continue
        built = [await _built(connection, name, ending) for ending in INDEXES]
        if any(built):
            await connection.execute(f"ANALYZE {name}")
            done.append(name)
    return done


async def _tighten(connection: asyncpg.Connection, now: int) -> None:
    """Rebuild the B-trees that closed partitions grew row by row: half-empty pages take as much again as what is in
    them. The newest partitions first, MOST_TIGHTENED at a time."""
    left = MOST_TIGHTENED
    for start in reversed(await existing(connection)):
        name = name_of(start)
        if start + PARTITION_MS > now or not (loose := await connection.fetch(_LOOSE, name)):
            continue
        # A rebuild that was cut short leaves what it had built behind, and every row would go into that too.
        for row in await connection.fetch(_BROKEN, name):
            await connection.execute(f"DROP INDEX IF EXISTS {row['relname']}")
        for row in loose:
            await connection.execute(f"ALTER INDEX {row['relname']} SET ({FULL})")
            await connection.execute(f"REINDEX INDEX CONCURRENTLY {row['relname']}")
        left -= 1
        if not left:
            return


async def _built(connection: asyncpg.Connection, name: str, ending: str) -> bool:
    """Build one index where it is not there yet; whether it was not."""
    index = f"{name}_{ending}"
    if await _is_valid(connection, index):
        return False
    # Concurrently: late rows can still be stored. A build that was cut short leaves an invalid index behind.
    await connection.execute(f"DROP INDEX IF EXISTS {index}")
    await connection.execute(f"CREATE INDEX CONCURRENTLY {index} ON {name} {INDEXES[ending]}")
    return True


async def indexed_until(connection: asyncpg.Connection) -> int | None:
    """Start (epoch ms) of the first partition without its index on squares; None where all have one."""
    return min((start_of(row["relname"]) for row in await connection.fetch(_UNINDEXED)), default=None)


async def _is_valid(connection: asyncpg.Connection, index: str) -> bool:
    sql = "SELECT i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relname = $1"
    return bool(await connection.fetchval(sql, index))


async def drop_before(connection: asyncpg.Connection, ms: int) -> list[str]:
    """Drop the partitions that end at or before `ms` (epoch ms); their names."""
    old = [name_of(start) for start in await existing(connection) if start + PARTITION_MS <= ms]
    for name in old:
        await connection.execute(f"DROP TABLE {name}")
    return old
