"""Instants: a view of tracks in, every aircraft's place at common epoch-aligned moments out, by dead reckoning."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from geo.schema import NO_TIME, Array
from geo.sphere import KNOT_M_S, destination
from geo.tracks import Index, Mask, Tracks

MOVING_KT = 30.0
"""Above this, a position that equals the one before it was repeated by the source, not flown."""

STEEPEST_FT_MIN = 6_000.0
"""Altitudes are carried forward by no more than this: a wilder rate is one bad value."""


@dataclass(frozen=True)
class Instants:
    """One entry per flight and instant, sorted by (rank, instant); all arrays are (n,).

    `instant`: the end of its slot, ms. `row`: the view's row it was carried forward from, the newest one with a
    position before the instant. `rank`: dense number of the flight in the view. `lat`, `lon`, `baro_altitude` at the
    instant; `ground_speed` and `track` as sent. `age_s`: for how long the position was carried. `fresh`: the slot is
    to be judged. `own`: the row lies in this very slot, not in an earlier one.
    """

    step_ms: int
    instant: Array
    row: Index
    rank: Index
    flight: Array
    icao24: Array
    lat: Array
    lon: Array
    baro_altitude: Array
    ground_speed: Array
    track: Array
    age_s: Array
    fresh: Mask
    own: Mask

    def __len__(self) -> int:
        return len(self.instant)

    def find(self, rank: Array, instant: Array) -> Index:
        """Index of each (rank, instant); -1 where that flight was not placed then."""
        if not len(self):
            return np.full(len(rank), -1, dtype=np.intp)
        slot = (instant - self._origin) // self.step_ms
        key = rank * self._width + slot
        at = np.minimum(np.searchsorted(self._key, key), len(self) - 1)
        return np.where((self._key[at] == key) & (slot >= 0) & (slot < self._width), at, -1)

    @cached_property
    def _origin(self) -> int:
        return int(self.instant.min())

    @cached_property
    def _width(self) -> int:
        return int(self.instant.max() - self._origin) // self.step_ms + 1

    @cached_property
    def _key(self) -> Array:
        key: Array = self.rank * self._width + (self.instant - self._origin) // self.step_ms
        return key


def at_instants(tracks: Tracks, step_s: float, max_age_s: float, fresh_only: bool = False) -> Instants:
    """Every flight at every multiple of `step_s` at which its newest position is at most `max_age_s` old.

    Nothing later than the instant is used. To stay independent of how the data was cut: judge entries that are
    `fresh`, in groups of which at least one is `own` (all of them, where the class has a gate), and look back no
    further than lookback_s - 2 * max_age_s - step_s. `fresh_only` leaves out what is not to be judged.
    """
    step = int(step_s * 1000)
    rows = np.flatnonzero(tracks.located & ~repeated(tracks, max_age_s))
    stamp = stamps(tracks)[rows]
    rank = (np.cumsum(tracks.first) - 1)[rows]
    slot = tracks.time[rows] // step
    final = int((tracks.time // step).max(initial=0))
    last = np.minimum((stamp + int(max_age_s * 1000)) // step - 1, final)
    same = np.append(rank[1:] == rank[:-1], False)[: len(rows)]
    last = np.minimum(last, np.where(same, np.append(slot[1:], 0)[: len(rows)] - 1, final))
    begin = (tracks.time[tracks.fresh] // step).min(initial=np.iinfo(np.int64).max)
    low = np.maximum(slot, begin) if fresh_only else slot
    entry, offset = spread(np.maximum(last - low + 1, 0))
    row, k = rows[entry], low[entry] + offset
    age_s = ((k + 1) * step - stamp[entry]) / 1000.0
    place = _carried(tracks, row, age_s)
    return Instants(
        step, (k + 1) * step, row, rank[entry], tracks.flight[row], tracks.icao24[row], *place,
        tracks.ground_speed[row], tracks.track[row], age_s, k >= begin, k == slot[entry],
    )  # fmt: skip


def repeated(tracks: Tracks, max_age_s: float) -> Mask:
    """Rows of a moving aircraft whose position is the one before, forward-filled by the source."""
    same = (tracks.lat == tracks.previous(tracks.lat)) & (tracks.lon == tracks.previous(tracks.lon))
    out: Mask = same & (tracks.ground_speed > MOVING_KT) & (tracks.dt_s <= max_age_s)
    return out


def stamps(tracks: Tracks) -> Array:
    """When each position was taken: its own stamp where the view has it, else the row's time."""
    own = tracks.columns.get("position_time")
    if own is None:
        return tracks.time
    return np.where((own == NO_TIME) | (own > tracks.time), tracks.time, own)


def spread(counts: Array) -> tuple[Index, Index]:
    """Entry i repeated counts[i] times, and 0, 1, 2, ... within each."""
    entry = np.repeat(np.arange(len(counts)), counts)
    return entry, np.arange(len(entry)) - np.repeat(np.cumsum(counts) - counts, counts)


def _carried(tracks: Tracks, row: Index, seconds: Array) -> tuple[Array, Array, Array]:
    """Latitude, longitude and altitude that many seconds later; what does not say where it is going stays."""
    speed, course = tracks.ground_speed[row].astype(float), tracks.track[row].astype(float)
    known = ~np.isnan(speed + course)
    far = np.where(known, speed, 0.0) * KNOT_M_S * seconds
    lat, lon = destination(tracks.lat[row], tracks.lon[row], np.where(known, course, 0.0), far)
    rate = np.clip(np.nan_to_num(tracks.vertical_rate[row].astype(float)), -STEEPEST_FT_MIN, STEEPEST_FT_MIN)
    return lat, lon, tracks.baro_altitude[row] + rate * seconds / 60.0
