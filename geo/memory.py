"""Memory: what a class keeps beyond its lookback. One row per key (a flight, an address, a cell), as sorted arrays.

A class with memory is judged slice by slice, so that what it remembers never depends on how the data was cut.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.schema import NO_TIME, Array

DAY_MS = 86_400_000


@dataclass(frozen=True)
class Slot:
    """One remembered column: dtype, the value of a key not seen before, and how many numbers it holds (1: a scalar)."""

    dtype: npt.DTypeLike
    default: Any = 0
    width: int = 1


@dataclass(frozen=True)
class Keep:
    """What a class asks its memory to be: columns, how long a key lives untouched, and how many keys at most.

    `learn` names the parameter that says how many days of data must have been seen before the class speaks. A class
    that counts something else itself names the parameter in `until`; `progress` says how much of it there is.
    """

    columns: Mapping[str, Slot]
    ttl_s: float
    most: int = 200_000
    learn: str = ""
    until: str = ""
    progress: Callable[[Memory], float] | None = None


class Memory:
    """The rows of one class. `get` and `put` take arrays of keys; `put` wants each key once."""

    def __init__(self, keep: Keep) -> None:
        self.keep = keep
        self.keys = np.zeros(0, dtype=np.int64)
        self.touched = np.zeros(0, dtype=np.int64)
        self.columns = {name: _blank(slot, 0) for name, slot in keep.columns.items()}
        self.days: set[int] = set()
        self._found = self.keys, self.keys, np.zeros(0, dtype=np.intp)

    def __len__(self) -> int:
        return len(self.keys)

    def find(self, keys: Array) -> Array:
        """Where each key (n,) stands; -1 where it is not known. Who reads of some keys mostly writes to the same ones:
        arrays of keys are not written into."""
        if not len(self.keys):
            return np.full(len(keys), -1, dtype=np.intp)
        asked, held, found = self._found
        if asked is not keys or held is not self.keys:
            at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
            found = np.where(self.keys[at] == keys, at, -1)
            found.setflags(write=False)
            self._found = keys, self.keys, found
        return found

    def get(self, keys: Array, only: Mapping[str, int] | None = None) -> dict[str, Array]:
        """Every column at keys (n,): (n,) or (n, width); the default where the key is not known. Of the columns that
        `only` names it gives so many numbers, the first of each row: a wide column costs by what is read."""
        at = self.find(keys)
        known = at >= 0
        some = {
            name: values[:, : only[name]] if only and name in only else values for name, values in self.columns.items()
        }
        if known.all():
            return {name: values.take(at, axis=0) for name, values in some.items()}
        out = {}
        for name, slot in self.keep.columns.items():
            values = _blank(slot if only is None or name not in only else replace(slot, width=only[name]), len(at))
            whole(values)[known] = whole(some[name].take(at[known], axis=0))
            out[name] = values
        return out

    def last_put(self, keys: Array) -> Array:
        """Data time (n,) in ms as of which each key was last put; NO_TIME where it is not known."""
        at = self.find(keys)
        out = np.full(len(keys), NO_TIME)
        out[at >= 0] = self.touched[at[at >= 0]]
        return out

    def put(self, keys: Array, time_ms: Array | int, **columns: Array) -> None:
        """Set the named columns of keys (n,), each once, as of data time; columns not named keep what they hold, and so
        do the last numbers of a row where fewer are given than it is wide."""
        at = self.find(keys)
        if (at < 0).any():
            self._admit(keys[at < 0])
            at = self.find(keys)
        self.touched[at] = np.maximum(self.touched[at], np.asarray(time_ms, dtype=np.int64))
        for name, values in columns.items():
            if values.ndim > 1 and values.shape[1] < self.columns[name].shape[1]:
                self.columns[name][at, : values.shape[1]] = values
            elif values.dtype == self.columns[name].dtype:
                whole(self.columns[name])[at] = whole(values)
            else:
                self.columns[name][at] = values

    def forget(self, now_ms: int) -> None:
        """Keys not touched for `ttl_s`; and, where there are too many, those untouched for longest."""
        keep = self.touched >= now_ms - int(self.keep.ttl_s * 1000)
        if int(keep.sum()) > self.keep.most:
            order = np.lexsort((self.keys, -self.touched))[: self.keep.most]
            recent = np.zeros(len(keep), dtype=bool)
            recent[order] = True
            keep &= recent
        if not keep.all():
            self._take(keep)

    def drop(self, rows: Array) -> None:
        """Let go of the rows where the mask is true."""
        if rows.any():
            self._take(~rows)

    def note_day(self, time_ms: int) -> None:
        """The data has reached this day (UTC)."""
        self.days.add(time_ms // DAY_MS)

    def state(self) -> dict[str, Array]:
        """All that is held as arrays; its own keys, touched and days beside the columns."""
        own = {":keys": self.keys, ":touched": self.touched, ":days": np.array(sorted(self.days), dtype=np.int64)}
        return {**self.columns, **own}

    def restore(self, stored: Mapping[str, Array]) -> bool:
        """Hold what `state` gave; where the columns have changed since, nothing: then it is false."""
        if _layout(stored) != _layout(self.state()):
            return False
        kept = dict(stored)
        self.keys, self.touched = kept.pop(":keys"), kept.pop(":touched")
        self.days = set(kept.pop(":days").tolist())
        self.columns = kept
        return True

    def _admit(self, keys: Array) -> None:
        """Rows for keys that are not known yet, all defaults."""
        new = np.unique(keys)
        joined = np.append(self.keys, new)
        order = np.argsort(joined, kind="stable")
        self.keys = joined[order]
        self.touched = np.append(self.touched, np.full(len(new), NO_TIME))[order]
        place = np.empty(len(order), dtype=np.intp)
        place[order] = np.arange(len(order))
        for name, slot in self.keep.columns.items():
            # Filled in place: for a few new keys a wide column would else be copied twice.
            wider = np.empty((len(order), *self.columns[name].shape[1:]), dtype=slot.dtype)
            wider[place[: -len(new)]] = self.columns[name]
            wider[place[-len(new) :]] = slot.default
            self.columns[name] = wider

    def _take(self, rows: Array) -> None:
        self.keys, self.touched = self.keys[rows], self.touched[rows]
        self.columns = {name: values[rows] for name, values in self.columns.items()}


def whole(records: Array) -> Array:
    """The same array (n,) of records, each as one piece of memory: NumPy copies records field by field, ten times as
    slowly. Other arrays as they are."""
    if not records.dtype.names:
        return records
    out: Array = records.view(np.dtype((np.void, records.dtype.itemsize)))
    return out


def _layout(state: Mapping[str, Array]) -> dict[str, tuple[np.dtype[Any], tuple[int, ...]]]:
    """What each column holds, and how many numbers of it."""
    return {name: (values.dtype, values.shape[1:]) for name, values in state.items()}


def _blank(slot: Slot, n: int) -> Array:
    return np.full(n if slot.width == 1 else (n, slot.width), slot.default, dtype=slot.dtype)
