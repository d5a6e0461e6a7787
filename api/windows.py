"""The time and the filter that statistics are asked about, checked once for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import asyncpg

from api.asked import Asked
from api.clock import at, data_time
from api.collections import Collection
from api.parameters import Span, span
from api.problems import bad
from api.query import Statement, conditions

DAY = timedelta(days=1)
LONGEST = 31 * DAY
Window = tuple[datetime, datetime]

FILTERS = (
    "bbox", "bbox-crs", "class", "priority", "min_confidence", "icao24", "filter", "filter-lang", "filter-crs",
)  # fmt: skip
"""Those of the items of `anomalies` that say which of them are counted."""


async def window_of(
    pool: asyncpg.Pool, text: str | None, ahead: timedelta = timedelta(0), longest: timedelta = LONGEST
) -> Window:
    """The interval asked for; else the day up to data time, and `ahead` beyond it. Raises Problem 400 for one that is
    open or too long."""
    asked = span(text) if text is not None else Span(None, None)
    now = at((await data_time(pool)) or 86_400_000)
    start = asked.start or (asked.end or now) - DAY
    end = asked.end or now + ahead
    if not timedelta(0) < end - start <= longest:
        raise bad("datetime", f"datetime is an interval, start/end, of at most {longest.days} days")
    return start, end


def began(anomalies: Collection, given: Mapping[str, str], window: Window, statement: Statement) -> str:
    """SQL of what holds for the anomalies that began in the window (end exclusive) and that the filters want; cleared
    ones do not count. Raises Problem 400 for a broken filter."""
    asked = Asked.of(anomalies, {name: text for name, text in given.items() if name in FILTERS})
    held = conditions(anomalies, replace(asked, filters={"state": ["open", "closed"], **asked.filters}), statement)
    first, last = (statement.bind(one, "timestamptz") for one in window)
    return " AND ".join([*held, f"start_time >= {first}", f"start_time < {last}"])
