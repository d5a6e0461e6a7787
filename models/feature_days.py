"""Historical features as Parquet, a folder for each day (`day=2026-01-05/part-0.parquet`), as DuckDB, pandas, polars
and Arrow read it. Features in, files out, and the other way round.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from geo.batch import Batch
from geo.feature_rows import CLASSES, SLOT_S
from geo.feature_table import FEATURES, PHASES
from geo.features import Features, feature_hash
from geo.memory import DAY_MS
from geo.schema import Array

HASH, NAMES, DEFINITIONS = b"skysift.hash", b"skysift.features", b"skysift.definitions"
"""Keys of each file's own metadata: the hash of its features, their names, and what each of them is."""

PART, FLAGS = "part-0.parquet", "_flagged.parquet"
"""Rows of a day; and the flights that rules found fault with, beside the days: flight, class, priority."""


class FeatureFiles(ValueError):
    """A folder that holds no features, or other ones; the message says what to do."""


@dataclass
class FeatureTable:
    """Rows of features with who they are of: arrays (n,). `flagged` marks flights that rules found fault with."""

    icao24: Array
    time: Array
    flight: Array
    callsign: Array
    flagged: Array
    phase: Array
    aircraft_class: Array
    values: Mapping[str, Array]

    def __len__(self) -> int:
        return len(self.time)

    @staticmethod
    def of(rows: Batch, found: Features, flagged: Array | None = None) -> FeatureTable:
        """Features with the rows that they are of."""
        at = found.row
        none = np.zeros(len(at), dtype=bool)
        return FeatureTable(
            rows["icao24"][at], found.time, found.flight, rows["callsign"][at], none if flagged is None else flagged,
            found.phase, found.aircraft_class, found.values,
        )  # fmt: skip

    @staticmethod
    def concat(parts: Sequence[FeatureTable]) -> FeatureTable:
        """One after the other; all have the same features."""
        own = {n: np.concatenate([getattr(p, n) for p in parts]) for n in _OWN}
        return FeatureTable(**own, values={n: np.concatenate([p.values[n] for p in parts]) for n in parts[0].values})

    def take(self, rows: Array) -> FeatureTable:
        """Some of the rows (indices or a mask)."""
        own = {n: getattr(self, n)[rows] for n in _OWN}
        return FeatureTable(**own, values={n: v[rows] for n, v in self.values.items()})

    def features(self) -> Features:
        """As the models read them: all rows fresh, in the table's order."""
        every = np.ones(len(self), dtype=bool)
        return Features(
            np.arange(len(self)), self.time, self.flight, every, self.phase, self.aircraft_class, self.values
        )


_OWN = ("icao24", "time", "flight", "callsign", "flagged", "phase", "aircraft_class")


@dataclass
class DayWriter:
    """Writes tables into a folder, whatever days their rows are of. `close` puts the days in place, each as a whole."""

    folder: Path
    names: Sequence[str]
    writers: dict[int, Any] = field(default_factory=dict)

    def write(self, table: FeatureTable) -> None:
        """Append rows to their days."""
        import pyarrow.parquet as pq

        days = table.time // DAY_MS
        for day in np.unique(days).tolist():
            arrow = to_arrow(table.take(np.flatnonzero(days == day)), self.names)
            if day not in self.writers:
                place = self.folder / f".{day_text(day)}"
                shutil.rmtree(place, ignore_errors=True)
                place.mkdir(parents=True)
                self.writers[day] = pq.ParquetWriter(place / PART, arrow.schema, compression="zstd")
            self.writers[day].write_table(arrow)

    def close(self) -> list[str]:
        """The days written, in order; one that was there before is replaced."""
        for day, writer in sorted(self.writers.items()):
            writer.close()
            target = self.folder / f"day={day_text(day)}"
            shutil.rmtree(target, ignore_errors=True)
            (self.folder / f".{day_text(day)}").rename(target)
        written = [day_text(day) for day in sorted(self.writers)]
        self.writers = {}
        return written


def to_arrow(table: FeatureTable, names: Sequence[str]) -> Any:
    """An Arrow table: who and when, the phase and class in words, the features; what is missing is null."""
    import pyarrow as pa

    columns: dict[str, Any] = {
        "time": pa.array(table.time, pa.timestamp("ms", tz="UTC")),
        "icao24": pa.array(table.icao24),
        "flight": pa.array(table.flight),
        "callsign": pa.array(np.char.decode(table.callsign, "ascii", "replace").astype(object), pa.string()),
        "phase": _words(table.phase, PHASES),
        "aircraft_class": _words(table.aircraft_class, CLASSES),
    }
    columns |= {n: pa.array(table.values[n], pa.float32(), from_pandas=True) for n in names}
    return pa.table(columns).replace_schema_metadata(_told(names))


def write_flags(folder: Path, flight: Array, class_id: Sequence[str], priority: Array) -> None:
    """Flights (n,) that a class found fault with, in place of those written before."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {"flight": pa.array(flight, pa.int64()), "class": pa.array(list(class_id), pa.string())}
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({**columns, "priority": pa.array(priority, pa.int8())}), folder / FLAGS)


def read_flags(folder: Path, least: int) -> Array:
    """Flights with a fault of at least this priority; none where no rules were asked."""
    import pyarrow.parquet as pq

    if not (folder / FLAGS).exists():
        return np.zeros(0, dtype=np.int64)
    table = pq.read_table(folder / FLAGS)
    flights = table["flight"].to_numpy()[table["priority"].to_numpy() >= least]
    return np.unique(flights)


def read_days(folder: Path, least: int = 2) -> FeatureTable:
    """Everything in a folder of features, by flight and time; flagged by faults of priority `least` (2: medium).

    Raises FeatureFiles where it holds none that fit.
    """
    paths = sorted(folder.glob("day=*/*.parquet"))
    if not paths:
        raise FeatureFiles(f"{folder}: no day=YYYY-MM-DD/*.parquet in it: `skysift features` writes such folders")
    table = FeatureTable.concat([_read(path) for path in paths])
    table = table.take(np.lexsort((table.time, table.flight)))
    return replace(table, flagged=np.isin(table.flight, read_flags(folder, least)))


def is_feature_folder(path: Path) -> bool:
    """Whether a path is a folder with days of features in it."""
    return path.is_dir() and next(path.glob("day=*/*.parquet"), None) is not None


def day_text(day: int) -> str:
    """`2026-01-05`, of a number of days since the epoch."""
    return str(np.datetime64(day, "D"))


def _read(path: Path) -> FeatureTable:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(path).read()
        names = json.loads((table.schema.metadata or {})[NAMES])
        made_for = table.schema.metadata[HASH].decode()
        now = feature_hash(names)
    except (pa.ArrowException, KeyError, ValueError, OSError) as error:
        raise FeatureFiles(f"{path}: no features of this version: {error}: write them anew") from error
    if made_for != now:
        raise FeatureFiles(f"{path}: features of hash {made_for}, this version computes {now}: write them anew")
    values = {n: table[n].to_numpy().astype(np.float32, copy=False) for n in names}
    return FeatureTable(
        table["icao24"].to_numpy(), table["time"].cast(pa.int64()).to_numpy(), table["flight"].to_numpy(),
        np.array([text.encode() for text in table["callsign"].to_pylist()], dtype="S8"),
        np.zeros(table.num_rows, dtype=bool),
        _codes(table["phase"], PHASES), _codes(table["aircraft_class"], CLASSES), values,
    )  # fmt: skip


def _words(codes: Array, names: Sequence[str]) -> Any:
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int8()), pa.array(list(names)))


def _codes(words: Any, names: Sequence[str]) -> Array:
    number = {name: k for k, name in enumerate(names)}
    return np.array([number[text] for text in words.to_pylist()], dtype=np.int8)


def _told(names: Sequence[str]) -> Mapping[bytes, bytes]:
    """Each file says what its columns are."""
    told: Iterator[tuple[str, dict[str, str]]] = (
        (n, {"unit": f.unit, "formula": f.formula, "missing": f.missing}) for n, f in FEATURES.items() if n in names
    )
    return {
        HASH: feature_hash(names).encode(), NAMES: json.dumps(list(names)).encode(),
        DEFINITIONS: json.dumps({"slot_s": SLOT_S, **dict(told)}).encode(),
    }  # fmt: skip
