"""What happens to ordinary flights, hour by hour: drawn from the seed and the hour alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from feeds._synthetic_actor import Truth
from feeds._synthetic_fleet import State
from feeds._synthetic_world import JAMMERS, World
from geo.schema import EMERGENCIES, Array
from geo.sphere import NMI_M, distance_m

HOUR_MS, MINUTE_MS = 3_600_000, 60_000
JAM_NMI = 70.0
_LOOK_MS = 20_000
FALL_FT_S, FALL_TO_FT = 75.0, 10_000.0
"""An emergency descent: 4,500 ft/min down to where one can breathe."""

EMERGENCY = {"7700": "general", "7600": "nordo", "7500": "unlawful"}


@dataclass(frozen=True)
class Event:
    """One intervention. `start` and `end` (epoch ms) bound its effect; `shown` is when the anomaly is over."""

    kind: str
    role: int
    start: int
    end: int
    shown: int
    other: int = -1
    squawk: str = ""
    altitude: float = 0.0
    place: tuple[float, float] = (0.0, 0.0)
    since: dict[int, int] = field(default_factory=dict)
    """Jamming only: when each role came in."""


class Events:
    """All interventions in a world, an hour at a time."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.seed = world, seed
        self.hour = lru_cache(maxsize=96)(self._hour)

    def during(self, start: int, end: int) -> list[Event]:
        """Everything with an effect between two times (epoch ms)."""
        hours = range(start // HOUR_MS - 1, end // HOUR_MS + 1)
        return [e for h in hours for e in self.hour(h) if e.start < end and e.end > start]

    def truth(self, event: Event) -> Truth:
        """What a detector should say about it."""
        icao24 = self.world.icao24
        class_id, note = _MEANING[event.kind]
        if event.kind == "jam":
            return Truth(class_id, tuple(int(icao24[r]) for r in event.since), event.start, event.shown, note)
        involved = (event.role, event.other) if event.kind == "duplicate" else (event.role,)
        if event.kind == "clone":
            involved = (event.other,)
        note = f"{note} {event.squawk}".strip()
        members = tuple(int(icao24[r]) for r in involved)
        return Truth(class_id, members, event.start, event.shown, note, event.kind == "recode")

    def _hour(self, hour: int) -> tuple[Event, ...]:
        draw = _Draw(self.world, np.random.default_rng([self.seed, hour]), hour)
        events = [draw.emergency("7700", 4, 14), draw.emergency("7600", 24, 10)]
        events += [draw.emergency("7500", 44, 6) if hour % 4 == 0 else draw.emergency("7700", 44, 8, "cycle")]
        events += [draw.descent(7), draw.descent(37), draw.vanish(14), draw.vanish(46)]
        events += [draw.pair("duplicate", 5, 15), draw.pair("duplicate", 33, 15)]
        events += [draw.pair("clone", 11, 10), draw.pair("clone", 41, 10)]
        events += [draw.recode(20)]
        events += [_jam(self.world, place, hour) for n, place in enumerate(JAMMERS) if n == 0 or hour % 2 == 0]
        return tuple(e for e in events if e is not None)


_MEANING = {
    "squawk": ("squawk", "emergency code"), "cycle": ("squawk", "emergency code on and off"),
    "descent": ("rapid-descent", "emergency descent to 10,000 ft"), "vanish": ("ghost", "vanishes in mid-air"),
    "duplicate": ("callsign-duplicate", "two aircraft under one callsign"),
    "clone": ("icao-spoof", "the address is used in two places at once"), "jam": ("gps-jamming", "interference zone"),
    "recode": ("squawk", "ordinary change of code, 7000 to"),
}  # fmt: skip


class _Draw:
    """Draws the targets of one hour: every aircraft at most once, and only every other hour, so none is hit twice."""

    def __init__(self, world: World, rng: np.random.Generator, hour: int) -> None:
        self.world, self.rng, self.begin = world, rng, hour * HOUR_MS
        free = np.flatnonzero(world.ordinary)
        self.free = free[free % 2 == hour % 2]

    def emergency(self, code: str, minute: int, lasts: int, kind: str = "squawk") -> Event | None:
        start, end = self._window(minute, lasts)
        role = self._one(start, self._cruising(start, lasts + 8))
        return Event(kind, role[0], start, end, end, squawk=code) if role else None

    def descent(self, minute: int) -> Event | None:
        """Down to 10,000 ft, and there until the flight's own descent takes over."""
        start, _ = self._window(minute, 0)
        role = self._one(start, self._cruising(start, 30, 70))
        if not role:
            return None
        state = _state(self.world, np.array([role[0]]), start)
        altitude, left = float(state.altitude[0]), int(state.left[0] * 1_000)
        fallen = start + int((altitude - FALL_TO_FT) / FALL_FT_S * 1_000)
        return Event("descent", role[0], start, start + left, fallen, altitude=altitude)

    def vanish(self, minute: int) -> Event | None:
        """Gone for the rest of the flight, over the well-covered middle of the continent."""
        start, _ = self._window(minute, 0)
        role = self._one(start, self._cruising(start, 35, 100, middle=True))
        if not role:
            return None
        left = int(_state(self.world, np.array([role[0]]), start).left[0] * 1_000)
        return Event("vanish", role[0], start, start + left, start + 15 * MINUTE_MS)

    def pair(self, kind: str, minute: int, lasts: int) -> Event | None:
        """Two far from each other: one takes on the other's callsign, or its address."""
        start, end = self._window(minute, lasts)
        roles = self._one(start, self._cruising(start, lasts + 8), 2, 600_000.0)
        return Event(kind, roles[0], start, end, end, other=roles[1]) if roles else None

    def recode(self, minute: int) -> Event | None:
        start, end = self._window(minute, 8)
        light = np.flatnonzero(self.world.squawk == b"7000")
        alive = light[_state(self.world, light, start).alive]
        return Event("recode", int(self.rng.choice(alive)), start, end, end, squawk="2000") if len(alive) else None

    def _window(self, minute: int, lasts: int) -> tuple[int, int]:
        start = self.begin + minute * MINUTE_MS + int(self.rng.integers(0, 3 * MINUTE_MS))
        return start, start + lasts * MINUTE_MS

    def _cruising(self, start: int, left_min: float, most_min: float = 1e9, middle: bool = False) -> Array:
        """Who is level and high, with so many minutes to go."""
        state = _state(self.world, self.free, start)
        good = state.alive & (state.altitude > 24_000) & (np.abs(state.rate) < 100)
        good &= (state.left > left_min * 60) & (state.left < most_min * 60)
        if middle:
            good &= (np.abs(state.lat - 48) < 7) & (np.abs(state.lon - 9) < 12)
        out: Array = self.free[good]
        return out

    def _one(self, start: int, candidates: Array, count: int = 1, apart_m: float = 0.0) -> list[int]:
        """Draw and take away `count` roles at least so far apart; none where that cannot be had."""
        order = self.rng.permutation(candidates)
        state = _state(self.world, order, start)
        for n, role in enumerate(order):
            far = np.flatnonzero(distance_m(state.lat[n], state.lon[n], state.lat, state.lon) >= apart_m)
            chosen = [int(role), *(int(order[k]) for k in far if k != n)][:count]
            if len(chosen) == count:
                self.free = np.setdiff1d(self.free, chosen)
                return chosen
        return []


def _jam(world: World, jammer: tuple[str, float, float, str, str], hour: int) -> Event:
    """Interference round one place for most of an hour, and who comes into it."""
    place = jammer[1], jammer[2]
    start, end = hour * HOUR_MS + 3 * MINUTE_MS, hour * HOUR_MS + 48 * MINUTE_MS
    roles = np.arange(len(world.fleet))
    since: dict[int, int] = {}
    for first in range(start, end, 10 * _LOOK_MS):
        times = np.arange(first, min(first + 10 * _LOOK_MS, end), _LOOK_MS)
        role, ms = np.tile(roles, len(times)), np.repeat(times, len(roles))
        for n in np.flatnonzero(jammed(world.fleet.at(role, ms), place)).tolist():
            since.setdefault(int(role[n]), int(ms[n]))
    return Event("jam", -1, start, end, end, place=place, since=since)


def jammed(state: State, place: tuple[float, float]) -> Array:
    """Who is near and high enough to be disturbed."""
    near = (np.abs(state.lat - place[0]) < 2) & (np.abs(state.lon - place[1]) < 4)
    near &= distance_m(state.lat, state.lon, *place) < JAM_NMI * NMI_M
    inside: Array = near & state.alive & (state.altitude > 4_000)
    return inside


def emergency_code(squawk: str) -> int:
    """What the ADS-B emergency field says with a squawk."""
    return EMERGENCIES.index(EMERGENCY[squawk])


def _state(world: World, role: Array, ms: int) -> State:
    return world.fleet.at(role, np.full(len(role), ms))
