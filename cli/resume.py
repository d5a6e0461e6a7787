"""Going on after a stop: the checkpoint, then the rows stored since it was written."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from zipfile import BadZipFile

from cli.ui import err
from pipeline import checkpoint
from pipeline.engine import Engine
from store.cluster import default_state_dir
from store.reader import Reader

WITHIN_MS = 15 * 60_000
"""A checkpoint older than this is history: its flights have ended."""


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


async def resumed(make: Callable[[], Engine], kept: Path, url: str) -> Engine:
    """The engine as it was, with what was stored after the checkpoint; as new where there is nothing to go on from."""
    now, engine = int(time.time() * 1000), make()
    try:
        data = kept.read_bytes()
        if not checkpoint.resumable(data, now, WITHIN_MS):
            return engine
        checkpoint.restore(engine, data)
    except FileNotFoundError:
        return engine
    except (ValueError, KeyError, BadZipFile) as error:
        err.print(f"note: {kept} cannot be used ({error}); starting without it", markup=False)
        return make()
    reader = await Reader.open(url)
    try:
        async for batch in reader.positions(engine.arrivals.cut, now):
            engine.feed(batch)
    finally:
        await reader.close()
    return engine
