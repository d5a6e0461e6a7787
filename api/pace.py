"""How far in time a page over squares of a degree will reach: read no further, each square gives few rows in vain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from api import query
from api.asked import Asked, kept
from api.clock import at
from api.collections import Collection
from api.parameters import Edges

LEAST_LIMIT = 500
"""From so many features on it pays: for fewer the squares give hardly more than they are asked for."""

MARGIN = 1.25
"""Where the pace slackens, the page has to be read on; where it does not, so much is read in vain."""

EVER = datetime.max.replace(tzinfo=UTC)

_MOMENT = timedelta(seconds=1)
"""Between two rows of the same time, so that rows which came at once have a pace."""

_LONGEST_S = 10 * 365 * 86_400.0
"""Nobody keeps rows for longer."""


@dataclass(frozen=True)
class Looks:
    """How many rows of each square are looked at: one in `one_in` of the page's, within bounds."""

    one_in: int = 4
    least: int = 8
    most: int = 64

    def of(self, limit: int, squares: int) -> int:
        return min(max(limit // (self.one_in * squares), self.least), self.most)


LOOKS = Looks()


@dataclass(frozen=True)
class Seen:
    """The first rows of a square: how many, and when the first and the last of them were."""

    count: int
    first: datetime
    last: datetime

    @property
    def a_second(self) -> float:
        """Rows a second."""
        return self.count / (self.last - self.first + _MOMENT).total_seconds()


async def likely_end(
    pool: asyncpg.Pool, collection: Collection, asked: Asked, codes: tuple[int, ...]
) -> datetime | None:
    """Until when the rows that fill the page will have come, EVER where that lies beyond the data time; None where all
    of them may be needed, or few are asked for. It is a guess: whoever reads until then reads on where the page is not
    full."""
    if asked.limit < LEAST_LIMIT or any(box.heights for box in asked.boxes):
        return None
    looked_at = LOOKS.of(asked.limit, len(codes))
    sql, values = _first_rows(collection, asked, codes, looked_at)
    with query.telling(asked):
        found = await pool.fetch(sql, *values)
    seen = {code: Seen(*rest) for code, *rest, _ in found}
    end = reached(seen, shares(asked, codes), looked_at, asked.limit + 1)
    now = found[0]["now"] if found else None
    return EVER if end and now is not None and end > at(int(now)) else end


@kept
def _first_rows(collection: Collection, asked: Asked, codes: tuple[int, ...], looked_at: int) -> tuple[str, list[Any]]:
    """SQL and values of what `Seen` holds, by square."""
    statement, order = query.Statement(), asked.order(collection)
    rows = f"SELECT {order[0].sql} AS moment FROM {query.source(collection, asked, statement)}"
    held = [*query.conditions(collection, asked.anywhere, statement), *query.beyond(order, asked, statement)]
    each = query.of_squares(collection, order, rows, held, statement.bind(looked_at, "int"))
    sql = f"""
    SELECT square.code, count(*), min(moment), max(moment),
      (SELECT value FROM meta WHERE key = 'data_time') AS now
    FROM unnest({statement.bind(codes, "int[]")}) AS square (code), LATERAL ({each}) AS near GROUP BY square.code"""
    return sql, statement.values


@kept
def shares(asked: Asked, codes: tuple[int, ...]) -> Mapping[int, float]:
    """How much of each square lies in the boxes, 0 to 1."""
    return {code: min(1.0, sum(_share(code, box.edges) for box in asked.boxes)) for code in codes}


def _share(code: int, box: Edges) -> float:
    south = (code + 180) // 360
    west = code - 360 * south
    width, height = min(box[2], west + 1) - max(box[0], west), min(box[3], south + 1) - max(box[1], south)
    return max(width, 0.0) * max(height, 0.0)


def reached(seen: Mapping[int, Seen], part: Mapping[int, float], looked_at: int, wanted: int) -> datetime | None:
    """When `wanted` rows have come, if each square goes on as it began and `part` of its rows count. Of a square with
    fewer than `looked_at` rows all have been seen."""
    going_on = {code: one for code, one in seen.items() if one.count >= looked_at}
    left = wanted - sum(one.count * part[code] for code, one in seen.items() if code not in going_on)
    pace = sum(one.a_second * part[code] for code, one in going_on.items())
    if left <= 0 or pace == 0:
        return None
    end = min(one.first for one in going_on.values()) + timedelta(seconds=min(MARGIN * left / pace, _LONGEST_S))
    return end.replace(microsecond=end.microsecond // 1000 * 1000)
