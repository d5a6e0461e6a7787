"""Rows to counts by larger cell and hour: what a tile that shows half the world says of millions of positions."""

from __future__ import annotations

import asyncpg
import numpy as np

from geo.cells import Cells, parents
from geo.schema import Array
from store.partitions import PARTITION_MS

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


async def add(connection: asyncpg.Connection, layer: str, time: Array, cells: Cells, lon: Array, lat: Array) -> None:
    """Count new rows of a table, in the transaction that stores them: times in ms, a cell of resolution 4 or finer (0
    for a row without a place), and where. The count of a cell is drawn where its first row lay."""
    placed = np.flatnonzero(cells)
    if not len(placed):
        return
    time, cells, lon, lat = (values[placed] for values in (time, cells, lon, lat))
    parts = [
        (np.full(len(n), hours), start, h3, lon[first], lat[first], n)
        for hours in STEPS
        for resolution in RESOLUTIONS
        for start, h3, first, n in (_by_cell(time, cells, hours, resolution),)
    ]
    columns = [np.concatenate(some).tolist() for some in zip(*parts, strict=True)]
    await connection.execute(_ADD, layer, *columns)


def _by_cell(time: Array, cells: Cells, hours: int, resolution: int) -> tuple[Array, Array, Array, Array]:
    """Start, cell, a row, and number of the rows of each step and cell."""
    start, h3 = time // (hours * _HOUR_MS) * (hours * _HOUR_MS), parents(cells, resolution)
    order = np.lexsort((h3, start))
    new = np.append(True, (np.diff(start[order]) != 0) | (h3[order][1:] != h3[order][:-1]))
    first = np.flatnonzero(new)
    return start[order[first]], h3[order[first]], order[first], np.diff(np.append(first, len(order)))


async def drop_before(connection: asyncpg.Connection, ms: int) -> None:
    """Forget the counts of rows that are dropped: positions by whole partitions, pieces of tracks one by one."""
    await connection.execute(_DROP, POSITIONS, ms // PARTITION_MS * PARTITION_MS)
    await connection.execute(_DROP, TRACKS, ms)
