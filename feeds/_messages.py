"""Single messages become observations: what an aircraft said in several messages stands together in one row."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from geo.batch import Batch
from geo.schema import COLUMNS, NO_TIME, Array, missing, present

MOTION_MS = 15_000
"""Height, speed and course hold for so long: a radar with a slow antenna (12 s a turn) asks for them once a turn."""

IDENTITY_MS = 60_000
"""Callsign, squawk and what else seldom changes: readsb holds them for a minute too."""

FORGET_MS = 600_000
MOST_AIRCRAFT = 100_000
"""Beyond this many the longest silent go: whoever sends made-up addresses fills no memory."""

MOTION = frozenset(
    {"baro_altitude", "geo_altitude", "ground_speed", "track", "vertical_rate", "on_ground", "heading", "roll", "mach",
     "indicated_airspeed", "true_airspeed", "alert", "spi"}
)  # fmt: skip
OWN = frozenset({"icao24", "time", "position_time", "lat", "lon", "source", "rssi", "messages"})
"""Columns that belong to the one message and are not carried on."""


@dataclass
class Joiner:
    """One stream of messages. `add` gives a row for every position, and one for each second of an aircraft without.

    Values of other messages are carried for MOTION_MS or IDENTITY_MS; a position never: the row says what was heard.
    `messages` counts all of an aircraft, those without any content too.
    """

    known: Batch = field(default_factory=Batch.empty)
    since: dict[str, Array] = field(default_factory=dict)

    def add(self, messages: Batch) -> Batch:
        """Rows by aircraft and time, from messages (one row each, any order) and what was known before."""
        if not len(messages):
            return Batch(messages.columns, messages.labels, messages.rejected)
        old = len(self.known)
        whole = Batch.concat([self.known, messages])
        fresh = np.arange(len(whole)) >= old
        order = np.lexsort((whole["time"], fresh, whole["icao24"]))
        whole, fresh = whole.take(order), fresh[order]
        first = _first_of_aircraft(whole["icao24"])
        columns, since = self._carried(whole, order, first)
        columns["messages"] = _counted(whole, fresh, first)
        self._remember(columns, since, whole)
        rows = np.flatnonzero(fresh & _spoken(whole, fresh))
        return Batch({n: v[rows] for n, v in _held(columns, since, whole).items()}, messages.labels, messages.rejected)

    def _carried(self, whole: Batch, order: Array, first: Array) -> tuple[dict[str, Array], dict[str, Array]]:
        """Each column filled with its last value of the same aircraft, and the time that this value is of."""
        columns, since = dict(whole.columns), {}
        for name in whole.columns.keys() - OWN:
            sent = present(name, whole[name])
            stamp = np.where(sent, whole["time"], NO_TIME)
            if len(self.known):
                before = self.since.get(name, np.full(len(self.known), NO_TIME))
                old = order < len(self.known)
                stamp[old] = before[order[old]]
            last = np.maximum.accumulate(np.where(sent, np.arange(len(whole)), -1))
            there = last >= first
            at = np.where(there, last, 0)
            columns[name] = np.where(there, whole[name][at], COLUMNS[name].missing).astype(COLUMNS[name].dtype)
            since[name] = np.where(there, stamp[at], NO_TIME)
        return columns, since

    def _remember(self, columns: dict[str, Array], since: dict[str, Array], whole: Batch) -> None:
        """The last state of every aircraft that is not long gone."""
        last = np.flatnonzero(np.append(np.diff(whole["icao24"]) != 0, True))
        time = whole["time"][last]
        last = last[time >= time.max() - FORGET_MS]
        if len(last) > MOST_AIRCRAFT:
            last = np.sort(last[np.argsort(whole["time"][last], kind="stable")[-MOST_AIRCRAFT:]])
        kept = {name: values[last] for name, values in columns.items() if name not in OWN - {"messages"}}
        self.known = Batch({**kept, "icao24": whole["icao24"][last], "time": whole["time"][last]})
        self.since = {name: stamps[last] for name, stamps in since.items()}


def _first_of_aircraft(icao24: Array) -> Array:
    """For each row of sorted addresses the index of that aircraft's first."""
    new = np.append(True, np.diff(icao24) != 0)
    return np.maximum.accumulate(np.where(new, np.arange(len(icao24)), 0))


def _counted(whole: Batch, fresh: Array, first: Array) -> Array:
    """How many messages of the aircraft there were up to each row; a row that is known from before brings its count."""
    before = np.where(fresh[first], 1.0, np.nan_to_num(whole["messages"][first], nan=0.0))
    out: Array = before + np.arange(len(first)) - first
    return out


def _spoken(whole: Batch, fresh: Array) -> Array:
    """The messages that make a row: positions, and the last one of a second in which its aircraft sent none."""
    located = present("lat", whole["lat"]) & fresh
    icao24, second = whole["icao24"], whole["time"] // 1000
    new = np.append(True, (np.diff(icao24) != 0) | (np.diff(second) != 0) | (np.diff(fresh) != 0))
    starts = np.flatnonzero(new)
    without = ~np.logical_or.reduceat(located, starts)
    last = np.append(new[1:], True)
    out: Array = located | (last & without[np.cumsum(new) - 1])
    return out


def _held(columns: dict[str, Array], since: dict[str, Array], whole: Batch) -> dict[str, Array]:
    """The columns without what is too old to hold."""
    out = dict(columns)
    for name, stamp in since.items():
        limit = MOTION_MS if name in MOTION else IDENTITY_MS
        with np.errstate(over="ignore"):
            old = (stamp == NO_TIME) | (np.abs(whole["time"] - np.where(stamp == NO_TIME, 0, stamp)) > limit)
        out[name] = np.where(old, missing(name, 1)[0], columns[name]).astype(COLUMNS[name].dtype)
    if "lat" in out:
        out["position_time"] = np.where(present("lat", out["lat"]), whole["time"], NO_TIME)
    return out
