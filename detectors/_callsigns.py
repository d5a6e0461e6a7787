"""Callsigns: which addresses send the same one at the same instant, and for how long they have done so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from detectors._groups import SHADOWS
from detectors._instants import spread
from geo.schema import NO_TIME, NON_ICAO, Array
from geo.tracks import Index, Mask, Tracks

STEP_MS = 10_000

RECENT_S = 120.0
"""How far back the samples of a callsign are counted."""

PLACED_S = 60.0
"""A position this old still says where an aircraft is, to within what matters here."""


@dataclass(frozen=True)
class Sharing:
    """One callsign at one instant: a row of each sender, one per address, and where each was last placed (-1: nowhere).

    `held`: all have kept it for a while; else the rows are all that the feed has shown of them.
    """

    callsign: str
    rows: Index
    placed: Index
    held: bool


def sharings(tracks: Tracks, p: SimpleNamespace) -> Iterator[Sharing]:
    """Callsigns with two senders or more, of every fresh instant. Rows are the view's."""
    mine = _suspects(tracks)
    view = tracks.take(mine)
    named = np.flatnonzero(_key(view.callsign) != 0)
    spoken = view.take(named)
    key, placed = _key(spoken.callsign), _placed(view)[named]
    held, single = _held(spoken, key, p), spoken.prev_time == NO_TIME
    row, slot = _instants(spoken, tracks, p.age)
    for which, kept in ((held, True), (single & ~held, False)):
        some = which[row]
        for rows in _shared(row[some], slot[some], key, spoken):
            at = placed[rows]
            places = np.where(at >= 0, mine[at], -1)
            yield Sharing(spoken.callsign[rows[0]].decode("ascii", "replace"), mine[named[rows]], places, kept)


def _key(callsign: Array) -> Array:
    """Eight bytes as one number; 0 is blank."""
    return np.ascontiguousarray(callsign).view(np.uint64)


def _suspects(tracks: Tracks) -> Index:
    """All rows of the flights that share a callsign with another address anywhere in the view."""
    key = _key(tracks.callsign)
    rows = np.flatnonzero((key != 0) & (tracks.icao24 < NON_ICAO) & ~SHADOWS[tracks.source])
    key, flight = key[rows], tracks.flight[rows]
    begins = np.append(True, (key[1:] != key[:-1]) | (flight[1:] != flight[:-1]))[: len(rows)]
    key, flight, icao24 = key[begins], flight[begins], tracks.icao24[rows[begins]]
    order = np.lexsort((icao24, key))
    twice = (np.diff(icao24[order]) != 0) & (key[order][1:] == key[order][:-1])
    flights = np.unique(flight[np.isin(key, key[order][1:][twice])])
    mine: Index = np.flatnonzero(np.isin(tracks.flight, flights))
    return mine


def _held(spoken: Tracks, key: Array, p: SimpleNamespace) -> Mask:
    """Rows whose callsign has been sent, without another in between, often and long enough."""
    rows = np.arange(len(spoken))
    new = spoken.first | (key != spoken.shift(key))
    begin = np.maximum(np.maximum.accumulate(np.where(new, rows, 0)), spoken.ago(RECENT_S))
    out: Mask = (rows - begin + 1 >= p.rows) & (spoken.time - spoken.time[begin] >= p.hold * 1000)
    return out


def _placed(view: Tracks) -> Index:
    """Index of each row's newest position, its own or an earlier one's; -1 where that is too old."""
    rows = np.arange(len(view))
    at = np.where(view.located, rows, view.last_where(view.located))
    out: Index = np.where((at >= 0) & (view.time - view.time[at] <= PLACED_S * 1000), at, -1)
    return out


def _instants(spoken: Tracks, tracks: Tracks, age_s: float) -> tuple[Index, Array]:
    """Rows and the fresh slots at whose end each is the newest of its flight, and not too old."""
    slot = spoken.time // STEP_MS
    final = int((tracks.time // STEP_MS).max(initial=0))
    begin = (tracks.time[tracks.fresh] // STEP_MS).min(initial=np.iinfo(np.int64).max)
    last = np.minimum((spoken.time + int(age_s * 1000)) // STEP_MS - 1, final)
    follower = np.append(~spoken.first[1:], False)[: len(spoken)]
    last = np.minimum(last, np.where(follower, np.append(slot[1:], 0)[: len(spoken)] - 1, final))
    low = np.maximum(slot, begin)
    row, offset = spread(np.maximum(last - low + 1, 0))
    return row, low[row] + offset


def _shared(row: Index, slot: Array, key: Array, spoken: Tracks) -> Iterator[Index]:
    """Rows of each callsign and slot with two addresses or more, of which one was heard in that very slot."""
    order = np.lexsort((row, spoken.icao24[row], key[row], slot))
    row, slot = row[order], slot[order]
    new = np.append(True, (slot[1:] != slot[:-1]) | (key[row[1:]] != key[row[:-1]]))[: len(row)]
    again = np.append(False, spoken.icao24[row[1:]] == spoken.icao24[row[:-1]])[: len(row)] & ~new
    row, slot, new = row[~again], slot[~again], new[~again]
    starts = np.flatnonzero(new)
    sizes = np.diff(np.append(starts, len(row)))
    own = np.add.reduceat(spoken.time[row] // STEP_MS == slot, starts) > 0 if len(starts) else sizes > 0
    for start, size in zip(starts[(sizes > 1) & own].tolist(), sizes[(sizes > 1) & own].tolist(), strict=True):
        yield row[start : start + size]
