"""A small seeded database, the application over it in this process, and the real server over it in another."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import numpy as np
import orjson
import pytest
import shapely
from litestar import Litestar
from litestar.testing import TestClient

from api.app import create_app
from api.settings import Settings
from geo.anomaly import Anomaly
from geo.batch import Batch
from store import accounts, credentials
from store.words import ROLES
from store.writer import Writer

T0 = 1_700_000_400_000
ROOT = Path(__file__).resolve().parents[2]
ONE = Anomaly(
    "a1", "loiter", 0xABCDEF, "TEST1", [], T0, T0 + 60_000, "open", 2, 0.5, "turns and stays",
    {"type": "Point", "coordinates": [10.0, 50.0]}, "871fa0000ffffff", evidence={"turns": 2.5},
)  # fmt: skip


def anomalies() -> list[Anomaly]:
    """Twelve loiters a minute apart, a squawk over the antimeridian and a cleared one."""
    far = {"type": "Point", "coordinates": [179.5, 0.0]}
    minutes = [replace(ONE, id=f"l{i:02}", start=T0 + i * 60_000, end=T0 + i * 60_000 + 30_000) for i in range(12)]
    squawk = replace(
        ONE, id="s1", class_id="squawk", icao24=5, priority=4, confidence=0.9, state="closed", geometry=far
    )
    return [*minutes, squawk, replace(ONE, id="c1", state="cleared", cleared="it was a holding stack")]


def rows() -> Batch:
    """Two aircraft for five minutes: one with a position, one under an identity that is no address."""
    n = 30
    time = T0 + np.arange(n, dtype="i8") * 10_000
    one = Batch(
        {
            "icao24": np.full(n, 0x4CA7B5, "i8"),
            "time": time,
            "position_time": time,
            "lat": np.full(n, 53.0),
            "lon": -6 + np.arange(n) / 100,
            "baro_altitude": np.full(n, 31_000, "f4"),
            "callsign": np.full(n, b"EIN\x0112", "S8"),
            "squawk": np.full(n, b"0042", "S4"),
            "on_ground": np.zeros(n, "i1"),
            "source": np.ones(n, "u1"),
            "flight": np.full(n, 77, "i8"),
            "sub": np.zeros(n, "i1"),
        }
    )
    return Batch.concat([one, one.with_columns(icao24=np.full(n, 1 << 48 | 5), flight=np.full(n, 78, "i8"))])


async def seed(url: str) -> None:
    writer = await Writer.open(url, store_every_s=0)
    zone = dict.fromkeys(("title", "floor_ft", "ceiling_ft", "floor_ref", "ceiling_ref", "active"))
    counts: dict[str, Any] = {name: np.array([1]) for name in ("good", "bad", "aircraft", "seconds")}
    counts |= {"h3": np.array([0x84754E3FFFFFFFF], "u8"), "bucket_start": np.array([T0])}
    await writer.save(anomalies())
    await writer.write(rows())
    await writer.now(rows())
    await writer.segments(rows())
    await writer.zones([zone | {"id": "R/1 ä", "name": 'Range "1"', "kind": "R", "geometry": shapely.box(1, 2, 3, 4)}])
    await writer.cells(counts)
    await writer.clock(T0 + 300_000, T0 + 298_000)
    radar = {"name": "radar", "state": "ok", "rows": 60, "rejected": {"no time": 2}}
    await writer.health([radar | {"receiver": {"lat": 48.0, "lon": 11.0}}], T0)
    await writer.class_status({"loiter": None, "restricted-zone": "no zones loaded"}, T0)
    await writer.close()


@pytest.fixture(scope="module")
def seeded_url(migrated_url: str, request: pytest.FixtureRequest) -> str:
    """The seeded database; a module that needs another or more says so with a coroutine `SEED`, which takes its URL."""
    asyncio.run(getattr(request.module, "SEED", seed)(migrated_url))
    return migrated_url


@pytest.fixture(scope="module")
def client(seeded_url: str) -> Iterator[TestClient[Litestar]]:
    with TestClient(create_app(Settings(seeded_url, pool_size=2, open_reading=True))) as client:
        yield client


async def keys_of(url: str) -> dict[str, dict[str, str]]:
    """Accounts of every role in the database: role, and the headers that its key is sent with."""
    connection = await asyncpg.connect(url)
    found = {}
    for role in ROLES:
        own = await accounts.add(connection, f"the-{role}", role)
        _, secret = await credentials.give(connection, own, credentials.KEY, "test", role, None)
        found[role] = {"authorization": f"Bearer {secret}"}
    await connection.close()
    return found


@pytest.fixture(scope="module")
def keys(seeded_url: str) -> dict[str, dict[str, str]]:
    """`client.post(path, json=..., headers=keys["analyst"])`; the account's name is `the-analyst`."""
    return asyncio.run(keys_of(seeded_url))


@dataclass
class Live:
    """A running server."""

    url: str
    process: subprocess.Popen[bytes]

    def stop(self) -> float:
        """SIGTERM; how many seconds it took."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        return time.monotonic() - started


def start(database: str, more: str = "") -> Live:
    """The real server in a process of its own, answering. `more`: further settings, as code."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = f"Settings({database!r}, port={port}, open_reading=True, {more})"
    names = "from pathlib import Path; from api.server import serve; from api.settings import Settings, Reach"
    code = f"{names}; serve({settings})"
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    live = Live(f"http://127.0.0.1:{port}", process)
    # On a busy machine it takes a minute; one that cannot start ends by itself.
    until = time.monotonic() + 300
    while time.monotonic() < until and process.poll() is None:
        try:
            httpx.get(f"{live.url}/conformance", timeout=5)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return live
    process.kill()
    process.wait()
    pytest.fail("the server did not start")


@pytest.fixture(scope="module")
def live(seeded_url: str) -> Iterator[Live]:
    live = start(seeded_url)
    yield live
    if live.process.poll() is None:
        live.stop()


@pytest.fixture
def told(seeded_url: str) -> Iterator[Any]:
    """Puts what an engine says into the database; taken out again afterwards."""

    def put(key: str, value: Any) -> None:
        asyncio.run(_put(seeded_url, key, value))

    yield put
    put("engine", None)
    put("configuration", None)


async def _put(url: str, key: str, value: Any) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("DELETE FROM meta WHERE key = $1", key)
        if value is not None:
            await connection.execute("INSERT INTO meta VALUES ($1, $2)", key, orjson.dumps(value).decode())
    finally:
        await connection.close()
