"""Which aircraft count as disturbed in which cell and for how long: graded rows in, counts per cell and minute out.

A row speaks for its aircraft from its own minute on, for the length of the window. All arithmetic is in minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from geo.cells import cells_of, parents
from geo.interference import BAD, GOOD, OLD_S, grade, places
from geo.schema import NO_TIME, Array
from geo.sphere import FOOT_M
from geo.tracks import Mask, Tracks

SLOT_MS = 60_000
ENOUGH = 5
"""A median of fewer heights says nothing."""

LOST, DECLARED, ASKEW, STALE = range(4)
SIGNS = ("that lost GPS", "with low NIC or NACp", "with heights that do not fit", "with a stale position")

_BAND_FT = 15_000.0
_REGION_DEG = 10.0
_LEVEL_FT_MIN = 500.0
"""In a climb or descent one height is often newer than the other (OpenSky repeats the older)."""

_FAR = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Spells:
    """(n,) Rows that make an aircraft count in its cell while `begin` <= minute < `end`; sorted as the view is.

    `before`: the minute of the disturbed row before, far in the past where there is none. `sign`: index into SIGNS.
    """

    row: Array
    cell: Array
    icao24: Array
    bad: Mask
    begin: Array
    end: Array
    before: Array
    sign: Array

    def take(self, rows: Array) -> Spells:
        return Spells(**{name: values[rows] for name, values in vars(self).items()})

    def coarser(self, resolution: int) -> Spells:
        return Spells(**{**vars(self), "cell": parents(self.cell, resolution)})


def spells(tracks: Tracks, p: SimpleNamespace) -> Spells | None:
    """The rows that count, in cells of resolution 4; None where no fresh one is bad."""
    lat, lon = places(tracks.columns)
    askew = _askew(tracks, p.split)
    grades = grade(tracks.columns, askew)
    begin = tracks.time // SLOT_MS
    end, before = _bad_until(tracks, grades, begin, p)
    bad = end > begin
    if not (bad & tracks.fresh & ~np.isnan(lat)).any():
        return None
    end = np.where(grades == GOOD, begin + _minutes(p.window), end)
    rows = np.flatnonzero((end > begin) & ~np.isnan(lat))
    rows = rows[_near(lat[rows], lon[rows], bad[rows])]
    cell = cells_of(lat[rows], lon[rows], 4)
    sign = _signs(tracks, rows, askew)
    return Spells(rows, cell, tracks.icao24[rows], bad[rows], begin[rows], end[rows], before[rows], sign)


def _bad_until(tracks: Tracks, grades: Array, minute: Array, p: SimpleNamespace) -> tuple[Array, Array]:
    """Until which minute each disturbed row makes its aircraft bad (its own: not at all), and the disturbed row before.

    A plain loss of quality counts at once up high. Lower down, where old and cheap avionics are, it must last for two
    rows and the aircraft must have been good before; so it must for a weak sign, at any height.
    """
    window = _minutes(p.window)
    poor = grades > GOOD
    was, well = tracks.last_where(poor), tracks.last_where(grades == GOOD)
    consecutive = poor & (was == np.arange(len(poor)) - 1) & (was >= 0)
    before = np.where(was >= 0, minute[was], -_FAR // 2)
    well = np.where(consecutive, well[was], -1)
    good_before = np.where(well >= 0, minute[well], -_FAR // 2)
    high = tracks.baro_altitude >= p.high
    at_once = (grades == BAD) & (high | (tracks.gps_ok_before != NO_TIME))
    lasting = np.where(consecutive, np.where(high, before, np.minimum(before, good_before)), -_FAR // 2)
    until = np.where(at_once, minute, lasting) + window
    return np.where(poor, np.maximum(until, minute), minute), before


def _askew(tracks: Tracks, metres: float) -> Mask:
    """Rows whose geometric height differs from the pressure altitude otherwise than those around: the median of the
    same minute, region and layer of the air; of the same minute and layer where there are too few; else unknown."""
    out = np.zeros(len(tracks), dtype=bool)
    split = (tracks.geo_altitude.astype(np.float64) - tracks.baro_altitude) * FOOT_M
    told = np.isnan(tracks.nic) & np.isnan(tracks.nac_p) & (tracks.position_time != NO_TIME)
    told &= ~(np.abs(tracks.vertical_rate) > _LEVEL_FT_MIN)
    rows = np.flatnonzero(told & ~np.isnan(split + tracks.lat))
    if not len(rows):
        return out
    layer = tracks.time[rows] // SLOT_MS * 2 + (tracks.baro_altitude[rows] >= _BAND_FT)
    region = np.floor(tracks.lat[rows] / _REGION_DEG) * 40 + np.floor(tracks.lon[rows] / _REGION_DEG) + 1_000
    current = tracks.time[rows] - tracks.position_time[rows] <= OLD_S * 1000
    near = _medians(layer * 4_096 + region.astype(np.int64), split[rows], current)
    wide = _medians(layer, split[rows], current)
    usual = np.where(np.isnan(near), wide, near)
    out[rows] = np.abs(split[rows] - usual) > metres
    return out


def _medians(group: Array, values: Array, counted: Mask) -> Array:
    """The (upper) median of each row's group among the counted rows; NaN where there are fewer than ENOUGH."""
    out = np.full(len(group), np.nan)
    rows = np.flatnonzero(counted)
    if not len(rows):
        return out
    order = rows[np.lexsort((values[rows], group[rows]))]
    groups, first, size = np.unique(group[order], return_index=True, return_counts=True)
    middle = np.where(size >= ENOUGH, values[order[first + size // 2]], np.nan)
    at = np.minimum(np.searchsorted(groups, group), len(groups) - 1)
    return np.where(groups[at] == group, middle[at], np.nan)


def _near(lat: Array, lon: Array, bad: Mask) -> Mask:
    """Rows in and beside the fields of 5 by 10 degrees that hold a bad one: no cell of resolution 2 reaches further,
    but nearer to the poles than 60 degrees, where all count."""
    y, x = np.floor(lat / 5).astype(np.int64) + 19, np.floor(lon / 10).astype(np.int64) % 36
    field = np.zeros((39, 36), dtype=bool)
    field[y[bad], x[bad]] = True
    field |= np.roll(field, 1, 0) | np.roll(field, -1, 0)
    field |= np.roll(field, 1, 1) | np.roll(field, -1, 1)
    out: Mask = field[y, x] | (np.abs(lat) > 60)
    return out


def _signs(tracks: Tracks, rows: Array, askew: Mask) -> Array:
    lost = tracks.gps_ok_before[rows] != NO_TIME
    declared = ~(np.isnan(tracks.nic[rows]) & np.isnan(tracks.nac_p[rows]))
    return np.where(lost, LOST, np.where(declared, DECLARED, np.where(askew[rows], ASKEW, STALE)))


def _minutes(seconds: float) -> int:
    return int(seconds * 1000) // SLOT_MS
