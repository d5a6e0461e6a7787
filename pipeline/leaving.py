"""Who has opted out since the last stop goes out of what the engine goes on from: nothing of them is stored anew."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np

from pipeline.engine import Engine
from pipeline.history import Chunk


def leave_out(engine: Engine, addresses: Sequence[int]) -> None:
    """Their rows that wait or are looked back at, and their episodes that may go on, others' partners among them."""
    gone = set(addresses)
    waiting = engine.arrivals.waiting
    engine.arrivals.waiting = [one.take(~np.isin(one["icao24"], list(gone))) for one in waiting]
    for history in engine.histories.values():
        left = (_without(one, list(gone)) for one in history.chunks)
        history.chunks = deque(one for one in left if len(one))
    for run in engine.runs.values():
        kept = {
            who: [one for one in some if not gone & {one.icao24, *one.members}]
            for who, some in run.merger.open.items()
        }  # fmt: skip
        run.merger.open = {who: some for who, some in kept.items() if some}


def _without(chunk: Chunk, addresses: Sequence[int]) -> Chunk:
    keep = ~np.isin(chunk.columns["icao24"], addresses)
    return chunk if keep.all() else Chunk.of({name: values[keep] for name, values in chunk.columns.items()})
