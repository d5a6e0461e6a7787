"""Observations as rows of `positions`: which column becomes what on the way in, and comes back how."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence

import numpy as np

from geo.batch import Batch
from geo.schema import COLUMNS, Array, present
from store import binary
from store.binary import Field
from store.columns import OTHER

CHUNK_ROWS = 8_192
"""Rows encoded at a time: about 2 MB, so that encoding stays in the processor's cache."""

_CLUSTER_MS = 600_000

_NUMBERS = {"f4": ">f4", "f8": ">f8", "u1": ">i2", "u4": ">i4", "i1": "?"}
_ALWAYS = ("feed", "source")
_DERIVED = {"flight": ">i8", "sub": ">i2", "h3": ">i8"}


def column_names(batch: Batch) -> list[str]:
    """The columns of `positions` that the batch fills: what it never sends is left to be NULL."""
    here = batch.columns
    names = ["time", "icao24", *(name for name in _ALWAYS if name in here)]
    names += [name for name in ("position_time", *OTHER) if name in here and present(name, here[name]).any()]
    names += [name for name in _DERIVED if name in here]
    return [*names, "geom"] if "lat" in here and not np.isnan(here["lat"]).all() else names


def field(batch: Batch, name: str) -> Field:
    """One database column of the batch."""
    if name == "geom":
        return binary.as_point(batch["lon"], batch["lat"])
    if name in _DERIVED:
        values = batch.columns[name]
        return binary.as_number(values, _DERIVED[name], None if name == "sub" else values != 0)
    values = batch[name]
    if name == "icao24":
        return binary.as_number(values, ">i8")
    column = COLUMNS[name]
    if column.kind == "i":
        return binary.as_time(values)
    if column.kind == "S":
        return binary.as_text(values)
    valid = None if name in _ALWAYS or column.kind == "f" else present(name, values)
    return binary.as_number(values, _NUMBERS[column.dtype], valid)


def clustered(batch: Batch) -> Batch:
    """The rows by aircraft within ten minutes. The index on (icao24, time) then grows leaf by leaf: twice the rate.

    Time stays together closely enough for its own index. Measured on 200,000 rows of 5,000 aircraft: 170,000 rows per
    second of the server's time in order of time, 330,000 like this.
    """
    order = np.lexsort((batch["icao24"], batch["time"] // _CLUSTER_MS))
    return batch.take(order)


async def stream(batch: Batch, names: Sequence[str]) -> AsyncIterator[bytes]:
    """The batch as a COPY stream, in pieces: the server stores one while the next is being built."""
    yield binary.HEADER
    for start in range(0, len(batch), CHUNK_ROWS):
        part = Batch({k: v[start : start + CHUNK_ROWS] for k, v in batch.columns.items()})
        yield await asyncio.to_thread(_encoded, part, names)
    yield binary.TRAILER


def _encoded(part: Batch, names: Sequence[str]) -> bytes:
    return binary.encode([field(part, name) for name in names])


def selection(names: Sequence[str]) -> tuple[str, dict[str, str]]:
    """The SELECT list that gives every wanted column a fixed width and no NULL, and the layout it then has.

    `names` are schema or derived columns; `lat` and `lon` come out of the geometry.
    """
    parts, layout = [], {}
    for name in names:
        sql, layout[name] = _selected(name)
        parts.append(sql)
    return ", ".join(parts), layout


def _selected(name: str) -> tuple[str, str]:
    if name in ("lat", "lon"):
        return f"coalesce(ST_{'Y' if name == 'lat' else 'X'}(geom), 'NaN')", ">f8"
    if name in ("icao24", *_DERIVED):
        return (name if name in ("icao24", "sub") else f"coalesce({name}, 0::bigint)"), _DERIVED.get(name, ">i8")
    column = COLUMNS[name]
    width = np.dtype(column.dtype).itemsize
    return {
        "f": (f"coalesce({name}, 'NaN')", f">f{width}"),
        "i": (f"coalesce({name}, '-infinity')", ">i8"),
        "u": (f"coalesce({name}, 0::{'smallint' if width == 1 else 'int'})", ">i2" if width == 1 else ">i4"),
        "b": (f"coalesce({name}::int, -1)", ">i4"),
        "S": (f"rpad(coalesce({name}, ''), {width}, chr({binary.PAD}))", f"V{width}"),
    }[column.kind]


def restored(raw: Mapping[str, Array]) -> dict[str, Array]:
    """Decoded columns in the schema's own types."""
    return {name: _restored(name, values) for name, values in raw.items()}


def _restored(name: str, values: Array) -> Array:
    if name in ("icao24", *_DERIVED):
        return values.astype({"sub": "i1", "h3": "u8"}.get(name, "i8"))
    column = COLUMNS[name]
    if column.kind == "i":
        return binary.to_ms(values)
    if column.kind != "S":
        return values.astype(column.dtype)
    raw = np.frombuffer(values.tobytes(), dtype="u1")
    return np.where(raw == binary.PAD, np.uint8(0), raw).view(column.dtype)
