"""Flight paths as knots in time, packed for all aircraft together, and where everyone is at any moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from geo.schema import Array
from geo.sphere import NMI_M, bearing_deg, distance_m, wrap_lon

COLUMNS = ("lat", "lon", "altitude", "speed", "track", "rate", "ground")


@dataclass(frozen=True)
class Knots:
    """One flight: arrays (k,) of seconds since its start, degrees, ft, kt, degrees true, ft/min, and 1 on the ground.

    `rate` and `ground` hold from a knot to the next; the rest is interpolated. `callsign` names the flight.
    """

    time: Array
    lat: Array
    lon: Array
    altitude: Array
    speed: Array
    track: Array
    rate: Array
    ground: Array
    callsign: str = ""

    @property
    def seconds(self) -> float:
        return float(self.time[-1])


def knots(lat: Array, lon: Array, altitude: Array, speed: Array, callsign: str = "") -> Knots:
    """A flight along points (k,) at given heights in ft and speeds in kt > 0; a turn is as fine as its points."""
    lat, lon, altitude, speed = np.broadcast_arrays(
        *(np.asarray(v, dtype=np.float64) for v in (lat, lon, altitude, speed))
    )
    step = np.maximum(distance_m(lat[:-1], lon[:-1], lat[1:], lon[1:]), 1.0)
    seconds = step / NMI_M * 3_600 * 2 / (speed[:-1] + speed[1:])
    rate = np.diff(altitude) / seconds * 60
    track = bearing_deg(lat[:-1], lon[:-1], lat[1:], lon[1:])
    time = np.concatenate([[0.0], np.cumsum(seconds)])
    flat = np.zeros(len(lat))
    return Knots(time, lat, lon, altitude, speed, np.append(track, track[-1]), np.append(rate, 0.0), flat, callsign)


@dataclass(frozen=True)
class Role:
    """One aircraft's timetable: flights (start in s, path) in a period that repeats for ever, shifted by `offset` s."""

    flights: Sequence[tuple[float, Knots]]
    period: float
    offset: float = 0.0


@dataclass(frozen=True)
class State:
    """Where aircraft are: arrays (m,). `alive` False: not in the air, nothing else means anything there.

    `flight` indexes the fleet's flights; `since` and `left` are seconds from its start and to its end.
    """

    alive: Array
    lat: Array
    lon: Array
    altitude: Array
    speed: Array
    track: Array
    rate: Array
    ground: Array
    flight: Array
    since: Array
    left: Array


class Fleet:
    """All roles in one table: knots one role after the other, so that one binary search finds everybody's place."""

    def __init__(self, roles: Sequence[Role]) -> None:
        self.period = np.array([r.period for r in roles])
        self.offset = np.array([r.offset for r in roles])
        self._base = np.concatenate([[0.0], np.cumsum(self.period + 10.0)])[:-1]
        flights = [(n, start, path) for n, role in enumerate(roles) for start, path in sorted(role.flights, key=_start)]
        sizes = np.array([len(path.time) for _, _, path in flights], dtype=np.int64)
        self.callsign = np.array([path.callsign for _, _, path in flights], dtype="S8")
        self.role = np.array([n for n, _, _ in flights], dtype=np.int64)
        self.start = np.array([start for _, start, _ in flights])
        self.seconds = np.array([path.seconds for _, _, path in flights])
        self._flight = np.repeat(np.arange(len(flights)), sizes)
        self._last = np.repeat(np.cumsum(sizes) - 1, sizes)
        self._time = np.concatenate([self._base[n] + start + path.time for n, start, path in flights])
        self._table: dict[str, Any] = {c: np.concatenate([getattr(p, c) for _, _, p in flights]) for c in COLUMNS}
        self._table["lon"] = np.concatenate([_unwrapped(p.lon) for _, _, p in flights])

    def __len__(self) -> int:
        return len(self.period)

    def at(self, role: Array, ms: Array) -> State:
        """The state of each role (m,) at each time (m,) in epoch ms."""
        phase = np.mod(ms / 1_000.0 + self.offset[role], self.period[role])
        when = self._base[role] + phase
        here = np.maximum(np.searchsorted(self._time, when, side="right") - 1, 0)
        flight = self._flight[here]
        alive = (self.role[flight] == role) & (here < self._last[here]) & (when >= self._time[here])
        there = np.where(alive, here + 1, here)
        span = np.where(alive, self._time[there] - self._time[here], 1.0)
        part = np.where(alive, (when - self._time[here]) / span, 0.0)
        lat, lon, altitude, speed = (_between(self._table[c], here, there, part) for c in COLUMNS[:4])
        track = self._table["track"]
        turned = track[here] + part * wrap_lon(track[there] - track[here])
        since = phase - self.start[flight]
        return State(
            alive, lat, wrap_lon(lon), altitude, speed, np.mod(turned, 360.0), self._table["rate"][here],
            self._table["ground"][here] > 0, flight, since, self.seconds[flight] - since,
        )  # fmt: skip


def _start(flight: tuple[float, Knots]) -> float:
    return flight[0]


def _unwrapped(lon: Array) -> Array:
    return np.rad2deg(np.unwrap(np.deg2rad(lon)))


def _between(values: Array, here: Array, there: Array, part: Array) -> Array:
    low: Array = values[here]
    out: Array = low + part * (values[there] - low)
    return out
