"""A Batch: equal-length arrays, one row per observation, checked against the schema; bad values are counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from geo.lazy import indices
from geo.schema import COLUMNS, NO_TIME, REQUIRED, Array, missing

EARLIEST, LATEST = 946_684_800_000, 4_102_444_800_000
"""Times outside 2000 to 2100 UTC are a broken clock, not an observation."""


@dataclass(frozen=True)
class Batch:
    """Observations as columns, in the units of the schema. A column that the source never sends is absent.

    `labels` names synthetic identities (a flight id or file name, where the source has no icao24).
    `rejected` counts what was refused, by reason.
    """

    columns: Mapping[str, Array]
    labels: Mapping[int, str] = field(default_factory=dict)
    rejected: Counter[str] = field(default_factory=Counter)

    def __len__(self) -> int:
        return len(self.columns["time"])

    def __getitem__(self, name: str) -> Array:
        """A column; all missing where the source never sends it."""
        values = self.columns.get(name)
        return missing(name, len(self)) if values is None else values

    def take(self, rows: Array) -> Batch:
        """The given rows (indices or a mask)."""
        index = indices(np.asarray(rows))
        return Batch({k: v.take(index) for k, v in self.columns.items()}, self.labels)

    def with_columns(self, **columns: Array) -> Batch:
        """The same rows with columns added or replaced."""
        return Batch({**self.columns, **columns}, self.labels, self.rejected)

    @staticmethod
    def empty() -> Batch:
        return Batch({name: missing(name, 0) for name in REQUIRED})

    @staticmethod
    def concat(batches: Iterable[Batch]) -> Batch:
        """One after the other; a column that only some have is filled with missing."""
        parts = list(batches)
        if not parts:
            return Batch.empty()
        if len(parts) == 1:
            return parts[0]
        names = dict.fromkeys(name for part in parts for name in part.columns)
        columns = {name: np.concatenate([part[name] for part in parts]) for name in names}
        labels = {k: v for part in parts for k, v in part.labels.items()}
        return Batch(columns, labels, sum((part.rejected for part in parts), Counter()))


ORIGIN = "position 0/0"


def checked(columns: Mapping[str, Array], labels: Mapping[int, str] | None = None) -> Batch:
    """A Batch from raw columns: cast, clamp to the schema, drop rows without identity or time.

    Raises KeyError for a column that the schema does not declare, ValueError when lengths differ.
    """
    rejected: Counter[str] = Counter()
    good = {name: _believed(name, values, rejected) for name, values in columns.items()}
    if len({len(v) for v in good.values()}) > 1:
        raise ValueError(f"columns of unequal length: { {k: len(v) for k, v in good.items()} }")
    _pair_positions(good, rejected)
    keep = _identified(good, rejected)
    return Batch({k: v[keep] for k, v in good.items()} if not keep.all() else good, labels or {}, rejected)


def of_value(reason: str) -> bool:
    """Whether what was rejected for this reason is a value alone: its row is kept without it."""
    name = reason.partition(" ")[0]
    return reason == ORIGIN or (name in COLUMNS and name not in REQUIRED)


def _believed(name: str, values: Array, rejected: Counter[str]) -> Array:
    """The column in its declared type, with values outside the declared range made missing."""
    column = COLUMNS[name]
    if column.kind != "f":
        return np.asarray(values).astype(column.dtype, copy=False)
    out = np.array(values, dtype=column.dtype)
    with np.errstate(invalid="ignore"):
        bad = (out < column.lo) | (out > column.hi)
    if bad.any():
        rejected[f"{name} out of range"] += int(bad.sum())
        out[bad] = np.nan
    return out


def _pair_positions(columns: dict[str, Array], rejected: Counter[str]) -> None:
    """Half a position is none; 0/0 is a decoder's or a database's default and never a fix."""
    if "lat" not in columns or "lon" not in columns:
        columns.pop("lat", None), columns.pop("lon", None)
        return
    lat, lon = columns["lat"], columns["lon"]
    origin = (lat == 0) & (lon == 0)
    if origin.any():
        rejected[ORIGIN] += int(origin.sum())
    none = origin | np.isnan(lat) | np.isnan(lon)
    lat[none] = lon[none] = np.nan


def _identified(columns: Mapping[str, Array], rejected: Counter[str]) -> Array:
    """Rows that have an identity and a believable time."""
    time, icao24 = columns["time"], columns["icao24"]
    dated = (time >= EARLIEST) & (time <= LATEST)
    if not dated.all():
        rejected["no time" if (time[~dated] == NO_TIME).all() else "time out of range"] += int((~dated).sum())
    named = icao24 >= 0
    if not named.all():
        rejected["no identity"] += int((~named).sum())
    keep: Array = dated & named
    return keep


def in_chunks(batch: Batch, rows: int) -> Iterator[Batch]:
    """The batch in pieces of at most `rows` rows."""
    for start in range(0, len(batch), rows):
        part = slice(start, start + rows)
        yield Batch({name: values[part] for name, values in batch.columns.items()}, batch.labels)
