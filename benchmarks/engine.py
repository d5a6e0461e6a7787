"""The engine alone, on one core: a recording in one go, and the same rows in live batches of 10 s and 1 s."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from benchmarks.machine import machine, peak_rss_mib, timed
from benchmarks.world import recording
from cli.inputs import Judging
from geo.anomaly import Anomaly
from geo.batch import Batch
from pipeline.engine import Engine
from pipeline.evaluate import ClassRun
from pipeline.recording import run_recording

WARM_S = 60
"""Of data time."""


def run(setup: Judging, aircraft: int, seconds: int, runs: int, path: Path | None = None) -> dict[str, Any]:
    """States a second: `backfill` (500,000 rows at a time), `live_10s` and `live_1s` batches. Of a service that runs:
    what is made once at its start was made before the clock runs."""
    rows = recording(aircraft, seconds, path)
    _warm(setup, rows)
    backfill = timed(lambda: _recorded(setup, rows), runs)
    live = {s: timed(lambda s=s: _batched(setup, rows, s), runs) for s in (10, 1)}  # type: ignore[misc]
    return {
        "classes": list(setup.classes), "aircraft": aircraft, "seconds": seconds, "rows": len(rows), "runs": runs,
        "backfill_states_per_s": backfill["wall"], "backfill_states_per_cpu_s": backfill["cpu"],
        "live_10s_states_per_s": live[10]["wall"], "live_10s_states_per_cpu_s": live[10]["cpu"],
        "live_1s_states_per_s": live[1]["wall"], "live_1s_states_per_cpu_s": live[1]["cpu"],
        "peak_rss_mib": peak_rss_mib(), "machine": machine(),
    }  # fmt: skip


def _warm(setup: Judging, rows: Batch) -> None:
    """Make what is made once: tables, trees, forests."""
    run_recording(setup.engine(0.0), [rows.take(np.flatnonzero(rows["time"] < rows["time"][0] + WARM_S * 1000))])


def _recorded(setup: Judging, rows: Batch) -> int:
    run_recording(setup.engine(0.0), [rows])
    return len(rows)


def _batched(setup: Judging, rows: Batch, seconds: int) -> int:
    _fed(setup.engine(2.0), rows, seconds)
    return len(rows)


def _fed(engine: Engine, rows: Batch, seconds: int) -> None:
    slot = rows["time"] // (seconds * 1000)
    for piece in np.split(np.arange(len(rows)), np.flatnonzero(np.diff(slot)) + 1):
        engine.feed(rows.take(piece))
    engine.finish()


class Accounted(Engine):
    """Notes the CPU seconds that each class takes; what is left of the whole is the engine's own."""

    def account(self) -> Accounted:
        self.spent: defaultdict[str, float] = defaultdict(float)
        return self

    def _judge(self, run: ClassRun, final: bool) -> Sequence[Anomaly]:
        began = process_time()
        found = super()._judge(run, final)
        self.spent[run.spec.id] += process_time() - began
        return found


def per_class(setup: Judging, aircraft: int, seconds: int, path: Path | None = None) -> dict[str, Any]:
    """CPU microseconds a state: by class, and the engine's own; in backfill and in live batches of 10 s."""
    rows = recording(aircraft, seconds, path)
    _warm(setup, rows)
    out: dict[str, Any] = {"rows": len(rows), "machine": machine()}
    for way in ("backfill", "live_10s"):
        engine = Accounted(setup.classes, setup.overrides, setup.resources, 2.0).account()
        began = process_time()
        if way == "backfill":
            run_recording(engine, [rows])
        else:
            _fed(engine, rows, 10)
        spent = dict(engine.spent) | {"(engine)": process_time() - began - sum(engine.spent.values())}
        silent = {name: why for name, why in engine.status().items() if why}
        out[way] = {name: round(1e6 * s / len(rows), 4) for name, s in sorted(spent.items(), key=lambda i: -i[1])}
        out["silent"] = silent
    return out
