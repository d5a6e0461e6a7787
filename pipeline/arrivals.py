"""Arrivals: rows wait here until the watermark has passed them, so that late and out-of-order ones fall into place."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from geo.batch import Batch
from geo.schema import NO_TIME
from geo.tracks import Mask


@dataclass
class Arrivals:
    """`cut`: every row older than this has been released. `first` and `newest`: the data's span so far."""

    lateness_ms: int
    cut: int = int(NO_TIME)
    first: int = int(NO_TIME)
    newest: int = int(NO_TIME)
    waiting: list[Batch] = field(default_factory=list)

    def add(self, batch: Batch) -> None:
        """Take rows in."""
        if len(batch):
            self.waiting.append(batch)
            self.newest = max(self.newest, int(batch["time"].max()))

    def release(self, everything: bool = False) -> tuple[Batch, Mask]:
        """All rows that wait, and which of them the watermark has passed; those are not kept."""
        rows = Batch.concat(self.waiting)
        if not len(rows):
            return rows, np.zeros(0, dtype=bool)
        self.cut = self.newest + 1 if everything else max(self.cut, self.newest - self.lateness_ms)
        passed: Mask = rows["time"] < self.cut
        self.waiting = [] if passed.all() else [rows.take(~passed)]
        if self.first == NO_TIME and passed.any():
            self.first = int(rows["time"].min())
        return rows, passed
