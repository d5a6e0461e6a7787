"""Coverage learned from who passed where: per H3 cell and layer of the air, how many passed and how many began there.

An aircraft that is first heard amid cells that others pass without ever beginning there was born in mid-air.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from geo.airports import Airports
from geo.cells import cells_of
from geo.memory import Memory
from geo.schema import NO_TIME, NON_ICAO, SOURCES, Array
from geo.sphere import destination, distance_m
from geo.tracks import Index, Mask, Tracks

RESOLUTION = 5
"""Cells 17 km across."""

LAYERS_FT = np.array([2_000.0, 5_000.0, 10_000.0, 20_000.0, 30_000.0])
"""Borders of the layers: line of sight makes coverage a matter of height."""

LAYERS = len(LAYERS_FT) + 1
UPPER = 3
"""From this layer on (10,000 ft) nobody has just taken off."""

SLOWEST_KT = 150.0
"""Nobody flies slower up high; a departure whose first height is garbage does."""

RING_KM = 16.0
"""The next cell in any direction."""

CROWD_S, CROWD_KM = 120, 300.0
"""Several births within this time and distance are the reception's doing."""

ADDRESSES, FEED = -(1 << 62), -1
"""Keys in memory: cells are negative H3 indices, addresses count from here, flights are positive."""

OWN = np.isin(SOURCES, ("unknown", "adsb_icao", "adsb_icao_nt"))
"""Sources whose positions the aircraft itself sends, so that the first one heard is where coverage began."""


@dataclass(frozen=True)
class Births:
    """(n,) First rows of flights that began in the air: the row, and what was known of its surroundings before.

    `passes`: others that passed at or below its height in the least visited of the cells about and behind it.
    `busy`, `born`: passes and births in its own layer in the cells about it. `amid`: born in mid-air. `settled`: the feed
    had been heard for a while, a third of what it takes to call somebody born in mid-air.
    """

    row: Index
    passes: Array
    busy: Array
    born: Array
    amid: Mask
    settled: Mask


def airborne(tracks: Tracks, rows: Index) -> Mask:
    """Which of the rows are of aircraft in the air, at a known height, by their own word."""
    out: Mask = ~np.isnan(tracks.lat[rows]) & (tracks.on_ground[rows] != 1) & OWN[tracks.source[rows]]
    return out & ~np.isnan(tracks.baro_altitude[rows]) & (tracks.icao24[rows] < NON_ICAO)


def first_rows(tracks: Tracks) -> Index:
    """Fresh rows with which an aircraft was first heard, in the air."""
    rows = np.flatnonzero((tracks.prev_time == NO_TIME) & tracks.fresh & (tracks.sub == 0))
    out: Index = rows[airborne(tracks, rows)]
    return out


def births(tracks: Tracks, memory: Memory, airports: Airports, p: SimpleNamespace) -> Births:
    """The slice's births, judged by what was learned before it. Nothing is learned here."""
    rows = first_rows(tracks)
    known = memory.get(tracks.icao24[rows] + ADDRESSES)["seen"] if len(rows) else rows
    rows = rows[tracks.time[rows] - np.maximum(known, 0) > p.again * 3_600_000]
    if not len(rows):
        nobody = np.zeros(0, dtype=bool)
        return Births(rows, rows, rows, rows, nobody, nobody)
    layer = np.digitize(tracks.baro_altitude[rows], LAYERS_FT)
    about, behind = _surroundings(tracks, rows, np.where(layer >= UPPER, p.inside, p.inside / 3))
    passed, began = _counts(memory, about)
    on_path, _ = _counts(memory, behind)
    passes = np.minimum(_below(passed, layer).min(axis=1), _below(on_path, layer).min(axis=1))
    busy = np.take_along_axis(passed.sum(axis=1), layer[:, None], axis=1)[:, 0]
    born = np.take_along_axis(began.sum(axis=1), layer[:, None], axis=1)[:, 0]
    since = memory.get(np.array([FEED]))["born"][0]
    heard_ms = np.where(since > 0, tracks.time[rows] - since, 0)
    upper = layer >= UPPER
    # Low down there are strips, valleys and aircraft that switch on late: surer numbers are asked for.
    amid = (heard_ms >= p.settle * 1000) & (passes >= p.passes) & (busy >= np.where(upper, p.busy, 4 * p.busy))
    amid &= born <= p.share * np.where(upper, busy, busy // 2)
    amid &= _uncut(passed, layer) & ~(upper & ~(tracks.ground_speed[rows] >= SLOWEST_KT))
    amid &= _aloft(tracks, rows, layer, passed, airports, p) & ~np.isnan(tracks.track[rows])
    amid[amid] = ~_crowded(tracks, rows[amid])
    return Births(rows, passes, busy, born, amid, heard_ms >= p.settle * 1000 / 3)


def heard_s(memory: Memory) -> float:
    """Seconds for which the feed has been heard without a long silence."""
    feed = memory.get(np.array([FEED]))
    return float(feed["seen"][0] - feed["born"][0]) / 1000.0


def learn(tracks: Tracks, memory: Memory, p: SimpleNamespace) -> None:
    """Take the slice in: who passed into which cell, who began there, which addresses were heard, since when."""
    now = int(tracks.time[tracks.fresh].max())
    feed = memory.get(np.array([FEED]))
    quiet = now - feed["seen"] > p.settle * 1000 / 3
    memory.put(np.array([FEED]), now, born=np.where(quiet, now, feed["born"]), seen=np.array([now]))
    rows = np.flatnonzero(tracks.fresh)
    rows = rows[np.append(tracks.flight[rows][1:] != tracks.flight[rows][:-1], True)]
    address = np.unique(tracks.icao24[rows])
    memory.put(address + ADDRESSES, now, seen=np.full(len(address), now))
    _pass(tracks, memory, rows, now)


def _pass(tracks: Tracks, memory: Memory, last: Index, now: int) -> None:
    """Count entries into cells: where each flight is at the end of the slice, unless it was there at the last one."""
    before = tracks.last_where(~tracks.fresh)[last]
    same = before >= 0
    first, n = first_rows(tracks), len(last)
    asked = np.concatenate([last, before, first])
    place, was, began = np.split(_cells(tracks, asked), [n, 2 * n])
    entered = airborne(tracks, last) & ~(same & (was == place))
    keys, at = np.unique(np.concatenate([place[entered], began]), return_inverse=True)
    if not len(keys):
        return
    held = memory.get(-keys)
    passes, births_ = held["passes"], held["births"]
    where = at[: int(entered.sum())], at[int(entered.sum()) :]
    np.add.at(passes, (where[0], np.digitize(tracks.baro_altitude[last[entered]], LAYERS_FT)), 1)
    np.add.at(births_, (where[1], np.digitize(tracks.baro_altitude[first], LAYERS_FT)), 1)
    memory.put(-keys, now, passes=passes, births=births_)


def _cells(tracks: Tracks, rows: Index) -> Array:
    """The cells of these rows."""
    cells: Array = cells_of(tracks.lat[rows], tracks.lon[rows], RESOLUTION).astype(np.int64)
    return cells


def _surroundings(tracks: Tracks, rows: Index, behind_km: Array) -> tuple[Array, Array]:
    """Cells (n, 7) about each row, itself first; and (n, 4) behind it, where it must have come from."""
    lat, lon, n = tracks.lat[rows][:, None], tracks.lon[rows][:, None], len(rows)
    ring = destination(lat, lon, np.arange(0.0, 360.0, 60.0)[None], np.full((1, 6), RING_KM * 1000))
    back = np.nan_to_num(tracks.track[rows].astype(float))[:, None] + 180.0
    path = destination(lat, lon, back, behind_km[:, None] * 250.0 * np.arange(1, 5)[None])
    y, x = np.hstack([lat, ring[0], path[0]]), np.hstack([lon, ring[1], path[1]])
    cells = cells_of(y.ravel(), x.ravel(), RESOLUTION).astype(np.int64).reshape(n, -1)
    return cells[:, :7], cells[:, 7:]


def _counts(memory: Memory, cells: Array) -> tuple[Array, Array]:
    """Passes and births (n, k, LAYERS) of cells (n, k)."""
    held = memory.get(-cells.ravel())
    shape = (*cells.shape, LAYERS)
    return held["passes"].reshape(shape), held["births"].reshape(shape)


def _below(counts: Array, layer: Array) -> Array:
    """Sums (n, k) over the layers up to that of each row: who is heard low is heard higher up."""
    total = np.cumsum(counts, axis=2)
    out: Array = np.take_along_axis(total, layer[:, None, None], axis=2)[:, :, 0]
    return out


def _uncut(passed: Array, layer: Array) -> Mask:
    """Whether others are heard in the layer above too: a recording may be cut at a height, where all begin."""
    total = passed.sum(axis=1)
    own = np.take_along_axis(total, layer[:, None], axis=1)[:, 0]
    above = np.take_along_axis(total, np.minimum(layer + 1, LAYERS - 1)[:, None], axis=1)[:, 0]
    out: Mask = 10 * above >= own
    return out


def _aloft(tracks: Tracks, rows: Index, layer: Array, passed: Array, airports: Airports, p: SimpleNamespace) -> Mask:
    """Not just taken off: high, or above an aerodrome where those lower down are heard as well."""
    field, _ = airports.nearest(tracks.lat[rows], tracks.lon[rows])
    height = tracks.baro_altitude[rows] - airports.elevation_ft(field)
    lower = np.cumsum(passed.sum(axis=1), axis=1)
    beneath = np.take_along_axis(lower, np.maximum(layer - 1, 0)[:, None], axis=1)[:, 0]
    out: Mask = (layer >= UPPER) | ((layer > 0) & (height >= p.above) & (beneath >= p.busy))
    return out


def _crowded(tracks: Tracks, rows: Index) -> Mask:
    """Whether several others began near each row in the same minutes: then it is the reception that began."""
    near = np.flatnonzero((tracks.prev_time == NO_TIME) & tracks.located)
    out = np.zeros(len(rows), dtype=bool)
    for k, row in enumerate(rows.tolist()):
        metres = distance_m(tracks.lat[row], tracks.lon[row], tracks.lat[near], tracks.lon[near])
        close = (metres <= CROWD_KM * 1000) & (tracks.time[row] - tracks.time[near] <= CROWD_S * 1000)
        out[k] = len(np.unique(tracks.icao24[near[close]])) > 3
    return out
