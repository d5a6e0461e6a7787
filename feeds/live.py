"""An address that is polled becomes a source that never ends: what the other side does is counted, not raised."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import httpx

from feeds._access import Access, Key
from feeds._errors import FeedError
from feeds._feed import public
from feeds._given import Given
from feeds._living import INTERVAL_S, TIMEOUT_S, Living
from feeds._registry import Format, find
from feeds._web import BODY_LIMIT, Web, reason, said
from geo.batch import Batch


class LiveSource(Living):
    """A receiver or a public API over http(s). `clock` gives the wall clock in epoch seconds."""

    def __init__(
        self, url: str, format: str | None = None, *, interval_s: float = INTERVAL_S, timeout_s: float = TIMEOUT_S,
        body_limit: int = BODY_LIMIT, clock: Callable[[], float] = time.time, access: Access | None = None,
        name: str = "",
    ) -> None:  # fmt: skip
        super().__init__(name or public(url), format or "unknown", interval_s, clock)
        self.url, self.web = url, Web(self.name, access or Key(), timeout_s, body_limit)
        self._wanted, self._kind = format, None if format is None else find(Given(self.name), format)

    async def poll(self) -> AsyncIterator[Batch]:
        """One Batch for every answer that holds rows. Ends only when cancelled."""
        async with self.web.client() as client:
            while True:
                began = time.monotonic()
                batch = await self._once(client)
                if batch is not None and len(batch):
                    yield batch
                await asyncio.sleep(max(0.0, self.pause() - (time.monotonic() - began), self.web.wait_s))

    async def _once(self, client: httpx.AsyncClient) -> Batch | None:
        """One answer; None where there was none that could be read."""
        try:
            body = await self.web.get(client, self.url)
            batch = await asyncio.to_thread(self._read, body)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            self.failed(reason(error), f"{self.name}: {said(error)}")
        except FeedError as error:
            self.failed("answer that cannot be read", str(error))
        else:
            self._failures = 0
            return self.taken(batch)
        return None

    def _read(self, body: bytes) -> Batch:
        """Decode an answer; the first that can be recognised decides the format."""
        self.keep(body)
        given = Given(self.name, data=body, limit=self.web.body_limit)
        kind = self._kind or self._recognised(given)
        return Batch.concat(kind.read(given))

    def _recognised(self, given: Given) -> Format:
        kind = find(given, self._wanted)
        if not kind.live:
            raise given.error(f"{kind.id} is a recording", hint="download it and give the file")
        self._kind, self.format = kind, kind.id
        return kind

    def health(self) -> dict[str, object]:
        """As for every live source; how many requests the service says are left, and for how long it wants peace."""
        wait = round(self.web.wait_s, 1)
        return {**super().health(), "requests_left": self.web.remaining, "paused_s": wait if wait else None}
