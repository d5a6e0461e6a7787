"""How far points are from the outlines of areas: outlines as points close together, found by a tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from geo.schema import Array
from geo.sphere import EARTH_RADIUS_M, NMI_M, unit_vectors
from geo.trees import kd_tree

FARTHEST_NMI = 200.0
"""Distances beyond are given as this: what is half an hour away at cruise is far."""

STEP_DEG = 0.02
"""Between two points of an outline: the distance to it is exact to 0.6 nmi at worst, and to metres a few miles off."""


@dataclass(frozen=True)
class Edges:
    """Points on outlines. `solid` areas are 0 away from what is inside them."""

    tree: Any
    areas: Any | None

    @staticmethod
    def of(shapes: Array, solid: bool = False) -> Edges:
        """Outlines of shapely areas (n,) in degrees, holes included."""
        rings = shapely.get_rings(shapely.get_parts(shapes))
        points = shapely.get_coordinates(shapely.segmentize(rings, STEP_DEG))
        shapely.prepare(shapes)
        return Edges(kd_tree(unit_vectors(points[:, 1], points[:, 0])), shapely.STRtree(shapes) if solid else None)

    def distance_nmi(self, lat: Array, lon: Array) -> Array:
        """Nautical miles (n,) to the nearest outline, at most FARTHEST_NMI; the points are known."""
        bound = 2 * np.sin(FARTHEST_NMI * NMI_M / EARTH_RADIUS_M / 2)
        chord, _ = self.tree.query(unit_vectors(lat, lon), distance_upper_bound=bound)
        away = 2 * np.arcsin(np.minimum(chord / 2, 1.0)) * EARTH_RADIUS_M / NMI_M
        out: Array = np.minimum(away, FARTHEST_NMI)
        if self.areas is not None:
            inside, _ = self.areas.query(shapely.points(lon, lat), predicate="intersects")
            out[inside] = 0.0
        return out
