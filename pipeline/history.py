"""History: the recent rows of every flight, as chunks in time order; the only rows a detector can look back at."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from geo.lazy import Lazy, picked, taken
from geo.schema import Array
from geo.tracks import Mask, Tracks

Columns = Mapping[str, Array]
Gate = Callable[[Tracks], Mask]
"""Which fresh rows make their flights worth a look."""

Part = tuple[Columns, Array | None]
"""Columns, and the rows of them that count; None for all."""

FOLD_ROWS = 60_000
"""Chunks of a full-rate history are joined up to this size: beyond it copying costs more than looking into one more."""


@dataclass(frozen=True)
class Chunk:
    """Rows sorted by (flight, time), with the offsets of each flight. Chunks follow each other in time."""

    columns: Columns
    flights: Array
    offsets: Array

    @staticmethod
    def of(columns: Columns) -> Chunk:
        flight = columns["flight"]
        new = np.flatnonzero(np.append(True, flight[1:] != flight[:-1])[: len(flight)])
        return Chunk(columns, flight[new], np.append(new, len(flight)))

    def __len__(self) -> int:
        return len(self.columns["time"])

    def rows_of(self, flights: Array) -> Array:
        """Row indices of the given (sorted) flights."""
        at = np.searchsorted(self.flights, flights)
        inside = at < len(self.flights)
        at = at[inside][self.flights[at[inside]] == flights[inside]]
        return ranges(self.offsets[at], self.offsets[at + 1])


@dataclass(frozen=True)
class _Slices:
    """Columns whose rows lie slice after slice; when each slice begins; and its rows: [bounds[i], bounds[i + 1])."""

    columns: Columns
    starts: list[int]
    bounds: list[int]

    @staticmethod
    def of(whole: Tracks, every_ms: int) -> _Slices:
        slot = whole.time // every_ms
        order = np.argsort(slot, kind="stable")
        slots, first = np.unique(slot[order], return_index=True)
        columns = Lazy(
            tuple(whole.columns), lambda name: _shared(whole.columns[name].take(order)),
            lambda name, rows: picked(whole.columns, name, order[rows]),
        )  # fmt: skip
        return _Slices(columns, (slots * every_ms).tolist(), [*first.tolist(), len(order)])

    def whole(self, names: Sequence[str]) -> Tracks:
        """All rows of all slices."""
        return Tracks(_between(self.columns, names, 0, self.bounds[-1]), np.ones(self.bounds[-1], dtype=bool))

    def wanted(self, rows: Mask) -> _Slices:
        """Of each slice the flights of which one of these rows, or more, is wanted."""
        if rows.all():
            return self
        flight, slot = self.columns["flight"], np.repeat(np.arange(len(self.starts)), np.diff(self.bounds))
        new = np.append(True, (flight[1:] != flight[:-1]) | (slot[1:] != slot[:-1]))[: len(flight)]
        first = np.flatnonzero(new)
        some = np.flatnonzero(np.repeat(np.logical_or.reduceat(rows, first), np.diff(np.append(first, len(rows)))))
        return _Slices(taken(self.columns, some), self.starts, np.searchsorted(some, self.bounds).tolist())

    def tracks(self, names: Sequence[str]) -> Iterator[tuple[int, Tracks]]:
        """Start and rows of each slice; none where no flight of it was wanted."""
        for start, (low, high) in zip(self.starts, pairwise(self.bounds), strict=True):
            yield start, Tracks(_between(self.columns, names, low, high), np.ones(high - low, dtype=bool))


def _between(columns: Columns, names: Sequence[str], low: int, high: int) -> Lazy:
    return Lazy(names, lambda name: columns[name][low:high], lambda name, rows: picked(columns, name, rows + low))


def _shared(values: Array) -> Array:
    """Several classes look at it, so none may write into it."""
    values.flags.writeable = False
    return values


class History:
    """Rows no older than `keep_ms` before the newest, at full rate or the first of each `sample_s` slot per flight."""

    def __init__(self, names: Sequence[str], keep_ms: int, sample_s: int = 0) -> None:
        self.names, self.keep_ms, self.sample_ms = tuple(names), keep_ms, sample_s * 1000
        self.chunks: deque[Chunk] = deque()
        self._sliced: dict[tuple[int, int, int], _Slices] = {}
        self._viewed: dict[tuple[int, int, int], Tracks] = {}

    def extend(self, columns: Columns) -> None:
        """Add rows sorted by (flight, time), all newer than those before; forget what is too old to be asked for."""
        self._changed()
        rows = self._sampled(columns)
        kept = {name: columns[name] if rows is None else columns[name].take(rows) for name in self.names}
        if len(kept["time"]):
            self.chunks.append(Chunk.of(kept))
            self._fold()

    def forget(self, before_ms: int) -> None:
        """Drop chunks that end before this time, and cut a long one that reaches beyond it."""
        self._changed()
        while self.chunks and int(self.chunks[0].columns["time"].max()) < before_ms:
            self.chunks.popleft()
        if self.chunks and len(self.chunks[0]) > 100_000:
            oldest = self.chunks.popleft()
            new = np.flatnonzero(oldest.columns["time"] >= before_ms)
            self.chunks.appendleft(Chunk.of({k: v.take(new) for k, v in oldest.columns.items()}))

    def fresh(self, names: Sequence[str], t0: int, t1: int) -> Columns:
        """The rows with t0 <= time < t1, in no order that matters."""
        parts: list[Part] = []
        for chunk in self.chunks:
            time = chunk.columns["time"]
            inside = (time >= t0) & (time < t1)
            if inside.any():
                parts.append((chunk.columns, None if inside.all() else np.flatnonzero(inside)))
        return Lazy(names, lambda name: _cut(parts, name))

    def view(self, names: Sequence[str], t0: int, t1: int, lookback_ms: int, flights: Array | None) -> Tracks:
        """Tracks of the given flights (None: all), from `lookback_ms` before t0 up to t1; fresh from t0 on.

        Classes that ask for the same rows of all flights share them: each column is cut out once.
        """
        if flights is not None:
            return self._view(names, t0, t1, lookback_ms, flights)
        key = (t0, t1, lookback_ms)
        if key not in self._viewed:
            self._viewed[key] = self._view(self.names, *key, None)
        whole = self._viewed[key]
        columns = Lazy(names, lambda name: _shared(whole.columns[name]), lambda n, rows: picked(whole.columns, n, rows))
        return Tracks(columns, whole.fresh)

    def _view(self, names: Sequence[str], t0: int, t1: int, lookback_ms: int, flights: Array | None) -> Tracks:
        parts: list[Part] = []
        for chunk in self.chunks:
            rows = None if flights is None else chunk.rows_of(flights)
            time = chunk.columns["time"] if rows is None else chunk.columns["time"][rows]
            inside = (time >= t0 - lookback_ms) & (time < t1)
            if not inside.all():
                rows = np.flatnonzero(inside) if rows is None else rows[inside]
            if rows is None or len(rows):
                parts.append((chunk.columns, rows))
        columns = Lazy(names, lambda name: _cut(parts, name))
        if len(parts) > 1:
            columns = taken(columns, np.argsort(columns["flight"], kind="stable"))
        return Tracks(columns, columns["time"] >= t0)

    def slices(
        self, names: Sequence[str], t0: int, t1: int, every_ms: int, gate: Gate | None = None
    ) -> Iterator[tuple[int, Tracks]]:
        """Start and rows of each slice of `every_ms` from t0 up to t1 that has any, all fresh and by flight; with a
        gate only those flights of a slice of which a row passes.

        Classes that ask for the same slices share them: each column is put in their order once.
        """
        key = (t0, t1, every_ms)
        if key not in self._sliced:
            self._sliced[key] = _Slices.of(self.view(self.names, t0, t1, 0, None), every_ms)
        found = self._sliced[key]
        return (found.wanted(gate(found.whole(names))) if gate else found).tracks(names)

    def _changed(self) -> None:
        self._sliced.clear()
        self._viewed.clear()

    def _fold(self) -> None:
        """Join small neighbours, so that a long lookback is a few chunks and not thousands."""
        while len(self.chunks) > 1 and len(self.chunks[-2]) <= 2 * len(self.chunks[-1]):
            before, after = self.chunks[-2], self.chunks[-1]
            if int(after.columns["time"].max() - before.columns["time"].min()) > self.keep_ms // 4:
                return
            if not self.sample_ms and len(before) + len(after) > FOLD_ROWS:
                return
            columns = _joined([before.columns, after.columns], self.names)
            order = np.argsort(columns["flight"], kind="stable")
            self.chunks.pop(), self.chunks.pop()
            self.chunks.append(Chunk.of({n: v.take(order) for n, v in columns.items()}))

    def _sampled(self, columns: Columns) -> Array | None:
        """The first row of each slot of each flight; None for all rows."""
        if not self.sample_ms:
            return None
        slots: Array = np.flatnonzero(columns["time"] // self.sample_ms != columns["prev_time"] // self.sample_ms)
        return slots


def _joined(parts: Sequence[Columns], names: Sequence[str]) -> Columns:
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return {n: np.zeros(0, dtype=np.int64) for n in names}
    return {n: np.concatenate([p[n] for p in parts]) for n in names}


def _cut(parts: Sequence[Part], name: str) -> Array:
    """One column of all parts, one after the other."""
    some = [columns[name] if rows is None else columns[name].take(rows) for columns, rows in parts]
    return some[0] if len(some) == 1 else np.concatenate(some) if some else np.zeros(0, dtype=np.int64)


def ranges(starts: Array, stops: Array) -> Array:
    """The integers of all [start, stop) after each other."""
    lengths = stops - starts
    if not len(starts) or not lengths.sum():
        return np.zeros(0, dtype=np.intp)
    ends = np.cumsum(lengths)
    step: Array = np.arange(ends[-1]) + np.repeat(starts - (ends - lengths), lengths)
    return step
