"""Zones and cell counts into the database, both with the geometry that a box is matched against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import asyncpg
import numpy as np
import shapely

from geo.cells import cell_shape, parents, resolution_of
from geo.schema import Array
from store.state import changed

_CELLS = """
INSERT INTO cells AS t (h3, bucket_start, resolution, good, bad, aircraft, anomalies, geom)
SELECT h3, to_timestamp(bucket_start / 1000.0), resolution, good, bad, aircraft, anomalies, ST_GeomFromEWKB(geom)
FROM unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::int[], $5::int[], $6::int[], $7::int[], $8::bytea[])
  AS sent (h3, bucket_start, resolution, good, bad, aircraft, anomalies, geom)
ON CONFLICT (h3, bucket_start) DO UPDATE SET good = excluded.good, bad = excluded.bad, aircraft = excluded.aircraft,
  anomalies = excluded.anomalies
WHERE (t.good, t.bad, t.aircraft, t.anomalies) IS DISTINCT FROM
  (excluded.good, excluded.bad, excluded.aircraft, excluded.anomalies)
"""
_OUTLINES = """
INSERT INTO cell_outlines (h3, resolution, geom)
SELECT h3, resolution, ST_GeomFromEWKB(geom)
FROM unnest($1::bigint[], $2::smallint[], $3::bytea[]) AS sent (h3, resolution, geom)
ON CONFLICT (h3) DO NOTHING
"""
_CELL_COLUMNS = ("h3", "bucket_start", "resolution", "good", "bad", "aircraft", "anomalies")

_ZONES = """
INSERT INTO zones (id, name, kind, title, floor_ft, ceiling_ft, floor_ref, ceiling_ref, active, geom)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, ST_GeomFromEWKB($10))
"""
_FINEST = 4
"""The finest resolution that larger cells are made for."""

ZONE_COLUMNS = (
    "id", "name", "kind", "title", "floor_ft", "ceiling_ft", "floor_ref", "ceiling_ref", "active", "geometry",
)  # fmt: skip


@lru_cache(maxsize=50_000)
def _outline(cell: int) -> bytes:
    shape: bytes = ewkb(cell_shape(cell))
    return shape


def ewkb(shape: Any) -> bytes:
    """A shapely geometry in WGS84 degrees as EWKB."""
    raw: bytes = shapely.to_wkb(shapely.set_srid(shape, 4326), include_srid=True)
    return raw


def outlines(cells: Sequence[int]) -> tuple[list[int], list[int], list[bytes]]:
    """The cells and all larger ones that they lie in: index, resolution, outline as EWKB."""
    own = np.unique(np.asarray(cells, dtype=np.uint64))
    levels = [np.unique(parents(own[resolution_of(own) >= r], r)) for r in range(_FINEST + 1)]
    known = np.unique(np.concatenate([own, *levels]))
    found: list[int] = known.tolist()
    return found, resolution_of(known).tolist(), [_outline(cell) for cell in found]


async def upsert_cells(connection: asyncpg.Connection, counts: Mapping[str, Array]) -> int:
    """Columns h3, bucket_start (epoch ms), resolution, good, bad, aircraft, anomalies; how many rows changed."""
    columns = [counts[name].tolist() for name in _CELL_COLUMNS]
    shapes = [_outline(cell) for cell in columns[0]]
    known = outlines(columns[0])
    async with connection.transaction():
        await connection.execute(_OUTLINES, *known)
        return changed(await connection.execute(_CELLS, *columns, shapes))


async def drop_cells_before(connection: asyncpg.Connection, ms: int) -> int:
    """Remove the counts of buckets that began before `ms` (epoch ms); how many."""
    return changed(
        await connection.execute("DELETE FROM cells WHERE bucket_start < to_timestamp($1::float8)", ms / 1000)
    )


async def replace_zones(connection: asyncpg.Connection, zones: Sequence[Mapping[str, Any]]) -> int:
    """The zones that are loaded now, each with `ZONE_COLUMNS` (geometry: shapely, WGS84); how many."""
    rows = [(*(zone[name] for name in ZONE_COLUMNS[:-1]), ewkb(zone["geometry"])) for zone in zones]
    async with connection.transaction():
        await connection.execute("DELETE FROM zones")
        await connection.executemany(_ZONES, rows)
    return len(rows)
