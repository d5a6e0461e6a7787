"""How often each aircraft of each feed is heard, slot by slot: from readsb's message counters, else from the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from geo.memory import Memory
from geo.schema import Array
from geo.tracks import Index, Mask, Tracks

SLOT_S = 10
"""A slot is one slice of the class."""

_BRIDGE_MS = 30_000
"""A counter is read against one this old at most: further back the mean says nothing of a burst."""

_FEED_BIT = 50
"""Above every identity; below it the address."""

STREAM = {"time": ("i8", 0), "messages": ("f8", np.nan)}
"""What is remembered of each stream by itself: its last row."""


@dataclass(frozen=True)
class Heard:
    """One slot: arrays (n,), one entry per aircraft and feed (`key`). `first` and `last` are rows of the view.

    `rate`: messages a second, NaN where the counter says nothing yet. `total`: messages in the slot. `counted`: by the
    feed's counter. `two`: share of them in the busiest two seconds that adjoin. `short`: share of the intervals below
    the floor; both NaN where they cannot be told. `old` is what was remembered of each before the slot.
    """

    key: Array
    feed: Array
    first: Index
    last: Index
    rows: Array
    rate: Array
    total: Array
    counted: Mask
    two: Array
    short: Array
    old: Mapping[str, Array]

    def __len__(self) -> int:
        return len(self.key)


def heard(tracks: Tracks, memory: Memory, floor_ms: float, many: float) -> Heard:
    """The fresh rows, which are one slot. `two` and `short` are told of streams with `many` messages or more."""
    rows, key, starts = _streams(tracks)
    first, last = rows[starts], rows[np.append(starts[1:], len(rows)) - 1]
    count, name = np.diff(np.append(starts, len(rows))), key[starts]
    old = memory.get(name)
    total, span = _counted(tracks, old, first, last)
    counted = ~np.isnan(tracks.messages[last])
    total = np.where(counted, total, count)
    rate = np.where(counted, total / np.where(span >= SLOT_S / 2, span, np.nan), count / SLOT_S)
    busy = total >= many
    two, short = np.full(len(name), np.nan), np.full(len(name), np.nan)
    if busy.any():
        two[busy] = _busiest(tracks, rows, starts, count, busy, counted)
        some = busy & ~counted
        short[some] = _short(tracks.time[rows], starts, floor_ms)[some] / np.maximum(count[some] - 1, 1)
    return Heard(name, name >> _FEED_BIT, first, last, count, rate, total, counted, two, short, old)


def _streams(tracks: Tracks) -> tuple[Index, Array, Index]:
    """Fresh rows so that those of one aircraft and feed lie together in time, their keys, and where each begins."""
    rows = np.flatnonzero(tracks.fresh)
    key = tracks.icao24[rows] | (tracks.feed[rows].astype(np.int64) << _FEED_BIT)
    starts = _changes(key)
    if len(starts) > 1 and len(np.unique(key[starts])) < len(starts):
        order = np.lexsort((tracks.time[rows], key))
        rows, key = rows[order], key[order]
        starts = _changes(key)
    return rows, key, starts


def _changes(key: Array) -> Index:
    out: Index = np.flatnonzero(np.append(True, key[1:] != key[:-1])[: len(key)])
    return out


def _counted(tracks: Tracks, old: Mapping[str, Array], first: Index, last: Index) -> tuple[Array, Array]:
    """Messages by the counter, and the seconds in which they came: since the last slot where that was a moment ago."""
    time, count = tracks.time, tracks.messages
    recent = (time[first] - old["time"] <= _BRIDGE_MS) & (old["messages"] <= count[first])
    begin, base = np.where(recent, old["time"], time[first]), np.where(recent, old["messages"], count[first])
    more = count[last] - base
    return np.where(more >= 0, more, np.nan), (time[last] - begin) / 1000.0


def _busiest(tracks: Tracks, rows: Index, starts: Index, count: Array, busy: Mask, counted: Mask) -> Array:
    """Share of the messages of each busy stream in its busiest two seconds; NaN where it was polled too seldom."""
    inside = np.repeat(busy, count)
    at, number = rows[inside], np.repeat(np.arange(int(busy.sum())), count[busy])
    more = np.ones(len(at))
    told = np.repeat(counted[busy], count[busy])
    delta = np.append(0.0, np.diff(tracks.messages[at]))
    delta[np.append(True, number[1:] != number[:-1])[: len(number)]] = 0.0
    more[told] = np.maximum(np.nan_to_num(delta[told]), 0.0)
    second = tracks.time[at] // 1000 % SLOT_S
    bins = np.bincount(number * SLOT_S + second, more, minlength=int(busy.sum()) * SLOT_S).reshape(-1, SLOT_S)
    top = (bins[:, 1:] + bins[:, :-1]).max(axis=1)
    often = ~counted[busy] | (count[busy] >= SLOT_S - 2)
    with np.errstate(invalid="ignore"):
        out: Array = np.where(often, top / bins.sum(axis=1), np.nan)
    return out


def _short(time: Array, starts: Index, floor_ms: float) -> Array:
    """How many intervals of each stream are below the floor."""
    near = np.append(np.inf, np.diff(time)) < floor_ms
    near[starts] = False
    return np.add.reduceat(near, starts, dtype=np.int64)


def usual(one: Heard, enough: float) -> tuple[Array, Array]:
    """For each stream what the others of its feed send at most, nine in ten of them, and how many they are (NaN, where
    they are too few to tell). The busiest is left out, so that it is not measured by itself."""
    top, others = np.full(len(one), np.nan), np.zeros(len(one), dtype=np.int64)
    if len(one) < 2:
        return top, others
    for feed in np.unique(one.feed).tolist():
        mine = one.feed == feed
        rates = np.sort(one.rate[mine & (one.rate > 0)])[:-1]
        others[mine] = len(rates)
        if len(rates) >= enough:
            top[mine] = rates[int(0.9 * (len(rates) - 1))]
    return top, others


def bursting(one: Heard) -> Array:
    """1 for each stream of which nine tenths came within two seconds; 0 for all where a feed sends all like that."""
    shot = one.two >= 0.9
    usual_there = int(shot.sum()) > 0.1 * len(one) + 1
    return np.where(shot & (not usual_there), 1, 0)


def close(one: Heard, others: float) -> Array:
    """Streams with half their intervals below the floor, where next to none of the others' are."""
    some = ~np.isnan(one.short)
    calm = some.sum() > others and float(np.median(one.short[some])) < 0.1
    return (one.short >= 0.5) & calm


def comparison(top: float, others: int) -> str:
    if np.isnan(top):
        return "; too few others are heard to compare with"
    return f"; nine in ten of the {others} others on the feed send {top:.1f} at most"
