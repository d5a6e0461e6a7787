"""Mode S frames as arrays, whatever they were framed in, with what the receiver says beside each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from geo.schema import Array

SHORT, LONG = 7, 14
"""Bytes of a frame: 56 and 112 bits."""

NO_STAMP = -1
MLAT_STAMP = 0xFF004D4C4154
"""What mlat clients stamp frames with that they made themselves of computed positions: FF 00, then "MLAT"."""


@dataclass(frozen=True)
class Frames:
    """`data` (n, 14) bytes, short frames filled up with zeros; `size` (n,) their bytes; `stamp` (n,) the receiver's
    clock, 48 bits, NO_STAMP without one; `rssi` (n,) dBFS, NaN without; `bad`: what was no frame, by reason.
    """

    data: Array
    size: Array
    stamp: Array
    rssi: Array
    bad: Counter[str] = field(default_factory=Counter)

    def __len__(self) -> int:
        return len(self.size)

    @staticmethod
    def none(bad: Counter[str] | None = None) -> Frames:
        data, whole = np.zeros((0, LONG), dtype=np.uint8), np.zeros(0, dtype=np.int64)
        return Frames(data, whole, whole, np.zeros(0), bad or Counter())

    def take(self, rows: Array) -> Frames:
        """Some of them: a mask or indices."""
        return Frames(self.data[rows], self.size[rows], self.stamp[rows], self.rssi[rows], self.bad)


def dbfs(level: Array) -> Array:
    """dBFS of a signal byte, which is an amplitude of which 255 is full scale; NaN for 0, which says nothing."""
    with np.errstate(divide="ignore"):
        return np.where(level > 0, 20 * np.log10(np.maximum(level, 1) / 255.0), np.nan)
