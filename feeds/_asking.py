"""Asking a service for something that is nice to have: seldom, for a limited time and size, never raising."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from feeds._errors import FeedError

TIMEOUT_S = 10.0
BODY_LIMIT = 16 << 20
GAP_S = 1.0
"""Seconds between two requests to one service."""
LONGEST_PAUSE_S = 900.0
DOWN_AFTER = 3
AGENT = "Skysift"


@dataclass
class Asking:
    """One service. After failures it is left alone for longer and longer; what went wrong is counted in `failures`."""

    name: str
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout_s: float = TIMEOUT_S
    body_limit: int = BODY_LIMIT
    gap_s: float = GAP_S
    clock: Callable[[], float] = time.monotonic
    failures: Counter[str] = field(default_factory=Counter)
    in_a_row: int = 0
    answers: int = 0
    last_error: str = ""
    not_before: float = 0.0

    @property
    def paused(self) -> bool:
        """Whether it is too early for another request."""
        return self.clock() < self.not_before

    async def get(self, url: str) -> bytes | None:
        """The body of an answer; None where there was none. Never waits: while `paused` nothing is asked."""
        if self.paused:
            return None
        self.not_before = self.clock() + self.gap_s
        try:
            async with asyncio.timeout(self.timeout_s):
                body = await self._body(url)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, FeedError, ValueError) as error:
            self.failed(_reason(error))
            return None
        self.answers += 1
        return body

    def succeeded(self) -> None:
        """The answer could be read."""
        self.in_a_row = 0

    def failed(self, reason: str) -> None:
        """Note a failure, and leave the service alone for a while: 2 s, 4 s, ... a quarter of an hour."""
        self.in_a_row += 1
        self.failures[reason] += 1
        self.last_error = reason
        pause = min(LONGEST_PAUSE_S, max(self.gap_s, 1.0) * 2.0 ** min(self.in_a_row, 12))
        self.not_before = self.clock() + pause

    async def _body(self, url: str) -> bytes:
        headers = {"accept": "application/json", "user-agent": AGENT, **self.headers}
        # A key in a header is for this host, and for no other that it might point to.
        follow = not self.headers
        async with (
            httpx.AsyncClient(timeout=self.timeout_s, follow_redirects=follow, max_redirects=3) as client,
            client.stream("GET", url, headers=headers) as answer,
        ):
            answer.raise_for_status()
            body = bytearray()
            async for piece in answer.aiter_bytes():
                body += piece
                if len(body) > self.body_limit:
                    raise FeedError(f"more than {self.body_limit:,} bytes")
            return bytes(body)

    def health(self) -> Mapping[str, Any]:
        """As of a source of observations: /feeds shows both."""
        state = "down" if self.in_a_row >= DOWN_AFTER else "ok"
        return {
            "name": self.name, "format": "service", "live": True, "state": state,
            "rows": self.answers, "last_time": None, "rejected": {}, "errors": dict(self.failures),
            "last_error": self.last_error or None, "without_address": [], "failures_in_a_row": self.in_a_row,
        }  # fmt: skip


def _reason(error: Exception) -> str:
    """In few words, without the address, which may hold a key."""
    if isinstance(error, httpx.HTTPStatusError):
        return f"HTTP {error.response.status_code}"
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return "timeout"
    if isinstance(error, FeedError):
        return error.reason
    return "no connection" if isinstance(error, httpx.ConnectError) else f"connection broken ({type(error).__name__})"


def address(url: str, what: str) -> str:
    """The address if it is one of http(s). Raises ValueError that says how to write it."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{what} = {url!r}: write an address that begins with https://")
    return url
