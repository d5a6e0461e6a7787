"""Boxes over points, read square by square of a degree: a page then costs what it holds, not what lies in its box."""

from __future__ import annotations

import asyncio
import time
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

import asyncpg

from api import pace, query
from api.asked import Asked, kept
from api.clock import at
from api.collections import Collection
from api.parameters import MAX_LIMIT, Span
from api.query import Page
from store.partitions import indexed_until
from store.squares import square_codes

LEAST_AREA, MOST_AREA, MOST_SQUARES = 1.0, 64.0, 128
"""Boxes that are read so: square degrees, and squares at most."""

LOOK_S = 10.0
"""For so long after a partition got its index on squares its rows may still be read without."""

_NEVER = pace.EVER
_STEP = timedelta(milliseconds=1)


@dataclass
class Indexed:
    """Before when all rows have an index on squares; what is still being stored has none."""

    until: datetime = _NEVER
    looked: float = -LOOK_S

    async def fresh(self, pool: asyncpg.Pool) -> datetime:
        """Looked up again every LOOK_S: whatever it says, pages hold the same."""
        if time.monotonic() - self.looked > LOOK_S:
            self.looked = time.monotonic()
            async with pool.acquire() as connection:
                start = await indexed_until(connection)
            self.until = _NEVER if start is None else at(start)
        return self.until


@kept
def squares(collection: Collection, asked: Asked) -> tuple[int, ...]:
    """The squares of a degree that boxes touch, where it is best to read each of them in the order that is asked for.

    Not so where another condition leaves few rows, where the boxes are so small that the squares hold mostly others,
    and where there are too many squares.
    """
    by_key = collection.square and not (collection.newest_first or asked.sorts or asked.offset)
    if not by_key or asked.filters or asked.cql is not None or asked.limit > MAX_LIMIT:
        return ()
    edges = [box.edges for box in asked.boxes]
    area = sum((east - west) * (north - south) for west, south, east, north in edges)
    codes = square_codes(edges) if LEAST_AREA <= area <= MOST_AREA else ()
    return tuple(codes) if len(codes) <= MOST_SQUARES else ()


def one_plan(collection: Collection, asked: Asked) -> bool:
    """Whether an index has the rows in their order whatever the values are: of one aircraft, or of a bounded time.

    To plan anew took a quarter of what the database needed for a thousand rows in time.
    """
    plain = not (asked.boxes or asked.sorts or asked.offset or asked.cql is not None)
    one = len(asked.filters.get("icao24", ())) == 1
    bounded = asked.span is not None and asked.span.start is not None and asked.span.end is not None
    return bool(collection.square) and plain and not asked.filters.keys() - {"icao24"} and (one or bounded)


LARGE_LIMIT = 2_000
"""Features of a page from which on it is megabytes, and few are read at once: more would only hold more memory, for the
database's processes have every core at work as it is."""


def large_at_once(connections: int) -> asyncio.Semaphore:
    """How many large pages are read at once with a pool of so many connections; the others wait for their turn."""
    return asyncio.Semaphore(max(1, connections // 2))


async def read_page(state: Any, collection: Collection, asked: Asked) -> Page:
    """One page. Of large ones only some are read at once."""
    async with state.large if asked.limit >= LARGE_LIMIT else nullcontext():
        return await _read(state, collection, asked)


async def _read(state: Any, collection: Collection, asked: Asked) -> Page:
    """From squares the rows that have their index, first as far in time as they will likely be needed; then the others
    as the database finds best. Whatever was likely, the page holds the same."""
    codes = squares(collection, asked)
    if not codes:
        pool = state.steady if one_plan(collection, asked) else state.pool
        return await query.read_page(pool, collection, asked)
    until = await state.indexed.fresh(state.pool)
    likely = await pace.likely_end(state.steady, collection, asked, codes)
    sooner = likely is not None and likely < until
    steps = [(state.steady, codes, until, likely is not None and not sooner), (state.pool, (), _NEVER, False)]
    if likely and sooner:
        steps.insert(0, (state.steady, codes, likely, True))
    page, left = _NOTHING, cast("Asked | None", asked)
    for pool, own, end, bounded in steps:
        if left is None or page.more:
            break
        part, left = _split(left, end)
        found = await query.read_page(pool, collection, _rest(part, page.returned), own, bounded)
        page = page.with_next(found, asked.limit)
    return page


_NOTHING = Page(memoryview(b""), 0, None, False, None)


@kept
def _rest(asked: Asked, returned: int) -> Asked:
    """What is still to be found; where the page is full, whether more follow."""
    return replace(asked, limit=max(asked.limit - returned, 1)) if returned else asked


@kept
def _split(asked: Asked, until: datetime) -> tuple[Asked, Asked | None]:
    """The question for the rows before `until`, and that for those from then on; None where there are none."""
    first, last = (asked.span.start, asked.span.end) if asked.span else (None, None)
    if (last and last < until) or until == _NEVER:
        return asked, None
    before = replace(asked, span=Span(first, until - _STEP))
    return before, replace(asked, span=Span(max(first, until) if first else until, last))
