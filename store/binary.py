"""Columns to PostgreSQL's binary COPY stream and back, whole arrays at a time (manual: COPY, File Formats)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from geo.schema import NO_TIME, Array

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
EPOCH_2000_MS = 946_684_800_000
"""PostgreSQL counts microseconds from 2000-01-01."""

EWKB_POINT = np.dtype([("order", "u1"), ("type", ">u4"), ("srid", ">u4"), ("x", ">f8"), ("y", ">f8")])
PAD = 1
"""Pads text to a fixed width on the way out: no stored text holds it, because `as_text` refuses control characters."""


@dataclass(frozen=True)
class Field:
    """One database column of a COPY. `valid` None: no NULL anywhere. `lengths` for text: bytes used of each value."""

    values: Array
    valid: Array | None = None
    lengths: Array | None = None


def as_time(ms: Array) -> Field:
    """int64 epoch ms (NO_TIME missing) as timestamptz."""
    valid = ms != NO_TIME
    micros = (np.where(valid, ms, EPOCH_2000_MS) - EPOCH_2000_MS) * 1000
    return Field(micros.astype(">i8"), None if valid.all() else valid)


def as_number(values: Array, dtype: str, valid: Array | None = None) -> Field:
    """Numbers in the database's own width, `dtype` big-endian; NaN and whatever is not `valid` become NULL."""
    if valid is None and values.dtype.kind == "f":
        valid = ~np.isnan(values)
    return Field(values.astype(dtype), None if valid is None or valid.all() else valid)


def as_text(values: Array) -> Field:
    """Fixed-width bytes as text, empty as NULL. What is not printable ASCII becomes '?': COPY might refuse it."""
    width = max(values.dtype.itemsize, 1)
    raw = np.frombuffer(values.astype(f"S{width}").tobytes(), dtype="u1").reshape(len(values), width)
    used = np.where(raw != 0, np.arange(1, width + 1, dtype="u1"), 0).max(axis=1, initial=0).astype(">i4")
    inside = np.arange(width) < used[:, None]
    clean = np.where(inside & ((raw < 32) | (raw > 126)), np.uint8(ord("?")), raw)
    return Field(np.ascontiguousarray(clean).view(f"V{width}")[:, 0], used > 0, used)


def as_point(lon: Array, lat: Array) -> Field:
    """WGS84 degrees as EWKB points; NaN as NULL."""
    out = np.empty(len(lon), dtype=EWKB_POINT)
    out["order"], out["type"], out["srid"] = 0, 0x20000001, 4326
    out["x"], out["y"] = lon, lat
    valid = ~(np.isnan(lon) | np.isnan(lat))
    return Field(out, None if valid.all() else valid)


def encode(fields: Sequence[Field]) -> bytes:
    """The rows of a COPY stream, without header and trailer."""
    n = len(fields[0].values)
    layout: list[tuple[str, object]] = [("n", ">i2")]
    for i, field in enumerate(fields):
        layout += [(f"l{i}", ">i4"), (f"v{i}", field.values.dtype)]
    rows = np.empty(n, dtype=np.dtype(layout))
    rows["n"] = len(fields)
    for i, field in enumerate(fields):
        _fill(rows, i, field)
    return _without_gaps(rows, fields) if any(f.valid is not None for f in fields) else rows.tobytes()


def _fill(rows: Array, i: int, field: Field) -> None:
    """Length and value of one column; NULL is length -1."""
    length = field.values.dtype.itemsize if field.lengths is None else field.lengths
    rows[f"l{i}"] = length if field.valid is None else np.where(field.valid, length, -1)
    rows[f"v{i}"] = field.values


def _without_gaps(rows: Array, fields: Sequence[Field]) -> bytes:
    """Drop the bytes of NULLs and the unused ends of texts with one mask."""
    width = rows.dtype.itemsize
    keep = np.ones((len(rows), width), dtype=np.bool_)
    offsets: Mapping[str, Any] = rows.dtype.fields or {}
    for i, field in enumerate(fields):
        start, size = offsets[f"v{i}"][1], field.values.dtype.itemsize
        if field.lengths is not None:
            keep[:, start : start + size] = np.arange(size) < field.lengths[:, None]
        elif field.valid is not None:
            keep[~field.valid, start : start + size] = False
    return rows.view("u1").reshape(len(rows), width)[keep].tobytes()


def decode(stream: bytes, layout: Mapping[str, str]) -> dict[str, Array]:
    """Columns from a COPY stream whose fields all have the given fixed dtypes and no NULL.

    Raises ValueError when the stream is not of that shape.
    """
    parts: list[tuple[str, str]] = [("#", ">i2")]
    for name, dtype in layout.items():
        parts += [(f"#{name}", ">i4"), (name, dtype)]
    dtype_row = np.dtype(parts)
    body = len(stream) - len(HEADER) - len(TRAILER)
    if body < 0 or body % dtype_row.itemsize:
        raise ValueError(f"a COPY stream of {body} bytes is no whole number of {dtype_row.itemsize}-byte rows")
    rows = np.frombuffer(stream, dtype=dtype_row, count=body // dtype_row.itemsize, offset=len(HEADER))
    return {name: rows[name] for name in layout}


def to_ms(micros: Array) -> Array:
    """timestamptz as int64 epoch ms; the lowest value stands for NULL and becomes NO_TIME."""
    values = micros.astype("i8")
    return np.where(values == np.iinfo("i8").min, NO_TIME, values // 1000 + EPOCH_2000_MS)
