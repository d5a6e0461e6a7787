"""Around every request: an id that all its log lines carry, and how many there were of which kind and how long."""

from __future__ import annotations

import logging
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

SLOW_S = 2.0
"""A request that takes longer, and is no stream, is logged as a warning."""

Kind = tuple[str, str, int]
"""Method, route and status."""

_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
log = structlog.get_logger("skysift.http")


@dataclass
class Requests:
    """Counts since the start. `under_way` are open now, streams among them."""

    count: Counter[Kind] = field(default_factory=Counter)
    seconds: dict[Kind, float] = field(default_factory=lambda: defaultdict(float))
    under_way: int = 0

    def around(self, app: ASGIApp) -> ASGIApp:
        """The application, counted and named."""

        # Asked once: most requests are told of only where somebody looks for a fault.
        debugging = log.is_enabled_for(logging.DEBUG)

        async def run(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == ScopeType.WEBSOCKET:
                await app(scope, receive, send)
                return
            one = _Request(scope, send)
            self.under_way += 1
            structlog.contextvars.bind_contextvars(request=one.id)
            try:
                await app(scope, receive, one.send)
            finally:
                self.under_way -= 1
                kind, taken = one.kind(), time.perf_counter() - one.began
                self.count[kind] += 1
                self.seconds[kind] += taken
                if debugging or taken > SLOW_S or one.status >= 500:
                    one.tell(kind, taken)
                structlog.contextvars.unbind_contextvars("request")

        return run


class _Request:
    """One request: its id, which a proxy may have given, and what became of it."""

    def __init__(self, scope: Any, send: Send) -> None:
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        # Not a secret: it only has to be another one.
        self.id = given.decode() if given and _ID.fullmatch(given) else f"{random.getrandbits(64):016x}"
        self.scope, self._send, self.began, self.status = scope, send, time.perf_counter(), 0
        self.headers: Iterable[tuple[bytes, bytes]] = ()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = message["headers"] = [*message["headers"], (b"x-request-id", self.id.encode())]
        await self._send(message)

    def kind(self) -> Kind:
        """The route as it is declared, so that there are few. Without an answer the client had left: 499."""
        return self.scope["method"], self.scope.get("path_template") or "other", self.status or 499

    def tell(self, kind: Kind, taken: float) -> None:
        streamed = any(value.startswith(b"text/event-stream") for _, value in self.headers)
        write = log.warning if self.status >= 500 or (taken > SLOW_S and not streamed) else log.debug
        method, route, status = kind
        write("request", method=method, route=route, status=status, ms=round(taken * 1000, 1))
