"""Going on after a stop: the checkpoint, then the rows stored since it was written."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import BadZipFile

from cli.ui import err
from geo.alert import Alert
from geo.anomaly import Anomaly
from geo.schema import NO_TIME
from pipeline import checkpoint
from pipeline.cells import CellCounts
from pipeline.engine import Engine
from pipeline.followers import Joiner, Watch, followed
from store.cluster import default_state_dir
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
    folder = default_state_dir()
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"engine-{hashlib.blake2b(url.encode(), digest_size=4).hexdigest()}.npz"


async def stored_span(url: str) -> tuple[int, int] | None:
    """First and last stored time, epoch ms."""
    reader = await Reader.open(url)
    try:
        return await reader.span()
    finally:
        await reader.close()


class Others(NamedTuple):
    """What goes on beside the engine."""

    cells: CellCounts
    joiner: Joiner | None
    watch: Watch | None


@dataclass
class Resumed:
    """What goes on, and what was found on the way there: to be saved together."""

    engine: Engine
    anomalies: dict[str, Anomaly] = field(default_factory=dict)
    incidents: dict[str, Any] = field(default_factory=dict)
    alerts: list[Alert] = field(default_factory=list)

    async def save(self, writer: Writer) -> None:
        """Store what was found; alerts that were told before the stop are not told again."""
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


async def resumed(
    make: Callable[[], Engine], kept: Path, url: str, cells: CellCounts, joiner: Joiner | None, watch: Watch | None
) -> Resumed:
    """An engine that goes on where the last one stopped. `cells`, `joiner` and `watch` go on with it.

    From the checkpoint and the rows stored since; without one, from the rows of the last WARM_UP_MS.
    """
    now = int(time.time() * 1000)
    others = Others(cells, joiner, watch)
    engine = _restored(make, kept, now, others)
    out = Resumed(engine)
    start = engine.arrivals.cut if engine.arrivals.newest != NO_TIME else now - WARM_UP_MS
    reader = await Reader.open(url)
    try:
        async for batch in reader.positions(start, now):
            step = await asyncio.to_thread(engine.feed, batch)
            await asyncio.to_thread(cells.add, step.rows)
            judged = step.rows, step.anomalies, engine.judged_until(step)
            incidents, alerts = await asyncio.to_thread(followed, joiner, watch, *judged)
            out.anomalies |= {a.id: a for a in step.anomalies}
            out.incidents |= {one.id: one for one in incidents}
            out.alerts += alerts
    finally:
        await reader.close()
    return out


def _restored(make: Callable[[], Engine], kept: Path, now: int, others: Others) -> Engine:
    """The engine of the checkpoint, a new one where there is none that can be used."""
    engine = make()
    try:
        data = kept.read_bytes()
        if checkpoint.resumable(data, now, WITHIN_MS):
            checkpoint.restore(engine, data, *others)
        else:
            checkpoint.restore_memories(engine, data)
        return engine
    except FileNotFoundError:
        return engine
    except (ValueError, KeyError, BadZipFile) as error:
        err.print(f"note: {kept} cannot be used ({error}); starting without it", markup=False)
        return make()
