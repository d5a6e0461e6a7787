"""What was judged on its way to everybody: rows and who is where behind the judging, tracks and counts beside both."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import partial

from geo.batch import Batch
from geo.schema import NO_TIME
from pipeline.behind import Behind
from pipeline.cells import CellCounts
from pipeline.ending import ended
from pipeline.engine import Step
from pipeline.sessions import Sessions
from pipeline.sink import Sink

DAY_MS = 86_400_000


@dataclass
class Storing:
    """Rows are stored `behind` the judging, while the next ones are judged, and what takes long, as drawing tracks, is
    done `slowly` beside both. `keep_days` of rows and `hourly_days` of what is kept by hour are kept."""

    sink: Sink
    cells: CellCounts
    sessions: Sessions
    keep_days: float
    hourly_days: float
    behind: Behind = field(default_factory=Behind)
    slowly: Behind = field(default_factory=Behind)
    counting: asyncio.Lock = field(default_factory=asyncio.Lock)
    undrawn: list[Batch] = field(default_factory=list)
    shown: tuple[int, int] = (int(NO_TIME), int(NO_TIME))
    """How far what was judged is stored: until when, and the watermark (epoch ms)."""

    maintaining: asyncio.Task[None] | None = None

    def check(self) -> None:
        """Raise what went wrong behind or beside the judging."""
        self.behind.check()
        self.slowly.check()
        if self.maintaining and self.maintaining.done():
            done, self.maintaining = self.maintaining, None
            done.result()

    @property
    def little(self) -> bool:
        """Whether hardly anything waits."""
        return self.behind.pieces <= 1 and not self.slowly.pieces

    async def add(self, step: Step, now: int, newest: int) -> None:
        """Store the rows of a step in their turn: judged until `now`, the newest row of all (epoch ms)."""
        await self.behind.add(partial(self._show, step, now, newest), len(step.rows) + len(step.late))

    async def draw(self) -> None:
        """Begin to draw what is stored, unless that still goes on."""
        if not self.slowly.pieces:
            await self.slowly.add(self.drawn)

    def maintain(self, now: int) -> None:
        """Begin to look after the partitions, not while `maintaining`. Indexes of a large one take minutes to build,
        and rows that come in do not wait."""
        self.maintaining = asyncio.create_task(self._maintain(now))

    async def caught_up(self) -> None:
        """Until nothing is left behind."""
        await self.behind.done()
        await self.slowly.done()

    async def stop(self) -> None:
        """Leave the rest undone."""
        await asyncio.gather(self.behind.stop(), self.slowly.stop())

    async def stop_maintaining(self) -> None:
        await ended(*([self.maintaining] if self.maintaining else []))

    async def _show(self, step: Step, now: int, newest: int) -> None:
        """Store the rows of a step, then where everybody is."""
        for rows in (step.rows, step.late):
            if len(rows):
                await self.sink.write(rows)
        if len(step.rows):
            await self.sink.now(step.rows)
            self.undrawn.append(step.rows)
            async with self.counting:
                await asyncio.to_thread(self.cells.add, step.rows)
            self.sessions.add(step.rows)
        self.shown = now, step.watermark
        if newest != NO_TIME:
            await self.sink.clock(newest, step.watermark)

    async def drawn(self) -> None:
        """Track segments, sessions and cell counts of what came since the last time."""
        rows, self.undrawn = Batch.concat(self.undrawn), []
        if len(rows):
            await self.sink.segments(rows)
            await self.sink.sessions(self.sessions.take(self.shown[0]))
        async with self.counting:
            counted = await asyncio.to_thread(self.cells.take, self.shown[1])
        if counted:
            await self.sink.cells(counted.cells, counted.aircraft)

    async def _maintain(self, now: int) -> None:
        await self.sink.maintain(now)
        await self.sink.drop_before(now - int(self.keep_days * DAY_MS))
        await self.sink.drop_hours_before(now - int(self.hourly_days * DAY_MS))
