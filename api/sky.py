"""Aircraft as columns: gathered by the database column by column, sent as an Arrow stream that is drawn as it lies."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import asyncpg
import numpy as np

from api import parameters, query
from api.asked import Asked
from api.collections import Collection
from api.parameters import Edges
from geo.schema import COLUMNS, EMERGENCIES, SOURCES, Array

_ZIP_LEVEL = 1
"""Ten thousand aircraft shrink from 580 to 273 kB in 7 ms; more effort gains little on numbers."""

_WORDS = {"source": SOURCES, "emergency": EMERGENCIES}


@dataclass(frozen=True)
class Part:
    """One column: how the database writes a row's value, as what NumPy reads it. Missing is NaN, an empty text, -1."""

    name: str
    sql: str
    dtype: str
    lasting: bool = False
    """Whether it stays as it is while an aircraft flies, or nobody needs it each second: ticks leave it out."""


def _number(name: str, sql: str = "", lasting: bool = False) -> Part:
    return Part(name, f"float4send(coalesce({sql or name}, 'NaN')::float4)", ">f4", lasting)


def _text(name: str, width: int, sql: str = "", lasting: bool = False) -> Part:
    blank = "\\000" * width
    value = f"convert_to(coalesce({sql or name}, ''), 'UTF8') || '{blank}'::bytea"
    return Part(name, f"substr({value}, 1, {width})", f"S{width}", lasting)


def _word(name: str) -> Part:
    words = ", ".join(repr(word) for word in _WORDS[name])
    return _text(name, 14, f"(ARRAY[{words}])[{name} + 1]", lasting=True)


_KNOWN = "CASE WHEN on_ground THEN 1 WHEN NOT on_ground THEN 0 ELSE -1 END"
_WHEN = "coalesce((extract(epoch FROM position_time) * 1000)::bigint, (extract(epoch FROM time) * 1000)::bigint)"
PARTS = (
    Part("icao24", "int8send(icao24)", ">i8"),
    Part("sub", "int2send(sub)", ">i2"),
    Part("position_time", f"int8send({_WHEN})", ">i8"),
    _number("lon", "ST_X(geom)"), _number("lat", "ST_Y(geom)"),
    *map(_number, ("track", "baro_altitude", "ground_speed", "vertical_rate")),
    Part("on_ground", f"int2send(({_KNOWN})::int2)", ">i2"),
    _text("callsign", 8), _text("squawk", 4), _text("type_code", 4),
    _number("nic", lasting=True), _number("nac_p", lasting=True), _number("rssi", lasting=True),
    _text("registration", 10, lasting=True), _word("source"), _word("emergency"),
)  # fmt: skip
MOVING = tuple(one for one in PARTS if not one.lasting)


@dataclass(frozen=True)
class Sky:
    """Equal-length arrays by name. `time`: data time, epoch ms; `whole`: whoever is not in it is not there."""

    columns: Mapping[str, Array]
    time: int
    whole: bool

    def __len__(self) -> int:
        return len(self.columns["icao24"])

    def inside(self, boxes: Sequence[Edges]) -> Sky:
        """Those in any of the boxes."""
        lon, lat = self.columns["lon"], self.columns["lat"]
        held = np.zeros(len(lon), bool)
        for west, south, east, north in boxes:
            held |= (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
        return replace(self, columns={name: values[held] for name, values in self.columns.items()})

    def arrow(self) -> bytes:
        """An Arrow IPC stream of one batch, all columns of fixed width."""
        import pyarrow as pa

        schema = _schema(tuple(self.columns), self.time, self.whole)
        batch = pa.RecordBatch.from_arrays(
            [_array(self.columns[one.name], one.type) for one in schema], schema=schema
        )  # fmt: skip
        out = pa.BufferOutputStream()
        with pa.ipc.new_stream(out, schema) as writer:
            writer.write_batch(batch)
        return bytes(out.getvalue())

    def packed(self) -> bytes:
        """The same for a stream of text: gzip, then base64."""
        packer = zlib.compressobj(_ZIP_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS | 16)
        return base64.b64encode(packer.compress(self.arrow()) + packer.flush())


def _array(values: Array, kind: Any) -> Any:
    """Made of buffers: pyarrow's own way from numpy imports pandas, which takes a second of the first answer."""
    import pyarrow as pa

    if pa.types.is_boolean(kind):
        buffers = [_bits(values >= 0), _bits(values == 1)]
    elif pa.types.is_fixed_size_binary(kind):
        buffers = [None, pa.py_buffer(values.tobytes())]
    else:
        buffers = [None, pa.py_buffer(np.ascontiguousarray(values, values.dtype.newbyteorder("=")))]
    return pa.Array.from_buffers(kind, len(values), buffers)


def _bits(flags: Array) -> Any:
    import pyarrow as pa

    return pa.py_buffer(np.packbits(flags, bitorder="little"))


def _schema(names: tuple[str, ...], time: int, whole: bool) -> Any:
    told = {"time": str(time), "whole": str(whole).lower()}
    return _fields(names).with_metadata(told)


@cache
def _fields(names: tuple[str, ...]) -> Any:
    import pyarrow as pa

    by_name = {one.name: one for one in PARTS}
    return pa.schema([pa.field(name, _kind(by_name[name]), metadata=_told(name)) for name in names])


def _kind(one: Part) -> Any:
    import pyarrow as pa

    own = {"position_time": pa.timestamp("ms", "UTC"), "on_ground": pa.bool_(), "sub": pa.int16()}
    if one.name in own:
        return own[one.name]
    kinds = {">i8": pa.int64(), ">f4": pa.float32()}
    return kinds.get(one.dtype) or pa.binary(int(one.dtype[1:]))


def _told(name: str) -> dict[str, str]:
    if name not in COLUMNS:
        return {"meaning": "0 for the airframe itself, 1 and more for an intruder under its address"}
    return {"meaning": COLUMNS[name].meaning} | ({"unit": COLUMNS[name].unit} if COLUMNS[name].dtype[0] == "f" else {})


def _sky(parts: Sequence[Part], row: Sequence[Any], time: int, whole: bool) -> Sky:
    found = zip(parts, row, strict=True)
    return Sky({one.name: np.frombuffer(value or b"", one.dtype) for one, value in found}, time, whole)


_MOVED = f"""
SELECT {", ".join(f"string_agg({one.sql}, ''::bytea)" for one in MOVING)}, max(seq),
  (extract(epoch FROM max(time)) * 1000)::bigint
FROM aircraft_now WHERE seq > $1 AND geom IS NOT NULL
"""


async def moved(connection: Any, since: int) -> tuple[int, Sky | None]:
    """Where the aircraft are that changed after tick `since`, and the newest tick."""
    *columns, newest, time = await connection.fetchrow(_MOVED, since)
    if newest is None:
        return since, None
    return newest, _sky(MOVING, columns, time, whole=False)


async def page(pool: asyncpg.Pool, collection: Collection, asked: Asked) -> tuple[Sky, str | None]:
    """One page of the aircraft that are asked for, and the token of the next page if there is one."""
    columns, rows, ends, now = await query.read_columns(pool, collection, asked, {one.name: one.sql for one in PARTS})
    more = rows > asked.limit
    whole = not (more or asked.boxes or asked.after or asked.filters or asked.cql is not None)
    return _sky(PARTS, columns, now or 0, whole), parameters.token(ends) if more else None
