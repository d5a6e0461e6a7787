"""The last rows of every flight as a sequence model reads them, remembered from slice to slice, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from geo.doubts import COMPARED, doubtful
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


@dataclass(frozen=True)
class Said:
    """Of each row (n,): the windows (m, STEPS, k) that end at the `ready` ones with their doubtful rows (m, STEPS), their
    errors and scores (0 where not ready), and the scores of the windows right before them (n, MOST_WINDOWS - 1), newest
    last."""

    ready: Array
    windows: Array
    doubt: Array
    error: Array
    score: Array
    before: Array

    def lasting(self, count: int, least: float, peak: float) -> Array:
        """Rows whose last `count` windows all reach `least`, and one of them `peak`."""
        run = np.column_stack([self.before, self.score])[:, MOST_WINDOWS - count :]
        hit: Array = self.ready & (run >= least).all(axis=1) & (run >= peak).any(axis=1)
        return hit


def say(model: Model, memory: Memory, found: Features, key: int) -> Said:
    """What the model says of rows, one of each flight, newer than all before; the memory learns them."""
    scaled, n, k = model.scales.apply(found), len(found), len(model.scales.names)
    known = memory.get(found.flight, {"rows": (STEPS - 1) * k})
    follows = (found.time - known["last"] <= STEP_GAP_S * 1000) & (known["made"] == key)
    filled, before = np.where(follows, known["filled"], 0), np.where(follows[:, None], known["scores"], 0.0)
    rows = np.concatenate([known["rows"].reshape(n, STEPS - 1, k), scaled[:, None, :]], axis=1)
    doubt = np.column_stack([known["doubt"] > 0, doubtful(found, _compared(known, follows))])
    ready = filled >= STEPS - 1
    windows = rows if ready.all() else rows[ready]
    error, score = np.zeros(n), np.zeros(n)
    error[ready] = model.errors(windows, doubt[ready])
    score[ready] = model.calibrated(error[ready], found.aircraft_class[ready])
    memory.put(
        found.flight, found.time, last=found.time, made=np.full(n, key), filled=np.minimum(filled + 1, STEPS - 1),
        rows=rows[:, 1:].reshape(n, -1), scores=np.column_stack([before[:, 1:], score]), doubt=doubt[:, 1:],
        compared=np.column_stack([found.values[name] for name in COMPARED]),
    )  # fmt: skip
    return Said(ready, windows, doubt[ready], error, score, before)


def _compared(known: Mapping[str, Array], follows: Array) -> Mapping[str, Array]:
    """What is remembered of the row before, NaN where there is none."""
    values = np.where(follows[:, None], known["compared"], np.float32(np.nan))
    columns = {name: values[:, i] for i, name in enumerate(COMPARED)}
    return columns | {"time": np.where(follows, known["last"].astype(np.float64), np.nan)}
