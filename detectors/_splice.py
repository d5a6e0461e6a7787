"""Splices: a stream that from one fix to the next is somewhere else, on another course, at another speed."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from detectors._innovation import STRAIGHT, beyond, turned
from detectors._reckoning import Update
from detectors._streams import keep
from geo.schema import NO_TIME, Array
from geo.tracks import Mask

CHANNELS = ("position", "course", "speed", "height", "climb rate")

SPREAD = 0.4
"""A change of which the next or the last update holds more than this share is a manoeuvre: those take time."""

FADE = 0.995
"""What an update leaves of the largest jumps before it: a stream that manoeuvres hard is judged by its own measure."""

_WIDE = ("f8", (len(CHANNELS),))

KEEP = keep({
    "pending": ("i8", NO_TIME), "calm": ("i8", 0), "tested": ("i8", 0), "noisy": ("?", False),
    "jump": (_WIDE, 0), "seen": (_WIDE, 0), "before": (_WIDE, 0), "at_lat": ("f8", np.nan), "at_lon": ("f8", np.nan),
})  # fmt: skip


def note(now: Array, update: Update, east: Array, north: Array, p: SimpleNamespace) -> None:
    """Take new fixes: a jump in several channels is looked into, and latched when the stream then goes on calmly.

    A stream that does it again is released, and not latched any more: it jumps, whoever flies it.
    """
    jump = _strides(now, update, east, north, p)
    waiting = now["pending"] != NO_TIME
    if waiting.any():
        _confirm(now, waiting, update, jump, p)
    usual = now["seen"]
    # Only what weighs enough on the whole can be a splice, whatever the stream did before.
    split = update.known & _splits(jump, p)
    if split.any():
        single = np.where(now["before"] > SPREAD * jump + 0.1, 0.0, jump) / np.maximum(usual, 1.0)
        _begin(now, split & _splits(single, p) & (now["tested"] >= p.fixes), single, update)
    now["tested"] = np.where(update.known & ~split, now["tested"] + 1, 0)
    now["before"] = jump
    now["seen"] = np.maximum(FADE * usual, np.minimum(jump, 2.0 * usual + 1.0))
    now["hold"] = now["pending"] != NO_TIME


def _strides(now: Array, update: Update, east: Array, north: Array, p: SimpleNamespace) -> Array:
    """Each channel's jump as a share of what an aircraft can do meanwhile, (fixes, channels); 0 where it is missing."""
    out = np.empty((len(now), len(CHANNELS)))
    offset, straight = turned(*_aside(east, north, update), update), update.turn <= STRAIGHT
    position = beyond(offset, p.timing * update.speed, update.still, straight, now, p)
    out[:, 0] = np.where(update.known, position, 0.0)
    out[:, 1], out[:, 2], out[:, 3], out[:, 4] = update.turn, update.accelerate, update.climb, update.rate
    return out


def _aside(east: Array, north: Array, update: Update) -> tuple[Array, Array]:
    """What of an innovation no moment of change explains.

    Whenever between the fixes the old velocity gave way to the new one, the innovation lies on a line through 0 along
    their difference, half of it to either side.
    """
    change_e, change_n = update.change_e, update.change_n
    length = np.maximum(change_e**2 + change_n**2, 1.0)
    share = np.minimum(np.maximum((east * change_e + north * change_n) / length, -0.5), 0.5)
    return east - share * change_e, north - share * change_n


def _splits(jump: Array, p: SimpleNamespace) -> Mask:
    """Several channels beyond what is possible, or one far beyond it and another near it."""
    out: Mask = weight(jump) >= p.total
    if out.any():
        near = np.sort(jump, axis=1)[:, -2] >= 0.6
        out &= ((jump > 1.0).sum(axis=1) >= p.channels) | ((jump[:, :3].max(axis=1) >= p.far) & near)
    return out


def weight(jump: Array) -> Array:
    """All channels together; beyond thrice the possible more is no more."""
    out: Array = np.minimum(jump, 3.0).sum(axis=1)
    return out


def _begin(now: Array, start: Mask, jump: Array, update: Update) -> None:
    """Look into these; a stream on which an episode stands is released, and is noisy from now on."""
    standing = now["onset"] != NO_TIME
    again = start & standing
    now["onset"][again], now["noisy"][again] = NO_TIME, True
    start = start & ~standing & ~now["noisy"]
    fix = update.fix[start]
    now["pending"][start], now["calm"][start], now["jump"][start] = update.time[start], 0, jump[start]
    now["at_lat"][start], now["at_lon"][start] = fix["lat"], fix["lon"]


def _confirm(now: Array, waiting: Mask, update: Update, jump: Array, p: SimpleNamespace) -> None:
    """The fixes after a jump: where they follow from each other the stream has become another one.

    What goes on changing in the same channels is a manoeuvre, and was one before. One that followed already may be
    followed by a gap; a gap right after the jump leaves it a bad fix.
    """
    first = now["jump"]
    goes_on = weight(np.where(first > 0.6, jump, 0.0)) > SPREAD * weight(first)
    now["calm"] += waiting & update.known
    now["pending"][waiting & (goes_on | (now["calm"] == 0))] = NO_TIME
    sure = waiting & update.known & ~goes_on & (now["calm"] >= p.confirm)
    for name, at in (("onset", "pending"), ("from_lat", "at_lat"), ("from_lon", "at_lon")):
        now[name][sure] = now[at][sure]
    now["pending"][sure], now["proven"][sure] = NO_TIME, update.time[sure]
