"""Tracks: rows of many flights sorted by (flight, time), with the verbs that detectors are written in.

A detector's verdict on a row may depend only on rows of the same flight (or the same instant) that lie within its
lookback before it. That one rule makes live, replay and backfill agree whatever the batches were.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
import numpy.typing as npt

from geo.lazy import taken
from geo.schema import Array

Mask = npt.NDArray[np.bool_]
Index = npt.NDArray[np.intp]


class Tracks:
    """Columns as attributes, each of shape (rows,). `fresh` marks the rows to be judged now; the others are context.

    Besides schema columns there are `flight` (key of one airframe's unbroken track), `sub` (0, or the number of an
    intruder stream that carries the same icao24), `rival_km` and `rival_time` (where and when the other stream was).
    """

    def __init__(self, columns: Mapping[str, Array], fresh: Mask, merge_gap_s: float = 60.0) -> None:
        self.columns, self.fresh, self.merge_gap_s = columns, fresh, merge_gap_s

    def __len__(self) -> int:
        return len(self.fresh)

    def __getattr__(self, name: str) -> Array:
        columns: Mapping[str, Array] = self.__dict__.get("columns", {})
        if name not in columns:
            raise AttributeError(f"the view has no column {name!r}: name it in `needs` or `uses`")
        return columns[name]

    def take(self, rows: Array) -> Tracks:
        """The given rows; a subset of a sorted view is sorted."""
        return Tracks(taken(self.columns, rows), self.fresh[rows], self.merge_gap_s)

    @cached_property
    def first(self) -> Mask:
        """The first row of each flight."""
        out = np.ones(len(self), dtype=bool)
        out[1:] = self.flight[1:] != self.flight[:-1]
        return out

    @cached_property
    def start(self) -> Index:
        """For each row, the index of the first row of its flight in this view."""
        out: Index = np.maximum.accumulate(np.where(self.first, np.arange(len(self)), 0))
        return out

    @cached_property
    def located(self) -> Mask:
        """Rows with a position."""
        return ~np.isnan(self.lat)

    @cached_property
    def dt_s(self) -> Array:
        """Seconds since the previous row of the flight; NaN at its first."""
        return (self.time - self.shift(self.time)) / 1000.0 + np.where(self.first, np.nan, 0.0)

    def shift(self, values: Array) -> Array:
        """Each row's predecessor's value; a flight's first row gets its own."""
        out = np.empty_like(values)
        out[1:] = values[:-1]
        out[self.first] = values[self.first]
        return out

    def previous(self, values: Array) -> Array:
        """The previous row's number, NaN at the first row of a flight."""
        return np.where(self.first, np.nan, self.shift(values))

    def last_where(self, mask: Mask) -> Index:
        """Index of the newest row before this one, in the same flight, where `mask` holds; -1 where there is none."""
        rows = np.arange(len(self))
        at = np.maximum.accumulate(np.where(mask, rows, -1)) if len(self) else rows
        before = np.concatenate([[-1], at[:-1]])[: len(self)]
        out: Index = np.where(before >= self.start, before, -1)
        return out

    @cached_property
    def _clock(self) -> Array:
        """One rising key over the whole view: flights follow each other further apart than any window."""
        if not len(self):
            return self.time
        span = int(self.time.max() - self.time.min()) + 1
        rank = np.cumsum(self.first) - 1
        clock: Array = rank * (4 * span + 2**40) + (self.time - self.time.min())
        return clock

    def ago(self, seconds: float) -> Index:
        """Index of the oldest row of the flight that is at most `seconds` older than each row."""
        out: Index = np.searchsorted(self._clock, self._clock - int(seconds * 1000))
        return np.maximum(out, self.start)

    def window_sum(self, values: Array, seconds: float) -> Array:
        """Sum of integers over the rows of the last `seconds` (the row itself included).

        Integers only: a running sum of floats would depend on where the view begins.
        """
        if values.dtype.kind not in "iub":
            raise TypeError("window_sum takes integers: scale to millidegrees, metres or ms and round")
        total = np.concatenate([[0], np.cumsum(values, dtype=np.int64)])
        rows = np.arange(len(self))
        summed: Array = total[rows + 1] - total[self.ago(seconds)]
        return summed

    def window_max(self, values: Array, seconds: float) -> Array:
        """Largest value over the rows of the last `seconds`; NaN counts as absent (-inf where all are)."""
        low, rows = self.ago(seconds), np.arange(len(self))
        length = rows - low + 1
        level = np.frexp(length)[1] - 1
        table = np.where(np.isnan(values), -np.inf, values)
        out = np.full(len(self), -np.inf)
        for k in range(int(level.max(initial=-1)) + 1):
            now = level == k
            out[now] = np.maximum(table[low[now]], table[rows[now] - (1 << k) + 1])
            table = np.maximum(table, np.append(table[1 << k :], np.full(min(1 << k, len(table)), -np.inf)))
        return out

    def window_min(self, values: Array, seconds: float) -> Array:
        """Smallest value over the rows of the last `seconds`; inf where there is none."""
        return -self.window_max(-values, seconds)

    def held(self, mask: Mask, known: Mask | None = None, max_gap_s: float = 60.0) -> tuple[Array, Index]:
        """For how many seconds `mask` has held without a break, and the row where that began.

        Rows that are not `known` neither hold nor break; a reception gap above `max_gap_s` breaks. -1 where not held.
        """
        seconds, begin = np.full(len(self), -1.0), np.arange(len(self))
        rows = np.flatnonzero(known) if known is not None else begin
        if not len(rows):
            return seconds, begin
        hit, time, flight = mask[rows], self.time[rows], self.flight[rows]
        starts = hit.copy()
        starts[1:] &= ~hit[:-1] | (flight[1:] != flight[:-1]) | (np.diff(time) > max_gap_s * 1000)
        origin = np.maximum.accumulate(np.where(starts, np.arange(len(rows)), 0))
        seconds[rows] = np.where(hit, (time - time[origin]) / 1000.0, -1.0)
        begin[rows] = np.where(hit, rows[origin], rows)
        return seconds, begin
