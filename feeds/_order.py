"""Rows by time: one file's batches put in order within a bounded buffer, and several ordered streams made one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from geo.batch import Batch
from geo.schema import Array

CHUNK_ROWS = 200_000
HOLD_ROWS = 500_000
"""Rows held to sort a file that is not in time order (one aircraft after the other, say): about 0.4 GB at the worst."""

NEVER = np.iinfo(np.int64).max


@dataclass
class Part:
    """One of several streams: its first row's time where that is known without reading it, and how to begin."""

    start: int | None
    batches: Callable[[], Iterator[Batch]]


def by_time(batch: Batch) -> Batch:
    """The rows in time order; rows of the same time keep theirs."""
    time = batch.columns["time"]
    if (time[1:] >= time[:-1]).all():
        return batch
    out = batch.take(np.argsort(time, kind="stable"))
    return Batch(out.columns, batch.labels, batch.rejected)


def ordered(batches: Iterable[Batch], hold: int = HOLD_ROWS, chunk: int = CHUNK_ROWS) -> Iterator[Batch]:
    """The rows in time order as far as `hold` rows of buffer reach, in batches of at most `chunk` rows."""
    held: list[Batch] = []
    for batch in batches:
        held.append(batch)
        if sum(map(len, held)) > hold:
            whole = by_time(Batch.concat(held))
            cut = len(whole) - hold // 2
            yield from _chunks(_span(whole, 0, cut, counts=True), chunk)
            held = [_span(whole, cut, len(whole))]
    if held:
        yield from _chunks(by_time(Batch.concat(held)), chunk)


def _chunks(batch: Batch, rows: int) -> Iterator[Batch]:
    """Pieces of at most `rows` rows; what was refused is told once, with the first."""
    for start in range(0, max(len(batch), 1), rows):
        yield _span(batch, start, min(start + rows, len(batch)), counts=start == 0)


def _span(batch: Batch, start: int, end: int, counts: bool = False) -> Batch:
    columns = {name: values[start:end] for name, values in batch.columns.items()}
    return Batch(columns, batch.labels, batch.rejected) if counts else Batch(columns, batch.labels)


def merged(streams: Iterable[Iterable[Batch]] | Iterable[Part]) -> Iterator[Batch]:
    """Several time-ordered streams as one. A Part is begun when its start is reached, so that few are open at once."""
    parts = [s if isinstance(s, Part) else Part(None, lambda s=s: iter(s)) for s in streams]  # type: ignore[misc]
    waiting = sorted(parts, key=lambda p: -NEVER if p.start is None else p.start, reverse=True)
    running: list[_Running] = []
    while waiting or running:
        while waiting and (not running or waiting[-1].start is None or waiting[-1].start <= _horizon(running)):
            running.append(_Running(waiting.pop().batches()))
            running = [r for r in running if r.fill()]
        if not running:
            continue
        limit = _horizon(running)
        if waiting and waiting[-1].start is not None:
            limit = min(limit, waiting[-1].start)
        batch = by_time(Batch.concat([r.until(limit) for r in running]))
        running = [r for r in running if r.fill()]
        if len(batch) or batch.rejected:
            yield batch


class _Running:
    """A stream with its next batch at hand."""

    def __init__(self, batches: Iterator[Batch]) -> None:
        self._batches, self.batch = batches, Batch.empty()

    def fill(self) -> bool:
        """Fetch the next batch where none is left; False at the end."""
        while not len(self.batch):
            following = next(self._batches, None)
            if following is None:
                return bool(self.batch.rejected)
            following.rejected.update(self.batch.rejected)
            self.batch = by_time(following)
        return True

    def until(self, limit: int) -> Batch:
        """Take the rows up to and including a time."""
        cut = int(np.searchsorted(self.batch.columns["time"], limit, side="right"))
        out, self.batch = _span(self.batch, 0, cut, counts=True), _span(self.batch, cut, len(self.batch))
        return out


def _horizon(running: list[_Running]) -> int:
    """The time up to which every running stream has shown its rows."""
    return min((_last(r.batch.columns["time"]) for r in running), default=NEVER)


def _last(time: Array) -> int:
    return int(time[-1]) if len(time) else NEVER
