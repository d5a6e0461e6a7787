"""The replay door: a recording as a live source, at any speed. Times stay the recording's own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

import numpy as np

from geo.batch import Batch

SLICE_MS = 1_000


class Replay:
    """Plays batches in time order, `speed` seconds of data a second; 0 plays as fast as it is taken."""

    def __init__(self, name: str, batches: Iterable[Batch], speed: float = 1.0) -> None:
        rows = Batch.concat(batches)
        self.name, self.speed = name, speed
        self.rows = rows.take(np.argsort(rows["time"], kind="stable"))
        self.played = 0
        self.advance: Callable[[int], object] = lambda rows: None

    async def poll(self) -> AsyncIterator[Batch]:
        """One batch for each second of data that holds any."""
        if not len(self.rows):
            return
        slot = self.rows["time"] // SLICE_MS
        edges = np.flatnonzero(np.diff(slot)) + 1
        began, first = time.monotonic(), int(slot[0])
        for piece in np.split(np.arange(len(slot)), edges):
            await self._wait(began, int(slot[piece[0]]) - first)
            self.played += len(piece)
            self.advance(len(piece))
            yield self.rows.take(piece)

    async def _wait(self, began: float, data_s: int) -> None:
        ahead = began + data_s / self.speed - time.monotonic() if self.speed else 0.0
        await asyncio.sleep(max(0.0, ahead))

    def health(self) -> dict[str, Any]:
        """As a live source's."""
        last = int(self.rows["time"][self.played - 1]) if self.played else None
        state = "ok" if self.played < len(self.rows) else "ended"
        return {
            "name": self.name, "format": "replay", "live": True, "state": state, "rows": self.played,
            "last_time": last, "rejected": dict(self.rows.rejected), "errors": {}, "last_error": None,
        }  # fmt: skip
