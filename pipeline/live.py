"""The live door: sources are polled, the engine ticks, the sink is told; the same loop plays a recording back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import structlog

from geo.alert import Alert
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.incident import Incident
from geo.schema import NO_TIME
from pipeline.cells import CellCounts
from pipeline.clockwatch import ClockWatch
from pipeline.due import Due
from pipeline.ending import ended
from pipeline.engine import Engine, Step
from pipeline.followers import NOBODY, Joiner, Watch, followed
from pipeline.inbox import Inbox
from pipeline.journal import Journal
from pipeline.outside import Outside
from pipeline.polls import Polled, Polls
from pipeline.pulse import Pulse, Thresholds
from pipeline.safekeeping import Safekeeping
from pipeline.sessions import Sessions
from pipeline.sink import Sink
from pipeline.storing import Storing

TICK_S = 1.0
"""Without anything new it ticks this often: duties come round, and episodes end."""

LEAST_S, BUSY = 0.2, 3.0
"""What comes in is judged at once, but ticks begin no closer together than this, nor than BUSY times as long as the
last one took: a feed that trickles costs no more than a third of a core."""

THRESHOLDS_S = 2.0
"""How soon thresholds that were changed judge."""
STATUS_S, SEGMENTS_S, CHECKPOINT_S, MAINTAIN_S = 5.0, 30.0, 60.0, 600.0
"""How often the slower duties come round, in seconds of running time."""

LATEST_S = 30.0
"""A checkpoint waits until little is left behind the loop, but no longer than this."""


log = structlog.get_logger("skysift.live")


class Outage(Protocol):
    """The database that may go: what says that it has, and whether it is back."""

    @property
    def errors(self) -> tuple[type[Exception], ...]: ...
    async def over(self) -> bool: ...


@dataclass
class Live:
    """`run` goes on until cancelled, or until every source has ended. Duties go by running time, never by data's.

    `outside` asks services for what is known about anomalies, beside the loop, which never waits for it.
    `numbers` are the feeds' own, by which rows say who heard them.
    A tick is never left in the middle, and none that failed is kept: what a checkpoint knows of has been stored. Who is
    told of what is seen is told within the tick; the rest is stored behind it (pipeline/storing.py).
    """

    engine: Engine
    sources: Sequence[Polled]
    sink: Sink
    checkpoint: Path | None = None
    keep_days: float = 30.0
    hourly_days: float = 365.0
    tick_s: float = TICK_S
    numbers: Sequence[int] = ()
    outside: Outside | None = None
    joiner: Joiner | None = None
    watch: Watch | None = None
    journal: Journal | None = None
    thresholds: Thresholds | None = None
    outage: Outage | None = None
    inbox: Inbox = field(default_factory=Inbox)
    cells: CellCounts = field(default_factory=CellCounts)
    sessions: Sessions = field(default_factory=Sessions)
    due: Due = field(default_factory=Due)
    clockwatch: ClockWatch = field(default_factory=ClockWatch)
    now: int = int(NO_TIME)
    failed: bool = False

    def __post_init__(self) -> None:
        beside = {"cells": self.cells, "joiner": self.joiner, "watch": self.watch, "journal": self.journal,
                  "sessions": self.sessions}  # fmt: skip
        self.polls = Polls(self.sources, self.inbox, self.numbers)
        self.storing = Storing(self.sink, self.cells, self.sessions, self.keep_days, self.hourly_days)
        self.safe = Safekeeping(self.engine, self.checkpoint, self.journal, beside)
        self.pulse = Pulse(self.engine, self.polls, self.sink, self.safe, self.watch, self.outside, self.thresholds)

    async def run(self) -> None:
        """Poll and tick. On the way out, what was seen is judged no further, but the state is kept."""
        if self.journal:
            await asyncio.to_thread(self.safe.keep)
        self.polls.start()
        asking = [asyncio.create_task(self.outside.run())] if self.outside else []
        try:
            while not self.polls.over:
                started = time.monotonic()
                await self._outlasting(self.tick())
                await self._rest(started)
            await self._whole(self.tick())
            await self._whole(self._last())
        finally:
            await self.polls.stop()
            await ended(*asking)
            await self.storing.stop_maintaining()
            await self._left()

    async def _left(self) -> None:
        """On the way out: what is left to do behind the loop, and the state; nothing of either after a failure."""
        if self.failed:
            await self.storing.stop()
            return
        await self.storing.caught_up()
        try:
            await self.storing.drawn()
        finally:
            self.safe.keep()

    async def _rest(self, started: float) -> None:
        """Until something has come in, or it is time for the next tick."""
        took = time.monotonic() - started
        await asyncio.sleep(max(0.0, min(self.tick_s, max(LEAST_S, BUSY * took)) - took))
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, started + self.tick_s - time.monotonic())):
                await self.polls.came.wait()

    async def _whole(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it to its end, also when cancelled meanwhile."""
        task = asyncio.create_task(work)
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            await task
            raise
        finally:
            self.failed = task.done() and (task.cancelled() or task.exception() is not None)

    async def _outlasting(self, tick: Coroutine[Any, Any, None]) -> None:
        """A tick. Where the database has gone under it, what comes in until it is back is written down; then the error
        is raised: whoever goes on judges all of it again, from the checkpoint on."""
        try:
            await self._whole(tick)
        except Exception as error:
            if not self.outage or not isinstance(error, self.outage.errors):
                raise
            log.error("the database has gone; what comes in is written down", error=repr(error))
            while not await self.outage.over():
                await asyncio.to_thread(self.safe.put_by, *self.polls.take(), self.inbox)
            await asyncio.to_thread(self.safe.put_by, *self.polls.take(), self.inbox)
            log.info("the database is back")
            raise

    async def tick(self) -> None:
        """Judge what has come in, tell the sink, see to what is due."""
        began = time.monotonic()
        self.storing.check()
        await self._renew()
        await self._sent(await asyncio.to_thread(self._judged, *self.polls.take()))
        await self.safe.settle(self.polls)
        await self._told()
        await self._duties()
        self.pulse.measures.ticked(time.monotonic() - began)

    def _judged(self, batch: Batch, posted: Sequence[int]) -> Step:
        self.safe.write(batch, posted)
        closed = self._rewound(batch)
        step = self.engine.feed(batch)
        return replace(step, anomalies=[*closed, *step.anomalies]) if closed else step

    def _rewound(self, batch: Batch) -> list[Anomaly]:
        """Begin anew where the clock went back: hours of rows would else come too late to be judged."""
        if not self.clockwatch.went_back(batch, self.engine.arrivals.cut):
            return []
        log.warning("the clock of the data went back; judging begins anew", judged_until=self.engine.arrivals.cut)
        self.due.hurry("checkpoint")
        return self.engine.rewind()

    async def _renew(self) -> None:
        """Take thresholds that were changed. Between two ticks: a slice is judged by one set of them."""
        if self.thresholds and self.due.comes("thresholds", THRESHOLDS_S):
            new = await asyncio.to_thread(self.thresholds.changed)
            if new is not None:
                log.info("thresholds changed", classes=self.engine.renew(new))

    async def _last(self) -> None:
        await self._sent(await asyncio.to_thread(self.engine.finish))

    async def _told(self) -> None:
        """Anomalies of which the outside has told more since."""
        again = await asyncio.to_thread(self.outside.changed) if self.outside else ()
        if again:
            await self._keep(again, *await self._followed(NOBODY, again))

    async def _sent(self, step: Step) -> None:
        """What somebody is told comes before what everybody may look at: alerts and what they are about at once, rows
        and who is where behind. Were this killed in between, the journal would still have them."""
        self.now = self.engine.judged_until(step)
        await self._keep(step.anomalies, *await self._followed(step.rows, step.anomalies))
        if step.anomalies and self.outside:
            self.outside.note(step.anomalies)
        await self.storing.add(step, self.now, self.engine.arrivals.newest)

    async def _followed(self, rows: Batch, anomalies: Sequence[Anomaly]) -> tuple[Sequence[Incident], Sequence[Alert]]:
        return await asyncio.to_thread(followed, self.joiner, self.watch, rows, anomalies, self.now)

    async def _keep(self, anomalies: Sequence[Anomaly], incidents: Sequence[Incident], alerts: Sequence[Alert]) -> None:
        """Anomalies, the incidents that they make and what both tell those who watch: all of it or nothing."""
        if anomalies or incidents or alerts:
            await self.sink.save(anomalies, self.hashes(), incidents, alerts)

    def hashes(self) -> Mapping[str, str]:
        """Which parameters judge now, by class."""
        return {name: run.merger.params_hash for name, run in self.engine.runs.items()}

    async def _duties(self) -> None:
        now = self.engine.arrivals.newest
        if self.thresholds and self.due.comes("beat", STATUS_S, at_once=True):
            await self.pulse.beat()
        if now == NO_TIME:
            return
        if self.due.comes("status", STATUS_S, at_once=True):
            await self.pulse.status(now)
        if self.due.comes("segments", SEGMENTS_S):
            await self.storing.draw()
        await self._checkpoint()
        if not self.storing.maintaining and self.due.comes("maintain", MAINTAIN_S):
            self.storing.maintain(now)

    async def _checkpoint(self) -> None:
        """One that is due, or worth its while, best when little is left behind the loop: what it knows of is stored."""
        if self.storing.little and self.safe.worth_it:
            self.due.hurry("checkpoint")
        if self.due.comes("checkpoint", CHECKPOINT_S, wait_s=0.0 if self.storing.little else LATEST_S):
            await self.storing.caught_up()
            await asyncio.to_thread(self.safe.again)
