"""Splices: a stream that from one fix to the next is somewhere else, on another course, at another speed."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from detectors._innovation import RECKONED, State, Update, beyond_timing
from geo.memory import Keep, Slot
from geo.schema import NO_TIME, Array
from geo.tracks import Tracks

CHANNELS = ("position", "course", "speed", "height", "climb rate")

SPREAD = 0.4
"""A change of which the next or the last update holds more than this share is a manoeuvre: those take time."""

FADE = 0.995
"""What an update leaves of the largest jumps before it: a stream that manoeuvres hard is judged by its own measure."""

KEEP = Keep(
    {
        **RECKONED,
        "pending": Slot("i8", NO_TIME), "calm": Slot("i4"), "tested": Slot("i4"), "jump": Slot("f4", 0.0, len(CHANNELS)),
        "seen": Slot("f4", 0.0, len(CHANNELS)), "noisy": Slot("i1"), "before": Slot("f4", 0.0, len(CHANNELS)), "at_lat": Slot("f8", np.nan), "at_lon": Slot("f8", np.nan),
        "onset": Slot("i8", NO_TIME), "from_lat": Slot("f8", np.nan), "from_lon": Slot("f8", np.nan),
    },
    ttl_s=1800,
)  # fmt: skip


def note(tracks: Tracks, state: State, update: Update, p: SimpleNamespace) -> None:
    """Take new fixes: a jump in several channels is looked into, and latched when the stream then goes on calmly.

    A stream that does it again is released, and not latched any more: it jumps, whoever flies it.
    """
    who, rows = update.who, update.rows
    known = np.isfinite(update.east) & (update.dt <= p.gap)
    free = state.at("onset", who) == NO_TIME
    jump = np.where(known[:, None], strides(state, update, p), 0.0)
    usual, before = state.at("seen", who), state.at("before", who)
    _confirm(state, update, known & free, jump, p)
    single = np.where(before > SPREAD * jump + 0.1, 0.0, jump) / np.maximum(usual, 1.0)
    start = known & splits(single, p) & (state.at("tested", who) >= p.fixes)
    again = who[start & ~free]
    state.set(again, onset=np.full(len(again), NO_TIME), noisy=np.ones(len(again)))
    start &= free & (state.at("noisy", who) == 0)
    begin, at = who[start], rows[start]
    state.set(
        begin, pending=tracks.time[at], calm=np.zeros(len(begin)), jump=single[start],
        at_lat=tracks.lat[at], at_lon=tracks.lon[at],
    )  # fmt: skip
    state.set(
        who, before=jump, tested=np.where(known & ~splits(jump, p), state.at("tested", who) + 1, 0),
        seen=np.maximum(FADE * usual, np.minimum(jump, 2.0 * usual + 1.0)), hold=state.at("pending", who) != NO_TIME,
    )  # fmt: skip


def strides(state: State, update: Update, p: SimpleNamespace) -> Array:
    """Each channel's jump as a share of what an aircraft can do meanwhile, (fixes, channels); 0 where it is missing."""
    noise = np.nan_to_num(state.at("noise", update.who))
    limit = p.least + p.sigmas * update.still + p.noises * noise
    position = beyond_timing(update.aside[:, 0], update.aside[:, 1], update, p.timing) / limit
    channels = np.stack([position, update.turn, update.accelerate, update.climb, update.rate], axis=1)
    out: Array = np.nan_to_num(channels)
    return out


def splits(jump: Array, p: SimpleNamespace) -> Array:
    """Several channels beyond what is possible, or one far beyond it and another near it."""
    ranked = np.sort(jump, axis=1)
    several = (jump > 1.0).sum(axis=1) >= p.channels
    one = (jump[:, :3].max(axis=1) >= p.far) & (ranked[:, -2] >= 0.6)
    out: Array = (several | one) & (weight(jump) >= p.total)
    return out


def weight(jump: Array) -> Array:
    """All channels together; beyond thrice the possible more is no more."""
    out: Array = np.minimum(jump, 3.0).sum(axis=1)
    return out


def _confirm(state: State, update: Update, known: Array, jump: Array, p: SimpleNamespace) -> None:
    """The fixes after a jump: where they follow from each other the stream has become another one.

    What goes on changing in the same channels is a manoeuvre, and was one before.
    """
    who = update.who
    waiting = state.at("pending", who) != NO_TIME
    first = state.at("jump", who)
    goes_on = weight(np.where(first > 0.6, jump, 0.0)) > SPREAD * weight(first)
    off = who[waiting & (goes_on | ~known)]
    state.set(off, pending=np.full(len(off), NO_TIME))
    calm = np.where(waiting, state.at("calm", who) + 1, 0)
    state.set(who, calm=calm)
    sure = who[waiting & known & ~goes_on & (calm >= p.confirm)]
    state.set(
        sure, onset=state.at("pending", sure), from_lat=state.at("at_lat", sure), from_lon=state.at("at_lon", sure),
        pending=np.full(len(sure), NO_TIME),
    )  # fmt: skip
