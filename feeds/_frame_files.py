"""Recordings of frames: read once to see when they end, once for what they say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np

from feeds._frames import NO_STAMP, Frames
from feeds._given import Given
from feeds._mode_s import ModeS
from feeds._stamps import Recorded, counted
from geo.batch import Batch
from geo.schema import NO_TIME

PIECE_BYTES = 1 << 20


class Framing(Protocol):
    """Bytes of a stream become frames."""

    def take(self, piece: bytes) -> Frames: ...
    def end(self) -> Frames: ...


def read_frames(given: Given, framing: Callable[[], Framing]) -> Iterator[Batch]:
    """Rows by piece. Raises FeedError where nothing says when frames were heard: nothing is made up."""
    last = NO_STAMP
    for frames in pieces(given, framing()):
        stamps = frames.stamp[counted(frames)]
        last = int(stamps[-1]) if len(stamps) else last
    if given.ended_ms is None or last == NO_STAMP:
        raise given.error("its frames have no times", hint="record Beast, or AVR with clocks (@...); or listen live")
    clock, stream = Recorded(given.ended_ms, last), ModeS(given.receiver)
    for frames in pieces(given, framing()):
        bad = Counter[str]()
        time = clock.times(frames, bad)
        frames.bad.update(+bad)
        timed = time != NO_TIME
        yield stream.add(frames.take(np.flatnonzero(timed)), time[timed])


def pieces(given: Given, framing: Framing) -> Iterator[Frames]:
    """The frames of a file in bounded pieces, in file order."""
    with given.open() as stream:
        while piece := stream.read(PIECE_BYTES):
            yield framing.take(piece)
    yield framing.end()
