"""An engine process to be killed: aircraft by the clock, each crossing a border and squawking 7700 once."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np

from cli.resume import Others, resumed
from cli.watching import plan
from detectors._registry import registry
from geo.batch import Batch
from pipeline.cells import CellCounts
from pipeline.engine import Engine
from pipeline.journal import Journal
from pipeline.live import Live
from pipeline.watching import Watching
from store.watching import load
from store.writer import Writer

ROOT_OF_TESTS = Path(__file__).resolve().parents[2]
AIRCRAFT, EVERY_S = 24, 0.5
"""Aircraft k meets the border of the area (8 E) k * EVERY_S after the start, and squawks 7700 from then on."""


def rows(start: float, since: float, until: float) -> Batch:
    """One row per aircraft and half second of (since, until], times of the clock in seconds."""
    ticks = np.arange(np.floor(since * 2) + 1, np.floor(until * 2) + 1) / 2
    at, k = (v.ravel() for v in np.meshgrid(ticks, np.arange(AIRCRAFT)))
    inside = at - start - k * EVERY_S
    ms = (at * 1000).astype(np.int64)
    return Batch({
        "icao24": 0x3C0000 + k, "time": ms, "position_time": ms, "lat": 47.0 + k / 100, "lon": 8.0 + inside / 300,
        "squawk": np.where(inside >= 0, b"7700", b"1000").astype("S4"), "baro_altitude": np.full(len(k), 9e3, "f4"),
        "ground_speed": np.full(len(k), 480.0, "f4"), "track": np.full(len(k), 90.0, "f4"),
    })  # fmt: skip


class Sky:
    """What is in the air since the last poll; nobody keeps what was not heard."""

    name = "sky"

    def __init__(self, start: float) -> None:
        self.start, self.until = start, max(start + AIRCRAFT * EVERY_S, time.time()) + 12

    async def poll(self) -> AsyncIterator[Batch]:
        heard = time.time()
        while heard < self.until:
            await asyncio.sleep(0.1)
            now = time.time()
            yield rows(self.start, heard, now)
            heard = now

    def health(self) -> dict[str, Any]:
        return {"name": self.name, "state": "ok"}


async def run(url: str, folder: Path, start: float) -> None:
    writer = await Writer.open(url)
    async with writer.pool.acquire() as connection:
        watch = Watching(plan(await load(connection)))
    kept, cells, journal = folder / "engine.npz", CellCounts(), Journal(folder / "engine.journal")
    went_on = await resumed(lambda: Engine({"squawk": registry()["squawk"]}), kept, url,
                            Others(cells, None, watch, journal))  # fmt: skip
    await went_on.save(writer)
    await writer.close_others(went_on.engine.open_ids())
    await Live(went_on.engine, [Sky(start)], writer, kept, tick_s=0.1, watch=watch, cells=cells, journal=journal).run()
    await writer.close()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])))
