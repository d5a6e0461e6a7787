"""What `import`, `backfill` and the first `serve` share: rows through the backfill door, with a progress bar."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from cli.inputs import Judging
from cli.joining import floors, joining
from cli.ui import progress
from geo.batch import Batch, in_chunks
from pipeline.backfill import Backfill
from pipeline.recording import CHUNK_ROWS
from store.reader import Reader
from store.writer import Writer

WARM_UP_MS = 2 * 3_600_000
"""Stored rows read before the range, so that classes with a long lookback judge its first rows as they would have."""


async def store_and_judge(url: str, setup: Judging, batches: Iterable[Batch], store_every_s: float, title: str) -> int:
    """Recorded rows into the database, judged on the way; how many anomalies the recording holds."""
    chunks = list(in_time_order(setup.private(batches)))
    if not chunks:
        return 0
    writer = await Writer.open(url, store_every_s)
    try:
        writer.join = joining(await floors(writer))
        start, end = span(chunks)
        with progress(title, sum(map(len, chunks))) as advance:
            door = Backfill(setup.engine(0.0), writer, True, advance)
            found = await door.run(_each(chunks), start, end)
            await settle(writer, chunks[-1], door, end - 1)
        return found
    finally:
        await writer.close()


async def note_sources(url: str, sources: Sequence[Any]) -> None:
    """What was read and what was refused, for /feeds and the doctor."""
    newest = max((s.last_time for s in sources if s.last_time is not None), default=0)
    writer = await Writer.open(url)
    try:
        await writer.health([s.health() for s in sources], newest)
    finally:
        await writer.close()


async def settle(writer: Writer, last: Batch, door: Backfill, newest: int) -> None:
    """After a recording: the aircraft that were there at its end, the clock, and what each class could do."""
    recent = last.take(last["time"] > newest - 60_000)
    await writer.now(recent.with_columns(sub=np.zeros(len(recent), dtype=np.int8)))
    await writer.class_status({n: why or None for n, why in door.engine.status().items()}, newest)
    await writer.clock(newest, newest)
    await writer.maintain(newest)


def in_time_order(batches: Iterable[Batch]) -> Iterator[Batch]:
    """All rows by time, in chunks."""
    rows = Batch.concat(batches)
    return in_chunks(rows.take(np.argsort(rows["time"], kind="stable")), CHUNK_ROWS)


def span(chunks: Sequence[Batch]) -> tuple[int, int]:
    """[first, last + 1) in ms; (0, 0) for nothing."""
    if not chunks:
        return 0, 0
    return int(chunks[0]["time"][0]), int(chunks[-1]["time"][-1]) + 1


async def _each(chunks: Iterable[Batch]) -> AsyncIterator[Batch]:
    for chunk in chunks:
        yield chunk


async def judge_stored(url: str, setup: Judging, start: int | None, end: int | None) -> dict[str, Any]:
    """Detect again over what is stored between two times (ms), or over everything."""
    reader, writer = await Reader.open(url), await Writer.open(url)
    try:
        writer.join = joining(await floors(writer))
        stored = await reader.span()
        if stored is None:
            return {"rows": 0, "anomalies": 0}
        first, last = start if start is not None else stored[0], end if end is not None else stored[1] + 1
        rows = 0
        with progress("judging") as advance:

            def count(n: int) -> None:
                nonlocal rows
                rows += n
                advance(n)

            door = Backfill(setup.engine(0.0), writer, False, count)
            found = await door.run(reader.positions(first - WARM_UP_MS, last), first, last)
        return {"rows": rows, "anomalies": found}
    finally:
        await reader.close()
        await writer.close()
