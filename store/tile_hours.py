"""Rows to counts by larger cell and hour: what a tile that shows half the world says of millions of positions."""

from __future__ import annotations

import asyncpg
import numpy as np

from geo.cells import Cells, parents
from geo.schema import Array
from store.partitions import PARTITION_MS
from store.state import changed

RESOLUTIONS = (2, 3, 4)
"""H3 resolutions that are kept: cells of 320, 120 and 45 km, for zooms up to 2, 4 and 5 (16 pixels: 310, 78, 39 km)."""

STEPS = (1, 24)
"""Hours that are counted together: long spans are read by day."""

POSITIONS, TRACKS = "positions", "track_segments"
"""The tables whose rows are counted."""

_HOUR_MS = 3_600_000
# In order of the key: two writers then never wait for each other.
_ADD = """
INSERT INTO tile_hours AS t (layer, hours, resolution, start, h3, lon, lat, n)
SELECT $1, hours, (h3 >> 52 & 15)::smallint, to_timestamp(start / 1000.0), h3, lon, lat, n
FROM unnest($2::smallint[], $3::bigint[], $4::bigint[], $5::real[], $6::real[], $7::bigint[])
  AS sent (hours, start, h3, lon, lat, n) ORDER BY hours, 3, start, h3
ON CONFLICT (layer, hours, resolution, start, h3) DO UPDATE SET n = t.n + excluded.n
"""
_DROP = """
DELETE FROM tile_hours WHERE layer = $1 AND start + hours * interval '1 hour' <= to_timestamp($2::float8 / 1000)
"""
# The day in which the limit lies is what its hours still are.
_LIMIT, _MIDNIGHT = "to_timestamp($2::float8 / 1000)", "date_bin('1 day', start, 'epoch'::timestamptz)"
_OF_DAY = f"layer = $1 AND start > {_LIMIT} - interval '1 day' AND hours ="
_LESS = f"""
WITH hour AS (
  SELECT resolution, {_MIDNIGHT} AS day, h3, sum(n) AS n FROM tile_hours
  WHERE {_OF_DAY} 1 AND {_MIDNIGHT} <= {_LIMIT} GROUP BY 1, 2, 3
), less AS (
  UPDATE tile_hours AS t SET n = hour.n FROM hour
  WHERE {_OF_DAY} 24 AND (t.resolution, t.start, t.h3) = (hour.resolution, hour.day, hour.h3)
)
DELETE FROM tile_hours AS t WHERE {_OF_DAY} 24 AND start < {_LIMIT}
AND NOT EXISTS (SELECT FROM hour WHERE (t.resolution, t.start, t.h3) = (hour.resolution, hour.day, hour.h3))
"""


async def add(
    connection: asyncpg.Connection, layer: str, time: Array, cells: Cells, lon: Array, lat: Array, each: int = 1
) -> None:
    """Count new rows of a table, in the transaction that stores them: times in ms, a cell of resolution 4 or finer (0
    for a row without a place), and where. The count of a cell is drawn where its first row lay."""
    placed = np.flatnonzero(cells)
    if not len(placed):
        return
    time, cells, lon, lat = (values[placed] for values in (time, cells, lon, lat))
    parts = [
        (np.full(len(n), hours), start, h3, lon[first], lat[first], n * each)
        for hours in STEPS
        for resolution in RESOLUTIONS
        for start, h3, first, n in (_by_cell(time, cells, hours, resolution),)
    ]
    columns = [np.concatenate(some).tolist() for some in zip(*parts, strict=True)]
    await connection.execute(_ADD, layer, *columns)


async def take(connection: asyncpg.Connection, layer: str, time: Array, cells: Cells) -> None:
    """Rows that are deleted one by one, in the transaction that deletes them, are counted no longer."""
    nowhere = np.zeros(len(time))
    await add(connection, layer, time, cells, nowhere, nowhere, -1)
    await connection.execute("DELETE FROM tile_hours WHERE layer = $1 AND n <= 0", layer)


def _by_cell(time: Array, cells: Cells, hours: int, resolution: int) -> tuple[Array, Array, Array, Array]:
    """Start, cell, a row, and number of the rows of each step and cell."""
    start, h3 = time // (hours * _HOUR_MS) * (hours * _HOUR_MS), parents(cells, resolution)
    order = np.lexsort((h3, start))
    new = np.append(True, (np.diff(start[order]) != 0) | (h3[order][1:] != h3[order][:-1]))
    first = np.flatnonzero(new)
    return start[order[first]], h3[order[first]], order[first], np.diff(np.append(first, len(order)))


async def drop_before(connection: asyncpg.Connection, ms: int) -> None:
    """Forget the counts of positions that are dropped, which go by whole partitions."""
    limit = ms // PARTITION_MS * PARTITION_MS
    if changed(await connection.execute(_DROP, POSITIONS, limit)):
        await connection.execute(_LESS, POSITIONS, limit)
