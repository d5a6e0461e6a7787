"""Offsets: innovations summed with a short memory, and the latch that holds while a track runs displaced."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from detectors._innovation import STRAIGHT, beyond, turned
from detectors._reckoning import Update
from detectors._streams import keep
from geo.schema import NO_TIME, Array
from geo.tracks import Mask

FADE = 0.9
"""What an update leaves of the sum before it: a ramp of five still adds up to 0.8, an outlier and its return to 0.1."""

KEEP = keep({
    "sum_e": ("f8", 0), "sum_n": ("f8", 0), "variance": ("f8", 0), "odd": ("f8", 0), "veer": ("f8", 0),
    "last_e": ("f8", 0), "last_n": ("f8", 0), "last_s": ("f8", 0),
    "rise": ("i8", NO_TIME), "since": ("i8", 0), "quiet": ("i8", 0), "rise_ve": ("f8", 0), "rise_vn": ("f8", 0),
    "rise_lat": ("f8", np.nan), "rise_lon": ("f8", np.nan), "off_e": ("f8", 0), "off_n": ("f8", 0), "ratio": ("f8", 0),
})  # fmt: skip

LONGEST = 9
"""Updates that an offset may take to build up and show itself steady; what goes on longer is no offset."""

SUDDEN = 3
"""Updates from the first displaced one within which an offset that came at once has shown itself steady."""

SLOW_M_S = 15.0
"""Below this course and speed say little of where an aircraft goes (hovering, or speed 0 forward-filled)."""

_SUMS = ("sum_e", "sum_n", "variance", "odd", "veer", "last_e", "last_n", "last_s")


def note(now: Array, update: Update, east: Array, north: Array, p: SimpleNamespace) -> None:
    """Take new fixes: into the sums, and where these show an offset that stays, into the latch."""
    if not update.known.all():
        _forget(now, ~update.known)
    now["sum_e"] = FADE * now["sum_e"] + east
    now["sum_n"] = FADE * now["sum_n"] + north
    now["variance"] = FADE**2 * now["variance"] + update.sigma**2
    odd = np.maximum(np.maximum(update.turn, update.accelerate), np.maximum(update.climb, update.rate))
    now["odd"] = np.maximum(FADE * now["odd"], odd)
    now["veer"] = np.maximum(FADE * now["veer"], update.turn)
    offset = turned(now["sum_e"], now["sum_n"], update)
    noise = np.sqrt(now["variance"])
    up = update.known & (beyond(offset, 0.0, noise, np.False_, now, p) > 0.3)
    _rising(now, update, up)
    if up.any():
        # What comes by and by is wind, or a course that tells late.
        sudden = (now["veer"] <= STRAIGHT) & (now["count"] - now["since"] <= SUDDEN)
        far = beyond(offset, p.timing * update.speed, noise, sudden, now, p)
        _judge(now, update, east, north, far, p)
    now["last_e"], now["last_n"], now["last_s"] = east, north, update.sigma


def _forget(now: Array, at: Mask) -> None:
    """A gap: what came before says nothing about what comes now. The latch stays."""
    for name in _SUMS:
        now[name][at] = 0.0
    now["rise"][at], now["hold"][at], now["quiet"][at] = NO_TIME, False, 0


def _rising(now: Array, update: Update, up: Mask) -> None:
    """Where the sum began to stand out: the first displaced fix."""
    now["quiet"] += ~up
    now["hold"] = up
    now["rise"][~up] = NO_TIME
    begin = up & (now["rise"] == NO_TIME)
    if begin.any():
        fix, before = update.fix[begin], update.before[begin]
        now["rise_ve"][begin], now["rise_vn"][begin] = before["ve"], before["vn"]
        now["rise"][begin], now["rise_lat"][begin], now["rise_lon"][begin] = update.time[begin], fix["lat"], fix["lon"]
        now["since"][begin] = now["count"][begin]


def _judge(now: Array, update: Update, east: Array, north: Array, far: Array, p: SimpleNamespace) -> None:
    """Latch the streams whose sum shows an offset that stays; release those where it takes the offset back."""
    full = np.hypot(now["sum_e"], now["sum_n"])
    small, last_e, last_n = 0.05 * full, now["last_e"], now["last_n"]
    hit = (now["rise"] != NO_TIME) & (far > 1.0) & (now["odd"] <= 1.5) & (now["quiet"] >= p.fixes)
    hit &= (full <= p.most * 1000) & (np.hypot(east, north) <= small + 2.0 * update.sigma)
    hit &= np.hypot(last_e, last_n) <= small + 2.0 * now["last_s"]
    hit &= np.hypot(east + last_e, north + last_n) <= small + update.sigma
    # In a turn, speed and course that lag look like an offset.
    changed = np.hypot(update.fix["ve"] - now["rise_ve"], update.fix["vn"] - now["rise_vn"])
    hit &= (changed <= 0.5 * update.speed) & (update.speed > SLOW_M_S)
    late = ~hit & (now["rise"] != NO_TIME) & (now["count"] - now["since"] >= LONGEST)
    if hit.any():
        _latch(now, hit, far[hit], update.time[hit])
    _forget(now, hit | late)


def _latch(now: Array, at: Mask, ratio: Array, time: Array) -> None:
    """Offsets add up; one that leads back to where the track came from ends the episode."""
    one = now[at]
    held = one["onset"] != NO_TIME
    # Two calm updates have passed since the offset was whole.
    east, north = one["sum_e"] / FADE**2, one["sum_n"] / FADE**2
    total_e, total_n = one["off_e"] + east, one["off_n"] + north
    back = held & (np.hypot(total_e, total_n) < 0.4 * np.hypot(east, north))
    for name, rise in (("onset", "rise"), ("from_lat", "rise_lat"), ("from_lon", "rise_lon")):
        one[name] = np.where(held, one[name], one[rise])
    one["onset"][back] = NO_TIME
    one["proven"] = time
    one["off_e"], one["off_n"] = np.where(back, 0.0, total_e), np.where(back, 0.0, total_n)
    one["ratio"] = np.where(held & ~back, np.maximum(one["ratio"], ratio), ratio)
    now[at] = one
