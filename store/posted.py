"""What programs sent and the engine has not taken yet, and what they were told: keys that come again change nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from store.connect import CHANNEL

MOST_WAITING = 256 << 20
"""Bytes that may wait for the engine; more is refused until it has caught up."""

KEPT = "2 days"
"""How long a key is remembered."""

_LOCK = 0x736B_7069
"""Ids are given in the order of the commits, so that the engine's cursor passes nobody."""

_KNOWN = "SELECT digest, answer FROM posted_keys WHERE account = $1 AND key = $2"
_KEY = "INSERT INTO posted_keys (account, key, digest, answer) VALUES ($1, $2, $3, $4)"
_FORGET = f"DELETE FROM posted_keys WHERE at < now() - interval '{KEPT}'"
_WAITING = "SELECT coalesce(sum(size), 0) FROM posted"
_ADD = "INSERT INTO posted (account, rows, size, body) VALUES ($1, $2, $3, $4)"
_NEXT = "SELECT id, body FROM posted WHERE id > $1 ORDER BY id LIMIT $2"


@dataclass(frozen=True)
class Post:
    """Rows in one piece (geo/batch_bytes.py), with what they shall be answered; `digest` is of the request's body."""

    account: int
    key: str
    digest: bytes
    rows: int
    body: bytes
    answer: Mapping[str, Any]


class Full(Exception):
    """The engine is behind."""


class Reused(Exception):
    """A key that was used for something else."""


async def keep(pool: asyncpg.Pool, post: Post) -> tuple[Mapping[str, Any], bool]:
    """The answer once everything is safe, and whether it was given before. Raises Full or Reused, and keeps nothing."""
    async with pool.acquire() as connection, connection.transaction():
        # Whoever is told that it is safe must find it there after a power failure too.
        await connection.execute("SET LOCAL synchronous_commit = on")
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
        if post.key:
            known = await connection.fetchrow(_KNOWN, post.account, post.key)
            if known:
                if bytes(known["digest"]) != post.digest:
                    raise Reused
                return known["answer"], True
            await connection.execute(_FORGET)
            await connection.execute(_KEY, post.account, post.key, post.digest, dict(post.answer))
        if post.rows:
            if await connection.fetchval(_WAITING) + len(post.body) > MOST_WAITING:
                raise Full
            await connection.execute(_ADD, post.account, post.rows, len(post.body), post.body)
            await connection.execute("SELECT pg_notify($1, 'posted')", CHANNEL)
    return post.answer, False


async def following(pool: asyncpg.Pool, after: int, most: int = 64) -> Sequence[tuple[int, bytes]]:
    """What waits behind an id, in order: id and bytes."""
    return [(row["id"], bytes(row["body"])) for row in await pool.fetch(_NEXT, after, most)]


async def gone(pool: asyncpg.Pool, ids: Collection[int]) -> None:
    """The engine has written these down."""
    await pool.execute("DELETE FROM posted WHERE id = ANY($1::bigint[])", list(ids))
