"""What is known about airframes by their 24-bit address: registration, type, class and flags, as sorted arrays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from geo.schema import NON_ICAO, Array

MILITARY, INTERESTING, PIA, LADD = 1, 2, 4, 8
"""Flags, as readsb's dbFlags has them: military, worth a look, private address, limited display."""

TEXTS = {
    "registration": "S10", "type_code": "S4", "description": "S3", "operator": "S32",
    "manufacturer": "S20", "model": "S30",
}  # fmt: skip
"""Text columns. `description` is the ICAO class: land/sea/helicopter..., engines, kind of engine (L2J)."""

LONG = ("manufacturer", "model")

_UNSAID = np.zeros(0, dtype="S1")


@dataclass(frozen=True)
class AircraftTable:
    """Airframes as arrays (n,) sorted by `icao24` (int64, each once); text where unknown is empty, flags are bits.

    `problems` says in words what was refused while loading.
    """

    icao24: Array
    registration: Array
    type_code: Array
    description: Array
    operator: Array
    flags: Array
    manufacturer: Array = field(default_factory=lambda: _UNSAID)
    model: Array = field(default_factory=lambda: _UNSAID)
    problems: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        """Columns that the source does not have are blank."""
        for name in LONG:
            if len(getattr(self, name)) != len(self.icao24):
                object.__setattr__(self, name, np.zeros(len(self.icao24), dtype=TEXTS[name]))

    def __len__(self) -> int:
        return len(self.icao24)

    @staticmethod
    def empty() -> AircraftTable:
        return _blank(np.zeros(0, dtype=np.int64))

    def lookup(self, icao24: Array, full: bool = False) -> AircraftTable:
        """The airframes at addresses (m,), in their order; empty text and no flags where unknown or not an address.

        Manufacturer and model, which no class judges by, only where `full`.
        """
        wanted = np.asarray(icao24, dtype=np.int64)
        if not len(self):
            return _blank(wanted)
        row = np.minimum(np.searchsorted(self.icao24, wanted), len(self) - 1)
        known = (self.icao24[row] == wanted) & (wanted < NON_ICAO)
        names = TEXTS if full else [name for name in TEXTS if name not in LONG]
        columns: dict[str, Any] = {name: np.where(known, getattr(self, name)[row], b"") for name in names}
        return AircraftTable(wanted, **columns, flags=np.where(known, self.flags[row], 0).astype(np.uint8))

    @staticmethod
    def merged(tables: Iterable[AircraftTable]) -> AircraftTable:
        """One table of several: a later one's text wins where it has any, flags add up."""
        some = [table for table in tables if len(table)]
        problems = tuple(text for table in some for text in table.problems)
        if len(some) == 1 and (np.diff(some[0].icao24) > 0).all():
            return some[0]
        if not some:
            return AircraftTable.empty()
        icao24 = np.concatenate([table.icao24 for table in some])
        order = np.argsort(icao24, kind="stable")
        unique, start = np.unique(icao24[order], return_index=True)
        group = np.repeat(np.arange(len(unique)), np.diff(np.append(start, len(icao24))))
        texts: dict[str, Any] = {
            n: _last(np.concatenate([getattr(t, n) for t in some])[order], group, len(unique)) for n in TEXTS
        }
        flags = np.bitwise_or.reduceat(np.concatenate([table.flags for table in some])[order], start)
        return AircraftTable(unique, **texts, flags=flags, problems=problems)


def _last(values: Array, group: Array, count: int) -> Array:
    """The last text of each group that is not empty."""
    out = np.zeros(count, dtype=values.dtype)
    said = values != b""
    # Assignment with repeated indices keeps the last one.
    out[group[said]] = values[said]
    return out


def _blank(icao24: Array) -> AircraftTable:
    texts: dict[str, Any] = {name: np.zeros(len(icao24), dtype=dtype) for name, dtype in TEXTS.items()}
    return AircraftTable(icao24, **texts, flags=np.zeros(len(icao24), dtype=np.uint8))
