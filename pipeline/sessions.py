"""Sessions: from the first message of an aircraft until it has been silent for ten minutes, and what it offered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from geo.batch import Batch
from geo.flights import GAP_S
from geo.schema import COLUMNS, Array, missing, present

GAP_MS = int(GAP_S * 1000)
"""max_session_gap_seconds = 600 (F023)."""

OFFERS = {"has_position": "lat", "has_altitude": "baro_altitude", "has_callsign": "callsign", "has_signal": "rssi"}
"""What an aircraft offers, by the column that says so; a geometric altitude is one too."""

LATEST = ("callsign", "lat", "lon", "baro_altitude", "ground_speed", "rssi")
"""Last known values, kept where the source stops sending them."""

_KEYS = ("icao24", "first", "last", "messages", *OFFERS)
Columns = dict[str, Array]


@dataclass
class Sessions:
    """`open` are the sessions that may go on, by address; `done` those that ended since the last `take`."""

    open: Columns = field(default_factory=lambda: _empty())
    changed: set[int] = field(default_factory=set)
    done: list[Columns] = field(default_factory=list)

    def add(self, rows: Batch) -> None:
        """Take released rows. What comes after a silence of more than GAP_MS begins a session of its own."""
        if not len(rows):
            return
        fresh = _grouped(rows)
        aircraft, first, at = np.unique(fresh["icao24"], return_index=True, return_inverse=True)
        last = np.append(first[1:], len(at)) - 1
        self._join(fresh, aircraft, first)
        ended = np.ones(len(at), dtype=bool)
        ended[last] = False
        if ended.any():
            self.done.append({name: values[ended] for name, values in fresh.items()})
        kept = ~np.isin(self.open["icao24"], aircraft)
        whole = {name: np.concatenate([self.open[name][kept], fresh[name][last]]) for name in fresh}
        order = np.argsort(whole["icao24"])
        self.open = {name: values[order] for name, values in whole.items()}
        self.changed.update(aircraft.tolist())

    def take(self, now: int) -> Columns:
        """The sessions that changed since the last time; those silent for GAP_MS at data time `now` are let go."""
        mine = np.isin(self.open["icao24"], list(self.changed))
        told = {n: np.concatenate([*(p[n] for p in self.done), v[mine]]) for n, v in self.open.items()}
        going = self.open["last"] >= now - GAP_MS
        self.open = {name: values[going] for name, values in self.open.items()}
        self.done, self.changed = [], set()
        return told

    def state(self) -> Mapping[str, Array]:
        """For the checkpoint; what has not been told yet is told again."""
        parts = {name: [part[name] for part in self.done] for name in self.open}
        done = {f"done/{name}": np.concatenate(some) for name, some in parts.items() if some}
        changed = np.array(sorted(self.changed), dtype=np.int64)
        return {**{f"open/{name}": v for name, v in self.open.items()}, **done, "changed": changed}

    def leave_out(self, addresses: Sequence[int]) -> None:
        """Forget these aircraft."""
        self.open, *self.done = (
            {name: values[~np.isin(part["icao24"], addresses)] for name, values in part.items()}
            for part in (self.open, *self.done)
        )
        self.changed -= set(addresses)

    def restore(self, stored: Mapping[str, Array]) -> None:
        self.open = {name: stored[f"open/{name}"] for name in self.open}
        self.changed = set(stored["changed"].tolist())
        self.done = [{n: stored[f"done/{n}"] for n in self.open}] if "done/icao24" in stored else []

    def _join(self, fresh: Columns, aircraft: Array, first: Array) -> None:
        """The first group of each aircraft goes on from its open session, where the silence was short; else that one
        has ended."""
        if not len(self.open["icao24"]):
            return
        place = np.minimum(np.searchsorted(self.open["icao24"], aircraft), len(self.open["icao24"]) - 1)
        known = self.open["icao24"][place] == aircraft
        near = known & (fresh["first"][first] - self.open["last"][place] <= GAP_MS)
        over = place[known & ~near]
        if len(over):
            self.done.append({name: values[over] for name, values in self.open.items()})
        new, old = first[near], place[near]
        fresh["first"][new] = np.minimum(fresh["first"][new], self.open["first"][old])
        fresh["last"][new] = np.maximum(fresh["last"][new], self.open["last"][old])
        fresh["messages"][new] += self.open["messages"][old]
        for name in OFFERS:
            fresh[name][new] |= self.open[name][old]
        for name in LATEST:
            there = present(name, fresh[name][new])
            fresh[name][new] = np.where(there, fresh[name][new], self.open[name][old])


def _empty() -> Columns:
    whole = {name: np.zeros(0, dtype=np.int64) for name in _KEYS[:4]}
    flags = {name: np.zeros(0, dtype=bool) for name in OFFERS}
    return {**whole, **flags, **{name: missing(name, 0) for name in LATEST}}


def _grouped(rows: Batch) -> Columns:
    """Rows as sessions of their own, by aircraft and time."""
    rows = rows.take(np.lexsort((rows["time"], rows["icao24"])))
    icao24, time = rows["icao24"], rows["time"]
    new = np.append(True, (np.diff(icao24) != 0) | (np.diff(time) > GAP_MS))
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(time)) - 1
    out = {"icao24": icao24[first], "first": time[first], "last": time[last], "messages": last - first + 1}
    for name, column in OFFERS.items():
        there = present(column, rows[column])
        if name == "has_altitude":
            there = there | present("geo_altitude", rows["geo_altitude"])
        out[name] = np.logical_or.reduceat(there, first)
    for name in LATEST:
        known = present("lat" if name == "lon" else name, rows[name])
        place = np.maximum.reduceat(np.where(known, np.arange(len(time)), -1), first)
        values = rows[name][np.maximum(place, 0)]
        out[name] = np.where(place >= first, values, missing(name, 1)).astype(COLUMNS[name].dtype)
    return out
