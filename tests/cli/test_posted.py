"""What programs post reaches the engine once, though it is killed at any moment after the answer."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from hashlib import blake2b
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import asyncpg
import psutil
import pytest

from cli.posted import Posted
from geo.batch import Batch
from geo.batch_bytes import packed
from pipeline.inbox import Inbox
from pipeline.journal import Journal
from pipeline.polls import Polls
from store import accounts, credentials, posted
from store.connect import open_pool
from tests.cli.test_serve import served


@pytest.fixture(scope="module")
def url(migrated_url: str) -> str:
    return migrated_url


def piece(number: int) -> Batch:
    import numpy as np

    return Batch({"icao24": np.array([number]), "time": np.array([1_700_000_000_000 + number])})


async def given(pool: asyncpg.Pool, account: int, numbers: range) -> None:
    for number in numbers:
        await posted.keep(pool, posted.Post(account, "", b"", 1, packed(piece(number)), {}))


def test_pieces_come_in_order_once_and_go_when_they_are_settled(url: str, tmp_path: Path) -> None:
    async def run() -> tuple[list[int], int, list[int]]:
        pool = await open_pool(url, 2)
        try:
            async with pool.acquire() as connection:
                account = await accounts.add(connection, "feeder", "ingest")
            await given(pool, account, range(1, 6))
            polls = Polls([Posted(pool)], Inbox())
            polls.start()
            async with asyncio.timeout(20):
                while polls.inbox.rows < 5:
                    await asyncio.sleep(0.02)
            batch, ids = polls.take()
            journal = Journal(tmp_path / "j")
            journal.add(batch, ids[:3])
            await polls.stop()

            again = Journal(tmp_path / "j")
            list(again.rest())
            rest = Polls([Posted(pool, again.posted)], Inbox())
            rest.start()
            async with asyncio.timeout(20):
                while rest.inbox.rows < 2:
                    await asyncio.sleep(0.02)
            second, left = rest.take()
            await rest.settle(left)
            await rest.stop()
            return (
                batch["icao24"].tolist(),
                await pool.fetchval("SELECT count(*) FROM posted"),
                second["icao24"].tolist(),
            )
        finally:
            await pool.close()

    first, left, second = asyncio.run(run())

    assert (first, second, left) == ([1, 2, 3, 4, 5], [4, 5], 0)


def send(base: str, key: str, body: bytes) -> Any:
    """Again and again under the same key until there is an answer, as a good program does."""
    own = blake2b(body).hexdigest()
    headers = {"authorization": f"Bearer {key}", "content-type": "application/x-ndjson", "idempotency-key": own}
    until = time.monotonic() + 60
    while True:
        try:
            with urlopen(Request(f"{base}ingest", body, headers, method="POST"), timeout=20) as answer:
                return json.load(answer)
        except OSError:
            assert time.monotonic() < until
            time.sleep(0.3)


async def secret(url: str) -> str:
    connection = await asyncpg.connect(url)
    own = await accounts.add(connection, "sender", "ingest")
    _, key = await credentials.give(connection, own, credentials.KEY, "test", "ingest", None)
    await connection.close()
    return str(key)


async def stored(url: str) -> Counter[int]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("SELECT icao24 FROM positions WHERE icao24 BETWEEN 4096 AND 8191")
        return Counter(row["icao24"] for row in rows)
    finally:
        await connection.close()


def test_what_was_acknowledged_is_stored_once_whoever_is_killed(url: str, tmp_path: Path) -> None:
    key, sent = asyncio.run(secret(url)), 0
    with served(url, tmp_path, "--feed", str(_quiet(tmp_path)), "--store-every", "0", "--no-reference") as (
        process,
        base,
    ):
        for round_ in range(4):
            for _ in range(5):
                now = int(time.time() * 1000)
                rows = [{"icao24": f"{4096 + sent + i:06x}", "time": now, "lat": 47.0, "lon": 8.0} for i in range(20)]
                body = "\n".join(map(json.dumps, rows)).encode()
                sent += send(base, key, body)["accepted"]
            if round_ in (1, 2):
                for child in _processes(process.pid)[:round_]:
                    child.kill()
        until = time.monotonic() + 60
        while len(found := asyncio.run(stored(url))) < sent and time.monotonic() < until:
            # Rows are judged, and stored, once newer ones have come.
            send(base, key, json.dumps({"icao24": "ffff00", "time": int(time.time() * 1000)}).encode())
            time.sleep(0.5)

    assert sent == 400
    assert (len(found), set(found.values())) == (400, {1})


def _quiet(folder: Path) -> Path:
    """A recording of one row: the service has nothing else to do."""
    path = folder / "one.json"
    path.write_text(json.dumps({"now": 1_700_000_000, "aircraft": [{"hex": "abc777", "seen": 0}]}))
    return path


def _works(child: psutil.Process) -> bool:
    try:
        return "resource_tracker" not in " ".join(child.cmdline())
    except psutil.NoSuchProcess:  # it has just ended, a zombie included: there is nothing to kill
        return False


def _processes(parent: int) -> list[psutil.Process]:
    """Engine and API, which are begun first, and whatever else there is."""
    children = psutil.Process(parent).children()
    children = [one for one in children if _works(one)]
    return sorted(children, key=lambda one: one.create_time())
