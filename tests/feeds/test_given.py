"""Packed files: every packing unpacked, bombs bounded, damage named by byte."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from feeds import FeedError, open_source
from feeds._given import Given
from feeds._registry import find

TEXT = b"flight_id,timestamp,latitude,longitude,vert_speed\na,2020-01-01T00:00:00Z,1,2,3\n"
PACKED = {
    "plain": TEXT, "gzip": gzip.compress(TEXT), "bzip2": bz2.compress(TEXT), "xz": lzma.compress(TEXT),
    "zstd": bytes(pa.compress(TEXT, "zstd", asbytes=True)),
    "two gzip members": gzip.compress(TEXT[:9]) + gzip.compress(TEXT[9:]),
}  # fmt: skip


@pytest.mark.parametrize("data", PACKED.values(), ids=PACKED)
def test_every_packing_is_unpacked(data: bytes) -> None:
    assert Given("a", data=data).read() == TEXT


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_the_mark_that_windows_puts_before_text_is_no_part_of_it(pack: Callable[[bytes], bytes]) -> None:
    line = b"MSG,3,1,1,40757F,1,2019/10/20,11:33:40.311,2019/10/20,11:33:40.311,,38000,,,46.6,-2.7,,,0,,0,0\r\n"

    given = Given("a", data=pack(b"\xef\xbb\xbf" + line))

    assert given.read() == line and find(given).id == "sbs"


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_bomb_stops_at_the_limit(pack: object) -> None:
    bomb = Given("bomb.gz", data=pack(b"0" * 20_000_000), limit=1_000_000)  # type: ignore[operator]

    with pytest.raises(FeedError, match=r"bomb\.gz.*1,000,000 bytes when unpacked"):
        bomb.read()


def test_a_cut_archive_names_the_byte() -> None:
    with pytest.raises(FeedError, match=r"cut\.gz, byte \d+: damaged"):
        Given("cut.gz", data=gzip.compress(TEXT * 50)[:-20]).read()


def test_what_comes_through_a_pipe_is_read_as_a_file_is(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    feeding = threading.Thread(target=pipe.write_bytes, args=(gzip.compress(TEXT),))
    feeding.start()

    source = open_source(str(pipe))
    feeding.join()

    assert source.format == "euctrl" and sum(map(len, source.batches())) == 1


def test_the_identity_of_a_file_is_its_name_without_endings() -> None:
    assert Given("/data/flight_ELY341.csv.gz").stem == "flight_ELY341"
    assert Given("trace_full_a1878a.json").stem == "trace_full_a1878a"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"  \n", "the file is empty"),
        (
            b"<!DOCTYPE html><title>tar1090</title>",
            "a web page; tar1090 and readsb serve the data at data/aircraft.json",
        ),
        (b'{"type": "FeatureCollection", "features": []}', "JSON with keys features, type"),
        (b"\x1a2\x00\x00\x15", "it begins with"),
        (b"PK\x03\x04\x14\x00", "a zip archive; unpack it"),
        (b"aircraft.json".ljust(257, b"\x00") + b"ustar\x0000", "a tar archive; unpack it"),
        (b"hex,count_good_aircraft\n", "known formats: adsbao, adsblol-lines"),
    ],
)
def test_what_is_no_known_format_says_what_it_looks_like(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "unknown.bin"
    path.write_bytes(content)

    with pytest.raises(FeedError) as refused:
        open_source(str(path))

    assert said in str(refused.value)
    assert "unknown.bin" in str(refused.value)


def test_a_missing_file_and_an_unknown_format() -> None:
    with pytest.raises(FeedError, match="there is no such file"):
        open_source("/nowhere/at/all.json")
    with pytest.raises(FeedError, match="no format 'sbs9000'"):
        open_source(__file__, "sbs9000")
