"""Counts of cells into the database: half hours, and days whose aircraft count once however often they are told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

import asyncpg
import numpy as np

from geo.cells import GPSJAM, cell_shapes, parents, resolution_of
from geo.schema import Array
from store.places import ewkb
from store.state import changed

# Whoever counts again has heard the same or, after a restart, less: the larger count is the truer one.
_CELLS = """
INSERT INTO cells AS t (h3, bucket_start, good, bad, aircraft, seconds)
SELECT h3, to_timestamp(bucket_start / 1000.0), good, bad, aircraft, seconds
FROM unnest($1::bigint[], $2::bigint[], $3::int[], $4::int[], $5::int[], $6::int[])
  AS sent (h3, bucket_start, good, bad, aircraft, seconds)
ON CONFLICT (h3, bucket_start) DO UPDATE SET bad = greatest(t.bad, excluded.bad),
  good = greatest(t.good + t.bad, excluded.good + excluded.bad) - greatest(t.bad, excluded.bad),
  aircraft = greatest(t.aircraft, excluded.aircraft), seconds = greatest(t.seconds, excluded.seconds)
WHERE excluded.bad > t.bad OR excluded.good + excluded.bad > t.good + t.bad OR excluded.aircraft > t.aircraft
  OR excluded.seconds > t.seconds
"""
_FLOWN = """
INSERT INTO cell_days AS t (h3, day, seconds, most, half_hours)
SELECT h3, sent.day, sum(seconds), max(aircraft), count(*)
FROM (SELECT h3, to_timestamp(day / 1000.0) AS day FROM unnest($1::bigint[], $2::bigint[]) AS key (h3, day)) AS sent
JOIN cells USING (h3) WHERE bucket_start >= sent.day AND bucket_start < sent.day + interval '24 hours' GROUP BY 1, 2
ON CONFLICT (h3, day) DO UPDATE SET seconds = greatest(t.seconds, excluded.seconds),
  most = greatest(t.most, excluded.most), half_hours = greatest(t.half_hours, excluded.half_hours)
"""
# A row that was inserted and not updated has no xmax.
_AIRCRAFT = """
WITH told AS (
  INSERT INTO cell_aircraft AS t (day, h3, icao24, bad)
  SELECT (to_timestamp(day / 1000.0) AT TIME ZONE 'UTC')::date, h3, icao24, bad
  FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bool[]) AS sent (day, h3, icao24, bad)
  ON CONFLICT (day, h3, icao24) DO UPDATE SET bad = true WHERE excluded.bad AND NOT t.bad
  RETURNING day, h3, bad, xmax = 0 AS first
)
INSERT INTO cell_days AS t (h3, day, good, bad)
SELECT h3, day::timestamp AT TIME ZONE 'UTC', count(*) FILTER (WHERE NOT bad) - count(*) FILTER (WHERE NOT first),
  count(*) FILTER (WHERE bad)
FROM told GROUP BY 1, 2
ON CONFLICT (h3, day) DO UPDATE SET good = t.good + excluded.good, bad = t.bad + excluded.bad
"""
_OUTLINES = """
INSERT INTO cell_outlines (h3, resolution, geom)
SELECT h3, resolution, ST_GeomFromEWKB(geom)
FROM unnest($1::bigint[], $2::smallint[], $3::bytea[]) AS sent (h3, resolution, geom)
ON CONFLICT (h3) DO NOTHING
"""
_COUNTS = ("h3", "bucket_start", "good", "bad", "aircraft", "seconds")
_DAY_MS = 86_400_000


def outlines(cells: Collection[int]) -> tuple[list[int], list[int], list[bytes]]:
    """The cells and all larger ones that they lie in: index, resolution, outline as EWKB."""
    own = np.unique(np.fromiter(cells, dtype=np.uint64, count=len(cells)))
    levels = [np.unique(parents(own[resolution_of(own) >= r], r)) for r in range(GPSJAM + 1)]
    known = np.unique(np.concatenate([own, *levels]))
    found: list[int] = known.tolist()
    return found, resolution_of(known).tolist(), list(ewkb(cell_shapes(known)))


async def count(connection: asyncpg.Connection, counts: Mapping[str, Array], aircraft: Mapping[str, Array]) -> int:
    """Counts of half hours (h3, bucket_start in ms, good, bad, aircraft, seconds), and aircraft (day in ms, h3, icao24,
    bad, none twice) in one transaction; how many counts of half hours changed. Telling the same again changes nothing.
    """
    columns = [counts[name].tolist() for name in _COUNTS] if counts else []
    told = [aircraft[name].tolist() for name in ("day", "h3", "icao24", "bad")] if aircraft else []
    async with connection.transaction():
        rows = changed(await connection.execute(_CELLS, *columns)) if columns else 0
        if rows:
            await connection.execute(_FLOWN, *_days(columns[0], columns[1]))
        if told:
            await connection.execute(_AIRCRAFT, *told)
    return rows


def _days(cells: Sequence[int], starts: Sequence[int]) -> tuple[list[int], list[int]]:
    """Each cell and day once, in order: two that count at once then never wait for each other."""
    keys = sorted({(cell, start // _DAY_MS * _DAY_MS) for cell, start in zip(cells, starts, strict=True)})
    return [cell for cell, _ in keys], [day for _, day in keys]


async def draw(connection: asyncpg.Connection, cells: Collection[int]) -> None:
    """The outlines of these cells and of those that they lie in, for who asks where they are."""
    await connection.execute(_OUTLINES, *outlines(cells))


async def drop_before(connection: asyncpg.Connection, ms: int) -> int:
    """Remove half hours that began, and days that ended, before `ms` (epoch ms); how many half hours."""
    at = datetime.fromtimestamp(ms / 1000, UTC)
    gone = changed(await connection.execute("DELETE FROM cells WHERE bucket_start < $1", at))
    await connection.execute("DELETE FROM cell_days WHERE day <= $1::timestamptz - interval '24 hours'", at)
    await connection.execute("DELETE FROM cell_aircraft WHERE day < $1", at.date())
    return gone
