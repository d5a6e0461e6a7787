"""A stream of lines, whole ones at a time: what is cut off in the middle waits for its end, within bounds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

LONGEST_LINE = 4_096


@dataclass
class StreamLines:
    """`rest` is a line that has not ended yet; `skipping`: it was too long, and is left out to its end."""

    rest: bytes = b""
    skipping: bool = False

    def take(self, data: bytes, bad: Counter[str]) -> bytes:
        """The whole lines so far. A line that is too long is left out, to its end."""
        lines, newline, self.rest = (self.rest + data).rpartition(b"\n")
        if newline and self.skipping:
            lines, self.skipping = lines.partition(b"\n")[2] if b"\n" in lines else b"", False
        if len(self.rest) > LONGEST_LINE:
            bad[f"line longer than {LONGEST_LINE:,} bytes"] += not self.skipping
            self.rest, self.skipping = b"", True
        return lines

    def cut(self) -> None:
        """The connection broke: what was begun will not be finished."""
        self.rest, self.skipping = b"", False
