"""Innovations: what each new position says beyond dead reckoning, learned stream by stream; the walk over a slice.

What the classes that look for a track that stops following from itself have in common is declared and done here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._groups import stretches_of
from detectors._reckoning import Slice, Update, slices_of
from detectors._registry import PRIORITY, Param
from detectors._streams import Streams, parts_of, streams_of
from geo.memory import Memory, whole
from geo.schema import NO_TIME, Array
from geo.stretches import Stretches, path, sample
from geo.tracks import Mask, Tracks

STREAMWISE: Mapping[str, Any] = {
    "scope": "aircraft", "sample_s": 5, "lookback_s": 0, "merge_gap_s": 600, "spans": True,
    "needs": [("lat",), ("ground_speed",), ("track",)], "uses": ("position_time",),
}  # fmt: skip
"""How a class that walks streams is run."""

NOISE: Mapping[str, Param] = {
    "timing": Param(2, "s", "a clock that is wrong by this moves a position along the track and is no offset", lo=0, hi=30, source="JL516 2024-01-02: median lag 0.56 s; OpenSky state vectors are 1 s apart"),
    "ends": Param(120, "min", "an episode to which nothing is added for so long is over; one that is low after half of it", lo=5, hi=1_440, source="the longest attack measured goes on for 53 min (06756e84, 2023-04-01)"),
    "gap": Param(45, "s", "after a longer gap nothing is compared", lo=20, hi=120, source="three polls of 15 s"),
}  # fmt: skip
"""Parameters of every class that walks streams."""

QUIET_M = 10.0
"""The usual innovation across the motion of a stream that is as noisy as one of which nothing is known."""

STRAIGHT = 0.15
"""Shares of the hardest turn below which a path is straight."""

Note = Callable[[Array, Update, Array, Array, SimpleNamespace], None]
"""Takes records of streams, their new fixes, and the innovations (east, north; m) into the class's own fields."""

Shown = Callable[[Array], tuple[Array, Array, Mapping[str, Array]]]
"""Confidence, priority and values of records on which an episode stands."""


def walk(tracks: Tracks, memory: Memory, p: SimpleNamespace, note: Note, shown: Shown, every_s: int) -> Stretches:
    """Take the fixes of slice after slice into the records; the episodes that stand after each slice."""
    entries: list[Mapping[str, Any]] = []
    for part in parts_of(tracks, memory, every_s * 1000):
        streams = streams_of(part, memory)
        for piece in slices_of(part, streams, p.gap, every_s * 1000):
            for update in piece.updates:
                _take(streams.state, update, note, p)
            entries += _standing(part, streams, piece, shown, p)
        memory.put(streams.keys, part.time[streams.last], stream=streams.state)
    return stretches_of(entries)


def _take(state: Array, update: Update, note: Note, p: SimpleNamespace) -> None:
    """One new fix of each of some streams."""
    who = update.who
    now = state if len(who) == len(state) else state.take(who)
    east, north = update.east - now["bias_e"] * update.dt, update.north - now["bias_n"] * update.dt
    note(now, update, east, north, p)
    _learn(now, update, east, north)
    whole(now["fix"])[:] = whole(update.fix)
    now["count"] += 1
    if now is not state:
        whole(state)[who] = whole(now)


def _standing(
    tracks: Tracks, streams: Streams, piece: Slice, shown: Shown, p: SimpleNamespace
) -> Sequence[Mapping[str, Any]]:
    """The episodes that stand after a slice, of the streams that it has rows of."""
    state = streams.state
    if not (state["onset"] != NO_TIME).any():
        return ()
    who, rows = streams.who[piece.at], streams.rows[piece.at]
    first = np.flatnonzero(np.append(True, who[1:] != who[:-1]))
    last = np.append(first[1:], len(who)) - 1
    on = state["onset"][who[first]] != NO_TIME
    held, first, last = who[first[on]], rows[first[on]], rows[last[on]]
    sure, level, values = shown(state[held])
    over = _over(state[held], tracks.time[last], level, p)
    state["onset"][held[over]] = NO_TIME
    return [
        _entry(tracks, state[i], int(first[k]), int(last[k]))
        | _figures(float(sure[k]), int(level[k]), {name: column[k] for name, column in values.items()})
        for k, i in enumerate(held.tolist()) if not over[k]
    ]  # fmt: skip


def _over(state: Array, now: Array, level: Array, p: SimpleNamespace) -> Mask:
    """Episodes to which nothing has been added for long: the track has followed from itself since, whatever it was."""
    out: Mask = now - state["proven"] > np.where(level <= PRIORITY["low"], p.ends / 2, p.ends) * 60_000
    return out


def _entry(tracks: Tracks, one: Array, a: int, b: int) -> dict[str, Any]:
    """An episode from its onset to row b. The onset lies further back than the view: the record knows it."""
    onset, end = int(one["onset"]), int(tracks.time[b])
    rows = a + np.flatnonzero(tracks.located[a : b + 1])
    return {
        "subject": int(tracks.flight[b]), "start": onset, "end": end, "peak": end, "icao24": int(tracks.icao24[b]),
        "members": (), "callsign": tracks.callsign[b].decode("ascii", "replace"), "cleared": "",
        "paths": np.vstack([[[one["from_lon"], one["from_lat"], onset]], path(tracks, rows)]),
        "samples": [sample(tracks, a, "first"), sample(tracks, b, "last")],
    }  # fmt: skip


def _figures(sure: float, level: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """How sure and urgent an episode is, and what explains it."""
    shown = {name: value if isinstance(value, str) else round(float(value), 3) for name, value in values.items()}
    return {"score": round(sure, 4), "confidence": round(sure, 4), "priority": level, **shown}


def _learn(now: Array, update: Update, east: Array, north: Array) -> None:
    """This stream's usual innovation: its steady part (a speed through the air, a rhumb line), and its size.

    Along and across the motion apart: a clock that jitters moves positions along it only. Each new one counts an eighth
    and no more than thrice the usual, so that a jump is not learned.
    """
    known = update.known & ~now["hold"]
    pull = np.where(known, 0.125, 0.0)
    for name, size in zip(("noise_along", "noise_across"), map(np.abs, turned(east, north, update)), strict=True):
        usual = now[name]
        fresh = np.isnan(usual)
        most = np.where(fresh, 100.0, 3.0 * usual + 30.0)
        taken = np.minimum(size, most)
        pull = np.minimum(pull, np.where(known, 0.125 * most / np.maximum(size, 1.0), 0.0))
        now[name] = np.where(known, np.where(fresh, taken, usual + (taken - usual) / 8.0), usual)
    pull = pull / np.maximum(update.dt, 1.0)
    now["bias_e"] += pull * east
    now["bias_n"] += pull * north


def turned(east: Array, north: Array, update: Update) -> tuple[Array, Array]:
    """An offset along and across the motion."""
    return (
        east * update.unit_e + north * update.unit_n,
        east * update.unit_n - north * update.unit_e,
    )


def beyond(
    offset: tuple[Array, Array],
    late: Array | float,
    noise: Array,
    straight: Mask | np.bool_,
    now: Array,
    p: SimpleNamespace,
) -> Array:
    """How many times over offsets are what the noise allows, less `late` metres along the motion: a wrong clock's.

    `noise` is that of a stream of which nothing is known. One that flies `straight` is held across its motion to how well
    it has kept to its line: no clock moves it aside, and no turn of which speed and course tell late.
    """
    along, across = offset
    usual = np.fmax(now["noise_across"], 0.0)
    steady = np.where(straight, np.fmin(np.maximum(now["noise_across"] / QUIET_M, 0.25), 1.0), 1.0)
    most_along = p.least + p.sigmas * noise + p.noises * np.fmax(now["noise_along"], 0.0)
    most_across = np.where(straight, p.aside, p.least) + p.sigmas * noise * steady + p.noises * usual
    out: Array = np.hypot(np.maximum(np.abs(along) - late, 0.0) / most_along, across / most_across)
    return out
