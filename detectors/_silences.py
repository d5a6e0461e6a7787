"""Aircraft long silent where others went on being heard: coverage learnt by cell, height and feed."""

from __future__ import annotations

import numpy as np

from detectors._rates import Heard
from geo.memory import Memory
from geo.schema import Array
from geo.tracks import Mask, Tracks

_CELL = 1 << 62
"""Above every stream's key: a cell's."""

_BREAK_MS = 120_000
"""Coverage that nobody witnessed for so long has a hole."""

_OTHERS = 2
_LEVEL_FT_MIN = 1_000.0
_LOOSE_MS = 60_000

LAST = {"lat": ("f8", np.nan), "lon": ("f8", np.nan), "altitude": ("f4", np.nan), "climb": ("f4", np.nan),
        "since": ("i8", 0)}  # fmt: skip
"""Where each stream was last; for a cell, since when it has had others in it."""


def silences(tracks: Tracks, one: Heard, memory: Memory, least_s: float, most_s: float, lowest_ft: float) -> Array:
    """Seconds (n,) that each stream had been silent before this slot, level and high, amid coverage at both ends; else 0.

    Notes where others are heard now; to be called once per slot, before the streams' own last rows are put.
    """
    now = int(tracks.time[one.last].max(initial=0))
    _witness(tracks, one, memory, lowest_ft)
    old = one.old
    gap = (tracks.time[one.first] - old["time"]) / 1000.0
    away = (gap >= least_s) & (gap <= most_s) & (one.rows >= 2) & _level(old["altitude"], old["climb"], lowest_ft)
    away &= _level(tracks.baro_altitude[one.first], tracks.vertical_rate[one.first], lowest_ft)
    out = np.zeros(len(one))
    at = np.flatnonzero(away)
    if len(at):
        there = _cell(one.feed[at], old["lat"][at], old["lon"][at])
        here = _cell(one.feed[at], tracks.lat[one.first[at]], tracks.lon[one.first[at]])
        seen = _covered(memory, there, old["time"][at], now) & _covered(memory, here, old["time"][at], now)
        out[at] = np.where(seen, gap[at], 0.0)
    return out


def _level(altitude: Array, climb: Array, lowest_ft: float) -> Mask:
    out: Mask = (altitude >= lowest_ft) & ~(np.abs(climb) > _LEVEL_FT_MIN)
    return out


def _cell(feed: Array, lat: Array, lon: Array) -> Array:
    """A square degree of one feed; -1 where the position is not known."""
    known = ~np.isnan(lat + lon)
    y, x = (np.floor(np.where(known, v, 0.0)).astype(np.int64) for v in (lat, lon))
    return np.where(known, _CELL | (feed << 40) | ((y + 90) << 20) | (x + 180), -1)


def _witness(tracks: Tracks, one: Heard, memory: Memory, lowest_ft: float) -> None:
    """Note the cells in which several level, high aircraft are heard now, and since when that has been so."""
    high = one.last[_level(tracks.baro_altitude[one.last], tracks.vertical_rate[one.last], lowest_ft)]
    if len(high) < _OTHERS:
        return
    cell, count = np.unique(
        _cell(tracks.feed[high].astype(np.int64), tracks.lat[high], tracks.lon[high]), return_counts=True
    )
    cell = cell[(count >= _OTHERS) & (cell >= 0)]
    now = int(tracks.time[high].max())
    old = memory.get(cell)
    memory.put(
        cell, now, time=np.full(len(cell), now), since=np.where(now - old["time"] <= _BREAK_MS, old["since"], now)
    )


def _covered(memory: Memory, cell: Array, since: Array, now: int) -> Mask:
    """Others have been heard in each cell all the while."""
    found = memory.get(cell)
    out: Mask = (cell >= 0) & (now - found["time"] <= _BREAK_MS) & (found["since"] > 0)
    return out & (found["since"] <= since + _LOOSE_MS)
