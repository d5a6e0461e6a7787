"""Around every request: a client that leaves ends its work, and every answer carries its security headers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, cast

from litestar.types import ASGIApp, HTTPDisconnectEvent, Message, Receive, Scope, Send

SECURITY: Sequence[tuple[str, str]] = (
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=(self)"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
)
_SECURITY = [(name.encode(), value.encode()) for name, value in SECURITY]
LONGEST = 4_000_000
"""Bytes of a body that are looked at: drawn areas are long. How much of it a route takes, it says (api/bodies.py)."""


async def add_headers(message: Message, scope: Scope) -> None:
    """Security headers, where the answer has none of its own."""
    if message["type"] == "http.response.start":
        own = list(message["headers"])
        names = {name.lower() for name, _ in own}
        message["headers"] = [*own, *(one for one in _SECURITY if one[0] not in names)]


def end_with_client(app: ASGIApp) -> ASGIApp:
    """Cancel the handler, and with it its query, when the client has gone: servers let it run on."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        first = iter([await _whole(receive)])
        gone = asyncio.ensure_future(_gone(receive))

        async def replay() -> Any:
            return next(first, None) or await asyncio.shield(gone)

        work = asyncio.ensure_future(app(scope, replay, send))
        await _first_of(work, gone)

    return run


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


async def _gone(receive: Receive) -> HTTPDisconnectEvent:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return message


async def _first_of(work: asyncio.Future[None], gone: asyncio.Future[Any]) -> None:
    gone.add_done_callback(lambda _: work.cancel())
    try:
        await work
    except asyncio.CancelledError:
        if not gone.done():
            raise
    finally:
        gone.cancel()
