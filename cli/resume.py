"""Going on after a stop: the checkpoint, then what came in since it was written."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from cli.database import state_file
from cli.ui import err
from geo.alert import Alert
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.schema import NO_TIME, icao24_number
from pipeline import checkpoint
from pipeline.cells import CellCounts
from pipeline.checkpoint import Kept
from pipeline.engine import Engine
from pipeline.followers import Joiner, Watch, followed
from pipeline.journal import Journal
from pipeline.merge import Known
from pipeline.sessions import GAP_MS, Sessions
from store.history import found_since
from store.reader import Reader
from store.writer import Writer

WITHIN_MS = 15 * 60_000
"""A checkpoint older than this is history: its flights have ended."""

SAME_MS = 60_000
"""Two alerts about one aircraft to one subscription within this time are about the same event."""

WARM_UP_MS = 45 * 60_000
"""As far back as any class looks, with room for what lasts."""


def checkpoint_path(url: str) -> Path:
    """One file per database, in the state folder."""
    return state_file(url, "npz")


async def stored_span(url: str) -> tuple[int, int] | None:
    """First and last stored time, epoch ms."""
    reader = await Reader.open(url)
    try:
        return await reader.span()
    finally:
        await reader.close()


@dataclass(frozen=True)
class Others:
    """What goes on beside the engine."""

    cells: CellCounts
    joiner: Joiner | None
    watch: Watch | None
    journal: Journal
    sessions: Sessions = field(default_factory=Sessions)
    known: bool = True
    """Whether the sessions are those of before: else the rows that classes warm up with would begin them anew."""

    def named(self) -> dict[str, Kept | None]:
        """As a checkpoint knows them."""
        return {"cells": self.cells, "joiner": self.joiner, "watch": self.watch, "journal": self.journal,
                "sessions": self.sessions}  # fmt: skip


@dataclass
class Resumed:
    """What goes on, and what was found on the way there: to be saved together."""

    engine: Engine
    anomalies: dict[str, Anomaly] = field(default_factory=dict)
    incidents: dict[str, Any] = field(default_factory=dict)
    alerts: list[Alert] = field(default_factory=list)
    rows: list[Batch] = field(default_factory=list)

    def feed(self, batch: Batch, others: Others, stored: int) -> None:
        """Judge a batch as it was judged before; rows after `stored` (epoch ms) were not stored yet."""
        step = self.engine.feed(batch)
        others.cells.add(step.rows)
        if others.known:
            others.sessions.add(step.rows)
        now = self.engine.judged_until(step)
        incidents, alerts = followed(others.joiner, others.watch, step.rows, step.anomalies, now)
        self.anomalies |= {a.id: a for a in step.anomalies}
        self.incidents |= {one.id: one for one in incidents}
        self.alerts += alerts
        if len(step.rows):
            self.rows.append(step.rows.take(step.rows["time"] > stored))

    async def save(self, writer: Writer) -> None:
        """Store what was found; alerts that were told before the stop are not told again."""
        if any(map(len, self.rows)):
            await writer.write(Batch.concat(self.rows))
        since = min((one.time for one in self.alerts), default=0) - SAME_MS
        told = await writer.told_since(since) if self.alerts else []
        fresh = untold(self.alerts, told)
        await writer.save(list(self.anomalies.values()), None, list(self.incidents.values()), fresh)


def untold(alerts: Sequence[Alert], told: Sequence[tuple[int, str, int | None, int]]) -> list[Alert]:
    """Those that nothing in `told` (subscription, trigger, address, epoch ms) says already.

    What is stored are fewer rows than were judged: judged again, the same event is found some seconds off.
    """
    known: dict[tuple[int, str, int | None], list[int]] = {}
    for subscription, trigger, icao24, time_ms in told:
        known.setdefault((subscription, trigger, icao24), []).append(time_ms)
    return [
        one
        for one in alerts
        if all(abs(one.time - t) > SAME_MS for t in known.get((one.subscription, one.trigger, one.icao24), ()))
    ]


async def resumed(make: Callable[[], Engine], kept: Path, url: str, others: Others) -> Resumed:
    """An engine that goes on where the last one stopped, with what goes on beside it.

    From the checkpoint and the journal; where there is none of them, from the rows stored since, or of WARM_UP_MS.
    """
    now = int(time.time() * 1000)
    out = Resumed(_restored(make, kept, now, others))
    reader = await Reader.open(url)
    try:
        stored = await reader.span()
        if _continues(out.engine, others.journal, kept):
            for batch in others.journal.rest():
                await asyncio.to_thread(out.feed, batch, others, stored[1] if stored else 0)
            return out
        start = out.engine.arrivals.cut
        if out.engine.arrivals.newest == NO_TIME:
            start = now - WARM_UP_MS
            others.sessions.open = await reader.open_sessions(now, GAP_MS)
            others = replace(others, known=False)
            out.engine.know(await known_since(reader, start))
        async for batch in reader.positions(start, now):
            await asyncio.to_thread(out.feed, batch, others, now)
    finally:
        await reader.close()
    return out


async def known_since(reader: Reader, since: int) -> list[Known]:
    """What lasted beyond a time, by its aircraft; what says an identity that is no address is found anew."""
    found = await found_since(reader.pool, since)
    return [
        Known(own, class_id, frozenset(map(icao24_number, addresses)), start, end)
        for own, class_id, addresses, start, end in found
        if addresses
    ]


def _continues(engine: Engine, journal: Journal, kept: Path) -> bool:
    """Whether the journal goes on from the engine as it is: from a checkpoint, or from the very beginning."""
    if not journal.path.exists():
        return False
    young = time.time() - journal.path.stat().st_mtime < WITHIN_MS / 1000
    return engine.arrivals.newest != NO_TIME or (young and not kept.exists())


def _restored(make: Callable[[], Engine], kept: Path, now: int, others: Others) -> Engine:
    """The engine of the checkpoint, a new one where there is none that can be used."""
    engine = make()
    try:
        data = kept.read_bytes()
        if checkpoint.resumable(data, now, WITHIN_MS):
            checkpoint.restore(engine, data, others.named())
        else:
            checkpoint.restore_memories(engine, data)
        return engine
    except FileNotFoundError:
        return engine
    except (ValueError, KeyError, BadZipFile) as error:
        err.print(f"note: {kept} cannot be used ({error}); starting without it", markup=False)
        return make()
