"""Latency: an emergency is received, and some time later its feature stands in a browser's event stream."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic, time
from typing import Any

import httpx
import numpy as np

from benchmarks.machine import machine
from benchmarks.world import snapshot
from cli.inputs import Judging
from cli.web import api_process
from geo.batch import Batch, checked
from geo.schema import COLUMNS
from pipeline.live import Live
from store.writer import Writer

EVERY_S = 2
"""A new aircraft declares an emergency this often."""

FIRST = 0x700000


class Emergencies:
    """A live source at 1 Hz on the wall clock: a background, and one emergency more every two seconds."""

    name = "emergencies"

    def __init__(self, rows: Batch, seconds: int) -> None:
        self.rows, self.seconds = rows, seconds
        self.received: dict[str, float] = {}

    async def poll(self) -> AsyncIterator[Batch]:
        for k in range(self.seconds):
            now = int(time() * 1000)
            declared = k // EVERY_S + 1
            calm = self.rows.with_columns(time=np.full(len(self.rows), now), position_time=np.full(len(self.rows), now))
            for n in range(declared):
                # The verdict needs the code to have held: the clock starts with the row that completes it.
                if k == n * EVERY_S + 10:
                    self.received[f"{FIRST + n:06x}"] = monotonic()
            yield Batch.concat([calm, _declaring(declared, now)])
            await asyncio.sleep(1.0)

    def health(self) -> dict[str, Any]:
        return {"name": self.name, "format": "emergencies", "live": True, "state": "ok"}


def _declaring(count: int, now: int) -> Batch:
    numbers = np.arange(count)
    columns = {
        "icao24": FIRST + numbers, "time": np.full(count, now), "lat": 40 + numbers * 0.1, "lon": np.full(count, 10.0),
        "baro_altitude": np.full(count, 30_000.0), "squawk": np.full(count, b"7700"), "on_ground": np.zeros(count),
    }  # fmt: skip
    return checked({name: values.astype(COLUMNS[name].dtype) for name, values in columns.items()})


def run(url: str, setup: Judging, seconds: int, aircraft: int, path: Path | None = None) -> dict[str, Any]:
    """Milliseconds from the row that completes the evidence to the stream: p50, p99. `lateness_s` is part of it."""
    from api.settings import Settings

    with api_process(Settings(database_url=url, port=0)) as address:
        delays, missed = asyncio.run(_measured(url, setup, snapshot(path, aircraft), seconds, address))
    return {
        "anomalies": len(delays), "missed": missed, "aircraft": aircraft, "lateness_s": 2.0,
        "p50_ms": round(float(np.median(delays)) * 1000), "p99_ms": round(float(np.quantile(delays, 0.99)) * 1000),
        "machine": machine(),
    }  # fmt: skip


async def _measured(url: str, setup: Judging, rows: Batch, seconds: int, address: str) -> tuple[list[float], int]:
    """Delays in seconds of the emergencies that came through, and how many never did: no quantile shows those."""
    source = Emergencies(rows, seconds)
    seen: dict[str, float] = {}
    listening = asyncio.create_task(_listen(address, seen))
    await asyncio.sleep(3.0)
    writer = await Writer.open(url)
    await Live(setup.engine(), [source], writer).run()
    await asyncio.sleep(1.0)
    listening.cancel()
    await writer.close()
    delays = [seen[a] - at for a, at in source.received.items() if a in seen]
    return delays, len(source.received) - len(delays)


async def _listen(address: str, seen: dict[str, float]) -> None:
    """Note when each aircraft's held emergency first comes through the stream."""
    async with httpx.AsyncClient(timeout=None) as client:
        while True:
            try:
                async with client.stream("GET", f"{address}stream") as answer:
                    kind = ""
                    async for line in answer.aiter_lines():
                        kind = line[7:] if line.startswith("event: ") else kind
                        if kind == "anomaly" and line.startswith("data: "):
                            properties = json.loads(line[6:])["properties"]
                            if properties["class"] == "squawk" and properties["confidence"] > 0.9:
                                seen.setdefault(properties["icao24"], monotonic())
            except httpx.HTTPError:
                await asyncio.sleep(0.2)
