"""A database URL in, an asyncpg pool out; timestamps in UTC and, for readers, a limit on every statement."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import asyncpg
import orjson

CHANNEL = "skysift"
"""Notifications wake readers up and carry only what kind of thing changed; what changed they read by cursor."""

UNREACHABLE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""Whatever keeps a database from answering, a malformed URL and a time limit included. InternalClientError is of a
connection whose server has said that it ends and that is not closed yet: asyncpg takes no statement on it."""

RAW = "bpchar"
"""What a text is cast to that shall come as its UTF-8 bytes. It costs nothing: the database sends both alike, where to
make it bytea copies it. No column is of this type."""

Setup = Callable[[asyncpg.Connection], Awaitable[None]]


CLOSE_S = 10.0

CUSTOM, GENERIC, AUTO = "force_custom_plan", "force_generic_plan", "auto"
"""Of readers' statements: planned anew for the values at hand, as where the index that serves depends on the box and
the time that are asked for; or planned once, where one plan is right for all values; or as the server finds best."""


async def open_pool(
    url: str, size: int = 3, timeout_s: float = 0, init: Setup | None = None, plans: str = ""
) -> asyncpg.Pool:
    """`size` connections at most; `timeout_s` ends a statement that runs longer (0: never).

    `plans`, one of the three: for who has many small questions, and leaves a connection's session as it was.

    Raises OSError or asyncpg.PostgresError when the database cannot be reached.
    """

    async def prepare(connection: asyncpg.Connection) -> None:
        await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=_json, decoder=orjson.loads)
        await connection.set_type_codec(RAW, schema="pg_catalog", encoder=str.encode, decoder=bytes, format="binary")
        if init:
            await init(connection)

    settings = {"application_name": "skysift", "timezone": "UTC", "jit": "off"}
    if timeout_s:
        settings["statement_timeout"] = str(int(timeout_s * 1000))
    more: dict[str, Any] = {}
    if plans:
        # A reset after every use is a round trip more; and where many ask at once, all cores have work without help.
        more["reset"] = _as_it_is
        settings |= {"plan_cache_mode": plans, "max_parallel_workers_per_gather": "0"}
    return await asyncpg.create_pool(url, min_size=1, max_size=size, init=prepare, server_settings=settings, **more)


async def close_pool(pool: asyncpg.Pool) -> None:
    """Wait for what is under way, CLOSE_S at most; then connections are cut. A pool alone waits for ever."""
    with suppress(TimeoutError):
        async with asyncio.timeout(CLOSE_S):
            await pool.close()


async def _as_it_is(connection: asyncpg.Connection) -> None:
    """Nothing to reset."""


def _json(value: Any) -> str:
    # The only other type that comes here is a set, whose order says nothing.
    return orjson.dumps(value, default=sorted, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS).decode()
