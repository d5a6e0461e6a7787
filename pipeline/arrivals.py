"""Arrivals: rows wait here until the watermark has passed them, so that late and out-of-order ones fall into place."""

from __future__ import annotations

from dataclasses import dataclass, field

from geo.batch import Batch
from geo.schema import NO_TIME


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

    def release(self, everything: bool = False) -> Batch:
        """The rows that the watermark has passed (or all), among them those that came too late."""
        if not self.waiting:
            return Batch.empty()
        cut = self.newest + 1 if everything else max(self.cut, self.newest - self.lateness_ms)
        rows = Batch.concat(self.waiting)
        out = rows["time"] < cut
        self.cut = cut
        self.waiting = [] if out.all() else [rows.take(~out)]
        released = rows if out.all() else rows.take(out)
        if len(released) and self.first == NO_TIME:
            self.first = int(released["time"].min())
        return released
