"""A recording's features: rows go through the engine, which tells flights apart and finds fault with some."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from geo.anomaly import Anomaly
from geo.batch import Batch, in_chunks
from geo.feature_stream import FeatureStream
from geo.features import Features
from geo.schema import Array
from pipeline.engine import Engine, Step

CHUNK_ROWS = 500_000


@dataclass
class Featuring:
    """`run` gives features as they come; afterwards `faults` knows the flights that classes found fault with."""

    engine: Engine
    stream: FeatureStream
    found: dict[str, Anomaly] = field(default_factory=dict)
    rows: list[tuple[Array, Array, Array]] = field(default_factory=list)

    def run(
        self, batches: Sequence[Batch], advance: Callable[[int], object] = lambda rows: None
    ) -> Iterator[tuple[Batch, Features]]:
        """Rows that have features with them, `CHUNK_ROWS` of the recording at a time, in time order."""
        rows = Batch.concat(batches)
        rows = rows.take(np.argsort(rows["time"], kind="stable"))
        for chunk in in_chunks(rows, CHUNK_ROWS):
            yield self._step(self.engine.feed(chunk))
            advance(len(chunk))
        yield self._step(self.engine.finish())

    def faults(self) -> tuple[Array, Sequence[str], Array]:
        """Flight, class and priority (n,) of every anomaly that stands, for each flight that is in it."""
        if not self.rows:
            return np.zeros(0, dtype=np.int64), (), np.zeros(0, dtype=np.int8)
        icao24, time, flight = (np.concatenate(parts) for parts in zip(*self.rows, strict=True))
        order = np.lexsort((time, icao24))
        table = icao24[order], time[order], flight[order]
        standing = [a for a in self.found.values() if a.state != "cleared"]
        met = [(f, a.class_id, a.priority) for a in standing for f in _flights(a, *table)]
        keys, classes, priority = zip(*sorted(set(met)), strict=True) if met else ((), (), ())
        return np.array(keys, dtype=np.int64), classes, np.array(priority, dtype=np.int8)

    def _step(self, step: Step) -> tuple[Batch, Features]:
        self.found |= {a.id: a for a in step.anomalies}
        if not len(step.rows):
            return step.rows, self._nothing()
        rows, found = self.stream.follow(step.rows)
        self.rows.append((rows["icao24"], found.time, found.flight))
        return rows, found

    def _nothing(self) -> Features:
        none = np.zeros(0, dtype=np.int64)
        values = {name: np.zeros(0, dtype=np.float32) for name in self.stream.names}
        return Features(none, none, none, none > 0, none, none, values)


def _flights(one: Anomaly, icao24: Array, time: Array, flight: Array) -> set[int]:
    """Flights of an anomaly's aircraft that were under way within its time."""
    out: set[int] = set()
    for aircraft in {k for k in (one.icao24, *one.members) if k is not None}:
        a, b = np.searchsorted(icao24, [aircraft, aircraft + 1])
        low, high = np.searchsorted(time[a:b], [one.start - SLACK_MS, one.end + SLACK_MS])
        out |= set(flight[a + low : a + high].tolist())
    return out


SLACK_MS = 10_000
"""Rows with features are ten seconds apart: the one nearest to an anomaly may lie just outside."""
