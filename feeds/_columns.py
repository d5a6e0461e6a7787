"""How a table's columns become the schema's: each format declares the names, kinds and units of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from feeds._build import built
from feeds._convert import address_keys, distinct, flags, numbers, squawk_texts, strings, texts, times
from feeds._given import Given
from feeds._table import Chunk, chunks
from feeds._text import codes, synthetic_key
from geo.batch import Batch
from geo.schema import COLUMNS, NO_TIME, Array

FT_PER_M = 1 / 0.3048
KT_PER_MS = 3600 / 1852
FPM_PER_MS = 60 / 0.3048


@dataclass(frozen=True)
class Col:
    """Where a schema column comes from: the table's names for it, the first that is there, and a factor to our unit."""

    names: tuple[str, ...]
    scale: float = 1.0
    codes: Mapping[str, int] | None = None


@dataclass(frozen=True)
class Layout:
    """A table format: its columns, what identifies a row without an address, and a last hand on each chunk.

    `mixed`: some rows have an address and others have not; else a column of addresses stands for all.
    """

    columns: Mapping[str, Col]
    flight: tuple[str, ...] = ("flight_id", "fr24_id")
    extra: tuple[str, ...] = ()
    mixed: bool = False
    finish: Callable[[dict[str, Array], Chunk, Counter[str]], None] = field(default=lambda columns, chunk, bad: None)

    @property
    def wanted(self) -> frozenset[str]:
        """Every column name that is read, lower case."""
        return frozenset(n for col in self.columns.values() for n in col.names) | {*self.flight, *self.extra}


def read_table(given: Given, mapping: Layout) -> Iterator[Batch]:
    """The table as Batches, in file order."""
    bad = Counter[str]()
    for chunk in chunks(given, mapping.wanted, bad):
        yield batch_of(given, chunk, mapping, bad)
        bad.clear()
    if +bad:
        yield Batch(Batch.empty().columns, {}, +bad)


def batch_of(given: Given, chunk: Chunk, mapping: Layout, bad: Counter[str]) -> Batch:
    """One chunk, converted and checked."""
    columns = {}
    for name, col in mapping.columns.items():
        source = _first(chunk, col.names)
        if source is not None and name != "icao24":
            columns[name] = _converted(name, col, source, bad)
    rows = len(next(iter(chunk.values()), ()))
    columns["icao24"], labels = _identity(given, chunk, mapping, rows)
    columns.setdefault("time", np.full(rows, NO_TIME))
    mapping.finish(columns, chunk, bad)
    return built(columns, bad, labels)


def _first(chunk: Chunk, names: tuple[str, ...]) -> pa.Array | None:
    """The first of the named columns that holds anything."""
    return next((chunk[n] for n in names if n in chunk and chunk[n].null_count < len(chunk[n])), None)


def _converted(name: str, col: Col, values: pa.Array, bad: Counter[str]) -> Array:
    """One column in the schema's type and unit."""
    column = COLUMNS[name]
    if name == "squawk":
        return squawk_texts(values, name, bad)
    if col.codes is not None:
        table = dict(col.codes)
        return distinct(values, lambda words: codes([w.strip().upper() for w in words], table))
    if column.kind == "S":
        return texts(values, int(column.dtype[1:]))
    if column.kind == "b":
        return flags(values, name, bad)
    if column.kind == "i":
        return times(values, name, bad)
    out = numbers(values, name, bad) * col.scale
    if column.unit == "deg" and column.lo == 0:
        # Tables made from averages write west as -90: the same direction.
        out = np.where((out < 0) & (out >= -360), out + 360, out)
    return out


def _identity(given: Given, chunk: Chunk, mapping: Layout, rows: int) -> tuple[Array, dict[int, str]]:
    """Addresses; where the table has none, keys of the flight id, or of the file's name, with their labels."""
    col = mapping.columns.get("icao24")
    source = _first(chunk, col.names) if col else None
    flight = _first(chunk, mapping.flight)
    if source is not None and not (mapping.mixed and flight is not None):
        return address_keys(source), {}
    if flight is None:
        key = synthetic_key(given.stem)
        return np.full(rows, key), {key: given.stem}
    words = sorted(set(strings(flight.unique())) - {""})
    labels = {synthetic_key(word): word[:80] for word in words}
    keys = distinct(flight, lambda found: np.array([synthetic_key(w) if w else -1 for w in found], dtype=np.int64))
    if source is not None:
        own = address_keys(source)
        keys = np.where(own >= 0, own, keys)
    return keys, labels
