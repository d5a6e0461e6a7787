"""Flight information regions of the database, and which of them a place lies in; read again only when they change."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import asyncpg
import numpy as np
import shapely

from geo.cells import Cells, centers
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
    """The regions that were read last, and in which of them the middle of each cell lies that was asked for."""

    version: str | None = None
    firs: Firs = field(default_factory=lambda: Firs.of([], []))
    cells: Cells = field(default_factory=lambda: np.zeros(0, dtype=np.uint64))
    region: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    async def fresh(self, pool: asyncpg.Pool) -> Firs:
        """The regions as they are now; without any, `skysift reference add firs` has not been used."""
        version = await pool.fetchval(_VERSION)
        if version != self.version:
            rows = await pool.fetch(_READ)
            shapes = shapely.from_wkb([row["shape"] for row in rows])
            self.firs = Firs.of([row["id"] for row in rows], shapes, [row["name"] for row in rows])
            self.cells, self.region, self.version = self.cells[:0], self.region[:0], version
        return self.firs

    async def of_places(self, places: Iterable[tuple[float, float]]) -> Mapping[str, float]:
        """How many of the places (longitude, latitude) lie in each region, by its id."""
        lon, lat = np.array(list(places), dtype=np.float64).reshape(-1, 2).T
        region = await asyncio.to_thread(self.firs.around, lat, lon)
        return _summed(self.firs, region, np.ones(len(region)))

    async def of_cells(self, values: Mapping[int, float]) -> Mapping[str, float]:
        """Values of cells, added up by the region that the middle of each lies in."""
        cells = np.fromiter(values, dtype=np.uint64, count=len(values))
        order = np.argsort(cells)
        firs, region = self.firs, await asyncio.to_thread(self._known, cells[order])
        return _summed(firs, region, np.fromiter(values.values(), np.float64, len(values))[order])

    def _known(self, cells: Cells) -> Array:
        """The region (n,) of each cell (in order, none twice): each is looked for once, all new ones together."""
        firs, known, region = self.firs, self.cells, self.region
        new = np.setdiff1d(cells, known, assume_unique=True)
        if len(new):
            known, region = np.concatenate([known, new]), np.concatenate([region, firs.around(*centers(new))])
            order = np.argsort(known)
            known, region = known[order], region[order]
            if firs is self.firs:
                self.cells, self.region = known, region
        return region[np.searchsorted(known, cells)]


def _summed(firs: Firs, region: Array, values: Array) -> Mapping[str, float]:
    """Values by the id of their region; those outside of all are left out."""
    inside = region >= 0
    ids, own = np.unique(firs.ids[region[inside]], return_inverse=True)
    sums = np.bincount(own, weights=values[inside], minlength=len(ids))
    return dict(zip(ids.tolist(), sums.tolist(), strict=True))
