"""Whether the data's clock went back for good: a machine without a battery finds its time late, and corrects it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from geo.batch import Batch
from geo.schema import NO_TIME

BACK_MS = 120_000
"""All that comes in is older than this before what was judged last: more than any feed's delay."""

PATIENCE_S = 30.0
"""For so long, of running time: one feed that catches up, or a file that is played twice, is no clock."""


@dataclass
class ClockWatch:
    """`since` is when everything began to be old (running time); None while something is not."""

    since: float | None = None
    clock: Callable[[], float] = time.monotonic

    def went_back(self, batch: Batch, cut: int) -> bool:
        """Whether it is time to begin anew, of the rows of one tick and the time before which all was judged (ms)."""
        if not len(batch) or cut == NO_TIME:
            return False
        if int(batch["time"].max()) >= cut - BACK_MS:
            self.since = None
            return False
        self.since = self.clock() if self.since is None else self.since
        if self.clock() - self.since < PATIENCE_S:
            return False
        self.since = None
        return True
