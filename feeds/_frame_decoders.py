"""Streams of Mode S frames that never end, as decoders of a port: Beast (30005) and raw lines (30002)."""

from __future__ import annotations

from dataclasses import dataclass, field

from feeds._avr import Avr
from feeds._beast import Beast
from feeds._errors import FeedError
from feeds._frame_files import Framing
from feeds._mode_s import ModeS
from feeds._stamps import Arrival
from geo.batch import Batch

PATIENCE_BYTES = 16_384
"""A stream of which nothing is understood for so long speaks another protocol."""

HINTS = {"beast": "is this port 30005? raw frames are 30002, BaseStation 30003",
         "raw": "is this port 30002? Beast is 30005, BaseStation 30003"}  # fmt: skip


@dataclass
class FrameDecoder:
    """`framing` cuts the stream into frames; `receiver` is where it hears, (lat, lon) in degrees."""

    format: str
    framing: Framing
    receiver: tuple[float, float] | None = None
    clock: Arrival = field(default_factory=Arrival)
    strange: int = 0

    def __post_init__(self) -> None:
        self.stream = ModeS(self.receiver)

    def take(self, data: bytes, now_ms: int) -> Batch:
        frames = self.framing.take(data)
        self.strange = 0 if len(frames) else self.strange + len(data) * bool(frames.bad)
        if self.strange > PATIENCE_BYTES:
            self.strange = 0
            raise FeedError(f"what comes is no {self.format} stream", hint=HINTS[self.format])
        return self.stream.add(frames, self.clock.times(frames, now_ms))

    def cut(self) -> None:
        # What was begun will not be finished; the receiver may have begun its clock anew.
        self.framing.end()
        self.clock = Arrival()


def beast(zone: str | None, receiver: tuple[float, float] | None) -> FrameDecoder:
    """Port 30005. Its times name no zone, and need none."""
    return FrameDecoder("beast", Beast(), receiver)


def raw(zone: str | None, receiver: tuple[float, float] | None) -> FrameDecoder:
    """Port 30002."""
    return FrameDecoder("raw", Avr(), receiver)
