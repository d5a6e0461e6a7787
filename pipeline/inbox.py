"""The inbox: what sources deliver between two ticks. Bounded: the oldest of whoever sends most goes, and is counted."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field

import numpy as np

from geo.batch import Batch
from pipeline.privacy import Privacy


@dataclass
class Inbox:
    """Batches in order of arrival, at most `most` rows of all feeds together.

    `kept` are feeds of which nothing is dropped: whoever sent it was told that it is safe. `waiting`, `taken` and
    `dropped` count rows by the number of their feed.
    """

    most: int = 500_000
    kept: frozenset[int] = frozenset()
    privacy: Privacy | None = None
    batches: deque[tuple[int, Batch]] = field(default_factory=deque)
    waiting: Counter[int] = field(default_factory=Counter)
    taken: Counter[int] = field(default_factory=Counter)
    dropped: Counter[int] = field(default_factory=Counter)

    @property
    def rows(self) -> int:
        """How many wait."""
        return self.waiting.total()

    def put(self, batch: Batch, feed: int) -> None:
        """Take a batch of the feed with this number; of who has opted out nothing comes in."""
        batch = self.privacy.applied(batch) if self.privacy else batch
        self.batches.append((feed, batch.with_columns(feed=np.full(len(batch), feed, dtype=np.uint8))))
        self.waiting[feed] += len(batch)
        self.taken[feed] += len(batch)
        while self.rows > self.most and len(self.batches) > 1 and (some := +self.waiting).keys() - self.kept:
            self._drop(max(some.keys() - self.kept, key=lambda number: (some[number], -number)))

    def take(self) -> Batch:
        """Everything, as one batch."""
        out = Batch.concat(batch for _, batch in self.batches)
        self.batches.clear()
        self.waiting.clear()
        return out

    def state(self, feed: int) -> dict[str, int]:
        """What a feed's health shows of its queue."""
        return {"queued": self.waiting[feed], "dropped": self.dropped[feed], "delivered": self.taken[feed]}

    def _drop(self, feed: int) -> None:
        """The oldest batch of the feed: one that floods costs the others nothing."""
        at = next(i for i, (number, _) in enumerate(self.batches) if number == feed)
        gone = len(self.batches[at][1])
        del self.batches[at]
        self.waiting[feed] -= gone
        self.dropped[feed] += gone
