"""Unusual hours: what each hour of the week should bring to each cell, what came, and what is to come."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import asyncpg
import numpy as np
from litestar import Response

from api import filters, pages, pages_gathered
from api.cell_collections import parent_sql
from api.clock import at, data_time
from api.problems import bad
from api.query import Statement
from api.replies import AnyRequest
from api.routes import given, route
from api.towns import near
from api.windows import DAY, FILTERS, Window, began, window_of
from geo.anomaly import utc_text
from geo.cells import cell_center
from geo.forecast import Expected, HourModel, learn
from geo.schema import Array

QUERY = ("datetime", *FILTERS, "resolution", "weeks", "level", "limit", "f")
LONGEST = 14 * DAY
COARSE, USUAL, FINE = 0, 2, 3
"""H3 resolutions: a cell of 2 is some 170 nmi wide, and has enough anomalies for its hours to be told apart."""
WEEKS, MOST_WEEKS = 8, 26
LEVEL = "0.999"
FEWEST = 3
"""A surge has as many anomalies at least: two where none were expected are no news yet."""
MOST = 1_000

_HEARD = """
SELECT DISTINCT (extract(epoch FROM date_bin('1 hour', bucket_start, 'epoch'::timestamptz)) / 3600)::bigint AS hour
FROM cells WHERE resolution = 0 AND bucket_start >= $1 AND bucket_start < $2
"""


@dataclass(frozen=True)
class Counts:
    """Cells, hours since the epoch and counts (n,), and the hours (h,) in which anything was heard."""

    cell: Array
    hour: Array
    count: Array
    heard: Array

    def whole(self) -> Counts:
        """The same with all cells as one, which is called 0."""
        hour, own = np.unique(self.hour, return_inverse=True)
        return Counts(hour * 0, hour, np.bincount(own, self.count, len(hour)), self.heard)

    def between(self, start: int, end: int) -> Counts:
        """Those of hours from the one to before the other."""
        kept = (self.hour >= start) & (self.hour < end)
        heard = self.heard[(self.heard >= start) & (self.heard < end)]
        return Counts(self.cell[kept], self.hour[kept], self.count[kept], heard)


@dataclass(frozen=True)
class Question:
    """Hours since the epoch from `start` to before `end`, of which those from `now` on are still to come."""

    start: int
    now: int
    end: int
    level: float
    most: int


@route("/statistics/forecast", query=QUERY)
async def show_forecast(request: AnyRequest) -> Response[bytes]:
    """What each hour should bring by hour of the week and H3 cell, with an interval: surges beyond it, and what comes.

    Learned from the weeks before the interval, which is the day up to data time and the day after it unless asked.
    """
    asked, pool = pages.typed(given(request, QUERY)), request.app.state.pool
    size = filters.whole("resolution", COARSE, FINE)(asked.get("resolution", str(USUAL)))
    weeks = filters.whole("weeks", 1, MOST_WEEKS)(asked.get("weeks", str(WEEKS)))
    most = filters.whole("limit", 1, MOST)(asked.get("limit", "100"))
    level = _level(asked.get("level", LEVEL))
    start, end = map(_hour, await window_of(pool, asked.get("datetime"), DAY, LONGEST))
    now = _hour(at((await data_time(pool)) or 0)) + 1
    question = Question(start, max(start, min(now, end)), end, level, most)
    counts = await _counts(request, asked, size, (_at(start - weeks * 168), _at(question.now)))
    value = {
        "interval": [_text(start), _text(end)],
        "resolution": size,
        "level": level,
        "learned_hours": len(counts.between(0, start).heard),
        **await asyncio.to_thread(_value, counts, question),
    }
    return await pages.answer(request, value, partial(pages_gathered.forecast, asked=asked, value=value))


def _level(text: str) -> float:
    number = float(text) if re.fullmatch(r"0?\.[0-9]{1,6}", text) else 0.0
    if not 0.5 <= number <= 0.9999:
        raise bad("level", f"level is the share of hours that the interval holds, 0.5 to 0.9999, not {text[:40]!r}")
    return number


async def _counts(request: AnyRequest, asked: Mapping[str, str], size: int, window: Window) -> Counts:
    """What began in the window by cell and hour, and the hours in which anything was heard."""
    pool: asyncpg.Pool = request.app.state.pool
    statement = Statement()
    held = began(request.app.state.collections["anomalies"], asked, window, statement)
    rows = await pool.fetch(
        f"""SELECT {parent_sql(str(size), "(h3 >> 52 & 15)")} AS cell, count(*) AS n,
          (extract(epoch FROM date_bin('1 hour', start_time, 'epoch'::timestamptz)) / 3600)::bigint AS hour
          FROM anomalies WHERE {held} AND h3 IS NOT NULL GROUP BY 1, 3""",
        *statement.values,
    )
    heard = [row["hour"] for row in await pool.fetch(_HEARD, *window)]
    cell, hour, count = (np.array([row[name] for row in rows], dtype=np.int64) for name in ("cell", "hour", "n"))
    # An anomaly in an hour says that something was heard in it, whatever was counted by cell.
    return Counts(cell, hour, count, np.union1d(np.array(heard, dtype=np.int64), hour))


def _value(counts: Counts, asked: Question) -> dict[str, Any]:
    whole, past = counts.whole(), counts.between(0, asked.start)
    model = learn(past.cell, past.hour, past.count, past.heard)
    all_cells = whole.between(0, asked.start)
    total = learn(all_cells.cell, all_cells.hour, all_cells.count, all_cells.heard)
    # Where nothing was learned, nothing is known to be unusual.
    learned = len(past.heard) > 0
    return {
        "hours": [one | {"surge": one["surge"] and learned} for one in _hours(total, whole, asked)],
        "surges": _surges(model, counts.between(asked.start, asked.now), asked) if learned else [],
        "ahead": _ahead(model, asked),
    }


def _hours(model: HourModel, counts: Counts, asked: Question) -> list[dict[str, Any]]:
    """Every hour of the interval over all cells; null for a count where nothing was heard, or not yet."""
    hours = np.arange(asked.start, asked.end)
    count = np.where(np.isin(hours, counts.heard), 0.0, np.nan)
    inside = (counts.hour >= asked.start) & (counts.hour < asked.end)
    count[counts.hour[inside] - asked.start] = counts.count[inside]
    found = model.expected(np.zeros(len(hours), dtype=np.int64), hours, count, asked.level)
    return [
        {"start": _text(hour), **_numbers(found, i, count[i]), "surge": bool(_surged(count[i], found.high[i]))}
        for i, hour in enumerate(hours.tolist())
    ]


def _surges(model: HourModel, counts: Counts, asked: Question) -> list[dict[str, Any]]:
    """Hours and cells with more than the interval holds, the least likely first."""
    found = model.expected(counts.cell, counts.hour, counts.count.astype(np.float64), asked.level)
    rows = np.flatnonzero(_surged(counts.count, found.high))
    rows = rows[np.lexsort((counts.cell[rows], counts.hour[rows], found.chance[rows]))][: asked.most]
    return [
        {"start": _text(int(counts.hour[i])), **_place(int(counts.cell[i])), **_numbers(found, i, counts.count[i]),
         "chance": float(f"{found.chance[i]:.3g}")}
        for i in rows.tolist()
    ]  # fmt: skip


def _surged(count: Array, high: Array) -> Array:
    return np.asarray((count > high) & (count >= FEWEST))


def _ahead(model: HourModel, asked: Question) -> list[dict[str, Any]]:
    """Hours to come and cells in which the most is expected."""
    hours = np.arange(asked.now, asked.end)
    cell, hour = np.repeat(model.cells, len(hours)), np.tile(hours, len(model.cells))
    found = model.expected(cell, hour, np.full(len(cell), np.nan), asked.level)
    rows = np.lexsort((cell, hour, -found.mean))[: asked.most]
    return [{"start": _text(int(hour[i])), **_place(int(cell[i])), **_numbers(found, i, np.nan)} for i in rows.tolist()]


def _numbers(found: Expected, i: int, count: float) -> dict[str, Any]:
    numbers = {"expected": round(float(found.mean[i]), 3), "low": int(found.low[i]), "high": int(found.high[i])}
    return {"count": None if np.isnan(count) else int(count), **numbers}


def _place(cell: int) -> dict[str, Any]:
    """A cell with its middle and the town next to it."""
    lat, lon = cell_center(cell)
    return {"cell": f"{cell:x}", "lat": round(lat, 4), "lon": round(lon, 4), "near": near(lat, lon)}


def _hour(moment: datetime) -> int:
    return int(moment.timestamp() // 3600)


def _at(hour: int) -> datetime:
    return datetime.fromtimestamp(hour * 3600, UTC)


def _text(hour: int) -> str:
    return utc_text(hour * 3_600_000)
