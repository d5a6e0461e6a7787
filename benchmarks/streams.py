"""Many open streams: an alert is stored once a second, and some milliseconds later every stream has shown it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import numpy as np

from benchmarks.machine import machine
from cli.web import api_process
from store import accounts, credentials
from store.alerts import ORDER_LOCK
from store.connect import CHANNEL

TOGETHER = 50
"""Streams that are opened at once."""

_SUBSCRIPTION = """
INSERT INTO subscriptions (owner, name, trigger) VALUES ($1, 'streams', 'enters') RETURNING id
"""
_ALERT = """
INSERT INTO alerts (key, subscription, trigger, time, feature) VALUES ($1, $2, 'enters', now(), $3)
"""


def run(url: str, streams: int, seconds: int) -> dict[str, Any]:
    """Milliseconds from before an alert is stored until a stream shows it, over all streams: p50, p99."""
    from api.settings import Settings

    with api_process(Settings(database_url=url, port=0, open_reading=True)) as address:
        delays, missed = asyncio.run(_measured(url, urlsplit(address).port or 80, streams, seconds))
    return {
        "streams": streams, "messages": seconds, "missed": missed,
        "p50_ms": round(float(np.median(delays)) * 1000, 1),
        "p99_ms": round(float(np.quantile(delays, 0.99)) * 1000, 1), "machine": machine(),
    }  # fmt: skip


async def _measured(url: str, port: int, streams: int, seconds: int) -> tuple[list[float], int]:
    connection = await asyncpg.connect(url)
    own = await accounts.add(connection, "streams", "viewer")
    _, secret = await credentials.give(connection, own, credentials.KEY, "bench", "viewer", None)
    subscription = await connection.fetchval(_SUBSCRIPTION, own)
    seen: list[tuple[str, float]] = []
    tasks: list[asyncio.Future[None]] = []
    writers: list[asyncio.StreamWriter] = []
    for _ in range(0, streams, TOGETHER):
        opened = await asyncio.gather(*(_opened(port, secret) for _ in range(min(TOGETHER, streams - len(writers)))))
        writers += [writer for _, writer in opened]
        tasks += [asyncio.ensure_future(_listen(reader, seen)) for reader, _ in opened]
    sent = await _told(connection, subscription, seconds)
    await asyncio.sleep(2.0)
    for task, writer in zip(tasks, writers, strict=True):
        task.cancel()
        writer.close()
    await asyncio.gather(*tasks, return_exceptions=True)
    await connection.close()
    delays = [at - sent[key] for key, at in seen]
    return delays, streams * seconds - len(delays)


async def _opened(port: int, secret: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A stream that has said hello."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    ask = f"GET /alerts/stream HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nauthorization: Bearer {secret}\r\n\r\n"
    writer.write(ask.encode())
    async with asyncio.timeout(30):
        await reader.readuntil(b"event: hello")
    return reader, writer


async def _listen(reader: asyncio.StreamReader, seen: list[tuple[str, float]]) -> None:
    with suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            await reader.readuntil(b'"bench":"')
            key = (await reader.readuntil(b'"'))[:-1].decode()
            seen.append((key, monotonic()))


async def _told(connection: asyncpg.Connection, subscription: int, seconds: int) -> dict[str, float]:
    """When each alert was about to be stored, by its key."""
    sent: dict[str, float] = {}
    for number in range(seconds):
        key, due = f"stream-{number}", monotonic() + 1.0
        feature = f'{{"type":"Feature","id":"{key}","geometry":null,"properties":{{"bench":"{key}"}}}}'
        sent[key] = monotonic()
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", ORDER_LOCK)
            await connection.execute(_ALERT, key, subscription, feature)
            await connection.execute("SELECT pg_notify($1, 'alert')", CHANNEL)
        await asyncio.sleep(max(0.0, due - monotonic()))
    return sent
