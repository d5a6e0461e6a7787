"""What is watched now, read by the process that watches: areas, subscriptions, ignores and accepted rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import numpy as np

from geo.schema import NO_TIME, Array
from geo.zones import Zones
from store.areas import zones_of

FAILURES = 3
"""Attempts in a row that fail before a destination counts as failing."""

# Whoever is paused by hand begins anew; one that is paused and has failed wants no more.
_FAILING = f"(failures >= {FAILURES} OR paused AND failures > 0)"

# A sum, not the newest change: who began earlier may commit later.
_PRINT = f"""
SELECT concat_ws('/',
  (SELECT concat(count(*), '-', sum(id), '-', sum(extract(epoch FROM changed))) FROM areas),
  (SELECT concat(count(*), '-', sum(id), '-', sum(extract(epoch FROM changed))) FROM subscriptions),
  (SELECT concat(count(*), '-', sum(id)) FROM ignores),
  (SELECT concat(count(*), '-', sum(id), '-', count(ended)) FROM rules),
  (SELECT md5(string_agg(concat(id, role, disabled), ',' ORDER BY id)) FROM accounts),
  (SELECT string_agg(concat(id, paused), ',' ORDER BY id) FROM destinations WHERE {_FAILING}))
"""

# Four bytes hold 0.8 as a little more, and what is exactly so sure would not be told: as numbers they are as written.
# An area that is no longer shared, or is of an account that was closed, is not watched for others any more.
_SUBSCRIPTIONS = """
SELECT s.id, s.owner, s.name, s.area, s.trigger, s.minutes, s.classes, s.priority, s.fleet,
  s.confidence::numeric::float8 AS confidence,
  round(extract(epoch FROM s.began) * 1000)::bigint AS began
FROM subscriptions s JOIN accounts o ON o.id = s.owner AND NOT o.disabled LEFT JOIN areas a ON a.id = s.area
WHERE NOT s.paused AND (s.area IS NULL OR a.shared OR a.owner = s.owner OR o.role = 'admin') ORDER BY s.id
"""
_AREAS = """
SELECT id, name, floor_ft, ceiling_ft, active, ST_AsBinary(geom) AS wkb,
  round(extract(epoch FROM began) * 1000)::bigint AS began
FROM areas WHERE id = ANY($1) ORDER BY id
"""
_IGNORES = """
SELECT i.owner, i.kind, i.value, i.until, i.everyone, ST_AsBinary(a.geom) AS wkb
FROM ignores i LEFT JOIN areas a ON a.id = i.area ORDER BY i.id
"""
_DESTINATIONS = f"SELECT id, owner, name, paused FROM destinations WHERE {_FAILING} ORDER BY id"
_RULES = """
SELECT class, area, max(confidence)::numeric::float8 AS confidence FROM rules WHERE ended IS NULL GROUP BY class, area
"""


@dataclass(frozen=True)
class Watched:
    """Areas with their numbers, and the rows of the rest.

    `began` (areas,): since which data time (epoch ms) each lies where it lies and somebody watches it, NO_TIME where
    that was always. `rules`: the least confidence by class and area (None: anywhere); `failing`: destinations that do
    not answer.
    """

    areas: Zones
    numbers: Array
    began: Array
    subscriptions: Sequence[Mapping[str, Any]]
    ignores: Sequence[Mapping[str, Any]]
    rules: Mapping[tuple[str, int | None], float]
    failing: Sequence[Mapping[str, Any]]


async def fingerprint(connection: asyncpg.Connection) -> str:
    """Another one after every change of what is watched."""
    return str(await connection.fetchval(_PRINT))


async def rules(connection: asyncpg.Connection | asyncpg.Pool) -> dict[tuple[str, int | None], float]:
    """The least confidence that was accepted by class and area; None: anywhere."""
    return {(row["class"], row["area"]): float(row["confidence"]) for row in await connection.fetch(_RULES)}


async def load(connection: asyncpg.Connection) -> Watched:
    """All of it, as of one moment."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        subscriptions = await connection.fetch(_SUBSCRIPTIONS)
        wanted = sorted({row["area"] for row in subscriptions if row["area"] is not None})
        found = await connection.fetch(_AREAS, wanted)
        ignores, least = await connection.fetch(_IGNORES), await rules(connection)
        failing = await connection.fetch(_DESTINATIONS)
    areas, numbers = zones_of(found)
    return Watched(areas, numbers, _began(found, subscriptions), subscriptions, ignores, least, failing)


def _began(areas: Sequence[Mapping[str, Any]], subscriptions: Sequence[Mapping[str, Any]]) -> Array:
    """When each area was drawn, or the first of those who ask about it began to ask: the later."""
    asked: dict[int, int] = {}
    for one in subscriptions:
        since = int(NO_TIME) if one["began"] is None else one["began"]
        asked[one["area"]] = min(since, asked.get(one["area"], since))
    drawn = [int(NO_TIME) if one["began"] is None else one["began"] for one in areas]
    return np.array([max(when, asked[one["id"]]) for when, one in zip(drawn, areas, strict=True)], dtype=np.int64)
