"""What watching costs: the engine with thousands of areas beside the same engine with none, in pairs."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import numpy as np
import shapely

from benchmarks.machine import machine
from benchmarks.world import recording
from cli.inputs import Judging
from geo.batch import Batch
from geo.schema import Array
from geo.zones import Zones
from pipeline.subscriptions import Subscription
from pipeline.watching import NOTHING, Plan, Watching

TRIGGERS = ("enters", "leaves", "stays", "anomaly-starts")
PER_S = 1_000
WARM = 0.5
"""Before the clock runs, this share of the rows is judged: what is made once is made, and cells are known."""

WIDTH_DEG = 0.2


def run(
    setup: Judging, areas: int, subscriptions: int, aircraft: int, seconds: int, runs: int, path: Path | None = None
) -> dict[str, Any]:
    """`cost`: the share of CPU time that watching adds, the median over pairs, each judged in batches of 1 s."""
    rows = recording(aircraft, seconds, path)
    plan, timed = planned(rows, areas, subscriptions), int(len(rows) * (1 - WARM))
    pairs = [(_spent(setup, rows, NOTHING)[0], *_spent(setup, rows, plan)) for _ in range(runs)]
    return {
        "areas": areas, "subscriptions": subscriptions, "aircraft": aircraft, "rows": len(rows), "runs": runs,
        "alerts": pairs[0][2], "added_us_a_state": round(1e6 * median(one[1] - one[0] for one in pairs) / timed, 3),
        "without_s": round(median(one[0] for one in pairs), 2),
        "with_s": round(median(one[1] for one in pairs), 2),
        "cost": round(median(one[1] / one[0] - 1 for one in pairs), 3), "machine": machine(),
    }  # fmt: skip


def planned(rows: Batch, areas: int, subscriptions: int) -> Plan:
    """Boxes around positions that are flown through, and subscriptions of all kinds spread over them."""
    rng = np.random.default_rng(1)
    row = rng.choice(np.flatnonzero(np.isfinite(rows["lat"]) & (np.abs(rows["lat"]) < 80)), areas)
    north, east = rng.normal(0, 0.5, (2, areas))
    # Without a shift east as well every box would have its border right where an aircraft begins.
    lat, lon = rows["lat"][row] + north, np.clip(rows["lon"][row] + east, -179, 179)
    shapes: Array = shapely.box(lon, lat, lon + WIDTH_DEG, lat + WIDTH_DEG)
    names, ref, numbers = np.arange(areas).astype(str), np.full(areas, "MSL"), np.arange(areas)
    zones = Zones(names, names, names, names, np.full(areas, -np.inf), np.full(areas, np.inf), ref, ref, shapes,
                  np.zeros(areas))  # fmt: skip
    wanted = [Subscription(k, str(k), TRIGGERS[k % 4], k * areas // subscriptions) for k in range(subscriptions)]
    return Plan(zones, numbers, wanted)


def _spent(setup: Judging, rows: Batch, plan: Plan) -> tuple[float, int]:
    """CPU seconds, and how many alerts there were."""
    engine, watching, told = setup.engine(2.0), Watching(plan), 0
    cuts = np.flatnonzero(np.diff(rows["time"] // PER_S)) + 1
    pieces = np.split(np.arange(len(rows)), cuts)
    warm = int(len(pieces) * WARM)
    for piece in pieces[:warm]:
        step = engine.feed(rows.take(piece))
        watching.feed(step.rows, step.anomalies, engine.judged_until(step))
    began = process_time()
    for piece in pieces[warm:]:
        step = engine.feed(rows.take(piece))
        told += len(watching.feed(step.rows, step.anomalies, engine.judged_until(step)))
    return process_time() - began, told
