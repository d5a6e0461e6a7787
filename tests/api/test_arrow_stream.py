"""Arrow streams that somebody sent: columns as values, and none of those that would become gigabytes."""

from __future__ import annotations

import struct
from typing import Any

import pyarrow as pa
import pytest

from api import arrow_stream
from api.problems import Problem

KNOWN = ("icao24", "time")


def stream(table: Any, compression: str | None = None) -> bytes:
    out = pa.BufferOutputStream()
    with pa.ipc.new_stream(out, table.schema, options=pa.ipc.IpcWriteOptions(compression=compression)) as writer:
        writer.write_table(table)
    return bytes(out.getvalue())


def read(table: Any, compression: str | None = None, most: int = 50_000) -> tuple[dict[str, list[Any]], int]:
    return arrow_stream.columns(stream(table, compression), KNOWN, most)


def views(text: str, rows: int) -> Any:
    """The same text again and again, which is there once."""
    one = struct.pack("<i4sii", len(text), text[:4].encode(), 0, 0)
    return pa.Array.from_buffers(pa.string_view(), rows, [None, pa.py_buffer(one * rows), pa.py_buffer(text.encode())])


def long(kind: Any) -> Any:
    return pa.table({"icao24": pa.array([b"\0" * (arrow_stream.MOST_BYTES + 1)]).cast(kind)})


@pytest.mark.parametrize("compression", [None, "lz4", "zstd"])
def test_columns_are_values(compression: str | None) -> None:
    table = pa.table({"icao24": ["abcdef"] * 9, "time": [*range(8), None]})

    assert read(table, compression) == ({"icao24": ["abcdef"] * 9, "time": [*range(8), None]}, 9)


def test_views_are_values() -> None:
    table = pa.table({"icao24": pa.array(["abcdef", None, "x" * 20], pa.string_view())})

    assert read(table) == ({"icao24": ["abcdef", None, "x" * 20]}, 3)


def test_words_of_a_dictionary_are_made_once() -> None:
    """Else one long text that fifty thousand rows name would be as many texts."""
    words = pa.array(["abcdef", "x" * 1_000])
    found, _ = read(pa.table({"icao24": pa.DictionaryArray.from_arrays(pa.array([1, 0, None, 1]), words)}))

    assert found["icao24"] == ["x" * 1_000, "abcdef", None, "x" * 1_000]
    assert found["icao24"][0] is found["icao24"][3]


@pytest.mark.parametrize("compression", ["lz4", "zstd"])
@pytest.mark.parametrize("kind", [pa.string(), pa.dictionary(pa.int32(), pa.string())])
def test_a_few_bytes_do_not_become_many(compression: str, kind: Any) -> None:
    with pytest.raises(Problem, match="becomes more than") as refused:
        read(long(pa.string()).cast(pa.schema([("icao24", kind)])), compression)

    assert refused.value.status == 413


def batches(words: list[list[str]], add: bool = False, compression: str | None = None) -> bytes:
    """A stream of a batch for each list of words, which names the first of them."""
    options = pa.ipc.IpcWriteOptions(emit_dictionary_deltas=add, compression=compression)
    named = [pa.DictionaryArray.from_arrays(pa.array([0], pa.int32()), pa.array(own)) for own in words]
    out = pa.BufferOutputStream()
    with pa.ipc.new_stream(out, pa.schema([("icao24", named[0].type)]), options=options) as writer:
        for column in named:
            writer.write_batch(pa.record_batch([column], names=["icao24"]))
    return bytes(out.getvalue())


@pytest.mark.parametrize("compression", [None, "zstd"])
@pytest.mark.parametrize("add", [False, True])
def test_a_dictionary_counts_for_each_batch_that_may_name_its_words(add: bool, compression: str | None) -> None:
    long = "x" * (arrow_stream.MOST_BYTES // 50)
    grown = [[long, *map(str, range(i if add else 0))] for i in range(60)]

    with pytest.raises(Problem, match="becomes more than"):
        arrow_stream.columns(batches(grown, add, compression), KNOWN, 50_000)


def test_batches_with_words_of_their_own_or_in_common_are_read() -> None:
    own, common = [[str(i)] for i in range(2_000)], [["abcdef", *map(str, range(100))]] * 2_000

    for words in (own, common):
        assert arrow_stream.columns(batches(words), KNOWN, 50_000) == ({"icao24": [one[0] for one in words]}, 2_000)


@pytest.mark.parametrize(
    ("table", "status", "said"),
    [
        (pa.table({"icao24": pa.nulls(1 << 20)}), 413, "more than 50,000 rows"),
        (pa.table({"icao24": pa.FixedSizeListArray.from_arrays(pa.nulls(1 << 20), 1 << 20)}), 400, "is a list"),
        (pa.table({"icao24": [{"a": 1}]}), 400, "is a list"),
        (pa.table({"icao24": views("x" * (arrow_stream.MOST_BYTES // 100), 101)}), 413, "becomes more than"),
        (pa.table({"icao24": pa.DictionaryArray.from_arrays(pa.array([0]), views("x" * 99, 9))}), 400, "is a list"),
        (pa.table({"icao24": pa.DictionaryArray.from_arrays(pa.array([0]), pa.nulls(9))}), 400, "is a list"),
        (pa.table({"colour": [1]}), 400, "no column 'colour'"),
        (pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["time", "time"]), 400, "more than one column"),
        (pa.table({"time": pa.array([1 << 60], pa.timestamp("s"))}), 400, "no Arrow stream"),
    ],
)
def test_what_is_not_taken(table: Any, status: int, said: str) -> None:
    with pytest.raises(Problem, match=said) as refused:
        read(table)

    assert refused.value.status == status


def test_wherever_it_is_cut_off_or_changed_it_is_read_or_refused() -> None:
    whole = stream(pa.table({"icao24": ["abcdef"] * 50, "time": list(range(50))}), "zstd")
    for i in range(0, len(whole), 3):
        for hostile in (whole[:i], whole[:i] + b"\xff" + whole[i + 1 :], whole[:i] + b"\0\x80" + whole[i + 2 :]):
            try:
                arrow_stream.columns(hostile, KNOWN, 50_000)
            except Problem as refused:
                assert refused.status in (400, 413)
