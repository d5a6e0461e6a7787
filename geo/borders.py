"""Borders of many areas as short lines: which steps touch one, told for most steps from how far the nearest is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

from geo.clearance import Clearance
from geo.crossing import lines_of, segments
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
        _ = self._tree, self._clearance
        return self

    @cached_property
    def around(self) -> Array:
        """The areas with their margins."""
        return widened(self.areas.shapes, self.margin_m)

    def touched(self, lat0: Array, lon0: Array, lat1: Array, lon1: Array) -> Pairs:
        """Steps (n,) in degrees, none missing, with the areas whose border or margin's border they touch.

        Perhaps a few more: it is the boxes round both that are compared.
        """
        far = np.hypot(lat1 - lat0, lon1 - lon0)
        near = np.flatnonzero(far >= self._clearance.of(lat0, lon0))
        if not len(near):
            return near, near
        none = np.zeros(len(near))
        some = segments(lat0[near], lon0[near], none, lat1[near], lon1[near], none)
        line, piece = self._tree.query(lines_of(some))
        return near[some.row[line]], self._pieces[1][piece]

    @cached_property
    def _pieces(self) -> tuple[Array, Array]:
        """Every straight piece of a border, and whose it is."""
        shapes = np.concatenate([self.areas.shapes, self.around])
        points, owner = shapely.get_coordinates(shapes, return_index=True)
        # What joins the end of one ring to the start of the next is no border, but it does no harm.
        same = owner[1:] == owner[:-1]
        lines = shapely.linestrings(np.stack([points[:-1][same], points[1:][same]], axis=1))
        return lines, owner[:-1][same] % max(len(self.areas), 1)

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self._pieces[0])

    @cached_property
    def _clearance(self) -> Clearance:
        return Clearance(self._pieces[0])
