"""The engine alone, on one core: a recording in one go, and the same rows in live batches of 10 s and 1 s."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.machine import machine, peak_rss_mib, timed
from benchmarks.world import recording
from cli.inputs import Judging
from geo.batch import Batch
from pipeline.recording import run_recording


def run(setup: Judging, aircraft: int, seconds: int, runs: int, path: Path | None = None) -> dict[str, Any]:
    """States a second: `backfill` (500,000 rows at a time), `live_10s` and `live_1s` batches."""
    rows = recording(aircraft, seconds, path)
    backfill = timed(lambda: _recorded(setup, rows), runs)
    live = {s: timed(lambda s=s: _batched(setup, rows, s), runs) for s in (10, 1)}  # type: ignore[misc]
    return {
        "classes": list(setup.classes), "aircraft": aircraft, "seconds": seconds, "rows": len(rows), "runs": runs,
        "backfill_states_per_s": backfill["wall"], "backfill_states_per_cpu_s": backfill["cpu"],
        "live_10s_states_per_s": live[10]["wall"], "live_10s_states_per_cpu_s": live[10]["cpu"],
        "live_1s_states_per_s": live[1]["wall"], "live_1s_states_per_cpu_s": live[1]["cpu"],
        "peak_rss_mib": peak_rss_mib(), "machine": machine(),
    }  # fmt: skip


def _recorded(setup: Judging, rows: Batch) -> int:
    run_recording(setup.engine(0.0), [rows])
    return len(rows)


def _batched(setup: Judging, rows: Batch, seconds: int) -> int:
    engine = setup.engine(2.0)
    slot = rows["time"] // (seconds * 1000)
    for piece in np.split(np.arange(len(rows)), np.flatnonzero(np.diff(slot)) + 1):
        engine.feed(rows.take(piece))
    engine.finish()
    return len(rows)
