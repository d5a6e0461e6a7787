"""Crossings of the borders of regions: tracks in, one entry out for each flight that has been inside for a while."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.firs import Firs
from geo.schema import Array
from geo.sphere import KNOT_M_S, bearing_deg, distance_m
from geo.tracks import Mask, Tracks

MOST_GAP_S = 120.0
"""Between two samples of a track that belong together; a step over a longer one crosses who knows where."""


@dataclass(frozen=True)
class Entries:
    """Arrays (n,): the row that settles it, the row before the border, the region entered (index), where and how."""

    row: Array
    begin: Array
    fir: Array
    lat: Array
    lon: Array
    track: Array

    def __len__(self) -> int:
        return len(self.row)

    def take(self, which: Mask) -> Entries:
        return Entries(*(values[which] for values in vars(self).values()))


def entries(view: Tracks, firs: Firs, hold_s: float, fastest_kt: float) -> Entries:
    """Each crossing from one region into another, told once: at the first row `hold_s` or more after it, if that row
    is fresh and all rows since lie inside."""
    inside, row = _settled(view, hold_s)
    region = firs.at(view.lat[inside], view.lon[inside])
    before = firs.at(view.lat[inside - 1], view.lon[inside - 1])
    crossed = np.flatnonzero((region >= 0) & (before >= 0) & (region != before) & _flown(view, inside, fastest_kt))
    stays = [_stays(view, firs, int(inside[k]), int(row[k]), int(region[k])) for k in crossed]
    kept = crossed[np.array(stays, dtype=bool)]
    inside, row = inside[kept], row[kept]
    lat, lon = view.lat[inside], view.lon[inside]
    course = bearing_deg(view.lat[inside - 1], view.lon[inside - 1], lat, lon)
    return Entries(row, inside - 1, region[kept], lat, lon, course)


def _settled(view: Tracks, hold_s: float) -> tuple[Array, Array]:
    """Rows with one before them in their flight, whose first row `hold_s` or more later is fresh; and that row."""
    upto = view.ago(hold_s - 0.001) - 1
    at = np.flatnonzero(~view.first)
    row = np.searchsorted(upto, at)
    kept = row < len(view)
    at, row = at[kept], row[kept]
    near = view.fresh[row] & (view.start[row] == view.start[at])
    near &= view.time[row] - view.time[at] <= MOST_GAP_S * 1000
    return at[near], row[near]


def _flown(view: Tracks, inside: Array, fastest_kt: float) -> Mask:
    """The step over the border is one that an aircraft can fly, and short enough to say where the border was met."""
    seconds = (view.time[inside] - view.time[inside - 1]) / 1000.0
    metres = distance_m(view.lat[inside - 1], view.lon[inside - 1], view.lat[inside], view.lon[inside])
    flown: Mask = (seconds <= MOST_GAP_S) & (metres <= fastest_kt * KNOT_M_S * seconds) & (metres > 0)
    return flown


def _stays(view: Tracks, firs: Firs, first: int, last: int, region: int) -> bool:
    """Every row from one to the other lies in the region."""
    rows = slice(first, last + 1)
    return bool((firs.at(view.lat[rows], view.lon[rows]) == region).all())
