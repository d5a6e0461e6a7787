"""An alert to send, and small servers on loopback to send it to."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import orjson

from delivery._registry import kinds
from delivery.message import Message
from delivery.reach import Reach

ANYWHERE = Reach(everything=True)

FEATURE = {
    "type": "Feature", "id": "k1", "geometry": {"type": "Point", "coordinates": [8.5, 47.4]},
    "properties": {
        "subscription": 7, "trigger": "enters", "time": "2026-11-29T12:00:00Z", "area": 3,
        "text": 'EIN12 <&> "came" into Home {key}', "icao24": "4ca7b5", "callsign": "EIN12", "anomaly": None,
        "confidence": 0.5,
    },
}  # fmt: skip
MESSAGE = Message("k1", "enters", "Over my house", orjson.dumps(FEATURE))

Taking = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Handler = Callable[[bytes, Mapping[str, str], bytes], Awaitable[bytes] | bytes]


def values(kind: str, reach: Reach = ANYWHERE, **given: Any) -> dict[str, Any]:
    return kinds()[kind].taken(given, reach)


def sent(kind: str, message: Message = MESSAGE, reach: Reach = ANYWHERE, **given: Any) -> Awaitable[str]:
    return kinds()[kind].send(values(kind, **given), message, reach)


@asynccontextmanager
async def listening(
    take: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[int]:
    """A TCP server on a free port of loopback; its connections end with it."""
    server = await asyncio.start_server(take, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@asynccontextmanager
async def answering(handler: Handler) -> AsyncIterator[str]:
    """An HTTP server that gives `handler` the request line, headers and body, and sends what it returns."""

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line, *rest = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {n.lower(): v for n, _, v in (one.partition(": ") for one in rest if one)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            answer = handler(line.encode(), headers, body)
            writer.write(answer if isinstance(answer, bytes) else await answer)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async with listening(take) as port:
        yield f"http://127.0.0.1:{port}"


def http(status: str, body: bytes = b"", **headers: str) -> bytes:
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\n{more}connection: close\r\n\r\n".encode() + body


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
