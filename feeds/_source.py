"""A source: where batches come from, with its counts and its health. Files give batches(), addresses give poll()."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from feeds._errors import FeedError
from feeds._keeping import Recorder
from geo.batch import Batch
from geo.schema import NO_TIME

MOST_LEFT_OUT = 20
"""Files of a folder that are named where they are not read; all are counted."""


class Source:
    """One configured input. Subclasses give `batches` (a recording, ends) or `poll` (live, ends when cancelled)."""

    def __init__(self, name: str, format: str, live: bool = False, clock: Callable[[], float] = time.time) -> None:
        self.name, self.format, self.live, self.clock = name, format, live, clock
        self.rejected: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.last_error = ""
        self.rows = 0
        self.last_time: int | None = None
        self.labels: dict[int, str] = {}
        self.left_out: list[str] = []
        self.state = "silent"
        self.receiver: tuple[float, float] | None = None
        self.recorder: Recorder | None = None

    def batches(self) -> Iterator[Batch]:
        """The recording, in time order as far as a bounded buffer allows. Raises FeedError where it cannot be read."""
        raise FeedError("this is live and has no end", source=self.name, hint="use serve, which polls it")

    def poll(self) -> AsyncIterator[Batch]:
        """The live rows, until cancelled. Never raises for what the other side does."""
        raise FeedError(
            "this is a recording", source=self.name, hint="use replay, import or detect, which read it once"
        )

    def count(self, batch: Batch) -> Batch:
        """Note what a batch holds and what was refused in it."""
        self.rejected.update(batch.rejected)
        self.rows += len(batch)
        self.labels.update(batch.labels)
        if len(batch):
            self.last_time = max(self.last_time or int(NO_TIME), int(batch.columns["time"].max()))
            self.state = "ok"
        return batch

    def keep(self, record: bytes) -> None:
        """Keep what came in as it is, where that is wanted. What cannot be written is counted, and stops nothing."""
        if self.recorder is None:
            return
        try:
            self.recorder.add(record)
        except OSError as error:
            self.fail("raw record not kept", f"{self.name}: raw record not kept: {error.strerror}")

    def fail(self, reason: str, message: str) -> None:
        """Note an error that did not end the source."""
        self.errors[reason] += 1
        self.last_error = message

    def leave_out(self, message: str) -> None:
        """Note a file that is not read, or not to its end; the first few are remembered by their names."""
        self.fail("file", message)
        if len(self.left_out) < MOST_LEFT_OUT:
            self.left_out.append(message)

    def health(self) -> dict[str, Any]:
        """What /feeds and doctor show. `identity` counts rows' identities that are no address."""
        return {
            "name": self.name, "format": self.format, "live": self.live, "state": self.state, "rows": self.rows,
            "receiver": self.receiver and {"lat": self.receiver[0], "lon": self.receiver[1]},
            "last_time": self.last_time, "rejected": dict(self.rejected), "errors": dict(self.errors),
            "last_error": self.last_error or None, "without_address": sorted(self.labels.values())[:20],
        }  # fmt: skip
