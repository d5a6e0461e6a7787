"""The dispatcher: what is due in the outbox is judged, sent, tried again with patience, and at last given up."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter

import asyncpg
import structlog

from delivery import judge
from delivery._registry import Failed, Gone, Refused, kinds
from delivery.judge import Budgets
from delivery.kept import keeping
from delivery.message import Message
from delivery.reach import Reach, guarded
from delivery.vault import Vault, VaultError
from pipeline.ending import ended
from store import outbox
from store.connect import AUTO, CHANNEL, UNREACHABLE, open_pool

LOOK_S = 1.0
"""Without a wake-up it looks this often: for what is to be tried again, and for what was kept back."""

FIRST_WAIT_S, LONGEST_WAIT_S = 2.0, 3_600.0
GIVE_UP = timedelta(days=1)
HELD_AT_ONCE = 5_000
"""Deliveries in one bundle; of more there are several."""

HELD_S = 5.0
"""What is kept back is looked at this often."""

log = structlog.get_logger("skysift.deliver")


@dataclass(frozen=True)
class Limits:
    """`per_hour`: alerts of all subscriptions together, 0 without a limit. `lease_s`: after this long without a word
    from who took them, deliveries are another's; longer than any kind takes to send `batch` of them would be too
    long to wait after a crash, so a batch ends before its lease does."""

    per_hour: int = 100
    places: int = 64
    batch: int = 50
    lease_s: float = 90.0


@dataclass
class Dispatcher:
    """`run` goes on until cancelled. Each destination is served by one task at a time, in the order of its alerts."""

    url: str
    vault: Vault
    reach: Reach
    limits: Limits = field(default_factory=Limits)
    serving: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    sending: dict[str, int | None] = field(default_factory=dict)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    look_held_at: float = 0.0

    async def run(self) -> None:
        """Come back after every loss of the database."""
        await asyncio.to_thread(kinds)
        async with keeping():
            await self._guarded()

    async def _guarded(self) -> None:
        wait_s = 0.2
        with guarded(self.reach):
            while True:
                try:
                    await self._connected()
                except UNREACHABLE as error:
                    log.warning("outbox lost", error=repr(error), again_in_s=wait_s)
                finally:
                    await self._stopped()
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, 5.0)

    async def _connected(self) -> None:
        listener = await asyncpg.connect(self.url, timeout=5)
        pool = await open_pool(self.url, size=8, plans=AUTO)
        try:
            await listener.add_listener(CHANNEL, lambda _c, _p, _n, kind: self.wake.set() if kind == "alert" else None)
            log.info("delivering", per_hour=self.limits.per_hour)
            while not listener.is_closed():
                await self.step(pool)
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_S):
                        await self.wake.wait()
                self.wake.clear()
        finally:
            listener.terminate()
            pool.terminate()

    async def _stopped(self) -> None:
        await ended(*self.serving.values())
        self.serving.clear()

    async def step(self, pool: asyncpg.Pool) -> None:
        """Tell what was kept back long enough, and start to send what is due."""
        async with pool.acquire() as connection:
            if asyncio.get_running_loop().time() >= self.look_held_at:
                await self._tell_held(connection)
                self.look_held_at = asyncio.get_running_loop().time() + HELD_S
            tests = await outbox.lease_tests(connection, 20, self.limits.lease_s)
            async with connection.transaction():
                due = await self._leased(connection)
        for row in tests:
            self._serve(pool, -row["id"], [row])
        of = itemgetter("destination")
        for destination, rows in groupby(sorted(due, key=of), of):
            self._serve(pool, destination, list(rows))

    async def _leased(self, connection: asyncpg.Connection) -> Sequence[asyncpg.Record]:
        """What goes out now; the rest of what is due is marked as held."""
        places = self.limits.places - len(self.serving)
        if places <= 0:
            return []
        rows = await outbox.lease(
            connection, list(self.serving), places, self.limits.batch, self.limits.lease_s
        )  # fmt: skip
        budgets = Budgets(self.limits.per_hour)
        if rows and (self.limits.per_hour or any((r["delivery"] or {}).get("budget_per_hour") for r in rows)):
            budgets.told = {**await outbox.used(connection), **self.sending}
        out, held, now = [], [], datetime.now(UTC)
        for row in rows:
            found = judge.judged(row, budgets, now)
            if found:
                held.append((row["id"], found.why, found.until.timestamp()))
            else:
                out.append(row)
        await outbox.hold(connection, held)
        return out

    async def _tell_held(self, connection: asyncpg.Connection) -> None:
        """Bundles of what was kept back, where the wait is over."""
        now = datetime.now(UTC)
        for group in await outbox.held(connection):
            waits = judge.waits(group, now)
            if waits is None:
                rows = await outbox.held_of(connection, group, HELD_AT_ONCE)
                if not rows:  # Another dispatcher told of them meanwhile, or somebody sent them again.
                    continue
                key, trigger, feature = judge.bundled(group, rows, now)
                async with connection.transaction():
                    ids = [row["id"] for row in rows]
                    await outbox.bundle(connection, key, group["subscription"], trigger, feature, ids)
            elif group["over"]:
                await outbox.wait(connection, group, waits.until.timestamp())

    def _serve(self, pool: asyncpg.Pool, place: int, rows: Sequence[asyncpg.Record]) -> None:
        self.sending |= {row["alert"]: row["subscription"] for row in rows if row["trigger"] not in outbox.NO_ALERTS}
        task = asyncio.create_task(self._served(pool, rows))
        self.serving[place] = task
        task.add_done_callback(lambda _: self._done(place, rows))

    def _done(self, place: int, rows: Sequence[asyncpg.Record]) -> None:
        self.serving.pop(place, None)
        for row in rows:
            self.sending.pop(row["alert"], None)
        self.wake.set()

    async def _served(self, pool: asyncpg.Pool, rows: Sequence[asyncpg.Record]) -> None:
        """Send to one destination, in order; after a failure the rest waits with what failed."""
        left = list(rows)
        together = int((rows[0]["options"] or {}).get("concurrency", 1))
        until = asyncio.get_running_loop().time() + self.limits.lease_s / 2
        try:
            while left and asyncio.get_running_loop().time() < until:
                now, left = left[:together], left[together:]
                if not all(await asyncio.gather(*(self._sent(pool, row) for row in now))):
                    break
            await outbox.release(pool, [row["id"] for row in left])
        except UNREACHABLE as error:
            log.warning("a result could not be written; it is sent again", error=repr(error))

    async def _sent(self, pool: asyncpg.Pool, row: asyncpg.Record) -> bool:
        """Try one delivery and write down what became of it; whether the destination takes more now."""
        test = row["trigger"] == "test"
        try:
            status = await self._tried(row)
        except Gone as error:
            said = str(error) if test else f"{error}: paused"
            await outbox.failed(pool, row["id"], said, None if test else 0.0, pause=not test)
        except Refused as error:
            await outbox.failed(pool, row["id"], str(error), None)
            return True
        except (Failed, VaultError) as error:
            late = test or datetime.now(UTC) - row["created"] > GIVE_UP
            await outbox.failed(pool, row["id"], str(error), None if late else again_in_s(row["attempts"], error))
        else:
            await outbox.sent(pool, row["id"], status)
            return True
        log.info("not delivered", delivery=row["id"], destination=row["destination"], attempt=row["attempts"] + 1)
        return False

    async def _tried(self, row: asyncpg.Record) -> str:
        """What the receiver said. Raises Failed, Refused, Gone, VaultError."""
        kind = kinds()[row["kind"]]
        values = self.vault.open(row["secret"]) | (row["options"] or {}).get("values", {})
        message = Message(
            row["alert"], row["trigger"], row["name"] or "Test", row["feature"].encode(), row["attempts"] + 1
        )
        try:
            return await kind.send(values, message, self.reach)
        except (Failed, Refused, Gone):
            raise
        except Exception as error:
            # A receiver must not be able to stop the others by what it makes a library do. The text may hold secrets.
            log.error("a kind failed in an unforeseen way", kind=kind.id, error=type(error).__name__)
            raise Failed(f"{kind.id}: {type(error).__name__}") from error


def again_in_s(attempts: int, error: Exception) -> float:
    """Seconds to the next attempt: as long as the receiver asks, else at random up to twice as long as before."""
    asked = error.after_s if isinstance(error, Failed) else None
    if asked is not None:
        return asked * random.uniform(1.0, 1.1)
    return random.uniform(0.1, 1.0) * min(FIRST_WAIT_S * 2.0 ** min(attempts, 20), LONGEST_WAIT_S)
