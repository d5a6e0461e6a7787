"""Recordings of raw Mode S frames as lines of hex digits (AVR, port 30002), with a clock before each: @CLOCK FRAME;

Lines without a clock (*FRAME;) say nothing of when they were heard: they can be listened to, not read from a file.
"""

from __future__ import annotations

from collections.abc import Iterator

from feeds._avr import LINE, Avr
from feeds._frame_files import read_frames
from feeds._given import Given
from feeds._registry import format_
from geo.batch import Batch


def _sniff(given: Given) -> bool:
    lines = [line for line in given.head.split(b"\n")[:20] if line.strip(b" \t\r")]
    return bool(lines) and LINE.fullmatch(lines[0]) is not None


@format_(
    id="raw", title="raw frames (AVR) of port 30002, with clocks", units="ft, kt, ft/min", identity="icao24",
    example="@0000075bcd158d4840d6202cc371c32ce0576098;", sniff=_sniff,
)  # fmt: skip
def read(given: Given) -> Iterator[Batch]:
    """A row per position, and one per second of an aircraft that sends none."""
    return read_frames(given, Avr)
