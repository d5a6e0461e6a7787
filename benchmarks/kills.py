"""kill -9 at random moments: an engine process is killed again and again, and then what it stored is counted."""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import asyncpg
import numpy as np

from benchmarks.machine import machine
from geo.batch import Batch
from pipeline.live import Live

EVERY_S = 0.5
"""Aircraft k meets the border of the area (8 E) k * EVERY_S after the start, and squawks 7700 from then on."""

FIRST = 0x3C0000
LONGEST_S = 6.0
"""How long each process lives at most from the moment when it works: when its journal has rows of its own."""

BEGINS_S, WITHIN_S = 3.0, 300.0
"""How long loading takes where nothing else runs; and at most, on a machine however busy."""

HOLD_S = 1.0
"""An emergency is told so soon that most are before the next kill: whoever forgets what was told tells it twice."""

JOURNAL = "engine.journal"
AFTER_S = 15.0
HEARD_S = 0.1
WORLD = """
INSERT INTO accounts (id, name, role) VALUES (1, 'bench', 'analyst');
INSERT INTO areas (id, owner, name, geom) VALUES (1, 1, 'Box', ST_Multi(ST_MakeEnvelope(8, 46, 9, 48, 4326)));
INSERT INTO subscriptions (id, owner, name, area, trigger) VALUES
  (1, 1, 'come', 1, 'enters'), (2, 1, 'odd', 1, 'anomaly-starts');
INSERT INTO destinations (id, owner, name, kind, shown, secret) VALUES (1, 1, 'hook', 'webhook', '', '');
INSERT INTO subscription_destinations VALUES (1, 1), (2, 1);
"""
_TOLD = "SELECT icao24 FROM alerts WHERE trigger = '{}'"
COUNTED = {
    "anomalies": "SELECT icao24 FROM anomalies", "enters": _TOLD.format("enters"),
    "anomaly_starts": _TOLD.format("anomaly-starts"),
    "deliveries": "SELECT icao24 FROM deliveries JOIN alerts ON key = alert WHERE trigger = 'enters'",
}  # fmt: skip
"""What there must be exactly one of for each aircraft."""


@dataclass(frozen=True)
class Plan:
    """`kills` of a process whose state is in `folder`; how long it works each time, from `least_s` on, `seed` draws."""

    url: str
    folder: Path
    kills: int
    seed: int
    least_s: float = 0.0

    @property
    def lives_s(self) -> list[float]:
        draw = random.Random(self.seed)
        return [draw.uniform(self.least_s, LONGEST_S) for _ in range(self.kills)]

    @property
    def aircraft(self) -> int:
        """Enough for one to come in at every moment of the killing."""
        return max(1, int((sum(self.lives_s) + BEGINS_S * self.kills) / EVERY_S))


@dataclass
class Sky:
    """What is in the air since the last poll; nobody keeps what was not heard."""

    start: float
    aircraft: int
    name: str = "sky"

    async def poll(self) -> AsyncIterator[Batch]:
        heard, until = time.time(), max(self.start + self.aircraft * EVERY_S, time.time()) + AFTER_S
        while heard < until:
            await asyncio.sleep(HEARD_S)
            now = time.time()
            yield self._rows(heard, now)
            heard = now

    def _rows(self, since: float, until: float) -> Batch:
        """One row per aircraft and half second of (since, until], times of the clock in seconds."""
        ticks = np.arange(np.floor(since * 2) + 1, np.floor(until * 2) + 1) / 2
        at, k = (v.ravel() for v in np.meshgrid(ticks, np.arange(self.aircraft)))
        inside, ms = at - self.start - k * EVERY_S, (at * 1000).astype(np.int64)
        # Each in its own latitude, and no farther than an hour to either side of the border.
        lon, lat = 8.0 + np.clip(inside, -600, 240) / 300, 46.1 + 1.8 * k / self.aircraft
        return Batch({
            "icao24": FIRST + k, "time": ms, "position_time": ms, "lat": lat, "lon": lon,
            "squawk": np.where(inside >= 0, b"7700", b"1000").astype("S4"), "baro_altitude": np.full(len(k), 9e3, "f4"),
            "ground_speed": np.full(len(k), 480.0, "f4"), "track": np.full(len(k), 90.0, "f4"),
        })  # fmt: skip

    def health(self) -> dict[str, Any]:
        return {"name": self.name, "state": "ok"}


def run(plan: Plan) -> dict[str, Any]:
    """How many aircraft lack what they must have, and how many have it twice; both are 0 where nothing was lost.

    `told_before` counts the alerts before the last life, which nobody kills: 0 would mean that nothing was tried.
    """
    asyncio.run(_asked(plan.url, WORLD))
    began, start = time.monotonic(), time.time() + BEGINS_S
    for life_s in plan.lives_s:
        process = _begun(plan, start)
        _works(plan, process)
        process.join(life_s)
        process.kill()
        process.join()
    told = len(asyncio.run(_asked(plan.url, "SELECT 1 FROM alerts")))
    last = _begun(plan, start)
    last.join()
    return {
        "kills": plan.kills, "aircraft": plan.aircraft, "seconds": round(time.monotonic() - began),
        "ended_well": last.exitcode == 0, "told_before": told, **_counted(plan), "machine": machine(),
    }  # fmt: skip


def _counted(plan: Plan) -> dict[str, int]:
    """Of each of COUNTED, how many aircraft lack it and how many have it twice."""
    every, out = set(range(FIRST, FIRST + plan.aircraft)), {}
    for name, sql in COUNTED.items():
        found = Counter(row["icao24"] for row in asyncio.run(_asked(plan.url, sql)))
        out[f"{name}_missing"] = len(every - set(found))
        out[f"{name}_twice"] = sum(n > 1 for n in found.values())
    return out


def _works(plan: Plan, process: BaseProcess) -> None:
    """Wait until the journal has rows that this process wrote. Raises RuntimeError where it does not come to that."""
    began, journal = time.time(), plan.folder / JOURNAL
    while process.is_alive() and time.time() - began < WITHIN_S:
        if journal.exists() and journal.stat().st_size and journal.stat().st_mtime > began:
            return
        time.sleep(0.05)
    raise RuntimeError(f"the engine did not begin to work within {time.time() - began:.0f} s")


def _begun(plan: Plan, start: float) -> BaseProcess:
    arguments = (plan.url, plan.folder, start, plan.aircraft)
    process = multiprocessing.get_context("spawn").Process(target=engine, args=arguments)
    process.start()
    return process


def engine(url: str, folder: Path, start: float, aircraft: int) -> None:
    """In the child: the live loop with its checkpoint, journal and outbox, until the sky is empty."""
    asyncio.run(_live(url, folder, Sky(start, aircraft)))


async def _live(url: str, folder: Path, sky: Sky) -> None:
    from cli.resume import Others, resumed
    from cli.watching import plan
    from detectors._registry import registry
    from pipeline.cells import CellCounts
    from pipeline.engine import Engine
    from pipeline.journal import Journal
    from pipeline.watching import Watching
    from store.watching import load
    from store.writer import Writer

    writer = await Writer.open(url)
    async with writer.pool.acquire() as connection:
        watch = Watching(plan(await load(connection)))
    kept, cells, journal = folder / "engine.npz", CellCounts(), Journal(folder / JOURNAL)
    went_on = await resumed(
        lambda: Engine({"squawk": registry()["squawk"]}, {"squawk": {"hold": HOLD_S}}),
        kept,
        url,
        Others(cells, None, watch, journal),
    )
    await went_on.save(writer)
    await writer.close_others(went_on.engine.open_ids())
    await Live(went_on.engine, [sky], writer, kept, watch=watch, cells=cells, journal=journal).run()
    await writer.close()


async def _asked(url: str, sql: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    try:
        return list(await connection.fetch(sql)) if sql.startswith("SELECT") else [await connection.execute(sql)]
    finally:
        await connection.close()
