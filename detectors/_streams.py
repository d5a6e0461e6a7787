"""Streams of addresses: the record that is remembered of each, and which of them a slice brings on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from geo.memory import Keep, Memory, Slot
from geo.schema import NO_TIME, Array
from geo.tracks import Index, Tracks

SUBS = 8
"""Keys of one address: one for each of its streams (geo.streams keeps four at most)."""

TTL_S = 1800
"""A stream is forgotten after this long."""

FIX = np.dtype([
    ("t", "i8"), ("lat", "f8"), ("lon", "f8"), ("speed", "f8"), ("course", "f8"), ("ve", "f8"), ("vn", "f8"),
    ("vr", "f8"), ("alt", "f8"), ("own", "?"),
], align=True)  # fmt: skip
"""A fix: when it was taken, where, the velocity sent with it (m/s, deg, ft/min), pressure altitude, own word or not."""

Fields = Mapping[str, tuple[Any, Any]]
"""Of a record: dtype and the value of a stream not seen before, by name."""

_STREAM: Fields = {
    "flight": ("i8", 0), "heir": ("i8", NO_TIME), "newest": ("i8", NO_TIME), "fix": (FIX, 0), "count": ("i8", 0),
    "noise_along": ("f8", np.nan), "noise_across": ("f8", np.nan), "bias_e": ("f8", 0), "bias_n": ("f8", 0),
    "hold": ("?", False), "onset": ("i8", NO_TIME), "proven": ("i8", NO_TIME), "from_lat": ("f8", np.nan), "from_lon": ("f8", np.nan),
}  # fmt: skip
"""The newest honest fix, how many there were, and the time of the newest heard; how noisy fixes are (m); what stands.

`bias` is a steady part of the innovation (m/s); `hold` stops learning while something is being looked into; `heir` is
set where the stream took over from another of its address; `onset` where an episode stands, which began at `from`
and to which something was added last when it was `proven`."""


def keep(own: Fields) -> Keep:
    """The memory of a class: one record for each stream, with fields of the class's own."""
    fields = {**_STREAM, **own}
    blank = np.zeros((), dtype=np.dtype([(name, kind) for name, (kind, _) in fields.items()], align=True))
    for name, (kind, value) in fields.items():
        if kind is not FIX:
            blank[name] = value
    return Keep({"stream": Slot(blank.dtype, blank)}, TTL_S)


@dataclass
class Streams:
    """The streams with fresh rows: their records, (streams,), while the slice is walked.

    `rows` are all their fresh rows, stream by stream in time order, and `who` the stream of each.
    """

    keys: Array
    state: Array
    rows: Index
    who: Index
    first: Index
    last: Index


def parts_of(tracks: Tracks, memory: Memory, every_ms: int) -> Iterator[Tracks]:
    """Rows, all fresh, in parts to be taken one after the other. Flights that have their address for themselves come as a
    whole: the first of every address, then the second of those that have two, and so on. Where several streams share an
    address, one may begin with what another has come to: those come slice by slice.
    """
    first = np.flatnonzero(tracks.first)
    last = np.append(first[1:], len(tracks))[: len(first)] - 1
    order = np.lexsort((tracks.time[first], tracks.icao24[first]))
    icao24, sub = tracks.icao24[first][order], tracks.sub[first][order]
    begin, end = (tracks.time[rows][order] // every_ms for rows in (first, last))
    again = icao24[1:] == icao24[:-1]
    shared = np.unique(np.append(icao24[sub > 0], icao24[1:][again & (begin[1:] <= end[:-1])]))
    rank = np.empty(len(first), dtype=np.int64)
    rank[order] = rank_in_run(icao24)
    rank[np.isin(tracks.icao24[first], shared)] = -1
    by_row = np.repeat(rank, last + 1 - first)
    for k in range(int(rank.max(initial=-1)) + 1):
        yield tracks if (by_row == k).all() else tracks.take(np.flatnonzero(by_row == k))
    rows = np.flatnonzero(by_row < 0)
    slot = tracks.time[rows] // every_ms
    for one in np.unique(slot).tolist():
        memory.forget(one * every_ms)
        yield tracks.take(rows[slot == one])


def rank_in_run(*values: Array) -> Index:
    """How many rows before each have the same values, without another in between."""
    index, new = np.arange(len(values[0])), np.ones(len(values[0]), dtype=bool)
    new[1:] = np.logical_or.reduce([one[1:] != one[:-1] for one in values])
    out: Index = index - np.maximum.accumulate(np.where(new, index, 0))
    return out


def streams_of(tracks: Tracks, memory: Memory) -> Streams:
    """What is remembered of the streams of a slice."""
    rows = np.flatnonzero(tracks.fresh)
    flight = tracks.flight[rows]
    new = np.ones(len(rows), dtype=bool)
    new[1:] = flight[1:] != flight[:-1]
    first = rows[new]
    last = rows[np.append(new[1:], True)]
    who = np.cumsum(new) - 1
    keys = tracks.icao24[first] * SUBS + tracks.sub[first]
    ordered = np.sort(keys)
    if (ordered[1:] == ordered[:-1]).any():
        # A flight may end and the next begin within one slice: the later one keeps the key, the earlier one is over.
        stays = _latest(keys, tracks.time[first])
        rows, who = rows[stays[who]], (np.cumsum(stays) - 1)[who[stays[who]]]
        keys, first, last = keys[stays], first[stays], last[stays]
    state = memory.get(keys)["stream"]
    _begin(state, tracks, first, memory)
    _disown(state, tracks, last, memory)
    return Streams(keys, state, rows, who, first, last)


def _latest(keys: Array, began: Array) -> Array:
    """Which are the latest of their key."""
    order = np.lexsort((began, keys))
    out = np.zeros(len(keys), dtype=bool)
    out[order[np.append(keys[order][1:] != keys[order][:-1], True)]] = True
    return out


def _begin(state: Array, tracks: Tracks, first: Index, memory: Memory) -> None:
    """A stream heard for the first time starts from nothing, or where it takes over from another of its address."""
    flight = tracks.flight[first]
    new = np.flatnonzero(state["flight"] != flight)
    if not len(new):
        return
    state[new] = memory.keep.columns["stream"].default
    heirs = new[tracks.sub[first[new]] > 0]
    born = tracks.time[first[heirs]]
    for sub in range(4 if len(heirs) else 0):
        other = memory.get(tracks.icao24[first[heirs]] * SUBS + sub)["stream"]
        newer = (other["newest"] > state["newest"][heirs]) & (other["newest"] < born)
        state[heirs[newer]] = other[newer]
    state["flight"][new] = flight[new]
    state["heir"][heirs] = born


def _disown(state: Array, tracks: Tracks, last: Index, memory: Memory) -> None:
    """A stream whose elder goes on has taken over from nobody: two are live, and it starts from nothing."""
    heirs = np.flatnonzero((state["heir"] != NO_TIME) & (tracks.rival_time[last] > state["heir"]))
    if len(heirs):
        state[heirs] = memory.keep.columns["stream"].default
        state["flight"][heirs] = tracks.flight[last[heirs]]
