"""Exports of a large table over HTTP: features per second, and by how much the server grows meanwhile."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import asyncpg
import httpx
import psutil

from benchmarks.gis_servers import skysift
from benchmarks.machine import machine

FORMATS = ("geojson", "geojsonseq", "csv", "kml", "flatgeobuf", "geoparquet", "gpkg")

_FILL = """
INSERT INTO anomalies
  (id, class, icao24, callsign, start_time, end_time, state, priority, confidence, h3, geom, feature)
SELECT id, 'loiter', k, 'TEST' || k % 1000, at, at + interval '1 minute', 'closed', 2, 0.5, 1,
  ST_SetSRID(ST_MakePoint(lon, lat), 4326),
  format('{"type":"Feature","id":"%s","geometry":{"type":"Point","coordinates":[%s,%s]},"properties":{"class":"loiter",'
    '"icao24":"%s","members":[],"callsign":"TEST%s","start":"%s","end":"%s","state":"closed","priority":"medium",'
    '"confidence":0.5,"explanation":"turned %s degrees within 3 km and stayed for 12 minutes","cleared":null,'
    '"evidence":{"turned_deg":%s,"within_km":3.0,"minutes":12.0},"h3":"871fa0000ffffff"}}',
    id, lon, lat, lpad(to_hex(k), 6, '0'), k % 1000, stamp, stamp, 720 + k % 720, 720 + k % 720)
FROM (
  SELECT k, 'n' || lpad(k::text, 8, '0') AS id, at,
    to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS stamp,
    ((k::bigint * 7919) % 3600000)::float8 / 10000 - 180 AS lon,
    ((k::bigint * 104729) % 1700000)::float8 / 10000 - 85 AS lat
  FROM generate_series($1::int, $2::int) AS k, LATERAL (SELECT to_timestamp(1700000000 + k) AS at) AS t
) AS made
"""


def run(url: str, features: int = 1_000_000, formats: tuple[str, ...] = FORMATS) -> dict[str, Any]:
    """All formats after one another, each from a server just started."""
    asyncio.run(_fill(url, features))
    return measure(url, features, formats) | {"machine": machine()}


def measure(url: str, features: int, formats: tuple[str, ...]) -> dict[str, Any]:
    """The anomalies that are stored, each format from a server just started."""
    found: dict[str, Any] = {"features": features}
    for name in formats:
        with skysift(url) as server:
            for known in FORMATS:
                warm = f"{server.url}/collections/anomalies/items?limit=1000&f={known}"
                httpx.get(warm, timeout=60).raise_for_status()
            figures = _measure(server.url, server.process, name, features)
        found |= {f"{name} {figure}": value for figure, value in figures.items()}
    return found


async def _fill(url: str, features: int) -> None:
    connection = await asyncpg.connect(url)
    try:
        for start in range(1, features + 1, 50_000):
            await connection.execute(_FILL, start, min(start + 49_999, features))
        await connection.execute("ANALYZE anomalies")
    finally:
        await connection.close()


def _measure(address: str, process: psutil.Process, name: str, features: int) -> dict[str, Any]:
    before, peak, done = process.memory_info().rss, [0], threading.Event()
    watcher = threading.Thread(target=_watch, args=(process, peak, done))
    watcher.start()
    started, first, size = time.perf_counter(), 0.0, 0
    query = f"{address}/collections/anomalies/export?f={name}"
    with httpx.stream("GET", query, headers={"accept-encoding": "identity"}, timeout=600) as answer:
        answer.raise_for_status()
        for piece in answer.iter_raw():
            first = first or time.perf_counter() - started
            size += len(piece)
    took = time.perf_counter() - started
    done.set()
    watcher.join()
    return {
        "features/s": round(features / took), "first byte s": round(first, 2), "MB": round(size / 1e6, 1),
        "server grew by MB": round((peak[0] - before) / 1e6, 1),
    }  # fmt: skip


def _watch(process: psutil.Process, peak: list[int], done: threading.Event) -> None:
    while not done.wait(0.05):
        peak[0] = max(peak[0], process.memory_info().rss)
