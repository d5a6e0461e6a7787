"""Bytes of a stream that never ends become Batches: one decoder per scheme of address (sbs://host:port)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from feeds import _uat as uat
from feeds._errors import FeedError
from feeds._frame_decoders import beast, raw
from feeds._given import Given, Place
from feeds._messages import Joiner
from feeds._sbs import messages
from feeds._stream_lines import StreamLines
from geo.batch import Batch

PATIENCE_BYTES = 16_384
"""A stream that says nothing understandable for so long speaks another protocol."""

QUARTER_MS = 900_000
"""Time zones are whole quarters of an hour away from UTC."""


class Decoder(Protocol):
    """Keeps what is cut off in the middle until the rest comes."""

    format: str

    def take(self, data: bytes, now_ms: int) -> Batch:
        """The rows of what has come in. Raises FeedError where it is something else altogether."""
        ...

    def cut(self) -> None:
        """The connection broke: what was begun will not be finished."""
        ...


@dataclass
class Patience:
    """Gives up where nothing is understood for long. Empty lines are the receiver's way to say that it is there."""

    protocol: str
    hint: str
    strange: int = 0

    def judge(self, size: int, found: Batch) -> None:
        """Raises FeedError for another protocol."""
        self.strange = 0 if len(found) else self.strange + size * bool(+found.rejected)
        if self.strange > PATIENCE_BYTES:
            self.strange = 0
            raise FeedError(f"what comes is no {self.protocol}", hint=self.hint)


@dataclass
class SbsDecoder:
    """BaseStation lines. Without a `zone` the sender's is told from the clock: what comes live is of now."""

    zone: str | None = None
    format: str = "sbs"
    lines: StreamLines = field(default_factory=StreamLines)
    joiner: Joiner = field(default_factory=Joiner)
    patience: Patience = field(
        default_factory=lambda: Patience("BaseStation", "is this port 30003? Beast is 30005, AVR 30002")
    )

    def take(self, data: bytes, now_ms: int) -> Batch:
        bad = Counter[str]()
        lines = self.lines.take(data, bad)
        found = messages(lines, self.zone or "UTC", bad)
        self.patience.judge(len(lines), found)
        return self.joiner.add(found if self.zone else _shifted(found, now_ms))

    def cut(self) -> None:
        self.lines.cut()


@dataclass
class UatDecoder:
    """JSON lines of dump978-fa."""

    format: str = "uat"
    lines: StreamLines = field(default_factory=StreamLines)
    joiner: Joiner = field(default_factory=Joiner)
    patience: Patience = field(
        default_factory=lambda: Patience("JSON of dump978-fa", "is this port 30979? raw messages are 30978")
    )

    def take(self, data: bytes, now_ms: int) -> Batch:
        bad = Counter[str]()
        lines = self.lines.take(data, bad)
        found = uat.messages(lines, Given("uat"), now_ms)
        found.rejected.update(+bad)
        self.patience.judge(len(lines), found)
        return self.joiner.add(found)

    def cut(self) -> None:
        self.lines.cut()


def _shifted(found: Batch, now_ms: int) -> Batch:
    """With times in UTC: the sender's zone is what lies, in whole quarters of an hour, between its times and now."""
    if not len(found):
        return found
    offset = round(float(np.median(found["time"]) - now_ms) / QUARTER_MS) * QUARTER_MS
    return found.with_columns(time=found["time"] - offset) if abs(offset) <= 14 * 4 * QUARTER_MS else found


DECODERS: Mapping[str, Callable[[str | None, Place], Decoder]] = {
    "sbs": lambda zone, receiver: SbsDecoder(zone), "beast": beast, "raw": raw,
    "uat": lambda zone, receiver: UatDecoder(),
}  # fmt: skip
"""By scheme; each takes the zone that the feed was given, and where its receiver stands."""
