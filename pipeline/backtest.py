"""What subscriptions would have told of a recording: the engine and the watcher over it, start to end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from geo.alert import Alert
from geo.batch import Batch
from geo.schema import Array
from pipeline.engine import Engine, Step
from pipeline.watcher import Watcher

STEP_MS = 10_000
"""Rows are judged by ten seconds of data, as a live feed would give them."""


def backtest(
    engine: Engine, watcher: Watcher, batches: Iterable[Batch], advance: Callable[[int], object] = lambda rows: None
) -> list[Alert]:
    """Every alert, once, by time. `advance` hears of rows done."""
    told: dict[str, Alert] = {}
    for step, done in _steps(engine, batches):
        for alert in watcher.feed(step.rows, step.anomalies, engine.judged_until(step)):
            told.setdefault(alert.key, alert)
        advance(done)
    return sorted(told.values(), key=lambda a: (a.time, a.key))


def _steps(engine: Engine, batches: Iterable[Batch]) -> Iterator[tuple[Step, int]]:
    rows = Batch.concat(batches)
    order = np.argsort(rows["time"], kind="stable")
    cuts = np.flatnonzero(np.diff(rows["time"][order] // STEP_MS)) + 1
    for part in np.split(order, cuts):
        yield engine.feed(rows.take(part)), len(part)
    yield engine.finish(), 0


def confidence_for(alerts: Sequence[Alert], days: float, most_a_day: float) -> float | None:
    """The least confidence that keeps alerts about anomalies at `most_a_day`; None where no confidence does.

    0 where nothing must be left out. Alerts without a confidence count always.
    """
    always = sum(a.confidence is None for a in alerts)
    sure: Array = np.sort([a.confidence for a in alerts if a.confidence is not None])[::-1]
    room = int(most_a_day * days) - always
    if len(sure) <= room:
        return 0.0
    if room < 0:
        return None
    # All that are exactly as sure as the first that is too many go with it.
    above = np.ceil(float(sure[room]) * 100 + 1e-9) / 100
    wanted = above if above > sure[room] else above + 0.01
    return round(float(wanted), 2) if wanted <= 1 else None
