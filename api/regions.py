"""Flight information regions of the database, and which of them a place lies in; read again only when they change."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import asyncpg
import numpy as np
import shapely

from geo.firs import Firs
from geo.schema import Array

_AREAS = """
SELECT id, name, geom, xmin FROM firs
UNION ALL SELECT id, name, geom, xmin FROM zones WHERE kind IN ('FIR', 'UIR')
"""
# A row that was put there anew has another xmin.
_VERSION = f"SELECT md5(string_agg(concat(id, ' ', xmin), ',' ORDER BY id, xmin::text)) FROM ({_AREAS}) AS areas"
_READ = f"SELECT id, name, ST_AsBinary(geom) AS shape FROM ({_AREAS}) AS areas"


@dataclass
class Regions:
    """The regions that were read last."""

    version: str | None = None
    firs: Firs = field(default_factory=lambda: Firs.of([], []))

    async def fresh(self, pool: asyncpg.Pool) -> Firs:
        """The regions as they are now; without any, `skysift reference add firs` has not been used."""
        version = await pool.fetchval(_VERSION)
        if version != self.version:
            rows = await pool.fetch(_READ)
            shapes = shapely.from_wkb([row["shape"] for row in rows])
            self.firs = Firs.of([row["id"] for row in rows], shapes, [row["name"] for row in rows])
            self.version = version
        return self.firs


async def summed(firs: Firs, places: Iterable[tuple[float, float, float]]) -> Mapping[str, float]:
    """Longitude, latitude and value, added up by the region's id."""
    table = np.array(list(places), dtype=np.float64).reshape(-1, 3)
    if not len(firs) or not len(table):
        return {}
    return await asyncio.to_thread(_summed, firs, table)


def _summed(firs: Firs, table: Array) -> Mapping[str, float]:
    region = firs.at(table[:, 1], table[:, 0])
    inside = region >= 0
    ids, own = np.unique(firs.ids[region[inside]], return_inverse=True)
    sums = np.bincount(own, weights=table[inside, 2], minlength=len(ids))
    return dict(zip(ids.tolist(), sums.tolist(), strict=True))
