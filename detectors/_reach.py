"""Where a feed hears: cells learned from many aircraft, and positions so far outside of them that they are artefacts."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from geo.cells import cells_of
from geo.memory import Memory
from geo.receivers import Receivers
from geo.schema import NO_TIME, Array, of_sources
from geo.sphere import NMI_M, destination, distance_m, unit_vectors
from geo.tracks import Index, Mask, Tracks

RESOLUTION = 2
"""Cells 315 km across, of which the world has 5,882."""

FEED_BITS = 10
"""A cell of a feed: its index shifted down by the bits that a cell of this resolution does not use, and the feed."""

FEEDS = -1
"""Keys of feeds in memory count down from here."""

WORLDWIDE = 300
"""A feed that hears in more cells than this has no outside."""

NULL_DEG = 1.0
"""Round 0/0 there are no receivers: a position there is a default, or a rounded one."""

MANY = 0.05

JUMP_KM = 500.0
"""From where it really is to 0/0; nearer ones may be flying over the Gulf of Guinea."""

OWN = of_sources("unknown", "adsb_icao", "adsb_icao_nt")


def outside(tracks: Tracks, memory: Memory, p: SimpleNamespace, receivers: Receivers | None) -> tuple[Mask, Array]:
    """Fresh rows far outside of where their feed hears, by what was learned before the slice and by who is there
    together in it, and how far (km) from the middle of it, or from the nearest receiver."""
    out, km = np.zeros(len(tracks), dtype=bool), np.full(len(tracks), np.nan)
    rows = np.flatnonzero(tracks.fresh & tracks.located & OWN[tracks.source])
    feed = tracks.feed[rows].astype(np.int64)
    told = memory.get(FEEDS - feed)
    learned = (told["count"] >= p.learned) & (told["cells"] > 0) & (told["cells"] <= WORLDWIDE)
    learned &= tracks.time[rows] - told["since"] >= p.hours * 3_600_000
    at = np.flatnonzero(learned & ~_known(memory, tracks.lat[rows], tracks.lon[rows], feed, p))
    new = _new_places(tracks, rows[at], feed[at], p)
    for k in at.tolist():
        row = rows[k]
        out[row] = not _near(tracks, row, int(feed[k]), memory, new, p)
        x, y, z = told["middle"][k]
        middle = np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x))
        km[row] = distance_m(tracks.lat[row], tracks.lon[row], *middle) / 1000
    if receivers is not None and len(receivers):
        away = receivers.nearest_nmi(tracks.lat[rows], tracks.lon[rows]) * NMI_M / 1000
        beyond = away > p.horizon
        # Where many are, the receivers named are not those of this feed.
        beyond &= beyond.sum() <= max(1, MANY * len(rows))
        out[rows[beyond]], km[rows[beyond]] = True, away[beyond]
    return out, km


def _new_places(tracks: Tracks, rows: Index, feed: Array, p: SimpleNamespace) -> Array:
    """Keys of cells that `p.aircraft` are in at once, unheard of as they are: the feed hears further than it did."""
    pairs = np.stack([_key(_cells(tracks.lat[rows], tracks.lon[rows]), feed), tracks.icao24[rows]])
    keys, aircraft = np.unique(np.unique(pairs, axis=1)[0], return_counts=True)
    found: Array = keys[aircraft >= p.aircraft]
    return found


def _near(tracks: Tracks, row: int, feed: int, memory: Memory, new: Array, p: SimpleNamespace) -> bool:
    """Whether a row lies within `p.far` of a place where its feed hears, or in or near one of the `new` ones."""
    rings = [destination(tracks.lat[row], tracks.lon[row], np.arange(0, 360, 30), far) for far in _radii(p.far)]
    lat = np.concatenate([tracks.lat[row : row + 1], *(ring[0] for ring in rings)])
    lon = np.concatenate([tracks.lon[row : row + 1], *(ring[1] for ring in rings)])
    feeds = np.full(len(lat), feed)
    return bool(_known(memory, lat, lon, feeds, p).any() or np.isin(_key(_cells(lat, lon), feeds), new).any())


def heard_by_best(memory: Memory) -> float:
    """Aircraft that the feed which heard most has heard."""
    return float(memory.columns["count"][memory.keys <= FEEDS].max(initial=0))


def learn(tracks: Tracks, memory: Memory, ordinary: Mask, p: SimpleNamespace) -> None:
    """Take in which cells the slice's aircraft entered, other than those just found outside."""
    rows = np.flatnonzero(tracks.fresh & tracks.located & ordinary)
    if not len(rows):
        return
    now, feed = int(tracks.time[rows].max()), tracks.feed[rows].astype(np.int64)
    cell, before = _cells(tracks.lat[rows], tracks.lon[rows]), np.maximum(rows - 1, 0)
    entered = tracks.first[rows] | (cell != _cells(tracks.lat[before], tracks.lon[before]))
    keys, at = np.unique(_key(cell, feed), return_inverse=True)
    held = memory.get(keys)["count"]
    count = np.minimum(held + np.bincount(at, weights=entered, minlength=len(keys)).astype(np.int64), 1_000_000)
    memory.put(keys, now, count=count)
    ripe = keys[(held < p.aircraft) & (count >= p.aircraft)] & ((1 << FEED_BITS) - 1)
    feeds, owner = np.unique(feed, return_inverse=True)
    told = memory.get(FEEDS - feeds)
    born = np.bincount(owner, weights=tracks.prev_time[rows] == NO_TIME, minlength=len(feeds)).astype(np.int64)
    cells = told["cells"] + np.array([int((ripe == f).sum()) for f in feeds.tolist()], dtype=np.int64)
    middle = told["middle"].copy()
    np.add.at(middle, owner[entered], unit_vectors(tracks.lat[rows[entered]], tracks.lon[rows[entered]]))
    since = np.where(told["since"] == 0, now, told["since"])
    memory.put(FEEDS - feeds, now, count=told["count"] + born, cells=cells, since=since, middle=middle)


def artefact(tracks: Tracks) -> Mask:
    """Rows near 0/0, or with one coordinate exactly zero, of aircraft that were far from there a moment ago."""
    near = (np.abs(tracks.lat) < NULL_DEG) & (np.abs(tracks.lon) < NULL_DEG)
    half = (tracks.lat == 0) ^ (tracks.lon == 0)
    out: Mask = tracks.located & (tracks.rival_km > JUMP_KM) & (near | half)
    return out


def _radii(km: float) -> tuple[float, ...]:
    """Rings in metres, dense enough that no cell between them is missed."""
    return tuple(1000.0 * km * k / 4 for k in range(1, 5))


def _known(memory: Memory, lat: Array, lon: Array, feed: Array, p: SimpleNamespace) -> Mask:
    known: Mask = memory.get(_key(_cells(lat, lon), feed))["count"] >= p.aircraft
    return known


def _cells(lat: Array, lon: Array) -> Array:
    return cells_of(lat, lon, RESOLUTION).astype(np.int64)


def _key(cell: Array, feed: Array) -> Array:
    """Cells of resolution 2 end in 39 ones, which say nothing."""
    key: Array = (cell >> FEED_BITS << FEED_BITS) | feed
    return key
