"""Made-up aircraft that are led about: turns, climbs and speeds as a controller or a pilot asks for them, any of them
lawful. What learned models see of such flying they do not take for odd.

A pure function of seed and time: each lives for one hour since the epoch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from feeds._synthetic_types import ports
from geo.batch import Batch, checked
from geo.schema import Array
from geo.sphere import KNOT_M_S, NMI_M, destination

HOUR_S = 3_600
_GRAVITY_KT = 1_091.0
"""Turn rate in degrees a second: this times tan(bank) over knots (FAA-H-8083-15B, appendix)."""

_ROLL_S, _PITCH_S, _THRUST_S = 5.0, 6.0, 10.0
"""Seconds in which a turn, a climb or a change of speed comes about two thirds of the way."""

FIRST_ADDRESS = 0x3E0000
"""Addresses of a block that the rest of the made-up world does not use."""


@dataclass(frozen=True)
class Kind:
    """How a kind flies: knots, feet, feet a minute, degrees of bank, knots a second, the mean seconds between two
    instructions, what it sends of itself, and its share of all."""

    knots: tuple[float, float]
    feet: tuple[float, float]
    climb: float
    bank: float
    thrust: float
    every_s: float
    category: bytes
    types: tuple[bytes, ...]
    share: float


KINDS = (
    Kind((160, 330), (2_000, 18_000), 4_000, 27, 1.2, 70, b"A3", (b"A320", b"B738", b"E190"), 0.4),
    Kind((300, 520), (10_000, 41_000), 3_800, 25, 0.9, 180, b"A3", (b"A321", b"B738", b"A20N"), 0.25),
    Kind((150, 470), (2_500, 45_000), 5_000, 30, 1.4, 110, b"A2", (b"C56X", b"E55P", b"PC24"), 0.1),
    Kind((60, 150), (700, 8_000), 1_200, 40, 1.0, 45, b"A1", (b"C172", b"PA28", b"DA40"), 0.15),
    Kind((30, 160), (400, 5_000), 1_600, 30, 2.0, 50, b"A7", (b"EC35", b"AS50", b"A139"), 0.1),
)  # fmt: skip
"""Vectored arrivals and departures, en route, business, light, helicopters: limits of normal operation of the types
(EUROCONTROL aircraft performance database)."""


MOST = 1_000
"""Aircraft at any time: each hour has so many addresses."""


class Vectored:
    """So many of them at any time, around the airports of a region."""

    def __init__(self, seed: int, count: int, region: str) -> None:
        self.seed, self.count, self.region = seed, count, region

    def between(self, start_ms: int, end_ms: int, step_s: float) -> Batch:
        """Rows with times in [start_ms, end_ms), in time order, one of each aircraft every `step_s`."""
        parts = [self._part(hour, start_ms, end_ms, step_s) for hour in _hours(start_ms, end_ms)]
        rows = Batch.concat(parts) if parts else Batch.empty()
        return rows.take(np.argsort(rows["time"], kind="stable"))

    def _part(self, hour: int, start_ms: int, end_ms: int, step_s: float) -> Batch:
        begin = hour * HOUR_S * 1_000
        seconds = np.unique((np.arange(0, HOUR_S, step_s)).astype(np.int64))
        seconds = seconds[(seconds * 1_000 + begin >= start_ms) & (seconds * 1_000 + begin < end_ms)]
        flown = _flown(self.seed, self.count, self.region, hour)
        who = np.repeat(np.arange(self.count), len(seconds))
        at = {name: values[seconds].T.ravel() for name, values in flown.items() if values.ndim == 2}
        own = {name: values[who] for name, values in flown.items() if values.ndim == 1}
        time = begin + np.tile(seconds, self.count) * 1_000
        return checked({**at, **own, "time": time, "position_time": time})


def _hours(start_ms: int, end_ms: int) -> range:
    hour = HOUR_S * 1_000
    return range(start_ms // hour, -(-end_ms // hour))


@lru_cache(maxsize=2)
def _flown(seed: int, count: int, region: str, hour: int) -> Mapping[str, Array]:
    """The hour second by second: columns (HOUR_S, count) of what changes, (count,) of what does not."""
    random = np.random.default_rng([seed, hour])
    kind = random.choice(len(KINDS), count, p=[one.share for one in KINDS])
    limits = {
        name: np.array([getattr(one, name) for one in KINDS])[kind] for name in ("climb", "bank", "thrust", "every_s")
    }
    (slow, fast), (low, high) = (np.array([getattr(one, name) for one in KINDS])[kind].T for name in ("knots", "feet"))
    state = _State(random, limits, np.stack([slow, fast]), np.stack([low, high]))
    ways = [state.second() for _ in range(HOUR_S)]
    track, speed, height, rate = (np.stack([way[k] for way in ways]) for k in range(4))
    near = ports(region)
    at = random.integers(0, len(near.lat), count)
    where = destination(near.lat[at], near.lon[at], random.uniform(0, 360, count), random.uniform(0, 40, count) * NMI_M)
    lat, lon = _walked(where, track, speed)
    return {
        "track": track.astype(np.float32), "ground_speed": speed.astype(np.float32),
        "baro_altitude": np.round(height / 25).astype(np.float32) * 25, "geo_altitude": height.astype(np.float32),
        "vertical_rate": (np.round(rate / 64) * 64).astype(np.float32), "lat": lat, "lon": lon,
        "icao24": FIRST_ADDRESS + hour % 64 * MOST + np.arange(count),
        "callsign": np.array([b"VEC%d" % n for n in range(count)], dtype="S8"),
        "category": np.array([KINDS[k].category for k in kind], dtype="S2"),
        "type_code": np.array([KINDS[k].types[n % 3] for n, k in enumerate(kind)], dtype="S4"),
        "on_ground": np.zeros(count, dtype=np.int8), "source": np.ones(count, dtype=np.uint8),
    }  # fmt: skip


class _State:
    """What each does and is asked to do (n,); `second` lets one second pass."""

    def __init__(self, random: np.random.Generator, limits: Mapping[str, Array], knots: Array, feet: Array) -> None:
        n = knots.shape[1]
        self.random, self.limits, self.knots, self.feet = random, limits, knots, feet
        self.track: Array = np.asarray(random.uniform(0, 360, n))
        self.speed: Array = np.asarray(random.uniform(*knots))
        self.height: Array = np.asarray(random.uniform(*feet))
        self.turning, self.climbing, self.gaining = np.zeros(n), np.zeros(n), np.zeros(n)
        self.course, self.fast, self.level = self.track.copy(), self.speed.copy(), self.height.copy()
        self.brisk: Array = np.asarray(random.uniform(0.35, 1.0, n))

    def second(self) -> tuple[Array, Array, Array, Array]:
        """Track, knots, feet, feet a minute."""
        self._ask()
        most = np.minimum(_GRAVITY_KT * np.tan(np.radians(self.limits["bank"])) / self.speed, 6.0)
        off = np.mod(self.course - self.track + 180, 360) - 180
        self.turning += (np.clip(off / 6, -most, most) - self.turning) / _ROLL_S
        climb = self.limits["climb"] * self.brisk
        self.climbing += (np.clip((self.level - self.height) * 4, -climb, climb) - self.climbing) / _PITCH_S
        push = self.limits["thrust"]
        self.gaining += (np.clip((self.fast - self.speed) / 8, -push, push) - self.gaining) / _THRUST_S
        self.track = np.mod(self.track + self.turning, 360)
        self.height = self.height + self.climbing / 60
        self.speed = np.maximum(self.speed + self.gaining, 20.0)
        return self.track, self.speed, self.height, self.climbing

    def _ask(self) -> None:
        """Some are asked for another course, height or speed: now and then one, seldom all."""
        n = len(self.track)
        asked = self.random.random(n) < 1 / self.limits["every_s"]
        turn, climb, push = (asked & (self.random.random(n) < share) for share in (0.6, 0.5, 0.4))
        by = (
            self.random.choice([20, 30, 60, 90, 180], n)
            * self.random.choice([-1, 1], n)
            * self.random.uniform(0.5, 1, n)
        )
        self.course = np.where(turn, np.mod(self.course + by, 360), self.course)
        self.level = np.where(climb, self.random.uniform(*self.feet), self.level)
        self.fast = np.where(push, self.random.uniform(*self.knots), self.fast)
        self.brisk = np.where(climb, self.random.uniform(0.35, 1.0, n), self.brisk)


def _walked(where: tuple[Array, Array], track: Array, speed: Array) -> tuple[Array, Array]:
    """Positions (seconds, n), each a second after the one before."""
    lat, lon = np.empty_like(track), np.empty_like(track)
    lat[0], lon[0] = where
    for k in range(1, len(track)):
        lat[k], lon[k] = destination(lat[k - 1], lon[k - 1], track[k - 1], speed[k - 1] * KNOT_M_S)
    return lat, lon
