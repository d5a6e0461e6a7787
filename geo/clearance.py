"""Clearance: how far a point may move without crossing a border, from cells whose distance is worked out once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import shapely

from geo.schema import Array
from geo.trees import kd_tree

CELL_DEG = 0.02
"""About 2 km: smaller cells know the distance better, and there are more of them."""

SPACING_DEG = 0.01
"""Lines are taken for points this far apart, at most: the distance is known to half of it."""

MOST = 1_000_000
"""Cells kept; then all are forgotten, which costs time and nothing else."""

FARTHEST_DEG = 360.0

_WIDTH = round(360 / CELL_DEG) + 2


@dataclass
class Clearance:
    """Distances to the nearest of `lines`, in degrees of a plane of longitude and latitude."""

    lines: Array
    cells: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    far: Array = field(default_factory=lambda: np.zeros(0))

    def of(self, lat: Array, lon: Array) -> Array:
        """At least how far each point (n,) is from the nearest line: never more than it is."""
        row, column = np.rint(lat / CELL_DEG), np.rint(lon / CELL_DEG)
        at = self._known((row * _WIDTH + column).astype(np.int64))
        off = np.hypot(lat - row * CELL_DEG, lon - column * CELL_DEG)
        out: Array = np.maximum(self.far[at] - off, 0.0)
        return out

    def _known(self, key: Array) -> Array:
        """Where each cell stands, after working out those that are new."""
        wanted = np.unique(key)
        new = wanted[~_among(self.cells, wanted)]
        if len(new):
            if len(self.cells) + len(new) > MOST:
                self.cells, self.far, new = new[:0], self.far[:0], wanted
            cells = np.append(self.cells, new)
            order = np.argsort(cells)
            self.cells, self.far = cells[order], np.append(self.far, self._distance(new))[order]
        return np.searchsorted(self.cells, key)

    def _distance(self, cells: Array) -> Array:
        """From the middle of each cell to the nearest line, or a little less."""
        if not len(self.lines):
            return np.full(len(cells), FARTHEST_DEG)
        row = np.floor(cells / _WIDTH + 0.5)
        distance, _ = self._points.query(np.column_stack([(cells - row * _WIDTH) * CELL_DEG, row * CELL_DEG]))
        out: Array = distance - SPACING_DEG / 2
        return out

    @cached_property
    def _points(self) -> Any:
        return kd_tree(np.unique(shapely.get_coordinates(shapely.segmentize(self.lines, SPACING_DEG)), axis=0))


def _among(known: Array, wanted: Array) -> Array:
    """Which of the wanted stand in the sorted known."""
    if not len(known):
        return np.zeros(len(wanted), dtype=bool)
    out: Array = known[np.searchsorted(known, wanted).clip(0, len(known) - 1)] == wanted
    return out
