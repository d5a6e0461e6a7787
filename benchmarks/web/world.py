"""What the page is measured with: a sky of synthetic aircraft that moves, anomalies along it, and a day of history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import asyncpg
import numpy as np

from benchmarks.world import snapshot
from detectors._registry import registry
from feeds.synthetic import Synthetic
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.cells import cells_of
from geo.schema import Array
from geo.sphere import KNOT_M_S, destination
from store.writer import Writer

NOW = 1_767_657_600_000
"""2026-01-06T00:00Z: data time when the page is opened."""

HOUR_MS = 3_600_000
CHANGED = 5
"""Anomalies that change with every tick."""


def sky(aircraft: int) -> Batch:
    """One row of each aircraft of the synthetic world; the few that send no position are made up for."""
    rows = snapshot(None, aircraft + aircraft // 20 + 20)
    return rows.take(np.flatnonzero(np.isfinite(rows["lat"]))[:aircraft])


def moved(rows: Batch, seconds: float) -> Batch:
    """The same aircraft, so many seconds on along their tracks."""
    track, speed = (np.nan_to_num(rows[name].astype(float)) for name in ("track", "ground_speed"))
    lat, lon = destination(rows["lat"], rows["lon"], track, speed * KNOT_M_S * seconds)
    time: Array = np.full(len(rows), NOW + round(seconds * 1000), dtype=np.int64)
    return rows.with_columns(lat=lat, lon=lon, time=time, position_time=time)


def anomalies(rows: Batch, count: int) -> list[Anomaly]:
    """Episodes of every class in turn, of the last hour, where the aircraft are."""
    classes, cells = list(registry().values()), cells_of(rows["lat"], rows["lon"], 7)
    return [_episode(k, classes[k % len(classes)].id, rows, cells, count) for k in range(count)]


def _episode(k: int, class_id: str, rows: Batch, cells: Array, count: int) -> Anomaly:
    i = k % len(rows)
    lon, lat = round(float(rows["lon"][i]), 5), round(float(rows["lat"][i]), 5)
    line = {"type": "LineString", "coordinates": [[lon, lat], [round(lon * 0.995, 5), round(lat * 0.99, 5)]]}
    start = NOW - HOUR_MS + k * (HOUR_MS - 60_000) // count
    return Anomaly(
        f"{k:016x}", class_id, int(rows["icao24"][i]), rows["callsign"][i].decode(), [], start, start + 50_000,
        "open" if k < CHANGED else "closed", 1 + k % 4, (k % 100) / 100,
        f"turned {720 + k % 720} degrees within 3 km and stayed for 12 minutes",
        line if k % 7 == 0 else {"type": "Point", "coordinates": [lon, lat]}, f"{int(cells[i]):x}",
        evidence={"values": {"turned_deg": 720 + k % 720, "within_km": 3.0}, "params": {"turn": 540}},
    )  # fmt: skip


def history(hours: int, step_s: float) -> Iterator[Batch]:
    """The demo's traffic before the page is opened."""
    return Synthetic().batches(NOW - hours * HOUR_MS, NOW, step_s, chunk_s=1_200)


async def fill(writer: Writer, rows: Batch, found: Sequence[Anomaly], hours: int, step_s: float) -> int:
    """Everything into the database; how many rows of history."""
    stored = sum([await writer.write(batch) for batch in history(hours, step_s)])
    for first in range(0, len(found), 1_000):
        await writer.save(found[first : first + 1_000])
    await writer.now(moved(rows, 0))
    await writer.maintain(NOW)
    await writer.clock(NOW, NOW - 2_000)
    async with writer.pool.acquire() as connection:
        await _analyse(connection)
    return stored


async def _analyse(connection: asyncpg.Connection) -> None:
    await connection.execute("ANALYZE")


async def tick(writer: Writer, rows: Batch, found: Sequence[Anomaly], seconds: float, changed: int = CHANGED) -> None:
    """Every aircraft has moved, `changed` anomalies have gone on, and the clock too."""
    now = NOW + round(seconds * 1000)
    await writer.now(moved(rows, seconds))
    await writer.save([replace(one, end=now) for one in found[:changed]])
    await writer.clock(now, now - 2_000)
