"""Going on after a stop: the checkpoint, then the rows stored since it was written."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from zipfile import BadZipFile

from cli.ui import err
from geo.anomaly import Anomaly
from geo.schema import NO_TIME
from pipeline import checkpoint
from pipeline.cells import CellCounts
from pipeline.engine import Engine
from store.cluster import default_state_dir
from store.reader import Reader

WITHIN_MS = 15 * 60_000
"""A checkpoint older than this is history: its flights have ended."""

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


async def resumed(
    make: Callable[[], Engine], kept: Path, url: str, cells: CellCounts
) -> tuple[Engine, Sequence[Anomaly]]:
    """An engine that goes on where the last one stopped, and the anomalies that it found on the way there. `cells`
    goes on counting with it.

    From the checkpoint and the rows stored since; without one, from the rows of the last WARM_UP_MS.
    """
    now = int(time.time() * 1000)
    engine = _restored(make, kept, now, cells)
    start = engine.arrivals.cut if engine.arrivals.newest != NO_TIME else now - WARM_UP_MS
    found: dict[str, Anomaly] = {}
    reader = await Reader.open(url)
    try:
        async for batch in reader.positions(start, now):
            step = await asyncio.to_thread(engine.feed, batch)
            await asyncio.to_thread(cells.add, step.rows)
            found |= {a.id: a for a in step.anomalies}
    finally:
        await reader.close()
    return engine, list(found.values())


def _restored(make: Callable[[], Engine], kept: Path, now: int, cells: CellCounts) -> Engine:
    """The engine of the checkpoint, a new one where there is none that can be used."""
    engine = make()
    try:
        data = kept.read_bytes()
        if checkpoint.resumable(data, now, WITHIN_MS):
            checkpoint.restore(engine, data, cells)
        else:
            checkpoint.restore_memories(engine, data)
        return engine
    except FileNotFoundError:
        return engine
    except (ValueError, KeyError, BadZipFile) as error:
        err.print(f"note: {kept} cannot be used ({error}); starting without it", markup=False)
        return make()
