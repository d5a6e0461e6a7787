"""The clock beside each frame, which knows no date, becomes epoch time: by when frames came, or a file ended."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from feeds._frames import MLAT_STAMP, NO_STAMP, Frames
from geo.schema import NO_TIME, Array

TICKS_PER_MS = 12_000.0
"""Of the Beast's clock, 12 MHz, which counts from when the receiver was switched on."""

DAY_MS = 86_400_000
NEAR_MS = 5_000
"""A receiver's clock that differs by more from what was expected has begun anew, or is another receiver's."""

DRIFT = 1e-4
"""By how much the slowest crystal runs behind."""


def of_day(stamp: Array) -> Array:
    """Ms since midnight UTC of GPS clocks (Radarcape): 18 bits of seconds, 30 of nanoseconds; NaN for others."""
    seconds, nanos = stamp >> 30, stamp & ((1 << 30) - 1)
    good = (stamp >= 0) & (seconds < 86_400) & (nanos < 1_000_000_000)
    return np.where(good, seconds * 1000.0 + nanos / 1e6, np.nan)


def dated(day_ms: Array, near: float) -> Array:
    """Epoch ms of times of day, of the day on which they lie nearest to a time."""
    return np.asarray(near + np.mod(day_ms - near + DAY_MS / 2, DAY_MS) - DAY_MS / 2)


def counted(frames: Frames) -> Array:
    """Which frames have a clock beside them."""
    return np.asarray((frames.stamp != NO_STAMP) & (frames.stamp != MLAT_STAMP))


@dataclass
class Arrival:
    """Live: frames are as old as their clock says they are beside the newest, which has just come."""

    offset: float | None = None
    ticks: float = 0.0

    def times(self, frames: Frames, now_ms: int) -> Array:
        """Epoch ms (n,). A clock that does not fit, and none at all, is the time of arrival."""
        out = np.full(len(frames), now_ms, dtype=np.int64)
        rows = np.flatnonzero(counted(frames))
        if not len(rows):
            return out
        day = dated(of_day(frames.stamp[rows]), now_ms)
        if np.median(np.where(np.isnan(day), np.inf, np.abs(day - now_ms))) <= NEAR_MS:
            found = day
        else:
            found = self._since_start(frames.stamp[rows] / TICKS_PER_MS, now_ms)
        fits = np.abs(found - now_ms) <= NEAR_MS
        out[rows[fits]] = np.rint(found[fits]).astype(np.int64)
        return out

    def _since_start(self, ticks: Array, now_ms: int) -> Array:
        """By the shortest way that frames took so far: what is held up on the way is not later for it."""
        newest = float(ticks.max())
        seen = now_ms - newest
        if self.offset is None or abs(seen - self.offset) > NEAR_MS:
            self.offset = seen
        else:
            self.offset = min(seen, self.offset + DRIFT * max(newest - self.ticks, 0.0))
        self.ticks = newest
        return self.offset + ticks


@dataclass
class Recorded:
    """A file: its last frame is as old as the file. `last`: the clock of that frame, NO_STAMP where none has one."""

    ended_ms: int
    last: int = NO_STAMP

    def times(self, frames: Frames, bad: Counter[str]) -> Array:
        """Epoch ms (n,); NO_TIME for frames without a clock, and for those before the clock began anew."""
        day = dated(of_day(frames.stamp), self.ended_ms - DAY_MS / 2)
        gps = bool(np.abs(dated(of_day(np.array([self.last])), self.ended_ms) - self.ended_ms)[0] <= NEAR_MS)
        found = day if gps else self.ended_ms + (frames.stamp - self.last) / TICKS_PER_MS
        good = counted(frames) & ~np.isnan(found) & (found <= self.ended_ms + NEAR_MS)
        bad["frame without a clock"] += int((~counted(frames)).sum())
        bad["frame before the receiver's clock began anew"] += int((counted(frames) & ~good).sum())
        return np.where(good, np.rint(np.where(good, found, 0)).astype(np.int64), NO_TIME)
