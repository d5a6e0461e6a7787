"""Counts of anomalies and flight hours by one key, from the database: what statistics divide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import numpy as np

from api.cell_collections import parent_sql
from api.query import Statement
from api.regions import Regions
from geo.anomaly import utc_text
from geo.cells import FINEST
from geo.registers import Registers
from geo.schema import icao24_text

Counts = Mapping[str, float]
Condition = tuple[str, Any, str]
"""SQL with {} for the placeholder, value, type."""

# A piece of a track begins with the last fix before its ten minutes, so what it flew may lie on both sides of an end of
# the window, or of an hour. It lasts less than an hour: a flight ends after ten minutes of silence.
_WITHIN = "start_time > $1 - interval '1 hour' AND start_time < $2 AND end_time > $1"
_FLOWN = f"""
SELECT {{key}} AS key, sum(extract(epoch FROM least(end_time, $2) - greatest(start_time, $1)))::float8 / 3600 AS hours
FROM track_segments WHERE {_WITHIN} GROUP BY 1
"""
_FLOWN_BY_HOUR = f"""
SELECT hour AS key, sum(extract(epoch FROM least(last, hour + interval '1 hour') - greatest(first, hour)))::float8
  / 3600 AS hours
FROM (SELECT greatest(start_time, $1) AS first, least(end_time, $2) AS last FROM track_segments WHERE {_WITHIN}) AS cut,
  generate_series({{hour}}, last - interval '1 millisecond', interval '1 hour') AS hour
GROUP BY 1
"""
# Whole days within the window are read as days.
_HEARD = """
SELECT h3, sum(seconds)::float8 / 3600 AS hours FROM (
  SELECT h3, seconds FROM cell_days WHERE resolution = $5 AND day >= $3 AND day < $4
  UNION ALL SELECT h3, seconds FROM cells WHERE resolution = $5
    AND (bucket_start >= $1 AND bucket_start < $3 OR bucket_start >= $4 AND bucket_start < $2)
) AS heard GROUP BY 1
"""
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Question:
    """What is counted by what: `by` a group, cells of `size`, from the window's start to before its end."""

    by: str
    size: int
    window: tuple[datetime, datetime]
    held: Sequence[Condition] = ()


async def counted(pool: asyncpg.Pool, asked: Question, regions: Regions) -> Counts:
    """Anomalies that started in the window, without the cleared ones, by key."""
    statement = Statement()
    first, last = (statement.bind(one, "timestamptz") for one in asked.window)
    more = "".join(f" AND {sql.format(statement.bind(value, kind))}" for sql, value, kind in asked.held)
    where = f"state <> 'cleared' AND start_time >= {first} AND start_time < {last}{more}"
    if asked.by == "fir":
        sql = f"""SELECT ST_X(place), ST_Y(place)
          FROM (SELECT ST_PointOnSurface(geom) AS place FROM anomalies WHERE {where} AND geom IS NOT NULL) AS at"""
        return await regions.of_places(await pool.fetch(sql, *statement.values))
    key = {
        "class": "class", "hour": _hour("start_time"), "country": "icao24", "aircraft": "icao24",
        "cell": f"to_hex({parent_sql(str(asked.size), '(h3 >> 52 & 15)')})",
    }[asked.by]  # fmt: skip
    sql = f"SELECT {key} AS key, count(*) AS n FROM anomalies WHERE {where} GROUP BY 1"
    rows = [row for row in await pool.fetch(sql, *statement.values) if row["key"] is not None]
    return _keyed(asked.by, rows, "n")


async def flown(pool: asyncpg.Pool, asked: Question, regions: Regions) -> Counts:
    """Flight hours by key."""
    if asked.by in ("cell", "fir"):
        size = asked.size if asked.by == "cell" else FINEST
        rows = await pool.fetch(_HEARD, *asked.window, *whole_days(asked.window), size)
        if asked.by == "cell":
            return {f"{row['h3']:x}": row["hours"] for row in rows}
        return await regions.of_cells({row["h3"]: row["hours"] for row in rows})
    if asked.by == "hour":
        sql = _FLOWN_BY_HOUR.format(hour=_hour("first"))
    else:
        sql = _FLOWN.format(key="1" if asked.by == "class" else "icao24")
    rows = await pool.fetch(sql, *asked.window)
    return _keyed(asked.by, rows, "hours")


def whole_days(window: tuple[datetime, datetime]) -> tuple[datetime, datetime]:
    """The first and the last midnight (UTC) in the window; twice its end where there is none."""
    start, end = (one.astimezone(UTC) for one in window)
    first, last = (one.replace(hour=0, minute=0, second=0, microsecond=0) for one in (start, end))
    first += _DAY if first < start else timedelta(0)
    return (first, last) if first <= last else (end, end)


def _hour(column: str) -> str:
    return f"date_bin('1 hour', {column}, 'epoch'::timestamptz)"


def _keyed(by: str, rows: Sequence[Mapping[str, Any]], value: str) -> Counts:
    """The values by their keys as they are shown."""
    if by == "country":
        return _by_country(rows, value)
    name = icao24_text if by == "aircraft" else _name
    return {str(name(row["key"])): row[value] for row in rows}


def _name(key: Any) -> str:
    return utc_text(round(key.timestamp() * 1000)) if isinstance(key, datetime) else str(key)


def _by_country(rows: Sequence[Mapping[str, Any]], value: str) -> Counts:
    """Added up over the addresses of each state, by its two letters; `unknown` for those of none."""
    known = Registers.builtin()
    place = known.find(np.array([row["key"] for row in rows], dtype=np.int64))
    out: dict[str, float] = {}
    for index, row in zip(place.tolist(), rows, strict=True):
        country = str(known.country[index]) if index >= 0 else "unknown"
        out[country] = out.get(country, 0) + row[value]
    return out
