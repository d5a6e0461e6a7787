"""Compact position reports (DO-260B, A.1.7) become places: by an even and an odd one together, else near a known place.

rs1090 reads the reports but is not asked for places: it forgets them from call to call, and leaves out what moves
faster than an airliner, which is what Skysift looks for.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from feeds._carried import Carried
from geo.schema import Array

PAIR_MS = 10_000
"""Between an even and an odd report that are read together (DO-260B: 10 s in the air)."""

NEAR_MS = 60_000
"""How long an aircraft in the air is known to be within half a zone (180 nmi) of where it was."""

NEAR_GROUND_MS = 600_000
"""The same on the ground, where half a zone is 45 nmi."""

FASTEST_M_PER_MS, SLACK_M = 1.0, 20_000.0
"""Of a pair that does not belong together the place is wrong by whole zones, 600 km and more. No other is left out."""

UNPLACED = "place on the ground, which needs the receiver's (at=, --receiver)"
"""Why a row has no place; what says where the receiver is, live and for recordings."""

_FULL = 131_072.0
_ZONES = 60
_M_PER_DEG = 111_195.0
_NL = np.degrees(np.arccos(np.sqrt((1 - np.cos(np.pi / 30)) / (1 - np.cos(2 * np.pi / np.arange(59, 1, -1.0))))))
"""Latitudes at which there is one longitude zone less, from 59 at the equator."""


def zones(lat: Array) -> Array:
    """NL: longitude zones at a latitude, 59 at the equator and 1 at the poles."""
    return 59 - np.searchsorted(_NL, np.abs(lat), side="right")


def together(even: Array, odd: Array, odd_last: Array) -> tuple[Array, Array]:
    """Latitude and longitude (deg) of pairs of reports in the air, (n, 2) fractions of a zone each; NaN where the two
    lie in different zones. `odd_last`: whose place it is.
    """
    j = np.floor(59 * even[:, 0] - 60 * odd[:, 0] + 0.5)
    lats = [360 / (_ZONES - n) * (np.mod(j, _ZONES - n) + own[:, 0]) for n, own in ((0, even), (1, odd))]
    lats = [np.where(lat >= 270, lat - 360, lat) for lat in lats]
    lat = np.where(odd_last, lats[1], lats[0])
    nl = zones(lats[0])
    good = (nl == zones(lats[1])) & (np.abs(lats[0]) <= 90) & (np.abs(lats[1]) <= 90)
    m = np.floor(even[:, 1] * (nl - 1) - odd[:, 1] * nl + 0.5)
    count = np.maximum(nl - odd_last, 1)
    lon = 360 / count * (np.mod(m, count) + np.where(odd_last, odd[:, 1], even[:, 1]))
    return np.where(good, lat, np.nan), np.where(good, np.mod(lon + 180, 360) - 180, np.nan)


def near(report: Array, odd: Array, ground: Array, lat: Array, lon: Array) -> tuple[Array, Array]:
    """Latitude and longitude (deg) of single reports, (n, 2) fractions of a zone: the places nearest to those given."""
    turn = np.where(ground, 90.0, 360.0)
    height = turn / (_ZONES - odd)
    found = height * (np.round(lat / height - report[:, 0]) + report[:, 0])
    width = turn / np.maximum(zones(found) - odd, 1)
    east = width * (np.round(lon / width - report[:, 1]) + report[:, 1])
    good = np.abs(found) <= 90
    return np.where(good, found, np.nan), np.where(good, np.mod(east + 180, 360) - 180, np.nan)


@dataclass
class Places:
    """One stream of reports. `receiver` (lat, lon) helps on the ground, where a report has many places on the earth."""

    receiver: tuple[float, float] | None = None
    even: Carried = field(default_factory=lambda: Carried(3))
    odd: Carried = field(default_factory=lambda: Carried(3))
    paired: Carried = field(default_factory=lambda: Carried(3))
    known: Carried = field(default_factory=lambda: Carried(3))

    def of(
        self, icao24: Array, time: Array, report: Array, odd: Array, ground: Array, bad: Counter[str]
    ) -> tuple[Array, Array]:
        """Latitude and longitude (deg) of rows sorted by aircraft and time, NaN where not known. `report` (n, 2): both
        as 17-bit numbers, NaN in rows without one; `odd` and `ground` (n,) tell its form.
        """
        own = np.column_stack([time.astype(np.float64), report / _FULL])
        sent = np.asarray(~np.isnan(report).any(axis=1))
        lat, lon, mixed = self._paired(icao24, own, sent & ~ground, odd)
        bad["even and odd report that do not belong together"] += int(mixed.sum())
        placed = np.column_stack([own[:, 0], lat, lon])
        left = sent & np.isnan(lat) & ~mixed
        self._single(icao24, own, placed, left, odd, ground)
        unplaced = left & ground & np.isnan(placed[:, 1])
        bad[UNPLACED] += int(unplaced.sum())
        return placed[:, 1], placed[:, 2]

    def _paired(self, icao24: Array, own: Array, sent: Array, odd: Array) -> tuple[Array, Array, Array]:
        """Places by pairs, those that an aircraft can have reached from the one before, or from which the next; and
        which are neither.
        """
        even, other = self.even.last(icao24, sent & ~odd, own), self.odd.last(icao24, sent & odd, own)
        placed = np.column_stack([own[:, 0], np.full((len(own), 2), np.nan)])
        at = np.flatnonzero(sent & (np.abs(even[:, 0] - other[:, 0]) <= PAIR_MS))
        placed[at, 1], placed[at, 2] = together(even[at, 1:], other[at, 1:], odd[at])
        some = np.asarray(~np.isnan(placed[:, 1]))
        before = self.paired.last(icao24, some, placed, before=True)
        believed = _believed(icao24, placed, before, some)
        lat, lon = (np.where(believed, placed[:, n], np.nan) for n in (1, 2))
        return lat, lon, some & ~believed

    def _single(self, icao24: Array, own: Array, placed: Array, left: Array, odd: Array, ground: Array) -> None:
        """Puts what is `left` near where the aircraft was, into `placed`; on the ground else near the receiver."""
        known = self.known.last(icao24, ~np.isnan(placed[:, 1]), placed)
        recent = np.abs(own[:, 0] - known[:, 0]) <= np.where(ground, NEAR_GROUND_MS, NEAR_MS)
        if self.receiver:
            rows = left & ground & ~recent
            known[rows] = np.column_stack([own[rows, 0], np.full((int(rows.sum()), 2), self.receiver)])
            recent |= rows
        at = np.flatnonzero(left & recent)
        placed[at, 1], placed[at, 2] = near(own[at, 1:], odd[at], ground[at], known[at, 1], known[at, 2])
        # In the air half a zone is farther than an aircraft comes: what is near by counting alone is elsewhere.
        wrong = at[~ground[at] & ~_reached(placed[at], known[at])]
        placed[wrong, 1:] = np.nan
        self.known.last(icao24, ~np.isnan(placed[:, 1]), placed)


def _believed(icao24: Array, placed: Array, before: Array, some: Array) -> Array:
    """Which places an aircraft can have reached from the one before or gone on from to the next; the only one, too."""
    rows = np.flatnonzero(some)
    out = np.zeros(len(placed), dtype=bool)
    if not len(rows):
        return out
    after = np.full((len(rows), 3), np.nan)
    same = np.flatnonzero(icao24[rows][1:] == icao24[rows][:-1])
    after[same] = placed[rows][same + 1]
    back, on = _reached(placed[rows], before[rows]), _reached(placed[rows], after)
    alone = np.isnan(before[rows, 0]) & np.isnan(after[:, 0])
    out[rows] = back | on | alone
    return out


def _reached(one: Array, other: Array) -> Array:
    """Whether an aircraft can have been at both (time in ms, lat, lon); no where one is NaN."""
    east = np.mod(one[:, 2] - other[:, 2] + 180, 360) - 180
    north = one[:, 1] - other[:, 1]
    metres = _M_PER_DEG * np.hypot(north, east * np.cos(np.radians(one[:, 1])))
    with np.errstate(invalid="ignore"):
        return np.asarray(metres <= SLACK_M + FASTEST_M_PER_MS * np.abs(one[:, 0] - other[:, 0]))
