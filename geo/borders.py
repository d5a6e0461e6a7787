"""Borders of many areas as short lines: which steps touch one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

from geo.crossing import lines_of, segments
from geo.nearby import Nearby
from geo.schema import Array
from geo.widen import widened
from geo.zones import Zones

Pairs = tuple[Array, Array]
"""Two arrays (n,): a step or flight, and the index of an area."""


@dataclass
class Borders:
    """Of each area and of the margin round it, `margin_m` wide."""

    areas: Zones
    margin_m: float

    def made(self) -> Borders:
        """With everything made that else waits for the first step: seconds, for thousands of areas."""
        _ = self._near.tree
        return self

    @cached_property
    def around(self) -> Array:
        """The areas with their margins."""
        return widened(self.areas.shapes, self.margin_m)

    def touched(self, lat0: Array, lon0: Array, lat1: Array, lon1: Array) -> tuple[Array, Array, Array]:
        """Steps (n,) in degrees, none missing, with the areas whose border or margin's border they touch, and whether
        it is the area's own.

        Perhaps a few more: of long steps it is the boxes round both that are compared.
        """
        if not len(self.areas):
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=bool)
        short = self._near.short(lat0, lon0, lat1, lon1)
        step, line = self._near.touched(*(values[short] for values in (lat0, lon0, lat1, lon1)))
        far = np.flatnonzero(~short)
        none = np.zeros(len(far))
        some = segments(lat0[far], lon0[far], none, lat1[far], lon1[far], none)
        row, piece = self._near.tree.query(lines_of(some))
        steps = np.concatenate([np.flatnonzero(short)[step], far[some.row[row]]])
        of, own = (values[np.concatenate([line, piece])] for values in self._pieces[1:])
        return steps, of, own

    @cached_property
    def _pieces(self) -> tuple[Array, Array, Array]:
        """Every straight piece of a border, whose it is, and whether it is of the area itself, not of its margin."""
        shapes = np.concatenate([self.areas.shapes, self.around])
        points, owner = shapely.get_coordinates(shapes, return_index=True)
        # What joins the end of one ring to the start of the next is no border, but it does no harm.
        same = owner[1:] == owner[:-1]
        lines = shapely.linestrings(np.stack([points[:-1][same], points[1:][same]], axis=1))
        owner = owner[:-1][same]
        return lines, owner % max(len(self.areas), 1), owner < len(self.areas)

    @cached_property
    def _near(self) -> Nearby:
        return Nearby(self._pieces[0])
