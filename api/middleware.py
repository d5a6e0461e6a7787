"""Around every request: a client that leaves ends its work, and every answer carries its security headers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import structlog
from litestar.types import ASGIApp, Message, Receive, Scope, Send

SECURITY: Sequence[tuple[str, str]] = (
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=(self)"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
)
_SECURITY = [(name.encode(), value.encode()) for name, value in SECURITY]
log = structlog.get_logger("skysift.http")

LOOK_S = 0.1
"""A handler that takes longer is ended when its client goes."""

LONGEST = 4_000_000
"""Bytes of a body that are looked at: drawn areas are long. How much of it a route takes, it says (api/bodies.py)."""


async def add_headers(message: Message, scope: Scope) -> None:
    """Security headers, where the answer has none of its own."""
    if message["type"] == "http.response.start":
        own = list(message["headers"])
        names = {name.lower() for name, _ in own}
        message["headers"] = [*own, *(one for one in _SECURITY if one[0] not in names)]


def end_with_client(app: ASGIApp) -> ASGIApp:
    """Cancel the handler, and with it its query, when the client has gone: servers let it run on.

    Most answers are there sooner than it pays to look whether anybody still waits for them.
    """

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        client = _Client(receive, cast("asyncio.Task[Any]", asyncio.current_task()))
        later = asyncio.get_running_loop().call_later(LOOK_S, client.look)
        try:
            await app(scope, client.receive, send)
        except asyncio.CancelledError:
            if not client.gone:
                raise
        finally:
            later.cancel()
            client.close()

    return run


class _Client:
    """What comes from a client: its request, and then only that it goes, which cancels the task."""

    def __init__(self, receive: Receive, task: asyncio.Task[Any]) -> None:
        self._receive, self._task = receive, task
        self.gone = self._closed = False
        self._reading: asyncio.Task[Any] | None = None
        self._first: asyncio.Future[Any] | None = None

    def look(self) -> asyncio.Task[Any]:
        """Read on, from now on."""
        if self._reading is None:
            self._first = asyncio.get_running_loop().create_future()
            self._reading = asyncio.ensure_future(self._read(self._first))
            self._reading.add_done_callback(self._leave)
        return self._reading

    async def _read(self, first: asyncio.Future[Any]) -> Any:
        message = await _whole(self._receive)
        first.set_result(message)
        while message["type"] != "http.disconnect":
            message = await self._receive()
        return message

    def _leave(self, reading: asyncio.Task[Any]) -> None:
        if reading.cancelled() or self._closed:
            return
        # A connection that breaks is one that has ended.
        if reading.exception():
            log.debug("connection broke", error=repr(reading.exception()))
        self.gone = True
        self._task.cancel()

    async def receive(self) -> Any:
        """The request, whole, and after it the word that the client has gone."""
        reading, first = self.look(), self._first
        if first is not None:
            self._first = None
            return await asyncio.shield(first)
        return await asyncio.shield(reading)

    def close(self) -> None:
        """The answer is out."""
        self._closed = True
        if self._reading is not None:
            self._reading.cancel()
        if self.gone:
            self._task.uncancel()


async def _whole(receive: Receive) -> Any:
    """The request with all of its body: what comes after it can then only be that the client goes. What is longer
    than any that is taken is cut off, and is then not understood."""
    first = message = cast("Any", await receive())
    if not first.get("more_body"):
        return first
    body = bytearray(first.get("body", b""))
    while message.get("more_body"):
        message = cast("Any", await receive())
        if len(body) < LONGEST:
            body += message.get("body", b"")
    return first | {"body": bytes(body), "more_body": False}
