"""One class at work on a few batches, and real recordings in shapes that no reader of ours takes."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from detectors._registry import registry
from geo.anomaly import Anomaly
from geo.batch import Batch, checked
from geo.registers import Registers
from geo.schema import NO_TIME
from pipeline.engine import Engine
from tests.recordings import recording


def found(
    name: str, batches: Sequence[Batch], resources: Mapping[str, Any] | None = None, **overrides: float
) -> list[Anomaly]:
    """The anomalies of one class in the end, in order of time."""
    spec = registry()[name]
    given = {"registers": Registers.builtin()} | dict(resources or {})
    engine = Engine({name: spec}, {name: overrides}, given, 0.0)
    last = {a.id: a for batch in batches for a in engine.feed(batch).anomalies}
    last |= {a.id: a for a in engine.finish().anomalies}
    return sorted(last.values(), key=lambda a: (a.start, a.id))


def recorded(*paths: Path) -> Batch:
    """All rows of some files in order of time."""
    rows = Batch.concat([batch for path in paths for batch in recording(path)])
    return rows.take(np.argsort(rows["time"], kind="stable"))


def again(rows: Batch, times: int, step_s: float = 10.0) -> Batch:
    """A snapshot repeated: what its aircraft would send if nothing changed."""
    copies = []
    for k in range(times):
        later = {
            name: np.where(rows[name] == NO_TIME, NO_TIME, rows[name] + int(k * step_s * 1000))
            for name in ("time", "position_time") if name in rows.columns
        }  # fmt: skip
        copies.append(rows.with_columns(**later))
    out = Batch.concat(copies)
    return out.take(np.argsort(out["time"], kind="stable"))


def sbs(path: Path) -> Batch:
    """BaseStation lines, each a message: address, time, callsign and place."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data).decode("latin-1")
    rows = [line.split(",") for line in text.splitlines() if line.startswith("MSG") and line.count(",") >= 15]
    stamps = [datetime.strptime(f"{r[6]} {r[7]}", "%Y/%m/%d %H:%M:%S.%f").replace(tzinfo=UTC) for r in rows]

    def number(column: int) -> Any:
        return np.array([float(r[column] or "nan") for r in rows])

    return checked(
        {
            "icao24": np.array([int(r[4], 16) for r in rows]),
            "time": np.array([round(stamp.timestamp() * 1000) for stamp in stamps]),
            "callsign": np.array([r[10].strip().encode() for r in rows], dtype="S8"),
            "baro_altitude": number(11), "ground_speed": number(12), "lat": number(14), "lon": number(15),
        }
    )  # fmt: skip
