"""Raw frames as lines of hex digits (AVR, port 30002): *FRAME; and, with a clock before them, @CLOCK FRAME;."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np

from feeds._frames import LONG, SHORT, Frames, dbfs

LONGEST_LINE = 256
_HEX = rb"[0-9A-Fa-f]"
_SHORT, _LONG = rb"%s{14}" % _HEX, rb"%s{28}" % _HEX
_FRAME = rb"(%s|%s)" % (_LONG, _SHORT)
LINE = re.compile(
    rb"[ \t]*(?:[*:]|[@%%](%s{12})|<(%s{12})(%s{2}))%s;?[ \t\r]*" % (_HEX, _HEX, _HEX, _FRAME)
)  # fmt: skip
"""Without a clock (* and :), with one (@ and %), with clock and signal (<). Mode A/C, four digits, has no address."""
_QUIET = re.compile(rb"[ \t]*(?:[*:]|[@%%]%s{12}|<%s{14})?(?:%s{4};?|0*;?)[ \t\r]*" % (_HEX, _HEX, _HEX))
"""Mode A/C, and the lines of nothing or of zeros with which receivers say that they are there."""


@dataclass
class Avr:
    """One stream of lines. `rest` is a line that is not whole yet."""

    rest: bytes = b""

    def take(self, piece: bytes) -> Frames:
        """The frames of the lines that are whole by now."""
        lines, newline, self.rest = (self.rest + piece).rpartition(b"\n")
        found = _frames(lines.split(b"\n") if newline else [])
        if len(self.rest) > LONGEST_LINE:
            self.rest = b""
            found.bad["line that is no frame"] += 1
        return found

    def end(self) -> Frames:
        """The last line, where it has no end."""
        lines, self.rest = [self.rest] if self.rest else [], b""
        return _frames(lines)


def _frames(lines: list[bytes]) -> Frames:
    matches = [LINE.fullmatch(line) for line in lines]
    found = [match for match in matches if match]
    others = [line for line, match in zip(lines, matches, strict=True) if match is None]
    strange = sum(_QUIET.fullmatch(line) is None for line in others)
    bad = Counter({"line that is no frame": strange} if strange else {})
    if not found:
        return Frames.none(bad)
    hexes = [match[4] for match in found]
    whole = b"".join(bytes.fromhex(text.decode()).ljust(LONG, b"\0") for text in hexes)
    data = np.frombuffer(whole, dtype=np.uint8).reshape(-1, LONG)
    stamp = np.array([int(match[1] or match[2] or b"-1", 16) for match in found], dtype=np.int64)
    level = np.array([int(match[3] or b"0", 16) for match in found], dtype=np.float64)
    size = np.where(np.array([len(text) for text in hexes]) == 2 * SHORT, SHORT, LONG)
    return Frames(data, size, stamp, dbfs(level), bad)
