"""How many anomalies there were for what was flown: counts and rates per 1,000 flight hours, so that busy skies do not
look guilty."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import numpy as np
from litestar import Response

from api import filters, formats, replies
from api.cell_collections import STORED, parent_sql
from api.clock import at, data_time
from api.parameters import Span, span
from api.problems import bad
from api.query import Statement
from api.replies import AnyRequest
from api.routes import given, route
from api.static import page, prefers_html
from geo.anomaly import utc_text
from geo.cells import cell_center
from geo.places import Places
from geo.registers import Registers
from geo.schema import icao24_text

GROUPS = ("class", "cell", "fir", "country", "hour", "aircraft")
QUERY = ("by", "datetime", "class", "priority", "min_confidence", "resolution", "limit", "f")
DEFAULT_S, LONGEST_S = 86_400, 31 * 86_400
MOST = 10_000
_Z = 1.96

_FLOWN = """
SELECT {key} AS key, sum(extract(epoch FROM end_time - start_time))::float8 / 3600 AS hours FROM track_segments
WHERE start_time >= $1 AND start_time < $2 GROUP BY 1
"""
_HEARD = """
SELECT {key} AS key, sum(aircraft)::float8 / 2 AS hours FROM cells
WHERE bucket_start >= $1 AND bucket_start < $2 GROUP BY 1
"""
_HEARD_IN = """
SELECT area.name AS key, sum(cells.aircraft)::float8 / 2 AS hours FROM cells
JOIN zones AS area ON area.kind IN ('FIR', 'UIR') AND ST_Intersects(area.geom, ST_Centroid(ST_GeometryN(cells.geom, 1)))
WHERE bucket_start >= $1 AND bucket_start < $2 GROUP BY 1
"""
_INSIDE = """JOIN zones AS area ON area.kind IN ('FIR', 'UIR')
  AND ST_Intersects(area.geom, ST_PointOnSurface(anomalies.geom))"""

Counts = Mapping[str, float]


@route("/statistics", query=QUERY)
async def show_statistics(request: AnyRequest) -> Response[bytes]:
    """Counts and rates by class, H3 cell, flight information region, country of registry, aircraft or hour.

    A browser that asks for no more than that gets the page that shows them.
    """
    if prefers_html(request) and not request.query_params:
        return await page(request, "statistics.html")
    asked, pool = given(request, QUERY), request.app.state.pool
    formats.chosen(request, (formats.JSON_FORM,), asked.get("f"))
    by = asked.get("by", "class")
    if by not in GROUPS:
        raise bad("by", f"by is one of {', '.join(GROUPS)}, not {by[:40]!r}")
    size = filters.whole("resolution", 0, STORED)(asked.get("resolution", str(STORED)))
    most = filters.whole("limit", 1, MOST)(asked.get("limit", "1000"))
    window = await _window(pool, asked.get("datetime"))
    counted = await _counted(pool, by, size, window, _held(request, asked))
    whole = await _flown(pool, "class", size, window)
    total = sum(whole.values())
    hours = dict.fromkeys(counted, total) if by == "class" else await _flown(pool, by, size, window)
    value = {
        "by": by,
        "interval": [utc_text(_ms(one)) for one in window],
        "flight_hours": round(total, 2),
        "flight_hours_from": _SOURCES[by],
        "count": round(sum(counted.values())),
        "groups": await asyncio.to_thread(_placed, by, _groups(by, counted, hours)[:most]),
    }
    return await replies.json(request, value)


_SOURCES = {
    "class": "tracks: what was flown in all", "hour": "tracks", "country": "tracks",
    "aircraft": "its own tracks",
    "cell": "cells: each aircraft counts for half an hour in each cell and half hour it was heard in",
    "fir": "cells whose middle lies in the region: each aircraft counts for half an hour",
}  # fmt: skip


async def _window(pool: asyncpg.Pool, text: str | None) -> tuple[datetime, datetime]:
    """The interval asked for; else the day up to data time. Raises Problem 400 for one that is open or too long."""
    asked = span(text) if text is not None else Span(None, None)
    now = at((await data_time(pool)) or DEFAULT_S * 1000)
    end = asked.end or now
    start = asked.start or end - timedelta(seconds=DEFAULT_S)
    if not timedelta(0) < end - start <= timedelta(seconds=LONGEST_S):
        raise bad("datetime", "datetime is an interval, start/end, of at most 31 days")
    return start, end


def _held(request: AnyRequest, asked: Mapping[str, str]) -> list[tuple[str, Any, str]]:
    """Conditions on anomalies: SQL with {}, value, type."""
    known = (filters.class_filter(list(request.app.state.classes)), filters.PRIORITY, filters.CONFIDENCE)
    return [(one.where, one.parse(asked[one.name]), one.cast) for one in known if one.name in asked]


async def _counted(
    pool: asyncpg.Pool,
    by: str,
    size: int,
    window: tuple[datetime, datetime],
    held: Sequence[tuple[str, Any, str]],
) -> Counts:
    """Anomalies that started in the window, without the cleared ones, by key."""
    statement = Statement()
    first, last = (statement.bind(one, "timestamptz") for one in window)
    more = "".join(f" AND {sql.format(statement.bind(value, kind))}" for sql, value, kind in held)
    key = {
        "class": "class", "hour": _hour("start_time"), "country": "icao24", "aircraft": "icao24", "fir": "area.name",
        "cell": f"to_hex({parent_sql(str(size), '(h3 >> 52 & 15)')})",
    }[by]  # fmt: skip
    sql = (
        f"SELECT {key} AS key, count(*) AS n FROM anomalies {_INSIDE if by == 'fir' else ''} "
        f"WHERE state <> 'cleared' AND start_time >= {first} AND start_time < {last}{more} GROUP BY 1"
    )
    rows = [row for row in await pool.fetch(sql, *statement.values) if row["key"] is not None]
    return _keyed(by, rows, "n")


async def _flown(pool: asyncpg.Pool, by: str, size: int, window: tuple[datetime, datetime]) -> Counts:
    """Flight hours by key."""
    sql = {
        "class": _FLOWN.format(key="1"), "hour": _FLOWN.format(key=_hour("slot")),
        "country": _FLOWN.format(key="icao24"), "aircraft": _FLOWN.format(key="icao24"),
        "cell": _HEARD.format(key=f"to_hex({parent_sql(str(size))})"),
        "fir": _HEARD_IN,
    }[by]  # fmt: skip
    rows = await pool.fetch(sql, *window)
    return _keyed(by, rows, "hours")


def _hour(column: str) -> str:
    return f"date_bin('1 hour', {column}, 'epoch'::timestamptz)"


def _keyed(by: str, rows: Sequence[Mapping[str, Any]], value: str) -> Counts:
    """The values by their keys as they are shown."""
    if by == "country":
        return _by_country(rows, value)
    name = icao24_text if by == "aircraft" else _name
    return {str(name(row["key"])): row[value] for row in rows}


def _name(key: Any) -> str:
    return utc_text(_ms(key)) if isinstance(key, datetime) else str(key)


def _by_country(rows: Sequence[Mapping[str, Any]], value: str) -> Counts:
    """Added up over the addresses of each state, by its two letters; `unknown` for those of none."""
    known = Registers.builtin()
    place = known.find(np.array([row["key"] for row in rows], dtype=np.int64))
    out: dict[str, float] = {}
    for index, row in zip(place.tolist(), rows, strict=True):
        country = str(known.country[index]) if index >= 0 else "unknown"
        out[country] = out.get(country, 0) + row[value]
    return out


def _groups(by: str, counted: Counts, hours: Counts) -> list[dict[str, Any]]:
    """By time for hours, all of them; else those with anomalies, the most certain high rate first."""
    keys = sorted(set(counted) | set(hours)) if by == "hour" else sorted(counted)
    found = [_group(key, round(counted.get(key, 0)), hours.get(key, 0.0)) for key in keys]
    return found if by == "hour" else sorted(found, key=lambda one: (-(one["low"] or 0), -one["count"], one["key"]))


def _placed(by: str, groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Cells with their middle and the town next to it: the towns are read at the first call."""
    if by != "cell":
        return groups
    towns = Places.builtin()
    for one in groups:
        lat, lon = cell_center(int(one["key"], 16))
        town, away = towns.nearest(lat, lon)
        near = {"name": str(towns.name[town]), "country": str(towns.country[town]), "distance_nmi": round(away, 1)}
        one |= {"lat": round(lat, 4), "lon": round(lon, 4), "near": near}
    return groups


def _group(key: str, count: int, hours: float) -> dict[str, Any]:
    """The rate and the 95 % interval of what it would be in the long run: one anomaly in a quiet sky says little."""
    low, high = ((each / hours * 1000) if hours > 0 else None for each in poisson(count))
    rate = count / hours * 1000 if hours > 0 else None
    numbers = {"flight_hours": hours, "rate": rate, "low": low, "high": high}
    return {"key": key, "count": count, **{name: None if n is None else round(n, 3) for name, n in numbers.items()}}


def poisson(count: int) -> tuple[float, float]:
    """The 95 % interval of an expected count of which so many came: Byar's approximation (Breslow & Day 1987, 2.13)."""
    more = count + 1
    high = more * (1 - 1 / (9 * more) + _Z / (3 * math.sqrt(more))) ** 3
    low = count * (1 - 1 / (9 * count) - _Z / (3 * math.sqrt(count))) ** 3 if count else 0.0
    return max(low, 0.0), high


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
