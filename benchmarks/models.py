"""Learned models on one core: features, points and windows in batch; a live tick of many aircraft scored by both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import Any

import numpy as np

from benchmarks.machine import machine
from cli.inputs import choose, learned
from feeds.synthetic import START_MS, Synthetic
from geo.airports import Airports
from geo.batch import Batch
from geo.feature_rows import SLOT_S, Places
from geo.feature_stream import FeatureStream
from geo.features import Features
from geo.windows import STEPS, window_ends, windows
from pipeline.engine import Engine

BOTH = ("ml-point", "ml-sequence")
WARM_TICKS = STEPS + 4
"""Before the first window is whole, a tick costs less."""


def run(aircraft: int, ticks: int, runs: int, say: Callable[[str], object] = lambda text: None) -> dict[str, Any]:
    """Rows and windows a second, by the clock and by processor time; seconds of a tick."""
    say("making traffic")
    batches = _traffic(aircraft, WARM_TICKS + ticks)
    models = learned()
    say("batch")
    out: dict[str, Any] = {"aircraft": aircraft, "runs": runs, **_features(batches, models, runs)}
    for name, model in models.items():
        _, found = FeatureStream(model.names, Places(Airports.builtin())).extend(Batch.concat(batches))
        kind = name.removesuffix("_model")
        out |= _points(model, found, runs) if kind == "point" else _windows(model, found, runs)
    say("live")
    return {**out, **_ticks(batches, models), "machine": machine()}


def _traffic(aircraft: int, ticks: int) -> Sequence[Batch]:
    """A row for each aircraft every ten seconds, one batch a tick."""
    world = Synthetic.worldwide(aircraft)
    return list(world.batches(START_MS, START_MS + ticks * SLOT_S * 1000, float(SLOT_S), float(SLOT_S)))


def _features(batches: Sequence[Batch], models: dict[str, Any] | Any, runs: int) -> dict[str, Any]:
    names = next(iter(models.values())).names
    rows = Batch.concat(batches)
    places = Places(Airports.builtin())
    rates = _timed(lambda: len(FeatureStream(names, places).extend(rows)[1]), runs)
    return {f"feature_rows_per_{k}": v for k, v in rates.items()}


def _points(model: Any, found: Features, runs: int) -> dict[str, Any]:
    model.scores(found.take(np.arange(min(len(found), 1_000))))  # the forests are built at their first use
    rates = _timed(lambda: len(model.scores(found)), runs)
    return {"point_rows": len(found)} | {f"point_rows_per_{k}": v for k, v in rates.items()}


def _windows(model: Any, found: Features, runs: int) -> dict[str, Any]:
    ends = window_ends(found)[:20_000]
    cut = windows(model.scales.apply(found), ends)
    model.errors(cut[:200])
    rates = _timed(lambda: len(model.errors(cut)), runs)
    return {"windows": len(ends)} | {f"windows_per_{k}": v for k, v in rates.items()}


def _ticks(batches: Sequence[Batch], models: Any) -> dict[str, Any]:
    """Seconds that the engine takes for one row of every aircraft, with the learned classes alone."""
    classes = {n: one for n, one in choose(None).items() if n in BOTH}
    resources = {"airports": Airports.builtin(), **models}
    engine, wall, cpu = Engine(classes, resources=resources, lateness_s=0.0), [], []
    for batch in batches:
        at, used = perf_counter(), process_time()
        engine.feed(batch)
        wall.append(perf_counter() - at)
        cpu.append(process_time() - used)
    wall, cpu = wall[WARM_TICKS:], cpu[WARM_TICKS:]
    return {
        "tick_classes": list(classes), "ticks": len(wall), "tick_s_median": round(median(wall), 3),
        "tick_s_p90": round(quantiles(wall, n=10)[-1], 3), "tick_cpu_s_median": round(median(cpu), 3),
    }  # fmt: skip


def _timed(work: Callable[[], int], runs: int) -> dict[str, int]:
    """The median rate of several runs."""
    clock, processor = [], []
    for _ in range(runs):
        at, used = perf_counter(), process_time()
        done = work()
        clock.append(done / (perf_counter() - at))
        processor.append(done / (process_time() - used))
    return {"s": round(median(clock)), "cpu_s": round(median(processor))}
