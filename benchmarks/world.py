"""Traffic to measure with: a snapshot of many aircraft, moved along at one row a second each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from geo.batch import Batch
from geo.schema import NO_TIME, Array
from geo.sphere import KNOT_M_S, destination

AIRCRAFT = 8_423
"""As many as a public worldwide snapshot of 2022-04-30 held."""

START = 1_760_000_400_000
"""2025-10-09T09:00:00Z: the same data time in every run, so that every run does the same work."""


def snapshot(path: Path | None = None, aircraft: int = AIRCRAFT) -> Batch:
    """One row per aircraft: from a file that a feed can read, or of the synthetic world."""
    if path:
        from feeds import open_source

        rows = Batch.concat(open_source(str(path)).batches())
    else:
        from feeds.synthetic import Synthetic

        world = Synthetic(seed=1, aircraft=aircraft, region="world")
        rows = Batch.concat(world.batches(START, START + 1_000, step_s=1.0))
    _, first = np.unique(rows["icao24"], return_index=True)
    return rows.take(first[:aircraft])


def moving(rows: Batch, seconds: int) -> Iterator[Batch]:
    """One batch per second: every aircraft goes on along its track at its speed; all else stays as it was sent."""
    age = np.where(rows["position_time"] == NO_TIME, 0, rows["time"] - rows["position_time"])
    track, speed = (np.nan_to_num(rows[n].astype(float)) for n in ("track", "ground_speed"))
    for k in range(seconds):
        lat, lon = destination(rows["lat"], rows["lon"], track, speed * KNOT_M_S * k)
        time: Array = np.full(len(rows), START + k * 1000, dtype=np.int64)
        where = {"lat": lat, "lon": lon, "time": time, "position_time": time - np.minimum(age, 60_000)}
        if "messages" in rows.columns:
            where["messages"] = rows["messages"] + 4.0 * k
        yield rows.with_columns(**where)


def recording(aircraft: int, seconds: int, path: Path | None = None) -> Batch:
    """All seconds as one batch, in time order."""
    return Batch.concat(moving(snapshot(path, aircraft), seconds))
