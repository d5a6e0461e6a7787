"""Behind the loop: what may come a little later is done in its turn, while the next rows are judged already."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from pipeline.ending import ended

Work = Callable[[], Awaitable[object]]

MOST_ROWS = 200_000
"""Rows whose work may wait: beyond that the loop waits, and then whoever sends."""


@dataclass
class Behind:
    """One task that does one piece of work after the other, in the order in which they came.

    A piece that raises is the last one: whoever adds the next, or waits, gets the error.
    """

    most_rows: int = MOST_ROWS
    waiting: deque[tuple[Work, int]] = field(default_factory=deque)
    rows: int = 0
    task: asyncio.Task[None] | None = None

    @property
    def pieces(self) -> int:
        """How many are not done, the one that is being done included."""
        return len(self.waiting)

    async def add(self, work: Work, rows: int = 0) -> None:
        """Do this after what is there already; waits while too many rows do. Raises what an earlier piece raised."""
        while self.rows and self.rows + rows > self.most_rows:
            self.check()
            await asyncio.sleep(0.01)
        self.check()
        self.waiting.append((work, rows))
        self.rows += rows
        if self.task is None:
            self.task = asyncio.create_task(self._work())

    def check(self) -> None:
        """Raise what a piece raised; the rest is not done then."""
        if self.task and self.task.done():
            done, self.task = self.task, None
            try:
                done.result()
            except BaseException:
                self.waiting.clear()
                self.rows = 0
                raise

    async def done(self) -> None:
        """Wait until all is done. Raises what a piece raised."""
        while self.task and not self.task.done():
            await asyncio.wait([self.task])
        self.check()

    async def stop(self) -> None:
        """Leave the rest undone."""
        if self.task:
            await ended(self.task)
        self.task = None
        self.waiting.clear()

    async def _work(self) -> None:
        while self.waiting:
            work, rows = self.waiting[0]
            await work()
            self.waiting.popleft()
            self.rows -= rows
