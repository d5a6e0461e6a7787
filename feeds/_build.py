"""The last step of every reader: named arrays become a checked Batch, and every refusal is counted in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np

from geo.batch import EARLIEST, LATEST, Batch, checked
from geo.schema import COLUMNS, NO_TIME, REQUIRED, Array, present

OTHER_TIMES = ("position_time", "gps_ok_before")


def built(columns: Mapping[str, Array], bad: Counter[str], labels: Mapping[int, str] | None = None) -> Batch:
    """A Batch without columns that hold nothing; `bad` is what the reader itself refused, by reason."""
    columns = {k: _castable(v) for k, v in columns.items()}
    kept = {k: v for k, v in columns.items() if k in REQUIRED or present(k, _typed(k, v)).any()}
    for name in OTHER_TIMES:
        if name in kept:
            kept[name] = _believable(name, kept[name], bad)
    batch = checked(kept, labels)
    batch.rejected.update(+bad)
    if "position_time" in batch.columns:
        batch.columns["position_time"][np.isnan(batch["lat"])] = NO_TIME
    return batch


def _castable(values: Array) -> Array:
    """Numbers too large for four bytes made infinite, which the range check refuses without a warning."""
    if values.dtype.kind != "f":
        return values
    with np.errstate(invalid="ignore"):
        huge = np.abs(values) > 1e38
    return np.where(huge, np.inf, values) if huge.any() else values


def _typed(name: str, values: Array) -> Array:
    column = COLUMNS[name]
    return values if column.kind == "f" else np.asarray(values).astype(column.dtype, copy=False)


def _believable(name: str, values: Array, bad: Counter[str]) -> Array:
    """Times outside the believed range made missing."""
    wrong = (values != NO_TIME) & ((values < EARLIEST) | (values > LATEST))
    if wrong.any():
        bad[f"{name} out of range"] += int(wrong.sum())
    return np.where(wrong, NO_TIME, values)
