"""The live door: sources are polled, the engine ticks, the sink is told; the same loop plays a recording back."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections import Counter
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import structlog

from geo.alert import Alert
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.incident import Incident
from geo.schema import NO_TIME
from pipeline import checkpoint
from pipeline.behind import Behind
from pipeline.cells import CellCounts
from pipeline.clockwatch import ClockWatch
from pipeline.ending import ended
from pipeline.engine import Engine, Step
from pipeline.followers import NOBODY, Joiner, Watch, followed
from pipeline.inbox import Inbox
from pipeline.journal import Journal
from pipeline.measures import Measures
from pipeline.outside import Outside
from pipeline.polls import Polled, Polls
from pipeline.rejudging import Rejudging
from pipeline.service import troubles
from pipeline.sessions import Sessions
from pipeline.sink import Sink

TICK_S = 1.0
"""Without anything new it ticks this often: duties come round, and episodes end."""

LEAST_S, BUSY = 0.2, 3.0
"""What comes in is judged at once, but ticks begin no closer together than this, nor than BUSY times as long as the
last one took: a feed that trickles costs no more than a third of a core."""

DAY_MS = 86_400_000
THRESHOLDS_S = 2.0
"""How soon thresholds that were changed judge."""
STATUS_S, SEGMENTS_S, CHECKPOINT_S, MAINTAIN_S = 5.0, 30.0, 60.0, 600.0
"""How often the slower duties come round, in seconds of running time."""

LATEST_S = 30.0
"""A checkpoint waits until little is left behind the loop, but no longer than this."""


log = structlog.get_logger("skysift.live")


class Thresholds(Protocol):
    """The thresholds as they are configured now."""

    def changed(self) -> Mapping[str, Mapping[str, float]] | None:
        """The new ones by class, once; None where they are as before."""

    def told(self) -> Mapping[str, Any]:
        """What the service says of its configuration."""


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
    told of what is seen is told within the tick; rows are stored `behind` it, while the next ones are judged, and what
    takes long, as drawing tracks, is done `slowly` beside both.
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
    behind: Behind = field(default_factory=Behind)
    slowly: Behind = field(default_factory=Behind)
    counting: asyncio.Lock = field(default_factory=asyncio.Lock)
    undrawn: list[Batch] = field(default_factory=list)
    shown: tuple[int, int] = (int(NO_TIME), int(NO_TIME))
    """How far what was judged is stored: until when, and the watermark (epoch ms)."""

    due: dict[str, float] = field(default_factory=dict)
    now: int = int(NO_TIME)
    failed: bool = False
    unwritten: Counter[int] = field(default_factory=Counter)
    unsettled: set[int] = field(default_factory=set)
    clockwatch: ClockWatch = field(default_factory=ClockWatch)
    measures: Measures = field(default_factory=Measures)
    states: dict[str, str] = field(default_factory=dict)
    spoke: set[str] = field(default_factory=set)
    maintaining: asyncio.Task[None] | None = None
    rejudging: Rejudging = field(default_factory=Rejudging)

    def __post_init__(self) -> None:
        self.polls = Polls(self.sources, self.inbox, self.numbers)

    async def run(self) -> None:
        """Poll and tick. On the way out, what was seen is judged no further, but the state is kept."""
        if self.journal:
            await asyncio.to_thread(self.keep)
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
            asking += [self.maintaining] if self.maintaining else []
            await self.polls.stop()
            await ended(*asking)
            await self._left()

    async def _left(self) -> None:
        """On the way out: what is left to do behind the loop, and the state; nothing of either after a failure."""
        if self.failed:
            await asyncio.gather(self.behind.stop(), self.slowly.stop())
            return
        await self._caught_up()
        try:
            await self._drawn()
        finally:
            self.keep()

    async def _caught_up(self) -> None:
        """Until nothing is left behind."""
        await self.behind.done()
        await self.slowly.done()

    async def _rest(self, started: float) -> None:
        """Until something has come in, or it is time for the next tick."""
        took = time.monotonic() - started
        await asyncio.sleep(max(0.0, min(self.tick_s, max(LEAST_S, BUSY * took)) - took))
        with suppress(TimeoutError):
            await asyncio.wait_for(self.polls.came.wait(), max(0.0, started + self.tick_s - time.monotonic()))

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
                await asyncio.to_thread(self._written, *self.polls.take())
            await asyncio.to_thread(self._written, *self.polls.take())
            log.info("the database is back")
            raise

    def _written(self, batch: Batch, posted: Sequence[int]) -> None:
        """Into the journal; what it has no room for is counted as dropped."""
        try:
            if self.journal and not self.journal.full:
                self.journal.add(batch, posted)
                return
        except OSError as error:
            log.error("the journal cannot be written", error=repr(error))
        self.inbox.dropped.update(batch["feed"].tolist())

    async def tick(self) -> None:
        """Judge what has come in, tell the sink, see to what is due."""
        began = time.monotonic()
        for lane in (self.behind, self.slowly):
            lane.check()
        await self._renew()
        await self._sent(await asyncio.to_thread(self._judged, *self.polls.take()))
        if self.journal and self.journal.posted:
            await self.polls.settle(tuple(self.journal.posted))
            self.journal.posted.clear()
        await self._told()
        await self._duties()
        self.measures.ticked(time.monotonic() - began)

    def _judged(self, batch: Batch, posted: Sequence[int]) -> Step:
        """Written down first: whoever goes on after a kill judges the same rows in the same pieces."""
        if self.journal:
            try:
                self.journal.add(batch, posted)
            except OSError as error:
                # Judging goes on: only a kill before the next checkpoint would lose these rows.
                self.unwritten.update(batch["feed"].tolist())
                self.unsettled.update(posted)
                log.error("the journal cannot be written", error=repr(error), rows=len(batch))
        closed = self._rewound(batch)
        step = self.engine.feed(batch)
        return replace(step, anomalies=[*closed, *step.anomalies]) if closed else step

    def _rewound(self, batch: Batch) -> list[Anomaly]:
        """Begin anew where the clock went back: hours of rows would else come too late to be judged."""
        if not self.clockwatch.went_back(batch, self.engine.arrivals.cut):
            return []
        log.warning("the clock of the data went back; judging begins anew", judged_until=self.engine.arrivals.cut)
        self.due["checkpoint"] = -float("inf")
        return self.engine.rewind()

    async def _renew(self) -> None:
        """Take thresholds that were changed. Between two ticks: a slice is judged by one set of them."""
        if self.thresholds and self._is_due("thresholds", THRESHOLDS_S):
            new = await asyncio.to_thread(self.thresholds.changed)
            if new is not None:
                log.info("thresholds changed", classes=self.engine.renew(new))

    async def _last(self) -> None:
        await self._sent(await asyncio.to_thread(self.engine.finish))

    async def _told(self) -> None:
        """Anomalies of which the outside has told more since."""
        again = await asyncio.to_thread(self.outside.changed) if self.outside else ()
        if again:
            await self._keep(
                again, *await asyncio.to_thread(followed, self.joiner, self.watch, NOBODY, again, self.now)
            )

    async def _sent(self, step: Step) -> None:
        """What somebody is told comes before what everybody may look at: alerts and what they are about at once, rows
        and who is where behind. Were this killed in between, the journal would still have them."""
        self.now = self.engine.judged_until(step)
        await self._keep(
            step.anomalies,
            *await asyncio.to_thread(followed, self.joiner, self.watch, step.rows, step.anomalies, self.now),
        )
        if step.anomalies and self.outside:
            self.outside.note(step.anomalies)
        show = partial(self._show, step, self.now, self.engine.arrivals.newest)
        await self.behind.add(show, len(step.rows) + len(step.late))

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

    async def _keep(self, anomalies: Sequence[Anomaly], incidents: Sequence[Incident], alerts: Sequence[Alert]) -> None:
        """Anomalies, the incidents that they make and what both tell those who watch: all of it or nothing."""
        if anomalies or incidents or alerts:
            await self.sink.save(anomalies, self.hashes(), incidents, alerts)

    def hashes(self) -> Mapping[str, str]:
        """Which parameters judge now, by class."""
        return {name: run.merger.params_hash for name, run in self.engine.runs.items()}

    async def _duties(self) -> None:
        now = self.engine.arrivals.newest
        if self.thresholds and self._is_due("beat", STATUS_S, at_once=True):
            await self._beat()
        if now == NO_TIME:
            return
        if self._is_due("status", STATUS_S, at_once=True):
            await self._status(now)
        if self._is_due("segments", SEGMENTS_S) and not self.slowly.pieces:
            await self.slowly.add(self._drawn)
        little = self.behind.pieces <= 1 and not self.slowly.pieces
        if little and self.rejudging.much(self.engine.judged_s):
            self.due["checkpoint"] = -float("inf")
        if self._is_due("checkpoint", CHECKPOINT_S, wait_s=0.0 if little else LATEST_S):
            await self._caught_up()
            await asyncio.to_thread(self._keep_again)
        if self.maintaining and self.maintaining.done():
            self.maintaining.result()
            self.maintaining = None
        if not self.maintaining and self._is_due("maintain", MAINTAIN_S):
            self.maintaining = asyncio.create_task(self._maintain(now))

    async def _maintain(self, now: int) -> None:
        """Beside the loop: indexes of a large partition take minutes to build, and rows that come in do not wait."""
        await self.sink.maintain(now)
        await self.sink.drop_before(now - int(self.keep_days * DAY_MS))
        await self.sink.drop_hours_before(now - int(self.hourly_days * DAY_MS))

    async def _beat(self) -> None:
        """That it lives, whether or not anything comes in, and how it is configured."""
        await self.sink.meta(
            "engine", self.measures.told(self.engine, self.inbox, self.journal, self.unwritten.total())
        )
        if self.thresholds:
            await self.sink.meta("configuration", {**self.thresholds.told(), "overrides": self.engine.overrides})
        for one in self.polls.health({}):
            name, state = str(one["name"]), str(one.get("state"))
            if self.states.get(name) != state:
                write = log.info if state == "ok" else log.warning
                write("feed", feed=name, state=state, before=self.states.get(name), error=one.get("last_error"))
            self.states[name] = state

    async def _status(self, now: int) -> None:
        services = self.outside.health() if self.outside else ()
        sources, idle = self.polls.health(self.engine.by_feed), self.engine.status()
        sources = [{**one, "unwritten": self.unwritten[one["number"]]} for one in sources]
        await self.sink.health([*sources, *services], now)
        await self.sink.class_status({name: why or None for name, why in idle.items()}, now)
        if self.watch:
            self.watch.note(troubles(sources, idle, self.spoke, self._disk_free()))

    def _disk_free(self) -> float | None:
        """The share of the disk that is free where the state is kept."""
        if not self.checkpoint:
            return None
        disk = shutil.disk_usage(self.checkpoint.parent)
        return disk.free / disk.total

    async def _drawn(self) -> None:
        """Track segments, sessions and cell counts of what came since the last time."""
        rows, self.undrawn = Batch.concat(self.undrawn), []
        if len(rows):
            await self.sink.segments(rows)
            await self.sink.sessions(self.sessions.take(self.shown[0]))
        async with self.counting:
            counted = await asyncio.to_thread(self.cells.take, self.shown[1])
        if counted:
            await self.sink.cells(counted.cells, counted.aircraft)

    def _is_due(self, duty: str, every_s: float, at_once: bool = False, wait_s: float = 0.0) -> bool:
        """True when the duty has not come round for this long; the first time after one interval, or at once. It may
        wait for `wait_s` more."""
        now = time.monotonic()
        if now - self.due.setdefault(duty, now - every_s * at_once) < every_s + wait_s:
            return False
        self.due[duty] = now
        return True

    def _keep_again(self) -> None:
        """Write the checkpoint; on a full disk the one before holds, and the journal grows on."""
        began, self.rejudging.since = time.monotonic(), self.engine.judged_s
        try:
            self.keep()
            self.rejudging.took = time.monotonic() - began
            if self.journal:
                # What the journal had no room for is in the checkpoint now.
                self.journal.posted |= self.unsettled
                self.unsettled.clear()
        except OSError as error:
            log.error("the checkpoint cannot be written; tried again in a minute", error=repr(error))

    def keep(self) -> None:
        """Write the checkpoint, whole or not at all."""
        if self.checkpoint and self.engine.arrivals.newest != NO_TIME:
            part = self.checkpoint.with_suffix(".part")
            others = {"cells": self.cells, "joiner": self.joiner, "watch": self.watch, "journal": self.journal,
                      "sessions": self.sessions}  # fmt: skip
            part.write_bytes(checkpoint.save(self.engine, others))
            part.replace(self.checkpoint)
        if self.journal:
            self.journal.clear()
