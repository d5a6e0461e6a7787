"""Tables whatever they are written in: CSV, Parquet and JSON records become chunks of named Arrow columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from feeds._convert import column
from feeds._given import DAMAGED, HEAD_BYTES, Given
from feeds._json import tolerant
from feeds._order import CHUNK_ROWS

CSV_BLOCK = 16 << 20
_KEY = re.compile(r'"([^"\\]{1,40})"\s*:')
Chunk = Mapping[str, pa.Array]
"""Columns of equal length by lower-case name."""


def chunks(given: Given, wanted: frozenset[str], bad: Counter[str]) -> Iterator[Chunk]:
    """The wanted columns (lower-case names) of a table in pieces. Raises FeedError where it is damaged."""
    if given.parquet:
        return parquet_chunks(given, wanted)
    if given.shape.top:
        return json_chunks(given, wanted, bad)
    return csv_chunks(given, wanted, bad)


def parquet_chunks(given: Given, wanted: frozenset[str]) -> Iterator[Chunk]:
    """Row groups cut to bounded size; only the wanted columns are read."""
    names = [name for name in given.parquet if name.lower() in wanted]
    with given.seekable() as file:
        try:
            for part in pq.ParquetFile(file).iter_batches(CHUNK_ROWS, columns=names):
                yield {name.lower(): _flat(part.column(name)) for name in part.schema.names}
        except DAMAGED as error:
            raise given.error(f"damaged Parquet: {error}", hint="fetch the file again") from error


def _flat(values: pa.Array) -> pa.Array:
    """A plain column: dictionaries resolved, nested types to text that no converter accepts."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        return values.dictionary_decode()
    if pa.types.is_nested(kind) or pa.types.is_decimal(kind):
        return column(values.to_pylist())
    return values


def csv_chunks(given: Given, wanted: frozenset[str], bad: Counter[str]) -> Iterator[Chunk]:
    """Blocks of rows, every cell as bytes. Rows with the wrong number of cells are counted."""

    def wrong(row: pa.csv.InvalidRow) -> str:
        bad["row with the wrong number of cells"] += 1
        return "skip"

    names = _unique(given.cells)
    options = {
        "read_options": pa.csv.ReadOptions(column_names=names, skip_rows=1, block_size=CSV_BLOCK, encoding="latin-1"),
        "parse_options": pa.csv.ParseOptions(delimiter=given.delimiter, invalid_row_handler=wrong),
        "convert_options": pa.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.binary()),
            include_columns=[name for name in names if name in wanted],
            check_utf8=False,
        ),
    }
    try:
        with given.open() as stream:
            for part in pa.csv.open_csv(stream, **options):
                yield {name: part.column(name) for name in part.schema.names}
    except pa.ArrowInvalid as error:
        if "Empty CSV" not in str(error):
            raise given.error(f"damaged CSV: {error}", hint="is it a table with one line per row?") from error


def _unique(names: Sequence[str]) -> list[str]:
    """Names with a number where they are blank or come twice."""
    seen: set[str] = set()
    out = []
    for i, name in enumerate(names):
        out.append(name if name and name not in seen else f"{name}#{i}")
        seen.add(name)
    return out


def json_chunks(given: Given, wanted: frozenset[str], bad: Counter[str]) -> Iterator[Chunk]:
    """Records: an array of objects, one object per line, or pandas' columns of {"row": value}."""
    shape, data = given.shape, given.read()
    seen = shape.record | set(_KEY.findall(data[-HEAD_BYTES:].decode("utf-8", "replace")))
    fields = sorted({key for key in seen if key.lower() in wanted} or wanted)
    record = msgspec.defstruct("Record", [(f"f{i}", Any, None) for i in range(len(fields))], gc=False,
                               rename={f"f{i}": name for i, name in enumerate(fields)})  # fmt: skip
    try:
        if shape.top == "[":
            yield _columns(msgspec.json.decode(data, type=list[record]), fields)  # type: ignore[valid-type]
            return
        if shape.documents > 1:
            yield _columns(msgspec.json.Decoder(record).decode_lines(data), fields)
            return
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass  # one bad record spoils the fast way for all: one by one the good are kept and the bad are counted
    yield record_columns(_rows(given, data, bad), fields)


def _columns(rows: Sequence[Any], fields: Sequence[str]) -> Chunk:
    """Columns of well-formed records; names that differ in case only are one column."""
    return _named((name, list(map(attrgetter(f"f{i}"), rows))) for i, name in enumerate(fields))


def record_columns(rows: Sequence[Mapping[str, Any]], fields: Iterable[str]) -> Chunk:
    """Columns of plain dictionaries."""
    return _named((name, [row.get(name) for row in rows]) for name in fields)


def _named(columns: Iterable[tuple[str, Sequence[Any]]]) -> Chunk:
    out: dict[str, pa.Array] = {}
    for name, values in columns:
        made = column(values)
        if name.lower() not in out or made.null_count < len(made):
            out[name.lower()] = made
    return out


def _rows(given: Given, data: bytes, bad: Counter[str]) -> list[dict[str, Any]]:
    """The records of a document that is not uniform, or is no array: one by one."""
    if given.shape.top == "{" and given.shape.documents > 1:
        found = [_line(line) for line in data.splitlines() if line.strip()]
    else:
        document = tolerant(given, data)
        found = document if isinstance(document, list) else across(document)
    rows = [row for row in found if isinstance(row, dict)]
    bad["record is no JSON object"] += len(found) - len(rows)
    return rows


def _line(line: bytes) -> Any:
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def across(document: Any) -> list[Any]:
    """Records from pandas' default JSON, {"column": {"0": value, ...}, ...}, or one single record."""
    if not isinstance(document, dict):
        return []
    inner = {name: values for name, values in document.items() if isinstance(values, dict)}
    if not inner:
        return [document]
    keys = dict.fromkeys(key for values in inner.values() for key in values)
    return [{name: values.get(key) for name, values in inner.items()} for key in keys]
