"""One answer of a service: bounded in time and size, with its limits of rate kept and its keys kept to itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from feeds._access import Access, Key
from feeds._errors import FeedError

BODY_LIMIT = 64 << 20
"""Largest answer, unpacked: the whole world in aircraft.json is 4 MB."""

TOO_MANY_S = 60.0
"""After HTTP 429 without a word of when to come again."""

LONGEST_WAIT_S = 86_400.0
"""OpenSky's credits come back once a day."""

BUSY = (429, 503)
AGENT = "Skysift"
_REMAINING = ("x-rate-limit-remaining", "x-ratelimit-remaining", "ratelimit-remaining")
_AGAIN = ("retry-after", "x-rate-limit-retry-after-seconds")


@dataclass
class Web:
    """`get` asks once. `not_before` (seconds of `clock`) is when the service wants to be asked again."""

    name: str
    access: Access = field(default_factory=Key)
    timeout_s: float = 10.0
    body_limit: int = BODY_LIMIT
    clock: Callable[[], float] = time.monotonic
    not_before: float = 0.0
    remaining: int | None = None

    def client(self) -> httpx.AsyncClient:
        """Of one connection pool. A key is for its host, and for no other that it might point to."""
        follow = not self.access.secret
        return httpx.AsyncClient(timeout=httpx.Timeout(self.timeout_s), follow_redirects=follow, max_redirects=5)

    @property
    def wait_s(self) -> float:
        """Seconds until it may be asked again."""
        return max(0.0, self.not_before - self.clock())

    async def get(self, client: httpx.AsyncClient, url: str) -> bytes:
        """The body, unpacked from its transfer coding. Raises httpx.HTTPError, TimeoutError or FeedError."""
        # Not wait_for: before Python 3.12 it can swallow a cancellation, and a poll would never end.
        async with asyncio.timeout(self.timeout_s):
            headers = {"accept": "application/json", "user-agent": AGENT, **await self.access.headers(client)}
            async with client.stream("GET", url, headers=headers) as answer:
                self._limits(answer.status_code, answer.headers)
                if answer.status_code == 401:
                    self.access.refused()
                answer.raise_for_status()
                return await self._body(answer)

    async def _body(self, answer: httpx.Response) -> bytes:
        """Never more than the limit."""
        body = bytearray()
        async for piece in answer.aiter_bytes():
            body += piece
            if len(body) > self.body_limit:
                raise FeedError(f"more than {self.body_limit:,} bytes", source=self.name, hint="is this the address?")
        return bytes(body)

    def _limits(self, status: int, headers: Mapping[str, str]) -> None:
        """What the service says of how often it may be asked."""
        left = next((headers[name] for name in _REMAINING if name in headers), "")
        self.remaining = int(left) if left.strip().isdecimal() and len(left) < 16 else None
        if status in BUSY:
            said = next((s for name in _AGAIN if (s := _seconds(headers.get(name, ""))) is not None), None)
            wait = (TOO_MANY_S if status == 429 else 0.0) if said is None else said
            self.not_before = self.clock() + min(wait, LONGEST_WAIT_S)


def _seconds(text: str) -> float | None:
    """Seconds from now, from a number of them or an HTTP date; None where it is neither."""
    text = text.strip()
    if text.replace(".", "", 1).isdecimal() and len(text) < 12:
        return float(text)
    try:
        at = parsedate_to_datetime(text)
        return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def reason(error: Exception) -> str:
    """Why an answer did not come, in few words, so that equal failures count together."""
    if isinstance(error, httpx.HTTPStatusError):
        return f"HTTP {error.response.status_code}"
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return "timeout"
    return "no connection" if isinstance(error, httpx.ConnectError) else "connection broken"


def said(error: Exception) -> str:
    """The error in words. httpx would quote the whole address of a refused request, key and all."""
    return reason(error) if isinstance(error, httpx.HTTPStatusError) or not str(error) else f"{reason(error)}: {error}"
