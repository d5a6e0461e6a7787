"""Track segments into the database; a segment that is there already is continued or merged, never doubled."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg
import numpy as np

from geo.cells import cells_of
from store import tile_hours
from store.lines import Segments

# Usually the new piece continues the old one; else both are taken apart and put in order of time (M).
_MERGED = """
CASE WHEN excluded.start_time >= t.end_time THEN ST_MakeLine(t.geom, excluded.geom) ELSE (
  SELECT ST_MakeLine(fix ORDER BY ST_M(fix)) FROM (
    SELECT DISTINCT ON (ST_M(fix)) fix FROM (
      SELECT (ST_DumpPoints(t.geom)).geom UNION ALL SELECT (ST_DumpPoints(excluded.geom)).geom
    ) AS both_lines (fix) ORDER BY ST_M(fix)
  ) AS ordered
) END
"""
_UPSERT = f"""
INSERT INTO track_segments AS t (flight, sub, slot, part, icao24, callsign, start_time, end_time, geom)
SELECT flight, sub, to_timestamp(slot / 1000.0), part, icao24, nullif(callsign, ''), to_timestamp(start_time / 1000.0),
  to_timestamp(end_time / 1000.0), ST_GeomFromEWKB(geom)
FROM unnest($1::bigint[], $2::smallint[], $3::bigint[], $4::smallint[], $5::bigint[], $6::text[], $7::bigint[],
  $8::bigint[], $9::bytea[]) AS sent (flight, sub, slot, part, icao24, callsign, start_time, end_time, geom)
ON CONFLICT (flight, sub, slot, part) DO UPDATE SET geom = {_MERGED},
  callsign = coalesce(excluded.callsign, t.callsign),
  start_time = least(t.start_time, excluded.start_time), end_time = greatest(t.end_time, excluded.end_time)
RETURNING flight, sub, (extract(epoch FROM slot) * 1000)::bigint, part, xmax = 0
"""
_GONE = """
RETURNING (extract(epoch FROM slot) * 1000)::bigint, ST_X(ST_StartPoint(geom)), ST_Y(ST_StartPoint(geom))
"""
_KEY = ("flight", "sub", "slot", "part")
_ORIGIN = 9 + 4
"""Bytes of EWKB before the first point: byte order, kind, system, how many."""


async def upsert(connection: asyncpg.Connection, segments: Segments) -> int:
    """Store the segments; how many rows were made or changed."""
    if not segments.wkb:
        return 0
    columns = {name: values.tolist() for name, values in segments.columns.items()}
    columns["callsign"] = [text.decode("ascii", "replace") for text in columns["callsign"]]
    names = ("flight", "sub", "slot", "part", "icao24", "callsign", "start_time", "end_time")
    async with connection.transaction():
        rows = await connection.fetch(_UPSERT, *(columns[name] for name in names), segments.wkb)
        # An update has an xmax: those are counted already.
        new = {tuple(row)[:4] for row in rows if row[4]}
        keys = zip(*(columns[name] for name in _KEY), strict=True)
        await _count(connection, segments, [i for i, key in enumerate(keys) if key in new])
    return len(rows)


async def _count(connection: asyncpg.Connection, segments: Segments, rows: list[int]) -> None:
    """New pieces into the counts for tiles, each where it begins."""
    heads = b"".join(segments.wkb[i][_ORIGIN : _ORIGIN + 16] for i in rows)
    lon, lat = np.frombuffer(heads, dtype="<f8").reshape(-1, 2).T
    cells = cells_of(lat, lon, max(tile_hours.RESOLUTIONS))
    await tile_hours.add(connection, tile_hours.TRACKS, segments.columns["slot"][rows], cells, lon, lat)


async def drop_before(connection: asyncpg.Connection, ms: int) -> int:
    """Remove segments that end before `ms` (epoch ms); how many."""
    return await _delete(connection, "end_time < to_timestamp($1::float8 / 1000)", ms)


async def forget(connection: asyncpg.Connection, addresses: Sequence[int]) -> int:
    """Remove those of some aircraft; how many."""
    return await _delete(connection, "icao24 = ANY($1)", addresses)


async def _delete(connection: asyncpg.Connection, which: str, value: object) -> int:
    """With their counts for tiles."""
    async with connection.transaction():
        gone = await connection.fetch(f"DELETE FROM track_segments WHERE {which} {_GONE}", value)
        if gone:
            slot, lon, lat = map(np.array, zip(*gone, strict=True))
            cells = cells_of(lat, lon, max(tile_hours.RESOLUTIONS))
            await tile_hours.take(connection, tile_hours.TRACKS, slot, cells)
    return len(gone)
