"""One kind of news as it comes: read once by cursor when the hub wakes, handed to every open stream that may see it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

import asyncpg

from api.caller import NOBODY, Caller
from api.events import frame, meets
from api.parameters import Edges

QUEUE = 256
"""News that may wait for one slow client; beyond that it is caught up by cursor instead."""

PAGE = 500


@dataclass(frozen=True)
class Told:
    """One piece of news, `feature` as JSON text; `owner` and `subscription` of an alert, `box` of an incident."""

    kind: str
    seq: int
    feature: str
    owner: int | None = None
    subscription: int | None = None
    box: Edges | None = None

    @cached_property
    def frame(self) -> bytes:
        """As a server-sent event, made once for all streams."""
        return frame(self.kind, self.feature.encode(), self.seq)


@dataclass(frozen=True)
class Wish:
    """What one stream is for. `owner`: whose alerts, None for all; `only`: of one subscription; `boxes`: what may lie
    there, none for everywhere."""

    owner: int | None = None
    only: int | None = None
    boxes: Sequence[Edges] = ()

    def holds(self, told: Told) -> bool:
        """Whether it is for this stream. What lies nowhere is for all."""
        if self.owner not in (None, told.owner) or self.only not in (None, told.subscription):
            return False
        return not self.boxes or told.box is None or any(meets(told.box, one) for one in self.boxes)


Read: TypeAlias = Callable[[Any, Wish, int, int, int], Awaitable[Sequence[Told]]]
"""From a connection or pool: the news with since < seq <= until in order, at most so many. It may leave out what the
wish does not hold."""


@dataclass(frozen=True)
class Source:
    """Where a kind of news is read from; `table` has a column `seq` that is drawn from `sequence`, one commit after the
    other."""

    table: str
    sequence: str
    read: Read


@dataclass(eq=False)
class Listener:
    """One open stream. `cursor` is the last news that it was sent or that was not for it."""

    wish: Wish
    cursor: int
    behind: bool
    who: Caller = NOBODY
    ended: bool = False
    waiting: deque[Told] = field(default_factory=deque)
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    def offer(self, told: Told) -> None:
        if not self.wish.holds(told):
            return
        if len(self.waiting) >= QUEUE:
            self.waiting.clear()
            self.behind = True
        self.waiting.append(told)
        self.wake.set()


class Feed:
    """Belongs to the hub. `cursor` is the newest news that was handed out."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.cursor = 0
        self.closing = False
        self.listeners: set[Listener] = set()

    def close(self) -> None:
        """End every stream; their clients come back to the next process and go on where they were."""
        self.closing = True
        for one in self.listeners:
            one.wake.set()

    async def start(self, connection: asyncpg.Connection) -> None:
        self.cursor = await connection.fetchval(f"SELECT coalesce(max(seq), 0) FROM {self.source.table}")

    async def hand_out(self, connection: asyncpg.Connection) -> None:
        """What came since the last time; where nobody listens its number is enough, however much it is."""
        if not self.listeners:
            await self.start(connection)
            for one in self.listeners:  # who came meanwhile
                one.behind = True
                one.wake.set()
            return
        while found := await self.source.read(connection, Wish(), self.cursor, 2**62, PAGE):
            for told in found:
                for one in self.listeners:
                    one.offer(told)
            self.cursor = found[-1].seq

    async def follow(
        self, pool: asyncpg.Pool, wish: Wish, since: int | None, ping_s: float, who: Caller = NOBODY
    ) -> AsyncIterator[Told | int | None]:
        """First the cursor from which it goes on; then all news after `since` (None: from now) once and in order; None
        after `ping_s` without any."""
        if since is not None and since > self.cursor:
            # Ahead of us is only who was served by a faster process; ahead of the database, who knew another one.
            since = since if since <= await pool.fetchval(f"SELECT last_value FROM {self.source.sequence}") else None
        own = Listener(wish, self.cursor if since is None else since, since is not None, who)
        self.listeners.add(own)
        try:
            yield own.cursor
            while not (self.closing or own.ended):
                if own.behind:
                    async for told in self._catch_up(pool, own):
                        yield told
                found = await _next(own, ping_s)
                if own.ended:
                    return
                if found is None or found.seq > own.cursor:
                    own.cursor = found.seq if found else own.cursor
                    yield found
        finally:
            self.listeners.discard(own)

    async def _catch_up(self, pool: asyncpg.Pool, own: Listener) -> AsyncIterator[Told]:
        """From its cursor to ours, from the database. No await may stand before `until`."""
        own.behind = False
        own.waiting.clear()
        until = self.cursor
        while own.cursor < until and not self.closing:
            found = await self.source.read(pool, own.wish, own.cursor, until, PAGE)
            for told in found:
                own.cursor = told.seq
                if own.wish.holds(told):
                    yield told
            if not found:
                own.cursor = until


async def _next(own: Listener, wait_s: float) -> Told | None:
    if not own.waiting:
        own.wake.clear()
        try:
            async with asyncio.timeout(wait_s):
                await own.wake.wait()
        except TimeoutError:
            return None
    return own.waiting.popleft() if own.waiting else None
