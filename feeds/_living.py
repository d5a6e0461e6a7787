"""What all live sources share: the wall clock, waiting after failures, and how they say that they are well."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable

from feeds._source import Source
from geo.batch import Batch

INTERVAL_S = 1.0
TIMEOUT_S = 10.0
BACKOFF_S = 60.0
"""Between two tries at most, however often the other side failed."""
SOON_S, SOON_TIMES = 10.0, 10.0
"""Nor more than so many of its own intervals, and these seconds: who is asked each second and comes back is heard again
in time for what an aircraft then does to be told within 30 s, and one question in 10 s wearies nobody."""
FUTURE_MS = 30_000
"""Rows stamped later than this after the wall clock are refused: a clock jump, and the engine would wait for it."""
DOWN_AFTER = 3
SILENT_S = 30.0


class Living(Source):
    """A source without an end. `interval_s` lies between two answers; `clock` gives the wall clock in epoch seconds.

    `records` says what its raw records are: documents, or pieces of a stream.
    """

    records = "documents"

    def __init__(
        self, name: str, format: str, interval_s: float = INTERVAL_S, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__(name, format, live=True, clock=clock)
        self.interval_s = interval_s
        self._failures, self._advanced, self._newest = 0, clock(), 0

    def taken(self, batch: Batch) -> Batch:
        """Count what came; rows from the future are refused, and the data's clock is watched."""
        return self.count(self._noted(self._not_ahead(batch)))

    def _not_ahead(self, batch: Batch) -> Batch:
        """Rows from the future refused."""
        ahead = batch.columns["time"] > self.clock() * 1000 + FUTURE_MS
        if not ahead.any():
            return batch
        refused = batch.rejected + Counter({"in the future": int(ahead.sum())})
        return Batch(batch.take(~ahead).columns, batch.labels, refused)

    def _noted(self, batch: Batch) -> Batch:
        """Watch the data clock: standing still is silence, going back a jump or a restart."""
        newest = int(batch.columns["time"].max()) if len(batch) else 0
        if newest > self._newest:
            self._advanced = self.clock()
        elif newest and newest < self._newest - FUTURE_MS:
            self.fail("clock went back", f"{self.name}: the newest row is {(self._newest - newest) / 1000:.0f} s older")
            self._advanced = self.clock()
        self._newest = newest or self._newest
        return batch

    def failed(self, reason: str, message: str) -> None:
        """Note a failure that counts towards being down."""
        self._failures += 1
        self.fail(reason, message)

    def pause(self) -> float:
        """Seconds until the next try: longer at every failure in a row, with jitter."""
        if not self._failures:
            return self.interval_s
        longest = max(min(BACKOFF_S, max(SOON_S, SOON_TIMES * self.interval_s)), self.interval_s)
        return min(longest, self.interval_s * 2.0 ** min(self._failures, 10)) * random.uniform(0.5, 1.0)

    def health(self) -> dict[str, object]:
        """As for every source; down after three failures in a row, silent when the data clock stands still."""
        quiet = self.clock() - self._advanced > max(SILENT_S, 3 * self.interval_s) or self.last_time is None
        self.state = "down" if self._failures >= DOWN_AFTER else "silent" if quiet else "ok"
        return {**super().health(), "failures_in_a_row": self._failures}
