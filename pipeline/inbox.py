"""The inbox: what sources deliver between two ticks. Bounded: the oldest is dropped, and counted."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from geo.batch import Batch


@dataclass
class Inbox:
    """Batches in order of arrival, at most `most` rows."""

    most: int = 500_000
    rows: int = 0
    dropped: int = 0
    batches: deque[Batch] = field(default_factory=deque)

    def put(self, batch: Batch, feed: int) -> None:
        """Take a batch of the feed with this number."""
        self.batches.append(batch.with_columns(feed=np.full(len(batch), feed, dtype=np.uint8)))
        self.rows += len(batch)
        while self.rows > self.most and len(self.batches) > 1:
            self.dropped += len(self.batches[0])
            self.rows -= len(self.batches.popleft())

    def take(self) -> Batch:
        """Everything, as one batch."""
        out = Batch.concat(self.batches)
        self.batches.clear()
        self.rows = 0
        return out
