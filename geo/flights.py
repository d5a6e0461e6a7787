"""Flights: which rows belong to one airframe's unbroken track. Aircraft + gap + reachability, never the callsign.

Two streams under one icao24 that one airframe cannot both have flown become sub-tracks: the later-born one is the
intruder (`sub` 1, 2, ...). Rows come in once, in time order; the result does not depend on how they were cut.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from geo.schema import NO_TIME, Array, missing
from geo.sphere import distance_m
from geo.streams import Stream, flight_keys, follow

GAP_S = 600.0
"""A flight ends after this long without any message (product requirements, max_session_gap_seconds)."""

_NEAR_DEG = 0.012
"""Less than 1.4 km in either direction: always within reach, so the exact distance need not be computed."""

_CARRIED = (
    ("icao24", "i8"), ("time", "i8"), ("lat", "f8"), ("lon", "f8"), ("ground_speed", "f8"),
    ("flight", "i8"), ("sub", "i1"), ("fix_time", "i8"),
)  # fmt: skip

DERIVED = ("flight", "sub", "prev_time", "rival_km", "rival_time")


@dataclass
class Flights:
    """The streams that are still alive. `assign` is called with every new set of rows, in time order.

    `lone` holds the last row of every aircraft with one stream as columns sorted by icao24; `several` the few others.
    """

    gap_s: float = GAP_S
    lone: dict[str, Array] = field(default_factory=lambda: {n: np.zeros(0, dtype=d) for n, d in _CARRIED})
    several: dict[int, list[Stream]] = field(default_factory=dict)

    def assign(self, columns: Mapping[str, Array]) -> dict[str, Array]:
        """The derived columns for rows sorted by (icao24, time).

        flight int64 > 0; sub int8; prev_time int64 (the flight's previous row, or NO_TIME); rival_km float, rival_time
        int64: the other stream's last place and time, where the icao24 has two live streams.
        """
        if not len(columns["time"]):
            return {name: np.zeros(0, dtype=np.int64) for name in DERIVED}
        rows = self._with_carry(columns)
        out = _single(rows, self.gap_s)
        for aircraft in self._contested(rows, out["jump"]):
            self._follow(aircraft, rows, out)
        self._keep(rows, out)
        real = ~rows["carry"]
        return {name: out[name][real] for name in DERIVED}

    def last_time(self, icao24: Array) -> Array:
        """The newest row's time of each aircraft, NO_TIME where it has none alive."""
        at, known = self._find(icao24)
        newest = np.where(known, self.lone["time"][at] if len(self.lone["time"]) else NO_TIME, NO_TIME)
        for aircraft in self.several.keys() & set(np.unique(icao24).tolist()):
            newest[icao24 == aircraft] = max(s.time for s in self.several[aircraft])
        return newest

    def forget(self, before_ms: int) -> None:
        """Drop aircraft whose last row is older: memory stays bounded by the aircraft now alive."""
        old = self.lone["time"] < before_ms
        if old.any():
            self.lone = {n: v[~old] for n, v in self.lone.items()}
        for aircraft, streams in list(self.several.items()):
            if max(s.time for s in streams) < before_ms:
                del self.several[aircraft]

    def _find(self, icao24: Array) -> tuple[Array, Array]:
        """Where each aircraft stands in `lone`, and whether it does."""
        known = self.lone["icao24"]
        at = np.minimum(np.searchsorted(known, icao24), max(len(known) - 1, 0))
        return at, known[at] == icao24 if len(known) else np.zeros(len(icao24), dtype=bool)

    def _with_carry(self, columns: Mapping[str, Array]) -> dict[str, Array]:
        """The rows with each lone stream's last row in front, so that differences across the cut come naturally."""
        aircraft = columns["icao24"]
        at, known = self._find(aircraft[np.append(True, aircraft[1:] != aircraft[:-1])])
        at = at[known]
        n, m = len(at), len(aircraft)
        rows = {name: np.append(self.lone[name][at], _tail(columns, name, m, dtype)) for name, dtype in _CARRIED}
        rows["carry"] = np.arange(n + m) < n
        own = columns.get("position_time", missing("position_time", m))
        rows["position_time"] = np.append(np.full(n, NO_TIME), own)
        if not n:
            return rows
        order = np.argsort(rows["icao24"], kind="stable")
        return {name: values[order] for name, values in rows.items()}

    def _contested(self, rows: Mapping[str, Array], jump: Array) -> list[int]:
        """Aircraft that have, or may now get, more than one stream."""
        here = self.several.keys() & set(np.unique(rows["icao24"]).tolist()) if self.several else set()
        return sorted(here | set(rows["icao24"][jump].tolist()))

    def _follow(self, aircraft: int, rows: Mapping[str, Array], out: Mapping[str, Array]) -> None:
        """The slow way for one aircraft; it goes back among the lone ones when a single stream is left."""
        a, b = (int(i) for i in np.searchsorted(rows["icao24"], [aircraft, aircraft + 1]))
        live = self.several.pop(aircraft, [])
        if rows["carry"][a]:
            live = [Stream(**{n: rows[n][a].item() for n, _ in _CARRIED})]
        live = follow(rows, slice(a, b), live, out, self.gap_s)
        self._drop(aircraft)
        if len(live) == 1:
            self._insert({n: np.array([getattr(live[0], n)], dtype=d) for n, d in _CARRIED})
        else:
            self.several[aircraft] = live

    def _drop(self, aircraft: int) -> None:
        keep = self.lone["icao24"] != aircraft
        self.lone = {n: v[keep] for n, v in self.lone.items()}

    def _insert(self, new: Mapping[str, Array]) -> None:
        """Put rows of aircraft that are not in `lone` into it."""
        joined = {n: np.append(self.lone[n], new[n]) for n, _ in _CARRIED}
        order = np.argsort(joined["icao24"], kind="stable")
        self.lone = {n: v[order] for n, v in joined.items()}

    def _keep(self, rows: Mapping[str, Array], out: Mapping[str, Array]) -> None:
        """Remember the last row of every aircraft that was not followed."""
        last = np.flatnonzero(np.append(rows["icao24"][1:] != rows["icao24"][:-1], True))
        last = last[~out["followed"][last]]
        fix = out["fix"][last]
        none = fix < 0
        new = {n: rows[n][last] for n in ("icao24", "time")} | {n: out[n][last] for n in ("flight", "sub")}
        new |= {n: np.where(none, np.nan, rows[n][fix]) for n in ("lat", "lon", "ground_speed")}
        new["fix_time"] = np.where(none, NO_TIME, out["fix_time"][fix])
        at, known = self._find(new["icao24"])
        for name, _ in _CARRIED:
            self.lone[name][at[known]] = new[name][known]
        if not known.all():
            self._insert({n: v[~known] for n, v in new.items()})


def _tail(columns: Mapping[str, Array], name: str, m: int, dtype: str) -> Array:
    """The rows' own part of a carried column; what only a stream knows starts at 0."""
    if name in ("flight", "sub", "fix_time"):
        return np.zeros(m, dtype=dtype)
    return columns[name].astype(dtype) if name in columns else missing(name, m).astype(dtype)


def _single(rows: Mapping[str, Array], gap_s: float) -> dict[str, Array]:
    """Every aircraft as one stream: flights by gap, and where a step is out of reach (`jump`)."""
    n = len(rows["time"])
    index = np.arange(n)
    new = np.append(True, rows["icao24"][1:] != rows["icao24"][:-1])
    first = new | np.append(False, np.diff(rows["time"]) > gap_s * 1000)
    start = np.maximum.accumulate(np.where(first, index, 0))
    located = ~np.isnan(rows["lat"])
    fix = np.maximum.accumulate(np.where(located, index, -1))
    fix = np.where(fix >= start, fix, -1)
    before = np.where(first, -1, np.append(-1, fix[:-1]))
    fix_time = _fix_times(rows, located, before)
    flight = np.where(rows["carry"], rows["flight"], flight_keys(rows["icao24"], rows["time"]))
    return {
        "flight": flight[start], "sub": rows["sub"][start],
        "prev_time": np.where(first, NO_TIME, np.append(NO_TIME, rows["time"][:-1])),
        "rival_km": np.full(n, np.nan), "rival_time": np.full(n, NO_TIME),
        "jump": _jumps(rows, located, before, fix_time), "fix": fix, "fix_time": fix_time,
        "followed": np.zeros(n, dtype=bool),
    }  # fmt: skip


def _fix_times(rows: Mapping[str, Array], located: Array, before: Array) -> Array:
    """When each row's position was taken: its own stamp, else when this position was first seen (sources repeat it)."""
    again = np.flatnonzero(located & (before >= 0))
    at = before[again]
    again = again[(rows["lat"][again] == rows["lat"][at]) & (rows["lon"][again] == rows["lon"][at])]
    stamp = np.where(rows["position_time"] != NO_TIME, rows["position_time"], rows["time"])
    stamp = np.where(rows["carry"], rows["fix_time"], stamp)
    new = located.copy()
    new[again] = False
    return stamp[np.maximum.accumulate(np.where(new, np.arange(len(new)), 0))]


def _jumps(rows: Mapping[str, Array], located: Array, before: Array, fix_time: Array) -> Array:
    """Rows whose position cannot be reached from the one before."""
    out = np.zeros(len(located), dtype=bool)
    step = np.flatnonzero(located & (before >= 0))
    at = before[step]
    far = np.abs(rows["lat"][step] - rows["lat"][at]) >= _NEAR_DEG
    far |= np.abs(rows["lon"][step] - rows["lon"][at]) >= _NEAR_DEG
    step, at = step[far], at[far]
    metres = distance_m(rows["lat"][at], rows["lon"][at], rows["lat"][step], rows["lon"][step])
    seconds = (fix_time[step] - fix_time[at]) / 1000.0
    out[step] = metres > _reach(rows["ground_speed"][at], rows["ground_speed"][step], seconds)
    return out


def _reach(speed_a: Array, speed_b: Array, seconds: Array) -> Array:
    """`geo.streams.reach_m` for arrays."""
    fastest = np.fmax(speed_a, speed_b)
    knots = np.where(np.isnan(fastest), 1_000.0, np.clip(3.0 * fastest, 600.0, 2_000.0))
    metres: Array = 2_000.0 + knots * 0.514444 * (np.abs(seconds) + 2.0)
    return metres
