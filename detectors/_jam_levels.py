"""Counts of disturbed aircraft per cell and minute at one resolution, from spells that may overlap."""

from __future__ import annotations

import numpy as np

from detectors._jamming import Spells
from geo.cells import parents
from geo.interference import gpsjam_band
from geo.schema import Array
from geo.tracks import Mask


class Level:
    """The counts at one resolution."""

    def __init__(self, s: Spells, resolution: int) -> None:
        self.spells, self.resolution = s, resolution
        self._bad, self._all = Tally(s, np.flatnonzero(s.bad)), Tally(s, np.arange(len(s.row)))
        self._rows = np.argsort(s.cell, kind="stable")
        self._cells = s.cell[self._rows]
        self._bad_cells = np.unique(s.cell[s.bad])

    def counts(self, cell: Array, minute: Array) -> tuple[Array, Array]:
        """Good and bad aircraft (n,)."""
        bad = self._bad.at(cell, minute)
        return self._all.at(cell, minute) - bad, bad

    def disturbed(self, cell: Array, minute: Array, least: int) -> Mask:
        """Whether the counts are enough: at GPSJam's yellow only in the finest cells, which need more aircraft."""
        good, bad = self.counts(cell, minute)
        lowest = 1 if self.resolution == 4 and least > 2 else 2
        out: Mask = (gpsjam_band(good, bad) >= lowest) & (bad >= least)
        return out

    def touches(self, cell: Array, minute: Array, resolution: int, least: int) -> Mask:
        """Whether a cell of this level that holds, or lies in, each `cell` of another resolution is disturbed."""
        if resolution >= self.resolution:
            return self.disturbed(parents(cell, self.resolution), minute, least)
        order = np.argsort(parents(self._bad_cells, resolution), kind="stable")
        mine = self._bad_cells[order]
        above = parents(mine, resolution)
        first, stop = np.searchsorted(above, cell), np.searchsorted(above, cell, side="right")
        owner = np.repeat(np.arange(len(cell)), stop - first)
        inside = np.arange(len(owner)) - np.repeat(np.cumsum(stop - first) - (stop - first), stop - first)
        hit = self.disturbed(mine[first[owner] + inside], minute[owner], least)
        out: Mask = np.bincount(owner[hit], minlength=len(cell)) > 0
        return out

    def members(self, cell: int, minute: int) -> Spells:
        """The spells that cover the minute in the cell: of each aircraft in order, the newest first."""
        a, b = np.searchsorted(self._cells, np.array([cell, cell + 1], dtype=np.uint64))
        s = self.spells.take(self._rows[a:b])
        s = s.take(np.flatnonzero((s.begin <= minute) & (minute < s.end)))
        return s.take(np.lexsort((-s.begin, s.icao24)))


class Tally:
    """How many aircraft count in a cell at a minute, each once however many of its spells overlap."""

    def __init__(self, s: Spells, rows: Array) -> None:
        order = rows[np.lexsort((s.begin[rows], s.icao24[rows], s.cell[rows]))]
        cell, icao24, begin, end = s.cell[order], s.icao24[order], s.begin[order], s.end[order]
        new = np.ones(len(order), dtype=bool)
        new[1:] = (cell[1:] != cell[:-1]) | (icao24[1:] != icao24[:-1])
        first, stop = _joined(begin, end, new)
        self._cells, owner = np.unique(cell[first], return_inverse=True)
        self._low = int(begin.min()) if len(begin) else 0
        self._width = int(end.max(initial=0)) - self._low + 2
        at = np.concatenate([self._key(owner, begin[first]), self._key(owner, stop)])
        step = np.repeat([1, -1], len(first))
        order = np.argsort(at, kind="stable")
        self._at, self._total = at[order], np.cumsum(step[order])

    def at(self, cell: Array, minute: Array) -> Array:
        """The count (n,) for each cell and minute."""
        if not len(self._at):
            return np.zeros(len(cell), dtype=np.int64)
        owner = np.minimum(np.searchsorted(self._cells, cell), len(self._cells) - 1)
        inside = (self._cells[owner] == cell) & (minute >= self._low) & (minute < self._low + self._width)
        last = np.searchsorted(self._at, self._key(owner, minute), side="right") - 1
        return np.where(inside & (last >= 0), self._total[last], 0)

    def _key(self, owner: Array, minute: Array) -> Array:
        key: Array = owner.astype(np.int64) * self._width + (minute - self._low)
        return key


def _joined(begin: Array, end: Array, new: Mask) -> tuple[Array, Array]:
    """Overlapping intervals of one owner as one: the index of the first of each, and where it ends."""
    if not len(begin):
        return np.zeros(0, dtype=np.intp), end
    span = int(end.max()) + 1
    group = np.cumsum(new) * span
    reach = np.maximum.accumulate(group + end) - group
    apart = new.copy()
    apart[1:] |= begin[1:] > reach[:-1]
    first = np.flatnonzero(apart)
    return first, np.maximum.reduceat(end, first)


def pairs(cell: Array, minute: Array) -> tuple[Array, Array]:
    """Each combination once."""
    order = np.lexsort((minute, cell))
    cell, minute = cell[order], minute[order]
    new = np.append(True, (cell[1:] != cell[:-1]) | (minute[1:] != minute[:-1]))[: len(cell)]
    return cell[new], minute[new]
