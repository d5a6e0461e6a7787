"""Flight information regions: named areas of the world, and which of them a point lies in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import shapely

from geo.schema import Array

_STEP_DEG = 0.5
_ASK = -2
_NEAR_DEG = 1e-9
"""Outlines that run along the border of two squares belong to both."""

_CHUNK = 100_000


@dataclass(frozen=True)
class Firs:
    """Regions as arrays (n,): `ids` and `names` as text, `shapes` (shapely, within 180 degrees), `oceanic` flags.

    Regions may overlap (upper and lower, delegated airspace): a point belongs to the smallest that holds it.
    """

    ids: Array
    names: Array
    shapes: Array
    oceanic: Array
    problems: Sequence[str] = field(default=())

    @staticmethod
    def of(ids: Sequence[str], shapes: Sequence[Any], names: Sequence[str] = (), oceanic: Sequence[bool] = ()) -> Firs:
        """From lists; a region without a name goes by its id, and none is oceanic unless said."""
        areas: Array = np.empty(len(ids), dtype=object)
        areas[:] = list(shapes)
        flags = np.array(oceanic, dtype=bool) if len(oceanic) else np.zeros(len(ids), dtype=bool)
        return Firs(np.array(ids, dtype=str), np.array(names or ids, dtype=str), areas, flags)

    def __len__(self) -> int:
        return len(self.ids)

    def at(self, lat: Array, lon: Array) -> Array:
        """Index (m,) of the region that each point in degrees lies in; -1 outside all of them or where NaN."""
        lat, lon = np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
        known = np.isfinite(lat) & np.isfinite(lon)
        out = np.full(len(lat), -1, dtype=np.int64)
        out[known] = self._grid[_square(lat[known], lon[known])]
        rows = np.flatnonzero(out == _ASK)
        for start in range(0, len(rows), _CHUNK):
            some = rows[start : start + _CHUNK]
            out[some] = self.around(lat[some], lon[some])
        return out

    def around(self, lat: Array, lon: Array) -> Array:
        """The same for points (m,) that are all known, asked of the outlines, for points asked once: `at` makes
        a grid first, which takes seconds. A point on the border counts as inside."""
        if not len(self):
            return np.full(len(lat), -1, dtype=np.int64)
        point, region = self._pairs(shapely.points(lon, lat))
        order = np.lexsort((self._rank[region], point))
        first = np.unique(point[order], return_index=True)[1]
        out = np.full(len(lat), -1, dtype=np.int64)
        out[point[order][first]] = region[order][first]
        return out

    def _pairs(self, points: Array) -> tuple[Array, Array]:
        """Points and the regions that hold them, by number. More points than regions are asked by the regions, each of
        which is prepared for it: a half to two thirds of the time less."""
        if len(points) <= len(self):
            point, region = self._tree.query(points, predicate="intersects")
        else:
            region, point = shapely.STRtree(points).query(self.shapes, predicate="intersects")
        return point, region

    @cached_property
    def _rank(self) -> Array:
        """0 for the smallest area. Degrees squared will do: regions that overlap lie at one latitude."""
        return np.argsort(np.argsort(shapely.area(self.shapes), kind="stable"), kind="stable")

    @cached_property
    def _tree(self) -> Any:
        shapely.prepare(self.shapes)
        return shapely.STRtree(self.shapes)

    @cached_property
    def _grid(self) -> Array:
        """Half degrees: the region that all of the square lies in, -1, or _ASK where a border runs through it.

        Most points of the world are answered by it, and only those near a border by the outlines.
        """
        south, west = np.arange(-90, 90, _STEP_DEG), np.arange(-180, 180, _STEP_DEG)
        y, x = (axis.ravel() for axis in np.meshgrid(south, west, indexing="ij"))
        out = self.around(y + _STEP_DEG / 2, x + _STEP_DEG / 2).reshape(len(south), len(west))
        out[_bordered(self.shapes)] = _ASK
        return out


def _bordered(shapes: Array) -> tuple[Array, Array]:
    """Rows and columns of all squares that an outline runs through or touches, and of some beside them.

    An outline is cut into pieces of at most half a square: then the corners of what is around a piece name its squares.
    """
    began, step, share = _pieces(shapes)
    first, last = (began + step * k[:, None] for k in share)
    low, high = np.minimum(first, last) - _NEAR_DEG, np.maximum(first, last) + _NEAR_DEG
    lat, lon = (np.concatenate(axis) for axis in zip(*_corners(low, high), strict=True))
    size = round(180 / _STEP_DEG), round(360 / _STEP_DEG)
    row, column = np.floor((lat + 90) / _STEP_DEG), np.floor((lon + 180) / _STEP_DEG)
    return np.clip(row, 0, size[0] - 1).astype(np.int64), np.clip(column, 0, size[1] - 1).astype(np.int64)


def _corners(low: Array, high: Array) -> Iterator[tuple[Array, Array]]:
    """Latitudes and longitudes of the four corners of boxes, each given by two of them as lon, lat."""
    for lon in (low[:, 0], high[:, 0]):
        for lat in (low[:, 1], high[:, 1]):
            yield lat, lon


def _pieces(shapes: Array) -> tuple[Array, Array, tuple[Array, Array]]:
    """Every straight piece of every outline, cut: where its edge begins, the edge's way as lon, lat, and the shares of
    that way at which the piece begins and ends."""
    rings = shapely.get_rings(shapely.get_parts(shapes))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    joined = ring[1:] == ring[:-1]
    began, step = points[:-1][joined], np.diff(points, axis=0)[joined]
    count = np.maximum(np.ceil(np.abs(step).max(axis=1) / (_STEP_DEG / 2)), 1).astype(np.int64)
    edge = np.repeat(np.arange(len(count)), count)
    k = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    return began[edge], step[edge], (k / count[edge], (k + 1) / count[edge])


def _square(lat: Array, lon: Array) -> tuple[Array, Array]:
    """Row and column of each point's square."""
    rows, columns = round(180 / _STEP_DEG), round(360 / _STEP_DEG)
    row = np.clip(np.floor((lat + 90) / _STEP_DEG).astype(np.int64), 0, rows - 1)
    return row, np.floor((lon + 180) / _STEP_DEG).astype(np.int64) % columns
