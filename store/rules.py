"""Accepted rules: of a class, everywhere or in an area, the confidence from which it is told at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import asyncpg
import shapely

_STANDING = """
SELECT r.class, r.confidence, ST_AsBinary(a.geom) AS area FROM rules r LEFT JOIN areas a ON a.id = r.area
WHERE r.ended IS NULL ORDER BY r.id
"""


async def standing(pool: asyncpg.Pool) -> Sequence[tuple[str, float, Any]]:
    """Class, confidence and area (shapely, None: everywhere) of each rule that holds now."""
    rows = await pool.fetch(_STANDING)
    return [(r["class"], round(r["confidence"], 4), shapely.from_wkb(r["area"]) if r["area"] else None) for r in rows]


_LISTED = "SELECT id, class, area, confidence, why, who, at, ended FROM rules ORDER BY id DESC LIMIT 1000"
_END = "UPDATE rules SET ended = now() WHERE class = $1 AND area IS NOT DISTINCT FROM $2 AND ended IS NULL"
_ADD = "INSERT INTO rules (class, area, confidence, why, who) VALUES ($1, $2, $3, $4, $5) RETURNING id"
_TAKE_BACK = "UPDATE rules SET ended = now() WHERE id = $1 AND ended IS NULL RETURNING class"


async def listed(pool: asyncpg.Pool) -> Sequence[asyncpg.Record]:
    """The newest thousand, those that ended too."""
    return list(await pool.fetch(_LISTED))


async def accept(
    connection: asyncpg.Connection, class_id: str, area: int | None, confidence: float, why: str, who: str
) -> int:
    """From now on in place of the rule that held for the class there; its number."""
    await connection.execute(_END, class_id, area)
    return int(await connection.fetchval(_ADD, class_id, area, confidence, why, who))


async def take_back(connection: asyncpg.Connection, number: int) -> bool:
    """End a rule; whether it held."""
    return await connection.fetchval(_TAKE_BACK, number) is not None
