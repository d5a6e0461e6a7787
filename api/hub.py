"""One listener per process: wakes on NOTIFY, reads what changed by cursor, hands each event to every open stream."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field

import asyncpg
import orjson
import structlog

from api import events
from api.caller import NOBODY, Caller
from api.clock import clock
from api.doors import close_ended
from api.events import PING, Event
from api.feed import Feed
from api.feeds import ALERTS, INCIDENTS
from api.parameters import Edges
from api.settings import Settings
from store.connect import CHANNEL, UNREACHABLE

QUEUE = 256
"""Events that may wait for one slow client; beyond that it is caught up by cursor instead."""

LOOK_S = 5.0
"""Without any wake-up the hub looks by itself this often: a lost notification costs seconds, not events."""

_NEWEST_INCIDENT = "SELECT coalesce(max(seq), 0) FROM incidents"
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.2, 5.0
log = structlog.get_logger("skysift.hub")


@dataclass(eq=False)
class Subscriber:
    """One open stream. `cursor` is the last change it was sent; `behind`: it must be caught up from there.

    `columns`: it takes aircraft as columns instead of rows.
    """

    boxes: Sequence[Edges]
    cursor: int
    behind: bool
    columns: bool = False
    who: Caller = NOBODY
    ended: bool = False
    waiting: deque[Event] = field(default_factory=deque)
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    def offer(self, event: Event) -> None:
        if len(self.waiting) >= QUEUE:
            self.waiting.clear()
            self.behind = True
        self.waiting.append(event)
        self.wake.set()

    async def next(self, wait_s: float) -> Event | None:
        """The next event, None after `wait_s` without one."""
        if not self.waiting:
            self.wake.clear()
            try:
                async with asyncio.timeout(wait_s):
                    await self.wake.wait()
            except TimeoutError:
                return None
        return self.waiting.popleft() if self.waiting else None


class Hub:
    """Runs as one task. `cursor` is the newest change that was handed out, `tick` the newest state of aircraft,
    `incident` the newest change of one."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.subscribers: set[Subscriber] = set()
        self.cursor = self.tick = self.incident = 0
        self.up = self.closing = False
        self.looked = 0.0
        self.ready = asyncio.Event()
        self.alerts, self.incidents = Feed(ALERTS), Feed(INCIDENTS)
        self.told: Counter[str] = Counter()
        """How often each kind of change was told of: as long as that stays, so do the data."""
        self._kinds: set[str] = set()
        self._wake = asyncio.Event()

    def close(self) -> None:
        """End every stream; their clients come back to the next process and go on where they were."""
        self.closing = True
        for feed in (self.alerts, self.incidents):
            feed.close()
        for one in self.subscribers:
            one.wake.set()

    @property
    def open(self) -> int:
        """How many streams there are."""
        return len(self.subscribers) + len(self.alerts.listeners) + len(self.incidents.listeners)

    async def run(self) -> None:
        """Listen until cancelled; come back after every loss of the database."""
        wait_s = _FIRST_WAIT_S
        while True:
            try:
                connection = await asyncpg.connect(self.settings.database_url, timeout=5, command_timeout=30)
                try:
                    wait_s = _FIRST_WAIT_S
                    await self._listen(connection)
                finally:
                    self.up = False
                    connection.terminate()
            except UNREACHABLE as error:
                log.warning("listener lost", error=repr(error), again_in_s=wait_s)
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, _LONGEST_WAIT_S)

    async def _listen(self, connection: asyncpg.Connection) -> None:
        connection.add_termination_listener(lambda _: self._notified("lost"))
        await connection.add_listener(CHANNEL, lambda _c, _pid, _channel, kind: self._notified(kind))
        if not self.ready.is_set():
            self.cursor = await connection.fetchval("SELECT coalesce(max(seq), 0) FROM anomalies")
            self.tick = await connection.fetchval("SELECT coalesce(max(seq), 0) FROM aircraft_now")
            self.incident = await connection.fetchval(_NEWEST_INCIDENT)
            for feed in (self.alerts, self.incidents):
                await feed.start(connection)
            self.ready.set()
        self.up = True
        self._notified("everything")
        while "lost" not in self._kinds:
            await self._woken()
            kinds, self._kinds = self._kinds, set()
            await self._hand_out(connection, kinds)
            self._kinds |= kinds & {"lost"}
        self._kinds.clear()

    def _notified(self, kind: str) -> None:
        self.told[kind] += 1
        self._kinds.add(kind)
        self._wake.set()

    async def _woken(self) -> None:
        try:
            async with asyncio.timeout(LOOK_S):
                await self._wake.wait()
        except TimeoutError:
            self._kinds.add("everything")
        self._wake.clear()

    async def _hand_out(self, connection: asyncpg.Connection, kinds: set[str]) -> None:
        every = "everything" in kinds
        if every or "anomaly" in kinds:
            before = self.cursor
            await self._tell(connection)
            # A change that no notification told of is one all the same.
            self.told["anomaly"] += self.cursor != before and "anomaly" not in kinds
        if every or "incident" in kinds:
            await self._tell_incidents(connection)
            await self.incidents.hand_out(connection)
        if every or "access" in kinds or time.monotonic() - self.looked > LOOK_S:
            await close_ended(connection, [*self.subscribers, *self.alerts.listeners, *self.incidents.listeners])
            self.looked = time.monotonic()
        if every or "alert" in kinds:
            await self.alerts.hand_out(connection)
        if self.subscribers and (every or "aircraft" in kinds):
            self.tick = await self._move(connection)
        if self.subscribers and (every or "clock" in kinds):
            self._publish(events.clock(await clock(connection)))

    async def _tell(self, connection: asyncpg.Connection) -> None:
        """Hand out the anomalies that changed; where nobody listens their number is enough, however many they are."""
        if not self.subscribers:
            newest = await connection.fetchval("SELECT coalesce(max(seq), 0) FROM anomalies")
            self.cursor = max(self.cursor, newest)
            for one in self.subscribers:  # who came meanwhile
                one.behind = True
                one.wake.set()
        while found := await events.anomalies(connection, self.cursor, 2**62):
            for event in found:
                self._publish(event)
            self.cursor = found[-1].seq

    async def _tell_incidents(self, connection: asyncpg.Connection) -> None:
        """Hand out the incidents that changed, what people say of them included."""
        if not self.subscribers:
            self.incident = await connection.fetchval(_NEWEST_INCIDENT)
            return
        newest = -1
        while newest != self.incident:
            newest = self.incident
            for row in await events.incidents(connection, newest, 2**62):
                self._publish(events.incident(row))
                self.incident = row["seq"]

    async def _move(self, connection: asyncpg.Connection) -> int:
        """Hand out who moved, in the forms that somebody takes; the newest tick that all have."""
        ticks = []
        for read, columns in ((events.aircraft, False), (events.columns, True)):
            takers = [one for one in self.subscribers if one.columns is columns]
            if takers:
                tick, moved = await read(connection, self.tick)
                ticks.append(tick)
                if moved:
                    self._publish(moved, takers)
        return min(ticks, default=self.tick)

    def _publish(self, event: Event, takers: Iterable[Subscriber] | None = None) -> None:
        for one in self.subscribers if takers is None else takers:
            one.offer(event)

    async def stream(
        self, pool: asyncpg.Pool, since: int | None, boxes: Sequence[Edges], columns: bool = False,
        who: Caller = NOBODY,
    ) -> AsyncIterator[bytes]:  # fmt: skip
        """Frames for one client, from after `since` (None: from now) on; nothing is missed and nothing comes twice."""
        if since is not None and since > self.cursor:
            # Ahead of us is only who was served by a faster process; ahead of the database, who knew another one.
            since = since if since <= await pool.fetchval("SELECT last_value FROM anomaly_seq") else None
        own = Subscriber(boxes, self.cursor if since is None else since, since is not None, columns, who)
        self.subscribers.add(own)
        try:
            yield await self._hello(pool, own.cursor)
            while not (self.closing or own.ended):
                if own.behind:
                    async for chunk in self._catch_up(pool, own):
                        yield chunk
                event = await own.next(self.settings.ping_s)
                if event is None:
                    yield b"" if self.closing or own.ended else PING
                elif not event.seq or event.seq > own.cursor:
                    own.cursor = max(own.cursor, event.seq)
                    yield event.seen(own.boxes)
        finally:
            self.subscribers.discard(own)

    async def _hello(self, pool: asyncpg.Pool, cursor: int) -> bytes:
        now = await clock(pool)
        told = {"data_time": now["data_time"], "title": self.settings.title, "version": self.settings.version}
        return b"retry: 2000\n" + events.frame("hello", orjson.dumps(told), cursor)

    async def _catch_up(self, pool: asyncpg.Pool, own: Subscriber) -> AsyncIterator[bytes]:
        """What changed between the client's cursor and ours, from the database. No await may stand before `until`."""
        own.behind = False
        own.waiting.clear()
        until = self.cursor
        while own.cursor < until and not self.closing:
            found = await events.anomalies(pool, own.cursor, until)
            for event in found:
                own.cursor = event.seq
                yield event.seen(own.boxes)
            if not found:
                own.cursor = until
