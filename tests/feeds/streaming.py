"""A receiver's TCP port on this machine: a real server that sends what a test lays out, connection by connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from feeds._stream_source import StreamSource
from geo.batch import Batch


@dataclass
class Sent:
    """What one connection gets: pieces, one after the other, then silence or the end."""

    pieces: Sequence[bytes]
    stays: bool = False


def heard(
    connections: Sequence[Sent], until: Callable[[StreamSource, list[Batch]], bool], scheme: str = "sbs", **options: Any
) -> tuple[StreamSource, list[Batch]]:
    """Listen until a condition holds; fails loudly when it never does. The last connection is given again and again."""
    return asyncio.run(_heard(connections, until, scheme, options))


async def _heard(
    connections: Sequence[Sent], until: Any, scheme: str, options: Any
) -> tuple[StreamSource, list[Batch]]:
    left, last, over = iter(connections), connections[-1], asyncio.Event()
    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.current_task())  # type: ignore[arg-type]
        sent = next(left, last)
        with suppress(OSError):
            for piece in sent.pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.02)
            if sent.stays:
                await over.wait()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    source = StreamSource(f"{scheme}://127.0.0.1:{port}", **({"interval_s": 0.05} | options))
    got: list[Batch] = []

    async def collect() -> None:
        async for batch in source.poll():
            got.append(batch)

    task = asyncio.create_task(collect())
    try:
        async with asyncio.timeout(30):
            while not until(source, got):
                assert not task.done(), task.exception()
                await asyncio.sleep(0.01)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        over.set()
        await asyncio.gather(*serving)
        server.close()
    return source, got
