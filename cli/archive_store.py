"""A staged archive into the database, in pieces that are stored once however often it is broken off or read again."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from cli.archive_files import Tally, days
from cli.ui import progress
from geo.batch import Batch, in_chunks
from pipeline.cells import CellCounts
from pipeline.recording import CHUNK_ROWS
from pipeline.sessions import Sessions
from store.writer import Writer


async def store(
    url: str, stage: Path, parts: Iterable[tuple[str, Batch]], tally: Tally, store_every_s: float, name: str
) -> None:
    """Positions, ways flown and counts of each day; at the end the aircraft that were there last, and what /feeds shows
    of the import under its name."""
    writer = await Writer.open(url, store_every_s)
    key, cells, sessions, last = f"import {stage.name}", CellCounts(), Sessions(), Batch.empty()
    try:
        begun: dict[str, int] = await _meta(writer, key) or {}
        with progress("storing", len(days(stage))) as advance:
            for day, rows in parts:
                ordered = rows.take(np.lexsort((rows["icao24"], rows["time"])))
                whole = tally.labelled(ordered)
                for number, chunk in enumerate(in_chunks(whole, CHUNK_ROWS)):
                    if number >= begun.get(day, 0):
                        begun[day] = number + 1
                        await writer.write(chunk, mark=(key, begun), once=True)
                    await writer.segments(chunk)
                    sessions.add(chunk)
                    await writer.sessions(sessions.take(int(chunk["time"].max())))
                    cells.add(chunk)
                    if counted := cells.take(int(chunk["time"].max())):
                        await writer.cells(counted.cells, counted.aircraft)
                last = whole
                advance(1, day)
        if counted := cells.take(None):
            await writer.cells(counted.cells, counted.aircraft)
        await _settled(writer, last)
        await writer.health([_health(name, tally)], int(last["time"].max()) if len(last) else 0)
        await writer.pool.execute("DELETE FROM meta WHERE key = $1", key)
    finally:
        await writer.close()


def _health(name: str, tally: Tally) -> dict[str, Any]:
    """As of a source."""
    return {
        "name": name, "format": "archive", "live": False, "state": "ok", "rows": tally.rows, "last_time": None,
        "rejected": dict(tally.rejected), "errors": {"file that cannot be read": len(tally.skipped)},
        "last_error": next(iter(tally.skipped.values()), None),
        "without_address": sorted(tally.labels.values())[:20],
    }  # fmt: skip


async def _meta(writer: Writer, key: str) -> Any:
    return await writer.pool.fetchval("SELECT value FROM meta WHERE key = $1", key)


async def _settled(writer: Writer, last: Batch) -> None:
    """The aircraft of the last ten minutes, and the clock where it is not further on already."""
    if not len(last):
        return
    newest = int(last["time"].max())
    clock = await _meta(writer, "data_time")
    if clock is None or clock <= newest:
        await writer.now(last.take(last["time"] > newest - 600_000))
        await writer.clock(newest, newest)
    await writer.maintain(newest)
