"""Tables of arrays (the dataclasses of geo/) into one compressed file and back, without pickle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import orjson
import pyarrow as pa
import shapely

from geo.activity import Activity, Hours
from geo.schema import Array

STAMP, _SHAPES = "stamp", "_shapes"
LARGEST = 4 << 30
_AREA, _SIZE, _WORDS, _JSON = "@wkb", "@size", "@text", "@json"
"""How a field is kept that is no plain array: areas as WKB and its lengths, texts of an object array, JSON."""

T = TypeVar("T")


def packed(table: Any) -> dict[str, Array]:
    """The fields of a dataclass as plain arrays. Fields that are None, or hold nothing, are left out."""
    out: dict[str, Array] = {}
    for name in (f.name for f in fields(table) if f.init and not f.name.startswith("_")):
        value = getattr(table, name)
        if value is None or (not isinstance(value, np.ndarray) and not value):
            continue
        out |= _array(name, value) if isinstance(value, np.ndarray) else {name + _JSON: _bytes(value)}
    return out


def _array(name: str, value: Array) -> dict[str, Array]:
    if value.dtype != object:
        return {name: value}
    if all(isinstance(one, str) for one in value.tolist()):
        return {name + _WORDS: value.astype(str)}
    wkb = shapely.to_wkb(value)
    return {
        name + _AREA: np.frombuffer(b"".join(wkb), dtype=np.uint8),
        name + _SIZE: np.array([len(one) for one in wkb], dtype=np.int64),
    }


def _bytes(value: Any) -> Array:
    plain = [asdict(one) if isinstance(one, Activity) else one for one in value]
    return np.frombuffer(orjson.dumps(plain), dtype=np.uint8)


def unpacked(kind: type[T], arrays: Mapping[str, Array]) -> T:
    """The dataclass again. Raises ValueError where the arrays are not its fields."""
    values: dict[str, Any] = {}
    for key, value in arrays.items():
        name, mark, sort = key.partition("@")
        if not mark:
            values[name] = value
        elif mark + sort == _WORDS:
            values[name] = value.astype(object)
        elif mark + sort == _AREA:
            values[name] = _areas(value, arrays[name + _SIZE])
        elif mark + sort == _JSON:
            values[name] = _sequence(value)
    try:
        return kind(**values)
    except TypeError as error:
        raise ValueError(str(error)) from error


def _areas(data: Array, size: Array) -> Array:
    ends = np.cumsum(size)
    whole = data.tobytes()
    out = np.empty(len(size), dtype=object)
    out[:] = shapely.from_wkb([whole[end - n : end] for end, n in zip(ends.tolist(), size.tolist(), strict=True)])
    return out


def _sequence(data: Array) -> tuple[Any, ...]:
    """Texts, or activities."""
    return tuple(_activity(one) if isinstance(one, dict) else one for one in orjson.loads(data.tobytes()))


def _activity(one: Mapping[str, Any]) -> Activity:
    periods = tuple((int(a), int(b)) for a, b in one["periods"])
    hours = tuple(Hours(tuple(h["days"]), h["start"], h["end"]) for h in one["hours"])
    return Activity(periods, hours, one["zone_name"])


def write(path: Path, table: Any, stamp: Mapping[str, Any]) -> None:
    """Table and stamp into a file, whole or not at all. zstd: a million aircraft are read in half a second."""
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = packed(table)
    shapes = {name: {"dtype": array.dtype.str, "size": array.nbytes} for name, array in plain.items()}
    small = {name: np.frombuffer(_squeezed(array), dtype=np.uint8) for name, array in plain.items()}
    heads = {STAMP: _json({**stamp, _SHAPES: shapes})}
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        arrays: dict[str, Any] = {**heads, **small}
        np.savez(file, **arrays)
    part.replace(path)


def _squeezed(array: Array) -> bytes:
    data: bytes = pa.compress(array.tobytes(), codec="zstd", asbytes=True)
    return data


def _json(value: Any) -> Array:
    return np.frombuffer(orjson.dumps(value), dtype=np.uint8)


def stamp_of(path: Path) -> dict[str, Any]:
    """The stamp alone, without reading the table."""
    with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
        stamp: dict[str, Any] = orjson.loads(file[STAMP].tobytes())
    return {name: value for name, value in stamp.items() if name != _SHAPES}


def read(path: Path, kind: type[T]) -> T:
    """The table. Raises ValueError or OSError for a file that is damaged or of another kind."""
    with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
        shapes = orjson.loads(file[STAMP].tobytes())[_SHAPES]
        return unpacked(kind, {name: _whole(file[name], **shapes[name]) for name in file.files if name != STAMP})


def _whole(data: Array, dtype: str, size: int) -> Array:
    sort = np.dtype(dtype)
    if sort.kind not in "biufSU" or not 0 <= size <= LARGEST:
        raise ValueError(f"an array of {dtype}, {size} bytes")
    out: Array = np.frombuffer(pa.decompress(data.tobytes(), size, codec="zstd", asbytes=True), dtype=sort)
    return out
