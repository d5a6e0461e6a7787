"""Real recordings, each read once in a session: reading one takes longer than most classes take to judge it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from feeds import open_source
from geo.batch import Batch
from tests.size import daily


@lru_cache(maxsize=8)
def recording(path: Path) -> tuple[Batch, ...]:
    """The batches of a file or folder as they are read. Whoever writes into them is told so: they are everybody's."""
    return tuple(guarded(batch) for batch in open_source(str(path)).batches())


def guarded(batch: Batch) -> Batch:
    """The batch, in which nothing can be written."""
    for values in batch.columns.values():
        values.setflags(write=False)
    return batch


def beginning(path: Path) -> tuple[Batch, ...]:
    """A recording in which nothing is to be found: the first third of its rows as time goes by; nightly all of it."""
    batches = recording(path)
    time = np.sort(np.concatenate([batch["time"] for batch in batches]))
    until = daily(time[len(time) // 3], time[-1])
    return tuple(batch.take(np.flatnonzero(batch["time"] <= until)) for batch in batches)
