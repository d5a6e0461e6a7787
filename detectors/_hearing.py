"""Who was heard where, minute by minute: the coverage of a feed, learnt from the aircraft that it goes on hearing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.schema import Array, of_sources
from geo.sphere import KNOT_M_S, bearing_deg, destination, distance_m
from geo.tracks import Mask, Tracks

SLOT_MS = 60_000

_OWN = of_sources("unknown", "adsb_icao")

_ABOVE_FT = 2_000.0
"""An aircraft at most this much higher is heard in the same places."""

_SAME_KM, _SAME_FT = 3.0, 700.0
"""As near as this to where an aircraft was expected, it is the aircraft itself or one in its company."""


def by_aircraft(tracks: Tracks) -> Tracks:
    """The view in order of aircraft and time, whatever flights and streams an aircraft is made of."""
    return tracks.take(np.lexsort((tracks.time, tracks.icao24)))


def self_reported(tracks: Tracks) -> Mask:
    """Rows whose position the aircraft itself sent, as far as is known."""
    out: Mask = _OWN[tracks.source]
    return out


@dataclass(frozen=True)
class Near:
    """What was heard round a place during some minutes: how many other aircraft, how many in the emptiest quadrant; and
    in the last of these minutes: in how many quadrants, and how many rows in the emptiest minute."""

    others: int = 0
    quadrant: int = 0
    quadrants: int = 0
    minute: int = 0


class Hearing:
    """The airborne, located rows of a view in order of time, to be asked for minutes and places."""

    def __init__(self, view: Tracks) -> None:
        rows = np.flatnonzero(view.located & (view.on_ground != 1))
        rows = rows[np.argsort(view.time[rows], kind="stable")]
        self.time, self.slot = view.time[rows], view.time[rows] // SLOT_MS
        self.lat, self.lon, self.altitude = view.lat[rows], view.lon[rows], view.baro_altitude[rows]
        self.icao24, self._own = view.icao24[rows], self_reported(view)[rows]

    def near(
        self, place: tuple[float, float], course: float, altitude: float, minutes: range, metres: float, now: int = 1
    ) -> Near:
        """Within `metres` of a place, not higher than about `altitude`, in each of the quadrants counted from `course`:
        ahead and behind, to the left and to the right. The last `now` minutes are also looked at by themselves."""
        at = self._around(place, minutes, metres)
        at = at[self._own[at] & (self.altitude[at] <= altitude + _ABOVE_FT)]
        if not len(at):
            return Near()
        turn = (bearing_deg(*place, self.lat[at], self.lon[at]) - course) % 360.0
        who, owner = np.unique(self.icao24[at], return_inverse=True)
        side = np.floor(turn / 90.0).astype(np.int64) % 4
        each = np.bincount(np.unique(side * len(who) + owner) // len(who), minlength=4)
        lately = len(np.unique(side[self.slot[at] >= minutes.stop - now]))
        heard = np.bincount(self.slot[at] - minutes.start, minlength=len(minutes))
        return Near(len(who), int(each.min()), lately, int(heard[-now:].min()))

    def lost(self, place: tuple[float, float], lowest: float, minutes: range, metres: float) -> tuple[int, int]:
        """Of the aircraft heard above `lowest` ft round a place in the first three minutes: how many there were, and how
        many of them were not heard any more, anywhere, in the last two."""
        at = self._around(place, range(minutes.start, minutes.start + 3), metres)
        there = np.unique(self.icao24[at[self.altitude[at] >= lowest]])
        a, b = np.searchsorted(self.slot, [minutes.stop - 2, minutes.stop])
        return len(there), int((~np.isin(there, self.icao24[a:b])).sum())

    def continued(self, view: Tracks, row: int) -> bool:
        """Whether another aircraft was where that of the view's row was to be expected in the next two minutes."""
        first = int(view.time[row])
        a, b = np.searchsorted(self.time, [first + 1, first + 3 * SLOT_MS])
        at = a + np.flatnonzero(np.abs(self.altitude[a:b] - view.baro_altitude[row]) <= _SAME_FT)
        at = at[(np.abs(self.lat[at] - view.lat[row]) < 1.0) & (self.icao24[at] != view.icao24[row])]
        places = ahead(view, row, (self.time[at] - first) / 1000.0)
        return bool((distance_m(*places, self.lat[at], self.lon[at]) <= _SAME_KM * 1000).sum() >= 2)

    def _around(self, place: tuple[float, float], minutes: range, metres: float) -> Array:
        a, b = np.searchsorted(self.slot, [minutes.start, minutes.stop])
        at = a + np.flatnonzero(np.abs(self.lat[a:b] - place[0]) < metres / 110_000)
        out: Array = at[distance_m(*place, self.lat[at], self.lon[at]) <= metres]
        return out


def ahead(view: Tracks, row: int, seconds: Array) -> tuple[Array, Array]:
    """Where the aircraft of a row will be by dead reckoning."""
    metres = float(view.ground_speed[row]) * KNOT_M_S * np.asarray(seconds, dtype=np.float64)
    n = np.ones_like(metres)
    return destination(view.lat[row] * n, view.lon[row] * n, float(view.track[row]) * n, metres)
