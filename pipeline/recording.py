"""A recording through the engine, start to end: what `detect`, tests and benchmarks use. No database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from geo.anomaly import Anomaly
from geo.batch import Batch, in_chunks
from pipeline.engine import Engine

CHUNK_ROWS = 500_000
"""Rows judged at a time: large enough that calls cost nothing, small enough for a box of 1 GB."""


def run_recording(
    engine: Engine, batches: Iterable[Batch], advance: Callable[[int], object] = lambda rows: None
) -> Sequence[Anomaly]:
    """Every anomaly of the recording in its final state, by start.

    The rows are put in time order first: files often hold one aircraft after another. `advance` hears of rows done.
    """
    rows = Batch.concat(batches)
    if (np.diff(rows["time"]) < 0).any():
        rows = rows.take(np.argsort(rows["time"], kind="stable"))
    found: dict[str, Anomaly] = {}
    for chunk in in_chunks(rows, CHUNK_ROWS):
        found |= {a.id: a for a in engine.feed(chunk).anomalies}
        advance(len(chunk))
    found |= {a.id: a for a in engine.finish().anomalies}
    return sorted(found.values(), key=lambda a: (a.start, a.class_id, a.id))
