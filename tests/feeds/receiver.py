"""A receiver that misbehaves: a real HTTP server on this machine that gives the answers a test lays out."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from feeds.live import LiveSource
from geo.batch import Batch

NOW = 1_700_000_000.0


def sky(now: float = NOW, aircraft: int = 1, **more: Any) -> bytes:
    planes = [{"hex": f"{i + 1:06x}", "seen": 0.5, "alt_baro": 1000 + i} for i in range(aircraft)]
    return json.dumps({"now": now, "messages": 1, "aircraft": planes, **more}).encode()


@dataclass
class Answer:
    """What comes back: a body (cut to `sent` bytes, though all are promised), a status, a wait."""

    body: bytes = b""
    status: int = 200
    wait_s: float = 0.0
    sent: int | None = None
    headers: dict[str, str] = field(default_factory=dict)


class Giving(BaseHTTPRequestHandler):
    """Gives an Answer as it is laid out."""

    def give(self, answer: Answer) -> None:
        time.sleep(answer.wait_s)
        try:
            self.send_response(answer.status)
            for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body[: answer.sent])
        except (BrokenPipeError, ConnectionResetError):
            # Whoever asked has gone, as tests of timeouts want it: nobody is left to be told.
            pass

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def running(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """The address of a server on this machine, while it runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def receiver(answers: list[Answer]) -> Iterator[str]:
    """Its address. Each request gets the next answer; the last one is given again and again."""
    left = iter(answers)
    last = answers[-1]

    class Handler(Giving):
        def do_GET(self) -> None:
            self.give(next(left, last))

    with running(Handler) as base:
        yield f"{base}/data/aircraft.json"


def poll(url: str, until: Callable[[LiveSource, list[Batch]], bool], **options: Any) -> tuple[LiveSource, list[Batch]]:
    """Poll fast until a condition holds; fails loudly when it never does."""
    return polled(LiveSource(url, **({"interval_s": 0.01, "timeout_s": 15.0, "clock": lambda: NOW} | options)), until)


def polled(source: LiveSource, until: Callable[[LiveSource, list[Batch]], bool]) -> tuple[LiveSource, list[Batch]]:
    """The source, and what it gave until a condition held."""
    got: list[Batch] = []

    async def collect() -> None:
        async for batch in source.poll():
            got.append(batch)

    async def run() -> None:
        task = asyncio.create_task(collect())
        async with asyncio.timeout(60):
            while not until(source, got):
                assert not task.done(), task.exception()
                await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())
    return source, got
