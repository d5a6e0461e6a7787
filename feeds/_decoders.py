"""Bytes of a stream that never ends become Batches: one decoder per scheme of address (sbs://host:port)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from feeds._errors import FeedError
from feeds._frame_decoders import beast, raw
from feeds._given import Place
from feeds._messages import Joiner
from feeds._sbs import messages
from geo.batch import Batch

LONGEST_LINE = 4_096
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
class SbsDecoder:
    """BaseStation lines. Without a `zone` the sender's is told from the clock: what comes live is of now."""

    zone: str | None = None
    format: str = "sbs"
    rest: bytes = b""
    skipping: bool = False
    strange: int = 0
    joiner: Joiner = field(default_factory=Joiner)

    def take(self, data: bytes, now_ms: int) -> Batch:
        bad = Counter[str]()
        lines = self._whole(data, bad)
        found = messages(lines, self.zone or "UTC", bad)
        self._judge(len(lines), len(found), found.rejected)
        return self.joiner.add(found if self.zone else _shifted(found, now_ms))

    def cut(self) -> None:
        self.rest, self.skipping = b"", False

    def _whole(self, data: bytes, bad: Counter[str]) -> bytes:
        """The whole lines so far. A line that is too long is left out, to its end."""
        lines, newline, self.rest = (self.rest + data).rpartition(b"\n")
        if newline and self.skipping:
            lines, self.skipping = lines.partition(b"\n")[2] if b"\n" in lines else b"", False
        if len(self.rest) > LONGEST_LINE:
            bad[f"line longer than {LONGEST_LINE:,} bytes"] += not self.skipping
            self.rest, self.skipping = b"", True
        return lines

    def _judge(self, size: int, rows: int, rejected: Counter[str]) -> None:
        """Give up where nothing is understood for long. Empty lines are the receiver's way to say that it is there."""
        self.strange = 0 if rows else self.strange + size * bool(+rejected)
        if self.strange > PATIENCE_BYTES:
            self.strange = 0
            raise FeedError("what comes is no BaseStation", hint="is this port 30003? Beast is 30005, AVR 30002")


def _shifted(found: Batch, now_ms: int) -> Batch:
    """With times in UTC: the sender's zone is what lies, in whole quarters of an hour, between its times and now."""
    if not len(found):
        return found
    offset = round(float(np.median(found["time"]) - now_ms) / QUARTER_MS) * QUARTER_MS
    return found.with_columns(time=found["time"] - offset) if abs(offset) <= 14 * 4 * QUARTER_MS else found


DECODERS: Mapping[str, Callable[[str | None, Place], Decoder]] = {
    "sbs": lambda zone, receiver: SbsDecoder(zone), "beast": beast, "raw": raw,
}  # fmt: skip
"""By scheme; each takes the zone that the feed was given, and where its receiver stands."""
