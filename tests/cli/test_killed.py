"""kill -9 at any moment: no anomaly and no alert is lost, and none comes twice."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import asyncpg

from store.migrate import upgrade
from tests.cli.killed import AIRCRAFT, ROOT_OF_TESTS

KILLS = 3
WORLD = """
INSERT INTO accounts (id, name, role) VALUES (1, 'ann', 'analyst');
INSERT INTO areas (id, owner, name, geom) VALUES (1, 1, 'Box', ST_Multi(ST_MakeEnvelope(8, 46, 9, 48, 4326)));
INSERT INTO subscriptions (id, owner, name, area, trigger) VALUES
  (1, 1, 'come', 1, 'enters'), (2, 1, 'odd', 1, 'anomaly-starts');
INSERT INTO destinations (id, owner, name, kind, shown, secret) VALUES (1, 1, 'hook', 'webhook', '', '');
INSERT INTO subscription_destinations VALUES (1, 1), (2, 1);
"""


def test_a_killed_engine_loses_nothing_and_tells_nothing_twice(database_url: str, tmp_path: Path) -> None:
    upgrade(database_url)
    asyncio.run(asked(database_url, WORLD))
    start = time.time() + 6
    for _ in range(KILLS):
        engine = begun(database_url, tmp_path, start)
        time.sleep(7 + 2 * random.random())
        engine.kill()
        engine.wait()
    assert begun(database_url, tmp_path, start).wait(120) == 0

    found = asyncio.run(found_in(database_url))

    every = set(range(0x3C0000, 0x3C0000 + AIRCRAFT))
    for name, some in found.items():
        assert set(some) == every and max(some.values()) == 1, (name, some)


def begun(url: str, folder: Path, start: float) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.cli.killed", url, str(folder), str(start)]
    return subprocess.Popen(command, cwd=ROOT_OF_TESTS, env={**os.environ, "PYTHONPATH": str(ROOT_OF_TESTS)})


async def asked(url: str, sql: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    try:
        return list(await connection.fetch(sql)) if sql.startswith("SELECT") else [await connection.execute(sql)]
    finally:
        await connection.close()


async def found_in(url: str) -> dict[str, Counter[int]]:
    """How many anomalies, alerts of each kind and deliveries there are, by aircraft."""
    sql = {
        "anomalies": "SELECT icao24 FROM anomalies",
        "enters": "SELECT icao24 FROM alerts WHERE trigger = 'enters'",
        "starts": "SELECT icao24 FROM alerts WHERE trigger = 'anomaly-starts'",
        "deliveries": "SELECT icao24 FROM deliveries JOIN alerts ON key = alert WHERE trigger = 'enters'",
    }
    return {name: Counter(row["icao24"] for row in await asked(url, one)) for name, one in sql.items()}
