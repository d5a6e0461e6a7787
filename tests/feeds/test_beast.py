"""The Beast framing: whole messages however they are cut, and after any garbage the next one."""

from __future__ import annotations

import os
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import FeedError
from feeds._beast import LONGEST, Beast
from tests.feeds.reading import read, read_path
from tests.feeds.streaming import Sent, heard
from tests.feeds.transponder import ICAO, START, airborne, altitude_reply, beast, flown, named, squitter

NOON = 1_579_521_600_000
FRAME = named("KLM1023")
HERE = (52.25, 3.92)

messages = st.lists(
    st.tuples(st.integers(0, 2**48 - 1), st.integers(0, 255), st.binary(min_size=7, max_size=7) | st.binary(
        min_size=14, max_size=14)), max_size=8)  # fmt: skip
calm = settings(max_examples=150, deadline=None)


def sent(listed: list[tuple[int, int, bytes]]) -> bytes:
    return b"".join(beast(frame, level=level, stamp=stamp) for stamp, level, frame in listed)


def taken(pieces: list[bytes]) -> tuple[list[tuple[int, bytes]], Counter[str]]:
    """(clock, frame) of all messages, and what was refused."""
    stream, found, bad = Beast(), [], Counter[str]()
    for frames in [*map(stream.take, pieces), stream.end()]:
        found += [
            (int(stamp), bytes(data[:size]))
            for stamp, data, size in zip(frames.stamp, frames.data, frames.size, strict=True)
        ]
        bad += frames.bad
    return found, bad


@calm
@given(listed=messages, cuts=st.lists(st.integers(0, 400), max_size=6))
def test_messages_cut_anywhere_are_whole_again(listed: list[tuple[int, int, bytes]], cuts: list[int]) -> None:
    whole = sent(listed)
    edges = sorted({0, len(whole), *(cut % (len(whole) + 1) for cut in cuts)})

    found, bad = taken([whole[a:b] for a, b in pairwise(edges)])

    assert found == [(stamp, frame) for stamp, _, frame in listed]
    assert not bad


@calm
@given(garbage=st.binary(max_size=80), listed=messages, size=st.integers(1, 9))
def test_after_garbage_comes_every_message_but_one_at_most(
    garbage: bytes, listed: list[tuple[int, int, bytes]], size: int
) -> None:
    whole = garbage + sent(listed)

    found, _ = taken([whole[at : at + size] for at in range(0, len(whole), size)])

    # What garbage begins may swallow a message that follows; those behind it are as they were sent.
    expected = [(stamp, frame) for stamp, _, frame in listed][1:]
    assert found[len(found) - len(expected) :] == expected


@calm
@given(pieces=st.lists(st.binary(max_size=200) | st.binary(max_size=60).map(lambda b: b.replace(b"0", b"\x1a\x1a3"))))
def test_what_is_kept_for_later_is_never_more_than_a_message(pieces: list[bytes]) -> None:
    stream = Beast()
    for piece in pieces:
        stream.take(piece)
        assert len(stream.rest) <= LONGEST + 2


def test_an_endless_row_of_escapes_fills_no_memory() -> None:
    stream = Beast()
    for _ in range(5):
        stream.take(b"\x1a" * 10_001)
    assert len(stream.rest) <= 2


def test_what_is_no_message_is_counted() -> None:
    cut = beast(FRAME)[:12]

    found, bad = taken([b"abc" + beast(FRAME) + b"de" + b"\x1a\x99rubbish" + cut + beast(FRAME)])

    assert [frame for _, frame in found] == [FRAME, FRAME]
    assert bad == {"bytes between frames": 5, "message of an unknown kind": 1, "message cut off": 1}


def test_mode_a_and_the_receivers_own_messages_are_no_frames() -> None:
    other = b"\x1a1" + bytes(9) + b"\x1a4" + bytes(21) + b"\x1a5" + bytes(21) + b"\x1a\xe3" + bytes(8)

    assert taken([other + beast(FRAME)]) == ([(START, FRAME)], Counter())


def test_the_signal_byte_is_an_amplitude() -> None:
    frames = Beast().take(beast(FRAME, level=255) + beast(FRAME, level=128) + beast(FRAME, level=0))

    assert frames.rssi[:2].round(2).tolist() == [0.0, -5.99]
    assert np.isnan(frames.rssi[2])


def recorded(folder: Path, data: bytes, ended_ms: int = NOON) -> Path:
    path = folder / "dump.bin"
    path.write_bytes(data)
    os.utime(path, ns=(ended_ms * 1_000_000,) * 2)
    return path


def test_a_recording_ends_when_its_file_was_written(tmp_path: Path) -> None:
    data = beast(FRAME) + b"".join(beast(frame, at) for at, frame in flown(*HERE, (0.5, 1.0, 2.25)))

    source, batch = read_path(recorded(tmp_path, data))

    assert source.format == "beast"
    assert (batch["time"] - NOON).tolist() == [-2_250, -1_250, 0]
    assert batch["callsign"].tolist() == [b"KLM1023"] * 3
    assert batch["lat"][1:].round(4).tolist() == [HERE[0]] * 2
    assert batch["messages"].tolist() == [1, 3, 4]
    assert batch["rssi"][0] == pytest.approx(-5.99, abs=0.01)
    assert not source.rejected


def test_a_gps_clock_says_the_time_of_day(tmp_path: Path) -> None:
    """Across midnight, by a Radarcape: seconds of the day in 18 bits, nanoseconds in 30."""
    midnight = NOON + 43_200_000
    stamps = [(86_399 << 30) + 500_000_000, 250_000_000]
    data = b"".join(beast(named("ABC1"), stamp=stamp) for stamp in stamps)

    _, batch = read_path(recorded(tmp_path, data, midnight + 300))

    assert (batch["time"] - midnight).tolist() == [-500, 250]


def test_frames_before_a_receivers_restart_have_no_time(tmp_path: Path) -> None:
    data = beast(FRAME, 9_000.0) + beast(FRAME, 1.0) + beast(FRAME, 3.0)

    source, batch = read_path(recorded(tmp_path, data))

    assert (batch["time"] - NOON).tolist() == [-2_000, 0]
    assert source.rejected == {"frame before the receiver's clock began anew": 1}


def test_bytes_of_no_file_have_no_times() -> None:
    with pytest.raises(FeedError, match="its frames have no times"):
        read(beast(FRAME))


def at_noon() -> float:
    return NOON / 1000


def test_a_port_gives_rows_as_old_as_the_clock_between_them_says() -> None:
    data = b"".join(beast(frame, at) for at, frame in flown(*HERE, (0.0, 0.5, 1.5)))

    source, got = heard(
        [Sent([data[:40], data[40:]], stays=True)], lambda s, g: s.rows >= 3, "beast", clock=at_noon, interval_s=0.3
    )

    assert (got[0]["time"] - NOON).tolist() == [-1_500, -1_000, 0]
    assert (source.format, source.health()["state"]) == ("beast", "ok")
    assert got[0]["icao24"].tolist() == [ICAO] * 3


def test_a_broken_connection_is_made_again_and_addresses_stay_known() -> None:
    first = b"".join(beast(frame, at) for at, frame in flown(*HERE, (0.0, 0.5)))
    later = beast(altitude_reply(38_025), 9.0)

    source, got = heard(
        [Sent([first + later[:9]]), Sent([later], stays=True)], lambda s, g: s.rows >= 3, "beast", clock=at_noon
    )

    assert got[-1]["baro_altitude"].tolist() == [38_025]
    assert source.errors["connection broken"] >= 1


def test_a_frame_made_by_multilateration_is_said_to_be() -> None:
    pair = [beast(airborne(*HERE, odd), stamp=0xFF004D4C4154) for odd in (False, True)]

    _, got = heard([Sent(pair, stays=True)], lambda s, g: s.rows >= 1, "beast", clock=at_noon, interval_s=0.2)

    assert {int(code) for batch in got for code in batch["source"]} == {6}


@pytest.mark.parametrize(
    "body", [b"MSG,3,1,1,A1629D,1\r\n" * 2_000, bytes(range(256)) * 200, b"\x1a" * 40_000 + b"x" * 40_000]
)
def test_another_protocol_is_said_to_be_one(body: bytes) -> None:
    source, got = heard([Sent([body])], lambda s, g: "answer that cannot be read" in s.errors, "beast", clock=at_noon)

    assert not got
    assert "no beast stream" in source.last_error


def test_frames_with_errors_are_counted_not_read() -> None:
    broken = bytearray(squitter(0x20_2CC371C32CE0))
    broken[6] ^= 4
    data = b"".join(beast(frame, at) for at, frame in flown(*HERE, (0.0, 0.5)))

    source, _ = heard(
        [Sent([beast(bytes(broken)) + data], stays=True)], lambda s, g: s.rows >= 2, "beast", clock=at_noon
    )

    assert source.rejected == {"frame with errors": 1}
