"""A receiver of webhooks in a process of its own, as receivers are: it answers 204 and notes when it heard of whom."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from time import time

_SPAWN = multiprocessing.get_context("spawn")


@dataclass
class Receiver:
    """`url` takes webhooks; `heard` asks for what came by now."""

    url: str
    pipe: Connection

    def heard(self) -> dict[str, float]:
        """By address of the aircraft (hex text): when it was first told of, epoch seconds."""
        self.pipe.send(None)
        out: dict[str, float] = self.pipe.recv()
        return out


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on loopback, until the end."""
    here, there = _SPAWN.Pipe()
    process = _SPAWN.Process(target=_run, args=(there,), daemon=True)
    process.start()
    there.close()
    try:
        yield Receiver(f"http://127.0.0.1:{here.recv()}/", here)
    finally:
        here.close()
        process.join(5)
        process.kill()


def _run(pipe: Connection) -> None:
    with suppress(EOFError, KeyboardInterrupt):
        asyncio.run(_serve(pipe))


async def _serve(pipe: Connection) -> None:
    heard: dict[str, float] = {}

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await _answer(reader, writer, heard)
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    pipe.send(server.sockets[0].getsockname()[1])
    while True:
        await asyncio.to_thread(pipe.recv)
        pipe.send(heard)


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heard: dict[str, float]) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = int(head.split("content-length: ")[1].split("\r\n")[0])
    event = json.loads(await reader.readexactly(length))
    heard.setdefault(event["data"]["properties"]["icao24"], time())
    writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
    await writer.drain()
