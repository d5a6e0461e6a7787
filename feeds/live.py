"""An address that is polled becomes a source that never ends: what the other side does is counted, not raised."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from urllib.parse import urlsplit

import httpx

from feeds._errors import FeedError
from feeds._given import Given
from feeds._registry import Format, find
from feeds._source import Source
from geo.batch import Batch

INTERVAL_S = 1.0
TIMEOUT_S = 10.0
BODY_LIMIT = 64 << 20
"""Largest answer, unpacked: the whole world in aircraft.json is 4 MB."""
BACKOFF_S = 60.0
FUTURE_MS = 30_000
"""Rows stamped later than this after the wall clock are refused: a clock jump, and the engine would wait for it."""
DOWN_AFTER = 3
SILENT_S = 30.0


class LiveSource(Source):
    """A receiver or a public API over http(s). `clock` gives the wall clock in epoch seconds."""

    def __init__(
        self, url: str, format: str | None = None, *, interval_s: float = INTERVAL_S, timeout_s: float = TIMEOUT_S,
        body_limit: int = BODY_LIMIT, clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        super().__init__(_public(url), format or "unknown", live=True, clock=clock)
        self.url, self.interval_s, self.timeout_s, self.body_limit = url, interval_s, timeout_s, body_limit
        self._wanted, self._kind = format, None if format is None else find(Given(self.name), format)
        self._failures, self._advanced, self._newest = 0, clock(), 0

    async def poll(self) -> AsyncIterator[Batch]:
        """One Batch for every answer that holds rows. Ends only when cancelled."""
        limits = httpx.Timeout(self.timeout_s)
        async with httpx.AsyncClient(timeout=limits, follow_redirects=True, max_redirects=5) as client:
            while True:
                began = time.monotonic()
                batch = await self._once(client)
                if batch is not None and len(batch):
                    yield batch
                await asyncio.sleep(max(0.0, self._pause() - (time.monotonic() - began)))

    async def _once(self, client: httpx.AsyncClient) -> Batch | None:
        """One answer; None where there was none that could be read."""
        try:
            # Not wait_for: before Python 3.12 it can swallow a cancellation, and this loop would never end.
            async with asyncio.timeout(self.timeout_s):
                body = await self._fetch(client)
            batch = await asyncio.to_thread(self._read, body)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            self._failed(_reason(error), f"{self.name}: {_said(error)}")
        except FeedError as error:
            self._failed("answer that cannot be read", str(error))
        else:
            self._failures = 0
            return self.count(self._noted(batch))
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
        return self._not_ahead(Batch.concat(kind.read(given)))

    def _recognised(self, given: Given) -> Format:
        kind = find(given, self._wanted)
        if not kind.live:
            raise given.error(f"{kind.id} is a recording", hint="download it and give the file")
        self._kind, self.format = kind, kind.id
        return kind

    def _not_ahead(self, batch: Batch) -> Batch:
        """Rows from the future refused."""
        ahead = batch.columns["time"] > self.clock() * 1000 + FUTURE_MS
        if not ahead.any():
            return batch
        refused = batch.rejected + Counter({"in the future": int(ahead.sum())})
        return Batch(batch.take(~ahead).columns, batch.labels, refused)

    def _noted(self, batch: Batch) -> Batch:
        """Watch the data clock: standing still is silence, going back a jump or a restart."""
        newest = int(batch.columns["time"].max()) if len(batch) else 0
        if newest > self._newest:
            self._advanced = self.clock()
        elif newest and newest < self._newest - FUTURE_MS:
            self.fail("clock went back", f"{self.name}: the newest row is {(self._newest - newest) / 1000:.0f} s older")
            self._advanced = self.clock()
        self._newest = newest or self._newest
        return batch

    def _failed(self, reason: str, message: str) -> None:
        self._failures += 1
        self.fail(reason, message)

    def _pause(self) -> float:
        """Seconds until the next request: longer at every failure in a row, with jitter."""
        if not self._failures:
            return self.interval_s
        longest = max(BACKOFF_S, self.interval_s)
        return min(longest, self.interval_s * 2.0 ** min(self._failures, 10)) * random.uniform(0.5, 1.0)

    def health(self) -> dict[str, object]:
        """As for every source; down after three failures in a row, silent when the data clock stands still."""
        quiet = self.clock() - self._advanced > max(SILENT_S, 3 * self.interval_s) or self.last_time is None
        self.state = "down" if self._failures >= DOWN_AFTER else "silent" if quiet else "ok"
        return {**super().health(), "failures_in_a_row": self._failures}


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
