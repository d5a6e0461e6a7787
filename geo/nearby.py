"""Lines by cell: which short steps may touch which of very many lines, without asking a tree about each step."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import shapely

from geo.schema import Array

PER_DEG = 25
"""Cells a degree, each about 4 km high: smaller ones hold fewer lines, and aircraft come to new ones more often."""

REACH_DEG = 0.03
"""The longest step that is told from the cell it begins in: a jet flies it in 12 s."""

MOST = 20_000_000
"""Lines of cells kept (80 MB); then all are forgotten, which costs time and nothing else."""

_CLOSE_DEG = 1e-9
"""A step that ends this close to a line touches it: what is left of rounding is a thousandth of it."""

_BLOCK = PER_DEG * PER_DEG
_UNKNOWN = -1


@dataclass
class Nearby:
    """Of straight `lines` (n,), each of two points in degrees, those that are near each cell; worked out when asked."""

    lines: Array
    used: int = 0
    blocks: int = 0
    _block: Array = field(default_factory=lambda: np.full(180 * 360, _UNKNOWN, dtype=np.int32))
    _first: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    _count: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    _held: Array = field(default_factory=lambda: np.zeros(1024, dtype=np.int32))

    def short(self, lat0: Array, lon0: Array, lat1: Array, lon1: Array) -> Array:
        """Which steps (n,) are short enough to be told from their cell."""
        out: Array = (np.abs(lat1 - lat0) <= REACH_DEG) & (np.abs(lon1 - lon0) <= REACH_DEG) & (np.abs(lon0) <= 180)
        return out

    def touched(self, lat0: Array, lon0: Array, lat1: Array, lon1: Array) -> tuple[Array, Array]:
        """Pairs of a short step (n,) and a line that it touches, or comes closer to than rounding tells."""
        cell = self._cells(lat0, lon0)
        step = np.flatnonzero(self._count[cell])
        cell = cell[step]
        at, of = spread(self._first[cell], self._count[cell])
        step, line = step[of], self._held[at]
        west, south, east, north = np.take(self._bounds, line, axis=0).T
        box = np.stack(
            [np.minimum(lon0, lon1), np.minimum(lat0, lat1), np.maximum(lon0, lon1), np.maximum(lat0, lat1)], 1
        )
        left, low, right, high = np.take(box, step, axis=0).T
        hit = (left <= east) & (low <= north) & (right >= west) & (high >= south)
        step, line = step[hit], line[hit]
        hit = ~self._beside(lat0[step], lon0[step], lat1[step], lon1[step], line)
        return step[hit], line[hit]

    def _beside(self, lat0: Array, lon0: Array, lat1: Array, lon1: Array, line: Array) -> Array:
        """Steps of which both ends lie on the same side of the line, however far that goes."""
        x, y, dx, dy = (values[line] for values in self._course)
        close = _CLOSE_DEG * (np.abs(dx) + np.abs(dy))
        sides = [dx * (lat - y) - dy * (lon - x) for lat, lon in ((lat0, lon0), (lat1, lon1))]
        out: Array = (np.minimum(*sides) > close) | (np.maximum(*sides) < -close)
        return out

    def _cells(self, lat: Array, lon: Array) -> Array:
        """Where the cell of each place stands, after working out those that are new."""
        if self.used > MOST:
            self.used = 0
            self._first[:], self._count[:] = _UNKNOWN, 0
        row = np.clip(((lat + 90) * PER_DEG).astype(np.int64), 0, 180 * PER_DEG - 1)
        column = np.clip(((lon + 180) * PER_DEG).astype(np.int64), 0, 360 * PER_DEG - 1)
        block = row // PER_DEG * 360 + column // PER_DEG
        cell = self._opened(block) * _BLOCK + row % PER_DEG * PER_DEG + column % PER_DEG
        new = np.flatnonzero(self._first[cell] == _UNKNOWN)
        if len(new):
            _, one = np.unique(cell[new], return_index=True)
            new = new[one]
            self._fill(cell[new], row[new], column[new])
        return cell

    def _opened(self, block: Array) -> Array:
        """The place of each block of a square degree."""
        new = np.unique(block[self._block[block] == _UNKNOWN])
        if len(new):
            self._block[new] = np.arange(self.blocks, self.blocks + len(new))
            self.blocks += len(new)
            self._first = _grown(self._first, self.blocks * _BLOCK, _UNKNOWN)
            self._count = _grown(self._count, self.blocks * _BLOCK, 0)
        return self._block[block].astype(np.int64)

    def _fill(self, cell: Array, row: Array, column: Array) -> None:
        """What is near these cells."""
        reach = REACH_DEG + _CLOSE_DEG
        south, west, beyond = row / PER_DEG - 90, column / PER_DEG - 180, reach + 1 / PER_DEG
        boxes = shapely.box(west - reach, south - reach, west + beyond, south + beyond)
        of, line = self.tree.query(boxes, predicate="intersects")
        order = np.argsort(of, kind="stable")
        count = np.bincount(of, minlength=len(cell))
        self._held = _grown(self._held, self.used + len(line), 0)
        self._held[self.used : self.used + len(line)] = line[order]
        self._first[cell], self._count[cell] = self.used + np.cumsum(count) - count, count
        self.used += len(line)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Of the lines."""
        return shapely.STRtree(self.lines)

    @cached_property
    def _bounds(self) -> Array:
        """West, south, east and north of each line."""
        return np.asarray(shapely.bounds(self.lines)).reshape(-1, 4)

    @cached_property
    def _course(self) -> Array:
        """Longitude and latitude where each line begins, and how far it goes east and north."""
        ends = shapely.get_coordinates(self.lines).reshape(-1, 4)
        return np.ascontiguousarray(np.column_stack([ends[:, :2], ends[:, 2:] - ends[:, :2]]).T)


def spread(first: Array, count: Array) -> tuple[Array, Array]:
    """Every index of stretches of `count` from `first` on, each (n,); with the number of the stretch that it is of."""
    count = count.astype(np.int64)
    of = np.repeat(np.arange(len(first)), count)
    return np.arange(len(of)) + np.repeat(first - np.cumsum(count) + count, count), of


def _grown(values: Array, size: int, empty: int) -> Array:
    """The values with room for at least so many, twice as many where there is none."""
    if size <= len(values):
        return values
    more = np.full(max(size, 2 * len(values)) - len(values), empty, dtype=values.dtype)
    return np.append(values, more)
