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
