"""A database URL in, an asyncpg pool out; timestamps in UTC and, for readers, a limit on every statement."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import orjson

CHANNEL = "skysift"
"""Notifications wake readers up and carry only what kind of thing changed; what changed they read by cursor."""

Setup = Callable[[asyncpg.Connection], Awaitable[None]]


READING = {"plan_cache_mode": "force_custom_plan", "max_parallel_workers_per_gather": "0"}
"""Of readers: which index serves depends on the box and the time that are asked for, so one plan for all would be a bad
one; and where many ask at once, the processor's cores have work without help."""


async def open_pool(
    url: str, size: int = 3, timeout_s: float = 0, init: Setup | None = None, reading: bool = False
) -> asyncpg.Pool:
    """`size` connections at most; `timeout_s` ends a statement that runs longer (0: never).

    `reading`: for many small questions; whoever uses a connection leaves its session as it was.

    Raises OSError or asyncpg.PostgresError when the database cannot be reached.
    """

    async def prepare(connection: asyncpg.Connection) -> None:
        await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=_json, decoder=orjson.loads)
        if init:
            await init(connection)

    settings = {"application_name": "skysift", "timezone": "UTC", "jit": "off"}
    if timeout_s:
        settings["statement_timeout"] = str(int(timeout_s * 1000))
    # A reset after every use is a round trip more.
    more = {"reset": _as_it_is, "server_settings": settings | READING} if reading else {"server_settings": settings}
    return await asyncpg.create_pool(url, min_size=1, max_size=size, init=prepare, **more)


async def _as_it_is(connection: asyncpg.Connection) -> None:
    """Nothing to reset."""


def _json(value: Any) -> str:
    # The only other type that comes here is a set, whose order says nothing.
    return orjson.dumps(value, default=sorted, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS).decode()
