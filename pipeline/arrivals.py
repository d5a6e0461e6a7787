"""Arrivals: rows wait here until the watermark has passed them, so that late and out-of-order ones fall into place."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from geo.batch import Batch
from geo.schema import NO_TIME
from geo.tracks import Mask
from pipeline.fusion import FUSE_MS, Fusion
from pipeline.lateness import Lateness


@dataclass
class Arrivals:
    """`cut`: every row older than this has been released. `first` and `newest`: the data's span so far.

    `skew_ms`: the fastest feed waits so long for slower ones, whose own newest times are in `newest_of`.
    `learned`: what is waited for by feed, where that is learned; else it is `lateness_ms` for all.
    """

    lateness_ms: int
    skew_ms: int = 0
    cut: int = int(NO_TIME)
    first: int = int(NO_TIME)
    newest: int = int(NO_TIME)
    waiting: list[Batch] = field(default_factory=list)
    newest_of: dict[int, int] = field(default_factory=dict)
    fusion: Fusion = field(default_factory=Fusion)
    learned: Lateness | None = None

    def add(self, batch: Batch) -> None:
        """Take rows in."""
        if len(batch):
            self.waiting.append(batch)
            self.newest = max(self.newest, int(batch["time"].max()))
            self._note(batch)

    def release(self, everything: bool = False) -> tuple[Batch, Mask]:
        """All rows that wait, and which of them the watermark has passed; those are not kept."""
        rows = Batch.concat(self.waiting)
        if not len(rows):
            return rows, np.zeros(0, dtype=bool)
        rows = self.fusion.fuse(rows, self.cut)
        self.cut = self.newest + 1 if everything else max(self.cut, self._passed())
        passed: Mask = rows["time"] < self.cut
        self.waiting = [] if passed.all() else [rows.take(~passed)]
        if self.first == NO_TIME and passed.any():
            self.first = int(rows["time"].min())
        if len(self.newest_of) > 1:
            self.fusion.remember(rows.take(passed))
        return rows, passed

    def wait_ms(self, feed: int) -> int:
        """How far behind its newest time this feed's rows are waited for."""
        if not self.learned:
            return self.lateness_ms
        own = self.learned.wait_ms(feed, self.newest_of.get(feed, int(NO_TIME)))
        # Two feeds' rows of one observation become one while both wait.
        return max(own, min(FUSE_MS, self.lateness_ms)) if len(self.newest_of) > 1 else own

    def _note(self, batch: Batch) -> None:
        feeds = np.unique(batch["feed"])
        for feed in feeds.tolist():
            own = batch if len(feeds) == 1 else batch.take(batch["feed"] == feed)
            before = self.newest_of.get(feed, int(NO_TIME))
            if self.learned:
                self.learned.note(feed, own["icao24"], own["time"], before)
            self.newest_of[feed] = max(before, int(own["time"].max()))

    def _passed(self) -> int:
        """Where the watermark is: as far as the slowest feed allows that is not further behind than it may be."""
        near = (feed for feed, ms in self.newest_of.items() if ms >= self.newest - self.skew_ms)
        return min((self.newest_of[feed] - self.wait_ms(feed) for feed in near), default=self.newest - self.lateness_ms)
