"""The register of 24-bit addresses: which state was given which block, and which part of it is its military's."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from geo.schema import NON_ICAO, Array

INTERNATIONAL = "ZZ"
"""The country of the blocks that ICAO keeps for itself."""

_Block = tuple[int, int, str, str, bool]


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
        """The allocation of ICAO Annex 10, volume III, table 9-1, read once (three blocks as extended since).

        Military parts are those that states keep apart as a whole: not every military aircraft lies in one.
        """
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
    """States' blocks, cut where a part of one is its military's."""
    text = (Path(__file__).parent / "data" / "registers.csv").read_text(encoding="utf-8")
    found = [_block(row) for row in csv.DictReader(text.splitlines())]
    military = [b for b in found if b[4]]
    civil = [piece for b in found if not b[4] for piece in _without(b, military)]
    lo, hi, country, name, own = zip(*sorted(civil + military), strict=True)
    return Registers(np.array(lo), np.array(hi), np.array(country), np.array(name), np.array(own))


def _block(row: Mapping[str, str]) -> _Block:
    return int(row["first"], 16), int(row["last"], 16), row["country"], row["name"], row["military"] == "1"


def _without(block: _Block, parts: Sequence[_Block]) -> Iterator[_Block]:
    """What is left of a block between the parts that lie in it, which are in order."""
    lo, hi, country, name, military = block
    for first, last, *_ in parts:
        if lo <= first and last <= hi:
            if lo < first:
                yield lo, first - 1, country, name, military
            lo = last + 1
    if lo <= hi:
        yield lo, hi, country, name, military
