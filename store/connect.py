"""A database URL in, an asyncpg pool out; timestamps in UTC and, for readers, a limit on every statement."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import orjson

CHANNEL = "skysift"
"""Notifications wake readers up and carry only what kind of thing changed; what changed they read by cursor."""

Setup = Callable[[asyncpg.Connection], Awaitable[None]]


async def open_pool(url: str, size: int = 3, timeout_s: float = 0, init: Setup | None = None) -> asyncpg.Pool:
    """`size` connections at most; `timeout_s` ends a statement that runs longer (0: never).

    Raises OSError or asyncpg.PostgresError when the database cannot be reached.
    """

    async def prepare(connection: asyncpg.Connection) -> None:
        await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=_json, decoder=orjson.loads)
        if init:
            await init(connection)

    settings = {"application_name": "skysift", "timezone": "UTC", "jit": "off"}
    if timeout_s:
        settings["statement_timeout"] = str(int(timeout_s * 1000))
    return await asyncpg.create_pool(url, min_size=1, max_size=size, init=prepare, server_settings=settings)


def _json(value: Any) -> str:
    # The only other type that comes here is a set, whose order says nothing.
    return orjson.dumps(value, default=sorted, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS).decode()
