"""Connections that are kept for the next message: alerts come one after the other, and shaking hands takes longest."""

from __future__ import annotations

import asyncio
import ssl
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from weakref import WeakKeyDictionary

import httpx

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
LIMITS = httpx.Limits(max_connections=8, max_keepalive_connections=8, keepalive_expiry=30.0)
MOST = 64
"""Places to which connections are kept; of those beyond, that which was used longest ago is given up."""

Place = tuple[str, str, int, str]
"""Scheme, name, port and the address that was judged: two names at one address each show their own certificate."""


@dataclass(eq=False)
class Line:
    """A client of one place. `served`: it has had an answer, so its connection may be an old one."""

    client: httpx.AsyncClient
    busy: int = 0
    served: bool = False


@dataclass
class Kept:
    """The lines of one event loop."""

    lines: OrderedDict[Place, Line] = field(default_factory=OrderedDict)

    @asynccontextmanager
    async def line(self, place: Place) -> AsyncIterator[Line]:
        """A line to the place."""
        own = self.lines.pop(place, None) or Line(_client())
        self.lines[place] = own
        own.busy += 1
        try:
            yield own
        finally:
            own.busy -= 1
            if not own.busy and self.lines.get(place) is not own:
                await own.client.aclose()
            await self._trim()

    async def drop(self, place: Place) -> None:
        """Give up what is kept there: the next message shakes hands anew. What is under way there, of another
        destination of the same host perhaps, goes on to its end."""
        own = self.lines.pop(place, None)
        if own and not own.busy:
            await own.client.aclose()

    async def close(self) -> None:
        """Give up everything."""
        for place in list(self.lines):
            await self.drop(place)

    async def _trim(self) -> None:
        idle = [place for place, one in self.lines.items() if not one.busy]
        for place in idle[: max(0, len(self.lines) - MOST)]:
            await self.drop(place)


_of: WeakKeyDictionary[asyncio.AbstractEventLoop, Kept] = WeakKeyDictionary()


@asynccontextmanager
async def keeping() -> AsyncIterator[Kept]:
    """Within it, what is sent in this event loop keeps its connections; they are closed at its end."""
    loop, own = asyncio.get_running_loop(), Kept()
    # What a first one loads takes half a second: the first alert does not wait for it.
    await (await asyncio.to_thread(_client)).aclose()
    _of[loop] = own
    try:
        yield own
    finally:
        del _of[loop]
        await own.close()


@asynccontextmanager
async def kept() -> AsyncIterator[Kept]:
    """Those that are kept in this event loop; where none are, some for this once."""
    own = _of.get(asyncio.get_running_loop())
    if own:
        yield own
        return
    once = Kept()
    try:
        yield once
    finally:
        await once.close()


def _client() -> httpx.AsyncClient:
    return httpx.AsyncClient(verify=_trust(), timeout=TIMEOUT, limits=LIMITS, trust_env=False, follow_redirects=False)


@cache
def _trust() -> ssl.SSLContext:
    """Reading the authorities takes longer than most answers."""
    return ssl.create_default_context()
