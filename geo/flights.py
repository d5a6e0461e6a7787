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
    """The streams that are still alive, by aircraft. `assign` is called with every new set of rows, in time order."""

    gap_s: float = GAP_S
    streams: dict[int, list[Stream]] = field(default_factory=dict)

    def assign(self, columns: Mapping[str, Array]) -> dict[str, Array]:
        """The derived columns for rows sorted by (icao24, time).

        flight int64 > 0; sub int8; prev_time int64 (the flight's previous row, or NO_TIME); rival_km float, rival_time
        int64: the other stream's last place and time, where the icao24 has two live streams.
        """
        if not len(columns["time"]):
            return {name: np.zeros(0, dtype=np.int64) for name in DERIVED}
        rows = _with_carry(columns, self.streams)
        out = _single(rows, self.gap_s)
        for aircraft in _contested(rows, out["jump"], self.streams):
            a, b = np.searchsorted(rows["icao24"], [aircraft, aircraft + 1])
            live = self.streams.get(aircraft, [])
            self.streams[aircraft] = follow(rows, slice(int(a), int(b)), live, out, self.gap_s)
        self._keep(rows, out)
        real = ~rows["carry"]
        return {name: out[name][real] for name in DERIVED}

    def last_time(self, icao24: Array) -> Array:
        """The newest row's time of each aircraft, NO_TIME where it has none alive."""
        aircraft, inverse = np.unique(icao24, return_inverse=True)
        newest = [max((s.time for s in self.streams.get(a, ())), default=int(NO_TIME)) for a in aircraft.tolist()]
        return np.array(newest, dtype=np.int64)[inverse]

    def forget(self, before_ms: int) -> None:
        """Drop streams whose last row is older: memory stays bounded by the aircraft now alive."""
        for aircraft, streams in list(self.streams.items()):
            if max(s.time for s in streams) < before_ms:
                del self.streams[aircraft]

    def _keep(self, rows: Mapping[str, Array], out: Mapping[str, Array]) -> None:
        """Remember the last row of every aircraft that has one stream."""
        last = np.flatnonzero(np.append(rows["icao24"][1:] != rows["icao24"][:-1], True))
        last = last[~out["followed"][last]]
        fix = out["fix"][last]
        none = fix < 0
        lat, lon, speed = (np.where(none, np.nan, rows[n][fix]).tolist() for n in ("lat", "lon", "ground_speed"))
        when = np.where(none, NO_TIME, out["fix_time"][fix]).tolist()
        head = (rows["icao24"][last], out["flight"][last], out["sub"][last], rows["time"][last])
        for aircraft, *rest in zip(*(h.tolist() for h in head), lat, lon, when, speed, strict=True):
            self.streams[aircraft] = [Stream(aircraft, *rest)]


def _with_carry(columns: Mapping[str, Array], streams: Mapping[int, list[Stream]]) -> dict[str, Array]:
    """The rows with each lone stream's last row put in front, so that differences across the cut come naturally."""
    aircraft = columns["icao24"]
    here = aircraft[np.append(True, aircraft[1:] != aircraft[:-1])].tolist()
    carried = [s[0] for s in map(streams.get, here) if s is not None and len(s) == 1]
    n, m = len(carried), len(aircraft)
    rows = {
        name: np.concatenate([np.array([getattr(s, name) for s in carried], dtype=dtype), _tail(columns, name, m, dtype)])
        for name, dtype in _CARRIED
    }
    rows["carry"] = np.arange(n + m) < n
    own = columns.get("position_time", missing("position_time", m))
    rows["position_time"] = np.append(np.full(n, NO_TIME), own)
    if not n:
        return rows
    order = np.lexsort((~rows["carry"], rows["icao24"]))
    return {name: values[order] for name, values in rows.items()}


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


def _contested(rows: Mapping[str, Array], jump: Array, streams: Mapping[int, list[Stream]]) -> list[int]:
    """Aircraft that have, or may now get, more than one stream."""
    several = {a for a, s in streams.items() if len(s) > 1}
    if several:
        several &= set(np.unique(rows["icao24"]).tolist())
    return sorted(several | set(rows["icao24"][jump].tolist()))
