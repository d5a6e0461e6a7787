"""The dispatcher over a real outbox: order, patience, what is kept back, and kill -9 in the midst of it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import pytest

from delivery._registry import Failed
from delivery.dispatcher import Dispatcher, Limits, again_in_s
from delivery.vault import Vault
from store import outbox
from store.connect import open_pool
from tests.delivery.conftest import ANYWHERE, FEATURE, answering, http, values

ROOT = Path(__file__).resolve().parents[2]
LIMITS = Limits()


@dataclass
class Receiver:
    """Notes the keys it was sent, and answers what it is told to."""

    url: str = ""
    keys: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    answer: Callable[[str], bytes] = lambda key: http("204 No Content")

    def take(self, line: bytes, headers: Mapping[str, str], body: bytes) -> bytes:
        self.keys.append(headers["idempotency-key"])
        self.bodies.append(orjson.loads(body))
        return self.answer(self.keys[-1])


@dataclass
class World:
    """A subscription with one destination, over an empty outbox."""

    pool: asyncpg.Pool
    vault: Vault
    url: str
    receiver: Receiver
    subscription: int = 0
    destination: int = 0

    async def make(self, delivery: Mapping[str, Any]) -> None:
        await self.pool.execute("TRUNCATE accounts, alerts CASCADE")
        owner = await self.pool.fetchval("INSERT INTO accounts (name, role) VALUES ('me', 'analyst') RETURNING id")
        self.subscription = await self.pool.fetchval(
            "INSERT INTO subscriptions (owner, name, trigger, delivery) VALUES ($1, 'Home', 'enters', $2) RETURNING id",
            owner, dict(delivery),
        )  # fmt: skip
        self.destination = await self.pool.fetchval(
            "INSERT INTO destinations (owner, name, kind, shown, secret) "
            "VALUES ($1, 'd', 'webhook', '', $2) RETURNING id",
            owner, self.vault.seal(values("webhook", url=self.receiver.url)),
        )  # fmt: skip

    async def alert(self, *keys: str) -> None:
        for key in keys:
            await self.pool.execute(
                "INSERT INTO alerts (key, subscription, trigger, time, feature) VALUES ($1, $2, 'enters', now(), $3)",
                key, self.subscription, orjson.dumps(FEATURE | {"id": key}).decode(),
            )  # fmt: skip
            await outbox.owe(self.pool, key, self.destination)

    async def rounds(self, limits: Limits = LIMITS, count: int = 1) -> None:
        """So many rounds of a dispatcher, each to its end."""
        own = Dispatcher(self.url, self.vault, ANYWHERE, limits)
        for _ in range(count):
            own.look_held_at = 0.0
            await own.step(self.pool)
            await asyncio.gather(*own.serving.values())

    async def states(self) -> dict[str, str]:
        rows = await self.pool.fetch("SELECT alert, state FROM deliveries ORDER BY id")
        return {row["alert"]: row["state"] for row in rows}

    async def one(self, column: str, table: str = "deliveries") -> Any:
        return await self.pool.fetchval(f"SELECT {column} FROM {table}")


@asynccontextmanager
async def world(url: str, folder: Path, **delivery: Any) -> AsyncIterator[World]:
    receiver = Receiver()
    pool = await open_pool(url)
    try:
        async with answering(receiver.take) as address:
            receiver.url = f"{address}/hook"
            made = World(pool, Vault(folder), url, receiver)
            await made.make(delivery)
            yield made
    finally:
        await pool.close()


def test_alerts_arrive_in_order_and_once(migrated_url: str, tmp_path: Path) -> None:
    async def go() -> None:
        async with world(migrated_url, tmp_path) as it:
            await it.alert("a", "b", "c")
            await it.rounds(count=2)
            assert it.receiver.keys == ["a", "b", "c"]
            assert set((await it.states()).values()) == {"sent"}
            assert await it.one("latency_ms") is not None
            assert await it.one("last_sent", "destinations") is not None

    asyncio.run(go())


def test_after_a_failure_the_rest_waits_and_order_stays(migrated_url: str, tmp_path: Path) -> None:
    async def go() -> None:
        async with world(migrated_url, tmp_path) as it:
            it.receiver.answer = lambda key: http("500 Internal Server Error")
            await it.alert("a", "b")
            await it.rounds(count=2)
            assert it.receiver.keys == ["a"]
            assert await it.one("failures", "destinations") == 1
            it.receiver.answer = lambda key: http("200 OK")
            await it.pool.execute("UPDATE deliveries SET due = now()")
            await it.rounds()
            assert it.receiver.keys == ["a", "a", "b"]
            assert await it.one("failures", "destinations") == 0

    asyncio.run(go())


def test_what_is_refused_is_dead_and_can_be_replayed(migrated_url: str, tmp_path: Path) -> None:
    async def go() -> None:
        async with world(migrated_url, tmp_path) as it:
            it.receiver.answer = lambda key: http("422 No" if key == "a" else "200 OK")
            await it.alert("a", "b")
            await it.rounds()
            assert await it.states() == {"a": "dead", "b": "sent"}
            it.receiver.answer = lambda key: http("200 OK")
            await outbox.again(it.pool, await it.pool.fetchval("SELECT id FROM deliveries WHERE alert = 'a'"))
            await it.rounds()
            assert it.receiver.keys == ["a", "b", "a"]

    asyncio.run(go())


def test_what_is_sent_after_a_month_is_sent_once(migrated_url: str, tmp_path: Path) -> None:
    async def go() -> None:
        async with world(migrated_url, tmp_path) as it:
            await it.alert("a")
            await it.pool.execute("UPDATE alerts SET created = now() - interval '30 days'")
            await it.rounds()
            assert await it.states() == {"a": "sent"}

    asyncio.run(go())


def test_what_another_dispatcher_told_of_meanwhile_stops_nothing(
    migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def go() -> None:
        async with world(migrated_url, tmp_path, digest_minutes=10) as it:
            await it.alert("a")
            await it.rounds()
            await it.pool.execute("UPDATE deliveries SET due = now()")
            groups = await outbox.held(it.pool)
            await it.rounds(count=2)

            async def as_before(connection: asyncpg.Connection) -> list[asyncpg.Record]:
                return list(groups)

            monkeypatch.setattr(outbox, "held", as_before)
            await it.rounds()
            assert len(it.receiver.keys) == 1

    asyncio.run(go())


def test_a_day_is_enough(migrated_url: str, tmp_path: Path) -> None:
    async def go() -> None:
        async with world(migrated_url, tmp_path) as it:
            it.receiver.answer = lambda key: http("500 No")
            await it.alert("a")
            await it.pool.execute("UPDATE deliveries SET created = now() - interval '25 hours'")
            await it.rounds()
            assert await it.states() == {"a": "dead"}

    asyncio.run(go())


def test_gone_pauses_and_loses_nothing(migrated_url: str, tmp_path: Path) -> None:
    async def go() -> None:
        async with world(migrated_url, tmp_path) as it:
            it.receiver.answer = lambda key: http("410 Gone")
            await it.alert("a", "b")
            await it.rounds(count=2)
            assert await it.one("paused", "destinations")
            assert it.receiver.keys == ["a"]
            assert await it.states() == {"a": "due", "b": "due"}

    asyncio.run(go())


def test_a_budget_keeps_the_rest_and_says_so(migrated_url: str, tmp_path: Path) -> None:
    async def go() -> None:
        async with world(migrated_url, tmp_path, budget_per_hour=2) as it:
            await it.alert("a", "b", "c", "d")
            await it.rounds()
            assert it.receiver.keys == ["a", "b"]
            assert await it.states() == {"a": "sent", "b": "sent", "c": "held", "d": "held"}
            await it.pool.execute("UPDATE deliveries SET due = now() WHERE state = 'held'")
            await it.rounds(count=2)
            told = it.receiver.bodies[-1]["data"]["properties"]
            assert (told["count"], told["trigger"]) == (2, "held-back")
            assert told["text"].startswith("2 more held back (budget)")
            assert set((await it.states()).values()) == {"sent", "told"}

    asyncio.run(go())


def test_the_budget_of_all(migrated_url: str, tmp_path: Path) -> None:
    async def go() -> None:
        async with world(migrated_url, tmp_path) as it:
            await it.alert("a", "b")
            await it.rounds(Limits(per_hour=1))
            assert await it.states() == {"a": "sent", "b": "held"}

    asyncio.run(go())


def test_a_digest_is_one_message(migrated_url: str, tmp_path: Path) -> None:
    async def go() -> None:
        async with world(migrated_url, tmp_path, digest_minutes=10) as it:
            await it.alert("a", "b", "c")
            await it.rounds()
            assert it.receiver.keys == []
            await it.pool.execute("UPDATE deliveries SET due = now() WHERE alert = 'a'")
            await it.rounds(count=2)
            (only,) = it.receiver.bodies
            assert only["data"]["properties"]["count"] == 3
            assert [one["id"] for one in only["data"]["properties"]["alerts"]] == ["a", "b", "c"]

    asyncio.run(go())


def test_what_is_asked_for_again_is_not_kept_back(migrated_url: str, tmp_path: Path) -> None:
    async def go() -> None:
        async with world(migrated_url, tmp_path, digest_minutes=10) as it:
            await it.alert("a")
            await it.rounds()
            await outbox.again(it.pool, await it.one("id"))
            await it.rounds()
            assert it.receiver.keys == ["a"]

    asyncio.run(go())


def test_a_mute_holds_until_it_is_taken_back(migrated_url: str, tmp_path: Path) -> None:
    async def go() -> None:
        async with world(migrated_url, tmp_path) as it:
            await it.pool.execute("UPDATE subscriptions SET mute_until = $1", datetime.now(UTC) + timedelta(hours=1))
            await it.alert("a")
            await it.rounds(count=2)
            assert await it.states() == {"a": "held"}
            await it.pool.execute("UPDATE subscriptions SET mute_until = NULL")
            await it.rounds(count=2)
            assert it.receiver.bodies[0]["data"]["properties"]["held_by"] == {"muted": 1}

    asyncio.run(go())


def test_quiet_hours(migrated_url: str, tmp_path: Path) -> None:
    async def go() -> None:
        always = {"hours": [{"from": "00:00", "to": "24:00"}]}
        async with world(migrated_url, tmp_path, quiet=always) as it:
            await it.alert("a")
            await it.rounds(count=2)
            assert (await it.one("state"), await it.one("status")) == ("held", "quiet hours")

    asyncio.run(go())


def test_a_test_passes_by_what_waits_and_is_tried_once(migrated_url: str, tmp_path: Path) -> None:
    async def go() -> None:
        async with world(migrated_url, tmp_path, quiet={"hours": [{"from": "00:00", "to": "24:00"}]}) as it:
            it.receiver.answer = lambda key: http("503 No")
            await it.alert("a")
            await it.pool.execute("UPDATE destinations SET paused = true")
            feature = orjson.dumps(FEATURE).decode()
            async with it.pool.acquire() as connection:
                made = await outbox.test(connection, "test-1", None, feature, [it.destination])
            await it.rounds()
            assert list(made) == [it.destination]
            assert it.receiver.keys == ["test-1"]
            assert await it.states() == {"a": "due", "test-1": "dead"}

    asyncio.run(go())


def test_a_missing_key_is_said_and_nothing_is_lost(migrated_url: str, tmp_path: Path) -> None:
    async def go() -> None:
        async with world(migrated_url, tmp_path) as it:
            it.vault.path.unlink()
            await it.alert("a")
            await it.rounds()
            assert "is missing: bring it back" in await it.one("last_error", "destinations")
            assert await it.states() == {"a": "due"}

    asyncio.run(go())


def test_patience_grows_and_the_receivers_wish_counts() -> None:
    assert again_in_s(0, Failed("x")) <= 2
    assert all(again_in_s(30, Failed("x")) <= 3_600 for _ in range(100))
    assert 60 <= again_in_s(0, Failed("x", 60)) <= 66


CHILD = """
import asyncio, sys
from pathlib import Path
from delivery.dispatcher import Dispatcher, Limits
from delivery.reach import Reach
from delivery.vault import Vault
limits = Limits(per_hour=0, batch=5, lease_s=1.0)
asyncio.run(Dispatcher(sys.argv[1], Vault(Path(sys.argv[2])), Reach(everything=True), limits).run())
"""


def test_killed_at_any_moment_nothing_is_lost(migrated_url: str, tmp_path: Path) -> None:
    """Three times kill -9 while two dozen alerts are sent: each arrives, and what arrives twice has the same key."""
    keys = [f"k{number:02}" for number in range(24)]

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", CHILD, migrated_url, str(tmp_path)], cwd=ROOT)

    async def go() -> Counter[str]:
        async with world(migrated_url, tmp_path) as it:
            await it.alert(*keys)
            child = start()
            try:
                for _ in range(3):
                    until = len(set(it.receiver.keys)) + 5
                    while len(set(it.receiver.keys)) < until:
                        await asyncio.sleep(0.01)
                    os.kill(child.pid, signal.SIGKILL)
                    child.wait()
                    child = start()
                while set((await it.states()).values()) != {"sent"}:
                    await asyncio.sleep(0.05)
            finally:
                child.kill()
                child.wait()
            return Counter(it.receiver.keys)

    counts = asyncio.run(asyncio.wait_for(go(), 120))
    assert sorted(counts) == keys
    assert sum(counts.values()) <= len(keys) + 3
