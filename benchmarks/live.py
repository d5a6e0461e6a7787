"""The live door at world size: 8,423 aircraft at 1 Hz, ticks of 1 s, into PostGIS, in real time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import psutil

from benchmarks.machine import machine
from benchmarks.world import moving, snapshot
from cli.inputs import Judging
from geo.batch import Batch
from pipeline.live import Live
from store.writer import Writer

WARM_UP = 5
"""Ticks left out of the quantiles: in the first of them every aircraft is new. `tick_first_ms` shows the longest."""


class Moving:
    """A live source: the snapshot moves on by a second every second."""

    name = "moving"

    def __init__(self, rows: Batch, seconds: int) -> None:
        self.rows, self.seconds = rows, seconds

    async def poll(self) -> AsyncIterator[Batch]:
        began = perf_counter()
        for k, batch in enumerate(moving(self.rows, self.seconds)):
            await asyncio.sleep(max(0.0, began + k - perf_counter()))
            yield batch

    def health(self) -> dict[str, Any]:
        return {"name": self.name, "format": "moving", "live": True, "state": "ok"}


class Timed(Live):
    """Notes how long every tick takes."""

    def note(self, ticks: list[float]) -> None:
        self.ticks = ticks

    async def tick(self) -> None:
        began = perf_counter()
        await super().tick()
        self.ticks.append(perf_counter() - began)


def run(url: str, setup: Judging, seconds: int, aircraft: int, path: Path | None = None) -> dict[str, Any]:
    """Ticks, cores (this process and the database's together) and memory over `seconds` of real time."""
    rows = snapshot(path, aircraft)
    ticks: list[float] = []
    servers = _servers()
    before, wall = process_time() + _cpu(servers), perf_counter()
    asyncio.run(_watched(url, setup, Moving(rows, seconds), ticks))
    wall = perf_counter() - wall
    busy = process_time() + _cpu(_servers()) - before
    steady = np.array(ticks[WARM_UP:])
    return {
        "aircraft": len(rows), "seconds": seconds, "tick_p50_ms": _ms(steady, 0.5), "tick_p99_ms": _ms(steady, 0.99),
        "tick_max_ms": _ms(steady, 1.0), "tick_first_ms": _ms(np.array(ticks[:WARM_UP]), 1.0),
        "cores": round(busy / wall, 3), "rss_mib": round(psutil.Process().memory_info().rss / 2**20),
        "machine": machine(),
    }  # fmt: skip


async def _watched(url: str, setup: Judging, source: Moving, ticks: list[float]) -> None:
    writer = await Writer.open(url)
    live = Timed(setup.engine(), [source], writer)
    live.note(ticks)
    await live.run()
    await writer.close()


def _servers() -> list[psutil.Process]:
    """The database's processes, where it runs on this machine."""
    return [p for p in psutil.process_iter(["name"]) if p.info["name"] == "postgres"]


def _cpu(processes: list[psutil.Process]) -> float:
    """CPU seconds; those of backends that have ended are in their parent's account."""
    total = 0.0
    for process in processes:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def _ms(values: Any, share: float) -> float:
    return round(float(np.quantile(values, share)) * 1000, 1)
