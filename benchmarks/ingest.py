"""Into PostGIS: storing against a bare COPY of the same rows into the same table, and backfill from end to end."""

from __future__ import annotations

import asyncio
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.machine import machine
from benchmarks.world import recording
from cli.history import store_and_judge
from cli.inputs import Judging
from geo.batch import Batch
from geo.flights import Flights
from store import rows as rowing
from store.writer import Writer

OBSERVED = (
    "positions", "track_segments", "aircraft_now", "anomalies", "cells", "cell_days", "cell_aircraft", "tile_hours",
)  # fmt: skip


def run(url: str, setup: Judging, aircraft: int, seconds: int, runs: int, path: Path | None = None) -> dict[str, Any]:
    """Rows a second. The database is emptied of positions before each run: use one made for this."""
    rows = recording(aircraft, seconds, path)
    order = np.lexsort((rows["time"], rows["icao24"]))
    derived = Flights().assign(rows.take(order).columns)
    ready = rows.take(order).with_columns(**{n: derived[n] for n in ("flight", "sub")})
    written, bare = [], []
    for _ in range(runs):
        written.append(len(ready) / asyncio.run(_written(url, ready)))
        bare.append(len(ready) / asyncio.run(_copied(url, ready)))
    whole = [len(rows) / _backfilled(url, setup, rows) for _ in range(runs)]
    return {
        "rows": len(rows), "runs": runs, "write_rows_per_s": round(float(np.median(written))),
        "bare_copy_rows_per_s": round(float(np.median(bare))),
        "write_to_bare_copy": round(float(np.median(written) / np.median(bare)), 3),
        "backfill_states_per_s": round(float(np.median(whole))), "backfill_first_states_per_s": round(whole[0]),
        "store_every_s": 5, "machine": machine(),
    }  # fmt: skip


def _backfilled(url: str, setup: Judging, rows: Batch) -> float:
    """Seconds from reading to storing. The first time in a process loads libraries and tables too."""
    asyncio.run(_emptied(url))
    began = perf_counter()
    asyncio.run(store_and_judge(url, setup, [rows], 5.0, "backfill"))
    return perf_counter() - began


async def _emptied(url: str) -> None:
    """Of all that is derived from observations: a sum that stands already is brought up to date at another cost."""
    writer = await Writer.open(url)
    await writer.pool.execute(f"TRUNCATE {', '.join(OBSERVED)}")
    await writer.close()


async def _written(url: str, ready: Batch) -> float:
    """Seconds that the writer takes: thinning off, cells, binary rows, partitions, COPY."""
    await _emptied(url)
    writer = await Writer.open(url, 0.0)
    began = perf_counter()
    await writer.write(ready)
    seconds = perf_counter() - began
    await writer.close()
    return seconds


async def _copied(url: str, ready: Batch) -> float:
    """Seconds of COPY alone, of a stream built beforehand."""
    await _emptied(url)
    writer = await Writer.open(url, 0.0)
    names = rowing.column_names(ready)
    stream = rowing.stream(ready, names)
    async with writer.pool.acquire() as connection:
        began = perf_counter()
        await connection.copy_to_table("positions", source=stream, columns=names, format="binary")
        seconds = perf_counter() - began
    await writer.close()
    return seconds
