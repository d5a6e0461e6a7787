"""Recordings of the Beast protocol (port 30005), as `nc host 30005 > file` makes them: Mode S frames with a clock.

The last frame is as old as the file; the others by the receiver's clock. Frames are read by rs1090, places are worked
out here. Places on the ground need the receiver's own.
"""

from __future__ import annotations

from collections.abc import Iterator

from feeds._beast import ESCAPE, KINDS, Beast
from feeds._frame_files import read_frames
from feeds._given import Given
from feeds._registry import format_
from geo.batch import Batch


def _sniff(given: Given) -> bool:
    head = given.head
    if len(head) < 2 or head[0] != ESCAPE or head[1] not in KINDS:
        return False
    found = Beast().take(head)
    return len(found) > 0 and sum(found.bad.values()) <= len(found)


@format_(
    id="beast", title="Beast binary frames of port 30005", units="ft, kt, ft/min", identity="icao24",
    example="1a 33 0000 075b cd15 80 8d 4840d6 202cc371c32ce0 576098", sniff=_sniff,
)  # fmt: skip
def read(given: Given) -> Iterator[Batch]:
    """A row per position, and one per second of an aircraft that sends none."""
    return read_frames(given, Beast)
