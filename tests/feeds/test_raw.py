"""Raw frames as lines of hex digits: with and without clocks, cut anywhere, among whatever else."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import FeedError
from feeds._avr import LONGEST_LINE, Avr
from tests.feeds.reading import read, read_path
from tests.feeds.streaming import Sent, heard
from tests.feeds.test_beast import FRAME, HERE, NOON, at_noon
from tests.feeds.transponder import altitude_reply, avr, flown

calm = settings(max_examples=100, deadline=None)
SHORT = altitude_reply(38_000)


def taken(pieces: list[bytes]) -> tuple[list[bytes], Counter[str]]:
    stream, found, bad = Avr(), [], Counter[str]()
    for frames in [*map(stream.take, pieces), stream.end()]:
        found += [bytes(data[:size]) for data, size in zip(frames.data, frames.size, strict=True)]
        bad += frames.bad
    return found, bad


@calm
@given(
    listed=st.lists(st.sampled_from([FRAME, SHORT])),
    at=st.integers(0, 10_000),
    clocks=st.booleans(),
    crlf=st.booleans(),
)
def test_lines_cut_anywhere_are_whole_again(listed: list[bytes], at: int, clocks: bool, crlf: bool) -> None:
    whole = b"".join(avr(frame, n if clocks else None) for n, frame in enumerate(listed))
    whole = whole.replace(b"\n", b"\r\n") if crlf else whole
    at %= len(whole) + 1

    assert taken([whole[:at], whole[at:]]) == (listed, Counter())


@calm
@given(garbage=st.binary(max_size=60))
def test_a_line_of_anything_costs_itself_alone(garbage: bytes) -> None:
    found, _ = taken([garbage + b"\n" + avr(FRAME)])

    assert found[-1] == FRAME


def test_every_dress_of_a_frame() -> None:
    text = FRAME.hex().encode()
    lines = b"".join(
        [b"*%s;\n" % text.upper(), b":%s;\n" % text, b"@00000000000c%s;\n" % text, b"%%00000000000c%s;\n" % text,
         b"<00000000000cff%s;\n" % text, b"  *%s; \r\n" % text]
    )  # fmt: skip

    frames = Avr().take(lines)

    assert {bytes(data) for data in frames.data} == {FRAME}
    assert frames.stamp.tolist() == [-1, -1, 12, 12, 12, -1]
    assert frames.rssi[4] == 0


def test_what_is_no_frame_is_counted_and_signs_of_life_are_not() -> None:
    found, bad = taken([b"*1200;\n*0000;\n\n*;\nhello\n*8d4840;\n" + avr(FRAME)])

    assert (found, bad) == ([FRAME], {"line that is no frame": 2})


def test_an_endless_line_fills_no_memory() -> None:
    stream = Avr()
    for _ in range(3):
        stream.take(b"8" * 100_000)
    assert len(stream.rest) <= LONGEST_LINE


def test_a_recording_with_clocks_ends_when_its_file_was_written(tmp_path: Path) -> None:
    path = tmp_path / "frames.txt"
    path.write_bytes(b"".join(avr(frame, at) for at, frame in flown(*HERE, (0.0, 1.0, 2.5))))
    os.utime(path, ns=(NOON * 1_000_000,) * 2)

    source, batch = read_path(path)

    assert source.format == "raw"
    assert (batch["time"] - NOON).tolist() == [-2_500, -1_500, 0]


def test_a_recording_without_clocks_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match=r"no times.*listen live"):
        read(avr(FRAME) * 3)


def test_a_port_without_clocks_gives_rows_of_when_they_came() -> None:
    pair = b"".join(avr(frame) for _, frame in flown(*HERE, (0.0, 0.5)))

    source, got = heard([Sent([pair], stays=True)], lambda s, g: s.rows >= 1, "raw", clock=at_noon)

    assert got[0]["time"].tolist() == [NOON]
    assert got[0]["lat"].round(4).tolist() == [HERE[0]]
    assert source.format == "raw"


def test_another_protocol_is_said_to_be_one() -> None:
    source, got = heard(
        [Sent([b"\x1a3" + b"x\n" * 20_000])],
        lambda s, g: "answer that cannot be read" in s.errors,
        "raw",
        clock=at_noon,
    )

    assert not got
    assert "no raw stream" in source.last_error
