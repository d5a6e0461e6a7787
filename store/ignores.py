"""Ignore lists in the database: one's own, and those for everyone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

VALUES = ("kind", "value", "area", "reason", "until", "everyone")


async def listed(
    connection: asyncpg.Connection | asyncpg.Pool, account: int | None, admin: bool
) -> Sequence[asyncpg.Record]:
    """One's own and those for everyone, by number; all of them for an admin."""
    sql = f"SELECT id, owner, {', '.join(VALUES)}, created FROM ignores WHERE owner = $1 OR everyone OR $2 ORDER BY id"
    return list(await connection.fetch(sql, account, admin))


async def create(connection: asyncpg.Connection, owner: int, values: Mapping[str, Any]) -> int:
    """A new one; its number."""
    sql = f"INSERT INTO ignores (owner, {', '.join(VALUES)}) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id"
    return int(await connection.fetchval(sql, owner, *(values[name] for name in VALUES)))


async def delete(connection: asyncpg.Connection, number: int, account: int | None, admin: bool) -> bool:
    """Away with it; whether it was there and the account's own."""
    gone = "DELETE FROM ignores WHERE id = $1 AND (owner = $2 OR $3) RETURNING id"
    return await connection.fetchval(gone, number, account, admin) is not None


async def quieting(connection: asyncpg.Connection | asyncpg.Pool, account: int | None) -> Sequence[asyncpg.Record]:
    """What an account does not hear of: its own and those for everyone, areas with their shape as `wkb`."""
    return list(await connection.fetch(_QUIETING, account))


_QUIETING = """
SELECT i.owner, i.kind, i.value, i.until, i.everyone, ST_AsBinary(a.geom) AS wkb
FROM ignores i LEFT JOIN areas a ON a.id = i.area WHERE i.owner = $1 OR i.everyone ORDER BY i.id
"""
