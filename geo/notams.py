"""Notices to aircrew as arrays: which of them hold at a place, a height and a time, and what they say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from geo.activity import ALWAYS, Activity
from geo.schema import Array
from geo.sphere import NMI_M, distance_m

FOREVER_MS = 2**62
WHOLE_FIR_NMI = 999.0
"""The radius in a Q-line that stands for the whole region (ICAO Doc 8126)."""

EXERCISE = "exercise"
"""How the title of a zone begins that a NOTAM gives for firing or an exercise."""


def is_exercise(titles: Array) -> Array:
    """Which zones (n,) are exercises under NOTAM, by their titles: what flies there flies as announced."""
    out: Array = np.char.startswith(np.asarray(titles, dtype=str), EXERCISE)
    return out


@dataclass(frozen=True)
class NotamTable:
    """NOTAMs as arrays (n,): `ids`, `fir`, `q_code`, `locations` (parted by blanks), `text`, `schedule` as text; the
    Q-line's circle (`lat`, `lon`, `radius_nmi`; NaN without one) and band (`lower_ft`, `upper_ft`, inf if unlimited);
    `start` and `end` in epoch ms. `estimated` marks an end that was guessed. `active` holds the hours of the schedule.
    """

    ids: Array
    fir: Array
    q_code: Array
    locations: Array
    text: Array
    schedule: Array
    lat: Array
    lon: Array
    radius_nmi: Array
    lower_ft: Array
    upper_ft: Array
    start: Array
    end: Array
    estimated: Array
    active: Sequence[Activity] = ()
    problems: Sequence[str] = field(default=())

    def __len__(self) -> int:
        return len(self.ids)

    @staticmethod
    def none() -> NotamTable:
        text, number, whole = np.zeros(0, dtype="U1"), np.zeros(0), np.zeros(0, dtype=np.int64)
        arrays: dict[str, Any] = {name: number for name in _ARRAYS}
        arrays |= dict.fromkeys(("ids", "fir", "q_code", "locations", "text", "schedule"), text)
        return NotamTable(**arrays | {"start": whole, "end": whole, "estimated": whole > 0})

    @staticmethod
    def merged(parts: Iterable[NotamTable]) -> NotamTable:
        """One table; of a NOTAM that comes twice, the later word."""
        some = [part for part in parts if len(part)]
        if not some:
            return NotamTable.none()
        ids = np.concatenate([part.ids for part in some])
        last = {one: k for k, one in enumerate(ids.tolist())}
        keep = np.array(sorted(last.values()), dtype=np.int64)
        arrays: dict[str, Any] = {
            name: np.concatenate([getattr(part, name) for part in some])[keep] for name in _ARRAYS
        }
        active = [one for part in some for one in (part.active or [ALWAYS] * len(part))]
        problems = [text for part in some for text in part.problems]
        return NotamTable(**arrays, active=[active[k] for k in keep.tolist()], problems=problems)

    def take(self, index: Array | slice) -> NotamTable:
        """The given NOTAMs."""
        rows = np.arange(len(self))[index]
        arrays: dict[str, Any] = {name: getattr(self, name)[rows] for name in _ARRAYS}
        return NotamTable(
            **arrays, active=[self.active[k] for k in rows] if self.active else (), problems=self.problems
        )

    def in_force(self, lat: float, lon: float, altitude_ft: float, start: int, end: int) -> Array:
        """Indices of those that hold at a place (degrees), height (NaN: any) and time (epoch ms).

        Warnings, restrictions and satellite navigation first, then what speaks of the smallest place. Lists of NOTAMs
        and announcements of amendments are left out.
        """
        if not len(self) or not np.isfinite(lat + lon):
            return np.zeros(0, dtype=np.int64)
        rows = np.flatnonzero((self.start <= end) & (self.end >= start) & self._speaks)
        if np.isfinite(altitude_ft):
            rows = rows[(self.lower_ft[rows] <= altitude_ft) & (self.upper_ft[rows] >= altitude_ft)]
        nmi = distance_m(lat, lon, self.lat[rows], self.lon[rows]) / NMI_M
        near = nmi <= self.radius_nmi[rows]
        rows, nmi = rows[near], nmi[near]
        on = np.array([self._holds(int(row), start, end) for row in rows], dtype=bool)
        rows, nmi = rows[on], nmi[on]
        out: Array = rows[np.lexsort((rows, nmi, self.radius_nmi[rows], self._rank[rows]))]
        return out

    @cached_property
    def _speaks(self) -> Array:
        code = self.q_code.astype("U5")
        out: Array = (code != "QKKKK") & ~np.char.endswith(code, "TT")
        return out

    @cached_property
    def _rank(self) -> Array:
        """0 for what concerns the airspace itself (Q-codes W and R) and satellite navigation (GA, GW), 1 for others."""
        subject = self.q_code.astype("U3")
        first = np.char.startswith(subject, "QW") | np.char.startswith(subject, "QR") | np.isin(subject, ["QGA", "QGW"])
        return np.where(first, 0, 1)

    def _holds(self, row: int, start: int, end: int) -> bool:
        return not self.active or self.active[row].overlaps(start, end)


_ARRAYS = (
    "ids", "fir", "q_code", "locations", "text", "schedule", "lat", "lon", "radius_nmi", "lower_ft", "upper_ft",
    "start", "end", "estimated",
)  # fmt: skip
