"""What was seen before: how many other flights passed a key (a cell and a height, a border and a direction).

Keys are any numbers mixed into one; a flight counts once at a key, and never counts against itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from geo.cells import Cells, neighbours
from geo.memory import Memory, Slot
from geo.schema import Array
from geo.tracks import Mask, Tracks

TALLY = {"count": Slot("i4"), "last": Slot("i4", -1), "rare": Slot("i4")}
"""Flights that passed a key and the last of them; and, at the key of a whole region, visits to new places in it."""

SECTOR_DEG = 45.0
SECTORS = int(360 / SECTOR_DEG)

HALVE_AT = 4_000
"""A region's running counts are halved here, so that its share of new places is that of the last thousands."""


def ready(memory: Memory, days: float) -> bool:
    """Whether the class has seen enough days of data to speak."""
    return len(memory.days) >= days


def key_of(*parts: Array | int) -> Array:
    """One int64 key (n,) of several integers: mixed by splitmix64, whose collisions are none that matter."""
    mixed = np.zeros(1, dtype=np.uint64)
    for part in parts:
        mixed = (mixed ^ np.asarray(part).astype(np.uint64)) + np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    key: Array = mixed.view(np.int64)
    return key


def sector(track: Array) -> Array:
    """The eighth of the compass, 0 to 7, that a track points to; 0 where it is NaN."""
    out: Array = np.rint(np.nan_to_num(track) / SECTOR_DEG).astype(np.int64) % SECTORS
    return out


def others(memory: Memory, keys: Array, flight: Array) -> Array:
    """How many flights besides this one passed each key (n,)."""
    known = memory.get(keys)
    count: Array = known["count"] - (known["last"] == _short(flight))
    return count


def recent(view: Tracks) -> Tracks:
    """The fresh rows and the row before each: what learning needs."""
    before = np.zeros(len(view), dtype=bool)
    before[:-1] = view.fresh[1:] & ~view.first[1:]
    return view.take(np.flatnonzero(view.fresh | before))


def rows_of(view: Tracks, flights: Array) -> Tracks:
    """All rows of the given flights."""
    return view.take(np.flatnonzero(np.isin(view.flight, flights)))


def came(view: Tracks, keys: Array) -> Mask:
    """Rows of the view at which a flight comes to another key (n,) than it had at its row before."""
    new: Mask = view.first | (keys != view.shift(keys))
    return new


def note(memory: Memory, keys: Array, flight: Array, time: Array) -> None:
    """These flights pass these keys: each counts, unless it was the last one there."""
    if not len(keys):
        return
    unique, first, group = np.unique(keys, return_index=True, return_inverse=True)
    known, own = memory.get(unique), _short(flight)
    add = np.bincount(group, known["last"][group] != own, len(unique)).astype(np.int32)
    memory.put(unique, time[first], count=known["count"] + add, last=own[first])


def note_region(memory: Memory, keys: Array, rare: Array, time: Array) -> None:
    """Visits to a whole region, and which of them were to a place or in a manner new there."""
    if not len(keys):
        return
    unique, first, group = np.unique(keys, return_index=True, return_inverse=True)
    known = memory.get(unique)
    count = known["count"] + np.bincount(group, minlength=len(unique)).astype(np.int32)
    fresh = known["rare"] + np.bincount(group, rare, len(unique)).astype(np.int32)
    half = count > HALVE_AT
    memory.put(unique, time[first], count=np.where(half, count // 2, count), rare=np.where(half, fresh // 2, fresh))


def share_of_new(memory: Memory, keys: Array) -> tuple[Array, Array]:
    """Visits (n,) that each region has had, and the share of them that were new.

    That share is the chance that the next visit is new too (Good and Turing): where it is large, new means little.
    """
    known = memory.get(keys)
    return known["count"], (known["rare"] + 1) / (known["count"] + 2)


ABOUT = (-1, 0, 1)
"""Sectors about a direction: 135 degrees of the compass."""


def others_around(
    memory: Memory, cells: Cells, way: Array, flight: Array, *tags: Array, turns: Sequence[int] = ABOUT
) -> Array:
    """How many other flights passed each cell (n,) or one that touches it, in the sectors at `turns` from the way.
    Keys are of cell, sector and tags."""
    near, many = neighbours(cells), len(turns)
    keys = [np.repeat(near.ravel(), many), np.repeat(way, near.shape[1] * many)]
    keys[1] = (keys[1] + np.tile(turns, near.size)) % SECTORS
    keys += [np.repeat(tag, near.shape[1] * many) for tag in tags]
    seen = others(memory, key_of(*keys), np.repeat(flight, near.shape[1] * many))
    count: Array = seen.reshape(len(cells), near.shape[1] * many).sum(axis=1)
    return count


def _short(flight: Array) -> Array:
    """A flight's key in 31 bits."""
    short: Array = ((flight ^ (flight >> 31)) & 0x7FFFFFFF).astype(np.int32)
    return short
