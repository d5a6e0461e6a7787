"""An address that is polled becomes a source that never ends: what the other side does is counted, not raised."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from urllib.parse import urlsplit

import httpx

from feeds._errors import FeedError
from feeds._given import Given
from feeds._living import INTERVAL_S, TIMEOUT_S, Living
from feeds._registry import Format, find
from geo.batch import Batch

BODY_LIMIT = 64 << 20
"""Largest answer, unpacked: the whole world in aircraft.json is 4 MB."""


class LiveSource(Living):
    """A receiver or a public API over http(s). `clock` gives the wall clock in epoch seconds."""

    def __init__(
        self, url: str, format: str | None = None, *, interval_s: float = INTERVAL_S, timeout_s: float = TIMEOUT_S,
        body_limit: int = BODY_LIMIT, clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        super().__init__(_public(url), format or "unknown", interval_s, clock)
        self.url, self.timeout_s, self.body_limit = url, timeout_s, body_limit
        self._wanted, self._kind = format, None if format is None else find(Given(self.name), format)

    async def poll(self) -> AsyncIterator[Batch]:
        """One Batch for every answer that holds rows. Ends only when cancelled."""
        limits = httpx.Timeout(self.timeout_s)
        async with httpx.AsyncClient(timeout=limits, follow_redirects=True, max_redirects=5) as client:
            while True:
                began = time.monotonic()
                batch = await self._once(client)
                if batch is not None and len(batch):
                    yield batch
                await asyncio.sleep(max(0.0, self.pause() - (time.monotonic() - began)))

    async def _once(self, client: httpx.AsyncClient) -> Batch | None:
        """One answer; None where there was none that could be read."""
        try:
            # Not wait_for: before Python 3.12 it can swallow a cancellation, and this loop would never end.
            async with asyncio.timeout(self.timeout_s):
                body = await self._fetch(client)
            batch = await asyncio.to_thread(self._read, body)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            self.failed(_reason(error), f"{self.name}: {_said(error)}")
        except FeedError as error:
            self.failed("answer that cannot be read", str(error))
        else:
            self._failures = 0
            return self.taken(batch)
        return None

    async def _fetch(self, client: httpx.AsyncClient) -> bytes:
        """The body, unpacked from its transfer coding, never more than the limit."""
        async with client.stream("GET", self.url, headers={"accept": "application/json"}) as answer:
            answer.raise_for_status()
            body = bytearray()
            async for piece in answer.aiter_bytes():
                body += piece
                if len(body) > self.body_limit:
                    raise FeedError(
                        f"more than {self.body_limit:,} bytes", source=self.name, hint="is this the address?"
                    )
            return bytes(body)

    def _read(self, body: bytes) -> Batch:
        """Decode an answer; the first that can be recognised decides the format."""
        given = Given(self.name, data=body, limit=self.body_limit)
        kind = self._kind or self._recognised(given)
        return Batch.concat(kind.read(given))

    def _recognised(self, given: Given) -> Format:
        kind = find(given, self._wanted)
        if not kind.live:
            raise given.error(f"{kind.id} is a recording", hint="download it and give the file")
        self._kind, self.format = kind, kind.id
        return kind


def _reason(error: Exception) -> str:
    """Why an answer did not come, in few words, so that equal failures count together."""
    if isinstance(error, httpx.HTTPStatusError):
        return f"HTTP {error.response.status_code}"
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return "timeout"
    return "no connection" if isinstance(error, httpx.ConnectError) else "connection broken"


def _said(error: Exception) -> str:
    """The error in words. httpx would quote the whole address of a refused request, key and all."""
    return _reason(error) if isinstance(error, httpx.HTTPStatusError) else f"{_reason(error)} {error}".strip()


def _public(url: str) -> str:
    """The address without user, password and query, which may hold a key: names are logged and shown."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError as error:
        raise FeedError("no valid address", hint="write http://host:port/data/aircraft.json") from error
    if not parts.hostname:
        raise FeedError("the address names no host", hint="write http://host:port/data/aircraft.json")
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path}"
