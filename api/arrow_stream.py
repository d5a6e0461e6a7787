"""Arrow streams that somebody sent, as columns of Python values, after what they would become has been looked at."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from api.problems import Problem

MOST_BYTES = 64_000_000
"""That compressed buffers may become, all together: sixteen times the longest body."""

_TOO_LONG = f"the body becomes more than {MOST_BYTES:,} bytes: send it in pieces"

_DICTIONARY_BATCH, _RECORD_BATCH = 2, 3
"""Kinds of messages that have buffers (Arrow's Message.fbs, MessageHeader)."""


def columns(body: bytes, known: Sequence[str], most_rows: int) -> tuple[dict[str, list[Any]], int]:
    """Columns by name, and how many rows they have. Raises Problem 400 for what is no such stream, holds a column that
    is not known, is there twice or is nested, 413 for more rows or bytes than are taken.

    A few bytes can stand for gigabytes: compressed, as lists of nothing, or as a long text that all rows name or view.
    """
    import pyarrow as pa

    try:
        _check_size(body, most_rows)
        with pa.ipc.open_stream(body) as stream:
            _check(stream.schema, known)
            table = stream.read_all()
            _check_views(table)
            table.validate(full=True)
            return {name: _values(table.column(name)) for name in table.schema.names}, table.num_rows
    except (pa.ArrowException, OSError, ValueError, UnicodeError, OverflowError, struct.error) as error:
        raise Problem(400, f"the body is no Arrow stream: {str(error)[:120]}") from None


def _check(schema: Any, known: Sequence[str]) -> None:
    for name in schema.names:
        if name not in known:
            raise Problem(400, f"there is no column {name[:60]!r}", name[:60])
        if schema.names.count(name) > 1:
            raise Problem(400, f"there is more than one column {name!r}", name)
        kind = schema.field(name).type
        if not (_flat(kind) or _is_view(kind)):
            raise Problem(400, f"{name} is of type {str(kind)[:60]}: no value is a list", name)


def _flat(kind: Any) -> bool:
    """Whether a value of the type is a single one, with bytes of its own."""
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        return _flat(kind.value_type) and not pa.types.is_null(kind.value_type)
    apart = _is_view(kind) or pa.types.is_nested(kind) or pa.types.is_run_end_encoded(kind)
    return not apart and not isinstance(kind, pa.BaseExtensionType)


def _is_view(kind: Any) -> bool:
    """Whether values are views, as Polars sends its texts."""
    import pyarrow as pa

    return bool(pa.types.is_string_view(kind) or pa.types.is_binary_view(kind))


def _check_views(table: Any) -> None:
    """Raises Problem 413 where views, each of which begins with its length, are of more bytes than are taken."""
    chunks = (chunk for column in table.columns if _is_view(column.type) for chunk in column.chunks)
    views = (np.frombuffer(chunk.buffers()[1], np.int32)[::4] for chunk in chunks if len(chunk))
    if sum(int(lengths.clip(0).sum(dtype=np.int64)) for lengths in views) > MOST_BYTES:
        raise Problem(413, _TOO_LONG)


def _values(column: Any) -> list[Any]:
    """Python values; those of a dictionary are made once for each batch, however many of its rows name them."""
    import pyarrow as pa

    if not pa.types.is_dictionary(column.type):
        return list(column.to_pylist())
    found: list[Any] = []
    for chunk in column.chunks:
        named = chunk.indices.drop_null().unique()
        words = dict(zip(named.to_pylist(), chunk.dictionary.take(named).to_pylist(), strict=True))
        found += map(words.get, chunk.indices.to_pylist())
    return found


def _check_size(body: bytes, most_rows: int) -> None:
    """Raises Problem 413 where the stream says that it has, or becomes, more than is taken. Each batch may name every
    word of its dictionaries, and a dictionary that is added to is copied whole: both count as often as that."""
    import pyarrow as pa

    left, rows = MOST_BYTES, 0
    words: dict[int, int] = {}
    for message in pa.ipc.MessageReader.open_stream(pa.BufferReader(body)):
        told, content = memoryview(message.metadata), memoryview(message.body or b"")
        dictionary, batch = _tables(told)
        if not batch:
            continue
        length, inflated = _field(told, batch, 0), sum(_inflated(told, batch, content))
        if dictionary:
            own, added = _field(told, dictionary, 0), _flag(told, dictionary, 2)
            words[own] = max(len(content), inflated) + (words.get(own, 0) if added else 0)
            left -= words[own] if added else inflated
        else:
            rows, left = rows + length, left - inflated - sum(words.values())
        if max(rows, length) > most_rows:
            raise Problem(413, f"more than {most_rows:,} rows: send them in pieces")
        if left < 0:
            raise Problem(413, _TOO_LONG)


def _tables(told: memoryview) -> tuple[int, int]:
    """Where a message's DictionaryBatch and its RecordBatch lie; 0 where it has none."""
    root = _number(told, "<I", 0)
    place = _place(told, root, 1)
    kind = told[place] if place else 0
    if kind not in (_DICTIONARY_BATCH, _RECORD_BATCH):
        return 0, 0
    header = _table(told, root, 2)
    return (0, header) if kind == _RECORD_BATCH else (header, _table(told, header, 1))


def _inflated(told: memoryview, batch: int, content: memoryview) -> Iterator[int]:
    """Of each compressed buffer of a batch the length that stands before it; -1 means that it is as it is."""
    if not _place(told, batch, 3):  # `compression`
        return
    buffers = _table(told, batch, 2)
    for i in range(_number(told, "<I", buffers)):
        start, length = struct.unpack_from("<qq", told, buffers + 4 + 16 * i)
        if length >= 8:
            yield max(0, _number(content, "<q", start))


def _number(told: memoryview, form: str, at: int) -> int:
    found: int = struct.unpack_from(form, told, at)[0]
    return found


def _field(told: memoryview, table: int, slot: int) -> int:
    """A field of eight bytes; 0 where it is not set."""
    place = _place(told, table, slot)
    return _number(told, "<q", place) if place else 0


def _flag(told: memoryview, table: int, slot: int) -> bool:
    """A field of one byte; False where it is not set."""
    place = _place(told, table, slot)
    return bool(place and told[place])


def _place(told: memoryview, table: int, slot: int) -> int:
    """Where a field of a FlatBuffers table lies; 0 where it is not set."""
    slots = table - _number(told, "<i", table)
    own = 4 + 2 * slot
    offset = _number(told, "<H", slots + own) if own < _number(told, "<H", slots) else 0
    return table + offset if offset else 0


def _table(told: memoryview, table: int, slot: int) -> int:
    """Where a table or vector lies that a field leads to."""
    place = _place(told, table, slot)
    return place + _number(told, "<I", place)
