"""Overlap: what several feeds heard of one observation becomes one row, which says who heard it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from geo.batch import Batch
from geo.schema import COLUMNS, Array, missing, present
from geo.tracks import Mask

FUSE_MS = 1_000
"""Two feeds' rows of one aircraft and place, so close together, are one observation: places come twice a second, and
each receiver has a clock of its own."""

PLACE_DEG = 2e-4
"""Side of the squares in which places are the same: 22 m. Feeds round positions to six, five or four decimals."""

RECENT_MS = 20_000
MOST_FEEDS = 31
"""Bits of `heard`, in the database a signed integer."""

_GRIDS = ((0.0, 0.0), (0.5, 0.0), (0.0, 0.5), (0.5, 0.5))
"""Two places closer than half a side lie in one square of at least one of these grids."""

_SPAN = 1 << 43
OWN = frozenset(
    {"icao24", "time", "position_time", "lat", "lon", "feed", "heard", "rssi", "messages", "receiver_distance"}
)
"""What a row keeps for itself: its place and times, and what only its own receiver can say."""


@dataclass
class Fusion:
    """`fuse` keeps of several rows that of the feed with the lowest number, and fills in what only the others know.

    `recent` are rows that were let go a moment ago: their twins that come later go. `fused` counts the
    rows that went, by the number of their feed.
    """

    fused: Counter[int] = field(default_factory=Counter)
    recent: Batch = field(default_factory=Batch.empty)

    def fuse(self, rows: Batch, released: int) -> Batch:
        """The rows without those that another feed has told of too. Rows from before `released` (ms) are late."""
        several = "feed" in rows.columns and bool(len(rows)) and rows["feed"].min() != rows["feed"].max()
        late = bool(len(self.recent)) and bool(len(rows)) and int(rows["time"].min()) < released
        if not several and not late:
            return rows
        known = self.recent if late else Batch.empty()
        target = _targets(Batch.concat([known, _seen(rows)]), len(known))
        mine = np.flatnonzero(target[len(known) :] >= 0)
        if not len(mine):
            return rows
        self.fused.update(rows["feed"][mine].tolist())
        at = target[len(known) :][mine] - len(known)
        out = _told(rows, mine[at >= 0], at[at >= 0])
        keep = np.ones(len(rows), dtype=bool)
        keep[mine] = False
        return Batch(out.take(keep).columns, rows.labels, rows.rejected)

    def remember(self, gone: Batch) -> None:
        """Rows that were let go."""
        if "feed" not in gone.columns or not len(gone):
            return
        kept = Batch.concat([self.recent, _seen(gone)])
        self.recent = kept.take(kept["time"] >= kept["time"].max() - RECENT_MS)


def bit(feed: Array) -> Array:
    """The bit of a feed's number."""
    out: Array = np.left_shift(np.uint32(1), np.minimum(feed, MOST_FEEDS - 1).astype(np.uint32))
    return out


def _seen(rows: Batch) -> Batch:
    """Only what twins are told by, with who heard each row so far."""
    heard = np.where(rows["heard"] != 0, rows["heard"], bit(rows["feed"]))
    names = ("icao24", "time", "lat", "lon", "feed")
    return Batch({**{name: rows[name] for name in names}, "heard": heard})


def _targets(rows: Batch, known: int) -> Array:
    """For each row the one that it is a twin of, -1 where it stands for itself. The first `known` rows are given."""
    target = np.full(len(rows), -1)
    heard = rows["heard"].copy()
    stands = np.arange(len(rows)) < known
    codes = [_coded(rows, north, east) for north, east in _GRIDS]
    fresh = np.arange(len(rows)) >= known
    for feed in np.unique(rows["feed"][fresh]):
        own, mark = np.flatnonzero(fresh & (rows["feed"] == feed)), bit(np.array([feed]))[0]
        for code in codes:
            others = np.flatnonzero(stands & (heard & mark == 0))
            left = own[target[own] < 0]
            twins, of = _nearest(code, left, others)
            target[twins] = of
            heard[of] |= mark
        stands[own[target[own] < 0]] = True
    return target


def _coded(rows: Batch, north: float, east: float) -> Array:
    """One number per row that differs by no more than the time (ms) among rows of one aircraft and square."""
    with np.errstate(invalid="ignore"):
        squares = [np.floor(rows[n] / PLACE_DEG + shift) for n, shift in (("lat", north), ("lon", east))]
    keys = (*(np.nan_to_num(square, nan=-1e9) for square in squares), rows["icao24"])
    order = np.lexsort(keys)
    new = np.zeros(len(rows), dtype=bool)
    for key in keys:
        new[1:] |= np.diff(key[order]) != 0
    number = np.empty(len(rows), dtype=np.int64)
    number[order] = np.cumsum(new)
    time = np.minimum(rows["time"] - rows["time"].min(), _SPAN // 2)
    out: Array = number * _SPAN + time
    return out


def _nearest(code: Array, left: Array, others: Array) -> tuple[Array, Array]:
    """Pairs (row of `left`, row of `others`) that are closest in time, each used once."""
    if not len(left) or not len(others):
        return left[:0], others[:0]
    others = others[np.argsort(code[others], kind="stable")]
    after = np.searchsorted(code[others], code[left])
    at = np.stack([np.maximum(after - 1, 0), np.minimum(after, len(others) - 1)])
    far = np.abs(code[others[at]] - code[left])
    nearest = far.argmin(axis=0)
    far, of = far[nearest, np.arange(len(left))], at[nearest, np.arange(len(left))]
    order = np.lexsort((far, of))
    order = order[far[order] <= FUSE_MS]
    once = order[np.append(True, np.diff(of[order]) != 0)[: len(order)]]
    return left[once], others[of[once]]


def _told(rows: Batch, twins: Array, of: Array) -> Batch:
    """The rows with what their twins know besides, and with who heard them."""
    heard = np.where(rows["heard"] != 0, rows["heard"], bit(rows["feed"]))
    np.bitwise_or.at(heard, of, heard[twins])
    columns = dict(rows.columns)
    for name in rows.columns.keys() & (COLUMNS.keys() - OWN):
        columns[name] = _filled(name, rows[name], twins, of)
    alone: Mask = heard == bit(rows["feed"])
    columns["heard"] = np.where(alone, missing("heard", 1)[0], heard).astype(COLUMNS["heard"].dtype)
    return Batch(columns, rows.labels, rows.rejected)


def _filled(name: str, values: Array, twins: Array, of: Array) -> Array:
    """The column with the twins' value where the row itself has none."""
    there = present(name, values)
    some = ~there[of] & there[twins]
    if not some.any():
        return values
    out = values.copy()
    # Backwards, so that of several twins the one of the lowest feed has the last word.
    out[of[some][::-1]] = values[twins[some]][::-1]
    return out
