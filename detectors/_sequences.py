"""The last rows of every flight as a sequence model reads them, remembered from slice to slice, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from geo.doubts import COMPARED, doubtful, row_before
from geo.features import Features
from geo.memory import Keep, Memory, Slot
from geo.scales import Scales
from geo.schema import NO_TIME, Array
from geo.windows import STEP_GAP_S, STEPS

MOST_FEATURES = 32
"""Room for each row that is remembered."""

MOST_WINDOWS = 6
"""So many windows in a row can be asked for."""

MOST_FLIGHTS = 30_000
"""More are not remembered: some 110 MB."""

KEEP = Keep(
    {
        "rows": Slot("f4", 0, (STEPS - 1) * MOST_FEATURES), "filled": Slot("i2"), "last": Slot("i8", NO_TIME),
        "scores": Slot("f8", 0, MOST_WINDOWS - 1), "made": Slot("i8"), "doubt": Slot("i1", 0, STEPS - 1),
        "compared": Slot("f4", np.nan, len(COMPARED)),
    },
    ttl_s=2 * STEP_GAP_S, most=MOST_FLIGHTS,
)  # fmt: skip
"""Of each flight: its last scaled rows, newest last, how many they are, when the last one was, the scores of its last
windows, the key of the model that they are of, which rows are doubtful, and what the next row is compared with."""


class Model(Protocol):
    """What a class needs of a sequence model."""

    @property
    def scales(self) -> Scales: ...
    def errors(self, scaled: Array, doubt: Array | None = None) -> Array: ...
    def missed(self, scaled: Array) -> Array: ...
    def calibrated(self, errors: Array, aircraft_class: Array) -> Array: ...


TOGETHER = 4_096
"""Windows that are made at a time: some 12 MB."""


@dataclass(frozen=True)
class Said:
    """Of each row (n,): whether a window ends there (`ready`), its error and score (0 where none does), and the scores of
    the windows right before it (n, MOST_WINDOWS - 1), newest last.

    `rows` (m, k) are the scaled rows of each flight behind those that are remembered of it, `doubt` (m,) says which are
    doubtful, and `end` (n,) where each row stands among them.
    """

    rows: Array
    doubt: Array
    end: Array
    ready: Array
    error: Array
    score: Array
    before: Array

    def windows(self, at: Array) -> tuple[Array, Array]:
        """The windows (j, STEPS, k) that end at these rows (j,), which must be ready, and which of their rows are
        doubtful (j, STEPS)."""
        of = self.end[at][:, None] + np.arange(1 - STEPS, 1)
        return self.rows[of], self.doubt[of]

    def lasting(self, count: int, least: float, peak: float) -> Array:
        """Rows whose last `count` windows all reach `least`, and one of them `peak`."""
        run = np.column_stack([self.before, self.score])[:, MOST_WINDOWS - count :]
        hit: Array = self.ready & (run >= least).all(axis=1) & (run >= peak).any(axis=1)
        return hit


@dataclass(frozen=True)
class Past:
    """What lies before rows (n,) by flight and time: the number of each one's flight, whether its run of rows without a
    gap began with the flight's `first` one (f,), and how many rows of the run go before it.

    `known` is what is remembered by flight (f,); `follows` says whether the flight's first row goes on from that.
    """

    flight: Array
    first: Array
    from_first: Array
    length: Array
    known: Mapping[str, Array]
    follows: Array

    @staticmethod
    def of(found: Features, memory: Memory, key: int, k: int) -> Past:
        new = np.append(True, found.flight[1:] != found.flight[:-1])[: len(found)]
        cut = new | np.append(True, np.diff(found.time) > STEP_GAP_S * 1000)[: len(found)]
        index, first = np.arange(len(found)), np.flatnonzero(new)
        begin = np.maximum.accumulate(np.where(cut, index, 0))
        known = memory.get(found.flight[first], {"rows": (STEPS - 1) * k})
        follows = (found.time[first] - known["last"] <= STEP_GAP_S * 1000) & (known["made"] == key)
        return Past(np.cumsum(new) - 1, first, new[begin], index - begin, known, follows)

    def filled(self) -> Array:
        """How many rows (n,) go before each without a gap, remembered ones among them; STEPS - 1 at most."""
        carried = np.where(self.from_first & self.follows[self.flight], self.known["filled"][self.flight], 0)
        out: Array = np.minimum(self.length + carried, STEPS - 1)
        return out

    def behind(self, remembered: Array, values: Array) -> tuple[Array, Array]:
        """Values (n, ...) of rows, each flight's behind what is remembered of it (f, r, ...), and where each row stands."""
        width = remembered.shape[1]
        end = np.arange(len(values)) + width * (self.flight + 1)
        own = np.zeros(len(values) + remembered.shape[0] * width, dtype=bool)
        own[end] = True
        out = np.empty((len(own), *values.shape[1:]), dtype=values.dtype)
        out[own], out[~own] = values, remembered.reshape(-1, *values.shape[1:])
        return out, end

    def scores_before(self, score: Array) -> Array:
        """The scores (n, MOST_WINDOWS - 1) of the windows right before each row's, newest last; 0 beyond a gap."""
        steps = np.arange(1 - MOST_WINDOWS, 0)
        values, end = self.behind(np.where(self.follows[:, None], self.known["scores"], 0.0), score)
        near = (-steps <= self.length[:, None]) | self.from_first[:, None]
        return np.where(near, values[end[:, None] + steps], 0.0)

    def compared(self, found: Features) -> Mapping[str, Array]:
        """What each row is compared with: the row before, or what is remembered of it; NaN where there is none."""
        out = dict(row_before(found))
        some = self.first[self.follows]
        for i, name in enumerate(COMPARED):
            out[name][some] = self.known["compared"][self.follows, i]
        out["time"][some] = self.known["last"][self.follows]
        return out


def say(model: Model, memory: Memory, found: Features, key: int) -> Said:
    """What the model says of rows by flight and time, all newer than those before; the memory learns them."""
    scaled, n = model.scales.apply(found), len(found)
    past = Past.of(found, memory, key, scaled.shape[1])
    rows, end = past.behind(past.known["rows"].reshape(-1, STEPS - 1, scaled.shape[1]), scaled)
    doubt, _ = past.behind(past.known["doubt"] > 0, doubtful(found, past.compared(found)))
    filled, error, score = past.filled(), np.zeros(n), np.zeros(n)
    said = Said(rows, doubt, end, filled >= STEPS - 1, error, score, np.zeros((n, MOST_WINDOWS - 1)))
    ready = np.flatnonzero(said.ready)
    for some in np.split(ready, range(TOGETHER, len(ready), TOGETHER)):
        error[some] = model.errors(*said.windows(some))
    score[ready] = model.calibrated(error[ready], found.aircraft_class[ready])
    said.before[:] = past.scores_before(score)
    _learn(memory, found, said, np.append(past.first[1:], n) - 1, filled, key)
    return said


def _learn(memory: Memory, found: Features, said: Said, last: Array, filled: Array, key: int) -> None:
    """Remember the rows that end with the last one of each flight (f,)."""
    of = said.end[last][:, None] + np.arange(2 - STEPS, 1)
    memory.put(
        found.flight[last], found.time[last], last=found.time[last], made=np.full(len(last), key),
        filled=np.minimum(filled[last] + 1, STEPS - 1), rows=said.rows[of].reshape(len(last), -1), doubt=said.doubt[of],
        scores=np.column_stack([said.before[last, 1:], said.score[last]]),
        compared=np.column_stack([found.values[name][last] for name in COMPARED]),
    )  # fmt: skip
