"""The backfill door: history through the engine, in bulk. The database writes one chunk while the next is judged."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field

from geo.anomaly import Anomaly
from geo.batch import Batch
from pipeline.cells import CellCounts
from pipeline.engine import Engine, Step
from pipeline.sessions import Sessions
from pipeline.sink import Sink


@dataclass
class Backfill:
    """`store`: the rows go into the database, as far as they are not in it; otherwise they came from it, and only
    episodes are written."""

    engine: Engine
    sink: Sink
    store: bool
    advance: Callable[[int], object] = lambda rows: None
    found: dict[str, Anomaly] = field(default_factory=dict)
    cells: CellCounts = field(default_factory=CellCounts)
    sessions: Sessions = field(default_factory=Sessions)

    async def run(self, batches: AsyncIterator[Batch], start: int, end: int) -> int:
        """Judge the rows, in time order; replace the episodes that start in [start, end) ms. How many there are now."""
        writing: asyncio.Task[None] | None = None
        async for batch in batches:
            step = await asyncio.to_thread(self.engine.feed, batch)
            if writing:
                await writing
            writing = asyncio.create_task(self._written(step))
            self.advance(len(batch))
        if writing:
            await writing
        await self._written(await asyncio.to_thread(self.engine.finish))
        kept = [a for a in self.found.values() if start <= a.start < end]
        await self.sink.replace_range(list(self.engine.classes), start, end, kept, self.hashes())
        await self._counted(None)
        return len(kept)

    async def _written(self, step: Step) -> None:
        """Rows, segments and counts go into tables of their own: the database stores one while another is encoded."""
        self.found |= {a.id: a for a in step.anomalies}
        stored = (self._rows(step), self.sink.segments(step.rows)) if self.store else ()
        await asyncio.gather(self._cells(step), *stored)

    async def _rows(self, step: Step) -> None:
        for rows in (step.rows, step.late):
            await self.sink.write(rows, once=True)
        self.sessions.add(step.rows)
        await self.sink.sessions(self.sessions.take(step.watermark))

    async def _cells(self, step: Step) -> None:
        await asyncio.to_thread(self.cells.add, step.rows)
        await self._counted(step.watermark)

    async def _counted(self, watermark: int | None) -> None:
        if counted := await asyncio.to_thread(self.cells.take, watermark):
            await self.sink.cells(counted.cells, counted.aircraft)

    def hashes(self) -> Mapping[str, str]:
        return {name: run.merger.params_hash for name, run in self.engine.runs.items()}
