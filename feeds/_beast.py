"""The Beast framing (port 30005): 1A, a kind, a clock of six bytes, a signal byte and a frame; 1A inside is doubled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from feeds._frames import LONG, SHORT, Frames, dbfs
from geo.schema import Array

ESCAPE = 0x1A
BEFORE = 7
"""Bytes of clock and signal before each frame."""

KINDS: Mapping[int, int] = {
    0x31: BEFORE + 2, 0x32: BEFORE + SHORT, 0x33: BEFORE + LONG, 0x34: BEFORE + LONG, 0x35: 21, 0xE3: 8,
}  # fmt: skip
"""Bytes that follow a kind: Mode A/C, short, long, the receiver's state, its place, and which receiver heard the next
frame (readsb). Only the second and the third are heard aircraft with an address."""

LONGEST = 2 * (max(KINDS.values()) + 1)
"""Bytes of one message when every one of them is doubled."""

_SIZE = np.full(256, -1, dtype=np.int64)
_SIZE[list(KINDS)] = list(KINDS.values())
_FRAME = np.zeros(256, dtype=np.int64)
_FRAME[[0x32, 0x33]] = SHORT, LONG
_WEIGHTS = 256 ** np.arange(5, -1, -1, dtype=np.int64)


@dataclass
class Beast:
    """One stream. `rest` is what the next piece goes on with, never more than one message."""

    rest: bytes = b""

    def take(self, piece: bytes) -> Frames:
        """The whole frames of what has come so far; what lies between them is counted and left out."""
        data = self.rest + piece
        found, used = _parsed(data, open_=True)
        self.rest = data[used:]
        return found

    def end(self) -> Frames:
        """What is whole of the rest, where nothing will follow."""
        found, _ = _parsed(self.rest, open_=False)
        self.rest = b""
        return found


def _parsed(data: bytes, open_: bool) -> tuple[Frames, int]:
    """Frames of these bytes, and how many bytes are done with. `open_`: more may follow."""
    raw = np.frombuffer(data, dtype=np.uint8)
    # Escapes are paired from the left: of an odd number at the very end the last may begin a message, or a pair.
    undecided = (len(data) - len(data.rstrip(b"\x1a"))) % 2 if open_ else 0
    raw = raw[: len(raw) - undecided]
    plain, begins = _unescaped(raw)
    if not len(begins):
        return Frames.none(_garbage(len(plain))), len(raw)
    bodies, at = raw[plain], np.searchsorted(plain, begins)
    kind = np.append(raw, 0)[begins + 1]
    size = _SIZE[kind]
    ends = at + 2 + size
    following = np.append(at[1:], len(bodies))
    whole = (size >= 0) & (ends <= following)
    waiting = open_ and bool(size[-1] >= 0 and not whole[-1])
    bad = _garbage(int(at[0] + (following - ends)[whole].sum()))
    bad["message of an unknown kind"] += int((size < 0).sum())
    bad["message cut off"] += int(((size >= 0) & ~whole).sum()) - waiting
    return _frames(bodies, at, kind, whole, +bad), int(begins[-1]) if waiting else len(raw)


def _unescaped(raw: Array) -> tuple[Array, Array]:
    """Indices of the bytes that are left when of each doubled 1A one goes, and of those 1A that begin a message."""
    escape = raw == ESCAPE
    at = np.arange(len(raw))
    run = at - np.maximum.accumulate(np.where(escape, -1, at)) if len(raw) else at
    last = escape & ~np.append(escape[1:], False)
    odd = run % 2 == 1
    begins = np.flatnonzero(last & odd)
    doubled = escape & ~odd
    return np.flatnonzero(~doubled), begins


def _garbage(size: int) -> Counter[str]:
    return Counter({"bytes between frames": size} if size else {})


def _frames(bodies: Array, at: Array, kind: Array, whole: Array, bad: Counter[str]) -> Frames:
    """The heard aircraft among the whole messages, in the order in which they came."""
    size = _FRAME[kind]
    heard = np.flatnonzero(whole & (size > 0))
    if not len(heard):
        return Frames.none(bad)
    start, size = at[heard] + 2, size[heard]
    padded = np.concatenate([bodies, np.zeros(LONG, dtype=np.uint8)])
    data = padded[start[:, None] + BEFORE + np.arange(LONG)]
    data[size == SHORT, SHORT:] = 0
    stamp = padded[start[:, None] + np.arange(6)].astype(np.int64) @ _WEIGHTS
    return Frames(data, size, stamp, dbfs(padded[start + 6].astype(np.float64)), bad)
