"""Alerts as they come: read once by cursor when the hub wakes, handed to every open stream that may see them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from api.caller import NOBODY, Caller
from api.events import frame
from store import destinations

QUEUE = 256
"""Alerts that may wait for one slow client; beyond that it is caught up by cursor instead."""

PAGE = 500


@dataclass(frozen=True)
class Told:
    """One alert; `frame` as a server-sent event, `feature` as JSON text."""

    seq: int
    owner: int
    subscription: int
    feature: str
    frame: bytes


@dataclass(eq=False)
class Listener:
    """One open stream. `owner`: whose alerts it sees, None for all; `only`: of one subscription. `cursor` is the last
    alert that it was sent or that was not for it."""

    owner: int | None
    only: int | None
    cursor: int
    behind: bool
    who: Caller = NOBODY
    ended: bool = False
    waiting: deque[Told] = field(default_factory=deque)
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    def offer(self, told: Told) -> None:
        if self.owner not in (None, told.owner) or self.only not in (None, told.subscription):
            return
        if len(self.waiting) >= QUEUE:
            self.waiting.clear()
            self.behind = True
        self.waiting.append(told)
        self.wake.set()


class AlertFeed:
    """Belongs to the hub. `cursor` is the newest alert that was handed out."""

    def __init__(self) -> None:
        self.cursor = 0
        self.closing = False
        self.listeners: set[Listener] = set()

    def close(self) -> None:
        """End every stream; their clients come back to the next process and go on where they were."""
        self.closing = True
        for one in self.listeners:
            one.wake.set()

    async def start(self, connection: asyncpg.Connection) -> None:
        self.cursor = await destinations.newest(connection)

    async def hand_out(self, connection: asyncpg.Connection) -> None:
        """What came since the last time."""
        while rows := await destinations.alerts(connection, None, self.cursor, 2**62, PAGE):
            for told in map(_told, rows):
                for one in self.listeners:
                    one.offer(told)
            self.cursor = rows[-1]["seq"]

    async def follow(
        self, pool: asyncpg.Pool, owner: int | None, only: int | None, since: int | None, ping_s: float,
        who: Caller = NOBODY,
    ) -> AsyncIterator[Told | int | None]:  # fmt: skip
        """First the cursor from which it goes on; then every alert after `since` (None: from now) once and in order;
        None after `ping_s` without one."""
        if since is not None and since > self.cursor:
            # Ahead of us is only who was served by a faster process; ahead of the database, who knew another one.
            since = since if since <= await pool.fetchval("SELECT last_value FROM alert_seq") else None
        own = Listener(owner, only, self.cursor if since is None else since, since is not None, who)
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
            rows = await destinations.alerts(pool, own.owner, own.cursor, until, PAGE, own.only)
            for told in map(_told, rows):
                own.cursor = told.seq
                yield told
            if not rows:
                own.cursor = until


async def _next(own: Listener, wait_s: float) -> Told | None:
    if not own.waiting:
        own.wake.clear()
        try:
            await asyncio.wait_for(own.wake.wait(), wait_s)
        except TimeoutError:
            return None
    return own.waiting.popleft() if own.waiting else None


def _told(row: Any) -> Told:
    text = row["feature"]
    return Told(row["seq"], row["owner"], row["subscription"], text, frame("alert", text.encode(), row["seq"]))
