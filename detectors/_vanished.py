"""Aircraft that fall silent in mid-air while others round them do not. A sampled view in, silences out."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from detectors._hearing import SLOT_MS, Hearing, Near, ahead, self_reported
from geo.airports import Airports
from geo.schema import NO_TIME, Array
from geo.tracks import Mask, Tracks

STEADY, OF = 9, 10
"""An aircraft whose silence says something was heard in so many of the last minutes."""

LEVEL_ROWS = 5
"""So many rows must agree that it was high: the last of a recording is often a wild one."""

AGAIN = 18
"""Minutes after which a return is no longer told: the beginning would have left the lookback."""

LEARN = 15
"""Minutes whose rows show where the feed hears aircraft."""

SCARCE = 0.05
"""Of all those around, at least so many must be on the emptiest side (Paris, 2021-10-07: 1 of 36 where tracks are cut)."""

CURRENT_MS = 30_000
SLOWEST_KT = 100.0


@dataclass(frozen=True)
class Silence:
    """One aircraft gone: the last row, the minute of the verdict, the row that it came back with (or -1), who was heard
    round its last and its expected place, how many there were before and how many of them went too, and whether it
    goes on under another address, or had appeared out of nothing (told for fresh verdicts only)."""

    row: int
    minute: int
    back: int
    fresh: bool
    here: Near
    there: Near
    expected: tuple[float, float]
    known: int
    lost: int
    continued: bool
    appeared: bool


def silences(view: Tracks, p: SimpleNamespace, airports: Airports) -> list[Silence]:
    """Those whose verdict, or return, is fresh. The view is in order of aircraft and time."""
    slot = view.time // SLOT_MS
    gap = int(np.ceil(p.gap * 1000 / SLOT_MS))
    following = np.arange(1, len(view) + 1)
    same = np.append(view.icao24[1:] == view.icao24[:-1], False)[: len(view)]
    until = np.where(same, slot[following % max(len(view), 1)], np.iinfo(np.int64).max)
    verdict = slot + gap
    begin, end = slot[view.fresh].min(initial=np.iinfo(np.int64).max), slot.max(initial=0)
    back = same & (until - slot <= AGAIN)
    returned = back & view.fresh[following % max(len(view), 1)]
    due = (until > verdict) & (verdict <= end) & ((verdict >= begin) | returned)
    rows = np.flatnonzero(due & _cruising(view, slot))
    rows = rows[_high(view, rows, gap, p.above, airports)]
    if not len(rows):
        return []
    hearing = Hearing(view)
    found = []
    for r in rows.tolist():
        comes = r + 1 if returned[r] else -1
        found.append(_silence(view, hearing, r, int(verdict[r]), comes, bool(verdict[r] >= begin), p))
    return [one for one in found if one is not None]


def _cruising(view: Tracks, slot: Array) -> Mask:
    """Rows of aircraft that were heard without a break, by themselves, moving, with a current position."""
    n = np.arange(len(view))
    before = np.maximum(n - STEADY + 1, 0)
    out: Mask = (n >= STEADY - 1) & (view.icao24[before] == view.icao24) & (slot - slot[before] < OF)
    out &= view.located & self_reported(view) & (view.on_ground != 1)
    out &= (view.ground_speed >= SLOWEST_KT) & ~np.isnan(view.track)
    stale = (view.position_time != NO_TIME) & (view.time - view.position_time > CURRENT_MS)
    moved = np.append(True, (view.lat[1:] != view.lat[:-1]) | (view.lon[1:] != view.lon[:-1]))[: len(view)]
    gone: Mask = out & ~stale & moved
    return gone


def _high(view: Tracks, rows: Array, gap: int, above: float, airports: Airports) -> Mask:
    """Whether the last rows, and the expected end, lie so far above the nearest aerodrome."""
    window = view.baro_altitude[rows[:, None] - np.arange(LEVEL_ROWS)]
    rate = np.nan_to_num(view.vertical_rate[rows].astype(np.float64))
    lowest = np.minimum(window.min(axis=1, initial=np.inf), view.baro_altitude[rows] + gap * np.minimum(rate, 0))
    field, _ = airports.nearest(view.lat[rows], view.lon[rows])
    out: Mask = lowest - airports.elevation_ft(field) >= above
    return out


def _silence(
    view: Tracks, hearing: Hearing, row: int, minute: int, back: int, fresh: bool, p: SimpleNamespace
) -> Silence | None:
    """The silence that begins with a row, if others were heard on all sides of where it was and should have come to."""
    last, metres = minute - int(np.ceil(p.gap * 1000 / SLOT_MS)), p.reach * 1000
    place = float(view.lat[row]), float(view.lon[row])
    course, altitude = float(view.track[row]), float(view.baro_altitude[row])
    lat, lon = ahead(view, row, np.array([p.gap]))
    expected = float(lat[0]), float(lon[0])
    minutes, gap = range(minute - LEARN + 1, minute + 1), minute - last
    there = hearing.near(expected, course, altitude, minutes, metres, gap)
    here = hearing.near(place, course, altitude, minutes, metres, gap)
    if not (_amid(there, p.sides) and _amid(here, p.sides)):
        return None
    known, lost = hearing.lost(place, p.above, range(last, minute + 1), metres / 3)
    lost -= 1
    if lost > p.share * (known - 1):
        return None
    return Silence(
        row, minute, back, fresh, here, there, expected, known - 1, lost, hearing.continued(view, row),
        fresh and _appeared(view, hearing, row, minute, p),
    )  # fmt: skip


def _amid(near: Near, sides: float) -> bool:
    """Whether others are heard all the time and on all sides: a side with hardly any of many is an edge."""
    return near.quadrant >= max(sides, SCARCE * near.others) and near.minute >= 2 and near.quadrants >= 3


def _appeared(view: Tracks, hearing: Hearing, row: int, minute: int, p: SimpleNamespace) -> bool:
    """Whether the aircraft was first heard high up, among others who were heard before, not long before the verdict."""
    mine = np.flatnonzero(view.icao24[: row + 1] == view.icao24[row])
    mine = mine[view.time[mine] // SLOT_MS > minute - 24]
    first = int(mine[0])
    if view.prev_time[first] != NO_TIME or not view.located[first] or not view.baro_altitude[first] >= p.above:
        return False
    slot = int(view.time[first]) // SLOT_MS
    if np.isnan(view.track[first]):
        return False
    place = float(view.lat[first]), float(view.lon[first])
    altitude, course = float(view.baro_altitude[first]), float(view.track[first])
    near = hearing.near(place, course, altitude, range(slot - 4, slot + 1), p.reach * 1000, now=5)
    return _amid(near, p.sides)
