"""Rows of the synthetic world: everyone's state at given times, dressed in columns, noise, loss and interventions."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from feeds._synthetic_events import FALL_FT_S, FALL_TO_FT, Event, Events, emergency_code, jammed
from feeds._synthetic_fleet import State
from feeds._synthetic_types import ports
from feeds._synthetic_world import World, source_codes
from geo.batch import Batch
from geo.schema import NO_TIME, SOURCES, Array
from geo.sphere import EARTH_RADIUS_M, NMI_M, unit_vectors

Columns = dict[str, Any]
_ADSB = SOURCES.index("adsb_icao")
_LOST_EVERY, _WILD_EVERY = 97, 40_000


class Rows:
    """Makes batches of one world."""

    def __init__(self, world: World, events: Events, seed: int, region: str) -> None:
        self.world, self.events, self.seed = world, events, seed
        self.source = source_codes(world.actors)
        self.kind = np.array([a.kind for a in world.actors], dtype="S4")
        self.category = np.array([a.category for a in world.actors], dtype="S2")
        self.military = np.array([a.military for a in world.actors], dtype=np.uint8)
        self.bursts = np.array([a.bursts or (1, 1) for a in world.actors])
        heard = ports(region)
        self.receivers = cKDTree(unit_vectors(heard.lat, heard.lon))

    def at(self, ticks: Array, start: int, end: int) -> Batch:
        """Everyone's row after each tick (epoch ms, ascending), where its own time falls into [start, end)."""
        n = len(self.world.fleet)
        role = np.tile(np.arange(n), len(ticks))
        ms = np.repeat(ticks, n) + self.world.jitter[role]
        on, of = self.bursts[:, 0][role], self.bursts[:, 1][role]
        heard = (ms >= start) & (ms < end) & (np.mod(ms / 1_000.0, of) < on)
        role, ms = role[heard], ms[heard]
        state = self.world.fleet.at(role, ms)
        keep = np.flatnonzero(state.alive)
        role, ms = role[keep], ms[keep]
        state = State(*(v[keep] for v in vars(state).values()))
        columns = self._columns(role, ms, state, self._luck(role, ms))
        gone = np.zeros(len(ms), dtype=bool)
        for event in self.events.during(int(ms[0]), int(ms[-1]) + 1) if len(ms) else []:
            gone |= _EFFECTS[event.kind](self, event, columns, role, ms, state)
        batch = Batch(columns)
        return batch.take(~gone) if gone.any() else batch

    def _columns(self, role: Array, ms: Array, state: State, luck: Array) -> Columns:
        """All columns as they would be if nothing went wrong, but for noise, a few lost positions and wild values."""
        noise = luck.view(np.uint16).reshape(-1, 4).astype(np.float32) / np.float32(32_768) - 1
        adsb = self.source[role] == _ADSB
        lost, wild = luck % _LOST_EVERY == 0, luck // _LOST_EVERY % _WILD_EVERY
        air = ~state.ground
        baro = np.round(state.altitude / 25) * 25 - np.where(
            wild == 1, np.where(state.altitude > 20_000, 15_000, -15_000), 0
        )
        lat, lon = state.lat + noise[:, 0] * 4e-5 + np.where(wild == 2, 2.5, 0), state.lon + noise[:, 1] * 5e-5
        speed = np.maximum(state.speed + noise[:, 2] * 0.6, 0)
        rate = np.where(wild == 3, -9_000, np.round((state.rate + noise[:, 3] * 40) / 64) * 64)
        nan = np.float32(np.nan)
        return {
            "icao24": self.world.icao24[role],
            "time": ms,
            "position_time": np.where(lost, NO_TIME, ms),
            "source": self.source[role],
            "lat": np.where(lost, np.nan, lat),
            "lon": np.where(lost, np.nan, lon),
            "baro_altitude": np.where(air, baro, nan).astype(np.float32),
            "geo_altitude": np.where(air & adsb, state.altitude * 1.01 + 150 + noise[:, 3] * 20, nan).astype(
                np.float32
            ),
            "ground_speed": (np.round(speed * 10) / 10).astype(np.float32),
            "track": np.mod(state.track + noise[:, 0] * 0.2, 360).astype(np.float32),
            "vertical_rate": np.where(air, rate, nan).astype(np.float32),
            "on_ground": state.ground.astype(np.int8),
            "callsign": self.world.fleet.callsign[state.flight],
            "squawk": self.world.squawk[role],
            "registration": self.world.registration[role],
            "type_code": self.kind[role],
            "category": self.category[role],
            "db_flags": self.military[role],
            "rssi": self._rssi(role, ms, noise[:, 1]),
            "messages": np.floor(state.since * (1.5 + role % 5)),
            **_integrity(role, adsb),
        }

    def _luck(self, role: Array, ms: Array) -> Array:
        """64 random bits for every row, from the seed, the aircraft and the time alone (splitmix64)."""
        mixed = (role.astype(np.uint64) << np.uint64(44)) ^ ms.astype(np.uint64)
        mixed += np.uint64((self.seed * 0x9E3779B97F4A7C15 + 0x9E3779B97F4A7C15) % 2**64)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            mixed ^= mixed >> np.uint64(shift)
            mixed *= np.uint64(factor)
        mixed ^= mixed >> np.uint64(31)
        return mixed

    def _rssi(self, role: Array, ms: Array, noise: Array) -> Array:
        """Signal in dBFS, falling with the distance to the nearest receiver at the beginning of the minute."""
        minute = ms // 60_000
        first = int(minute[0]) if len(minute) else 0
        table = np.stack([self._loudness(m * 60_000) for m in range(first, int(minute[-1]) + 1 if len(minute) else 1)])
        out: Array = (table[minute - first, role] + noise).astype(np.float32)
        return out

    def _loudness(self, ms: int) -> Array:
        n = len(self.world.fleet)
        state = self.world.fleet.at(np.arange(n), np.full(n, ms))
        chord, _ = self.receivers.query(unit_vectors(state.lat, state.lon))
        nmi = chord * EARTH_RADIUS_M / NMI_M
        return np.asarray(np.clip(-4 - 20 * np.log10(1 + nmi / 4), -45, -2))


def _above_ellipsoid(altitude: Array) -> Array:
    """Height in ft for a pressure altitude on a slightly warm day."""
    height: Array = (altitude * 1.01 + 150).astype(np.float32)
    return height


def _integrity(role: Array, adsb: Array) -> Columns:
    """What an ADS-B transmitter of version 2 says of itself; nothing from any other source."""
    n = len(role)
    nan = np.float32(np.nan)
    values = {"version": 2, "nic": 8, "rc": 186, "nac_v": 2, "sil": 3, "gva": 2, "sda": 2}
    columns: Columns = {name: np.where(adsb, np.float32(value), nan) for name, value in values.items()}
    columns["nac_p"] = np.where(adsb, (9 + role % 2).astype(np.float32), nan)
    columns["emergency"] = adsb.astype(np.uint8)
    columns["gps_ok_before"] = np.full(n, NO_TIME)
    columns["last_lat"], columns["last_lon"] = np.full(n, np.nan), np.full(n, np.nan)
    return columns


def _hit(event: Event, role: Array, ms: Array) -> Array:
    return np.flatnonzero((role == event.role) & (ms >= event.start) & (ms < event.end))


def _squawk(self: Rows, event: Event, columns: Columns, role: Array, ms: Array, state: State) -> bool:
    rows = _hit(event, role, ms)
    if event.kind == "cycle":
        rows = rows[(ms[rows] - event.start) % 60_000 < 20_000]
    columns["squawk"][rows] = event.squawk.encode()
    if event.kind != "recode":
        columns["emergency"][rows] = emergency_code(event.squawk)
    return False


def _descent(self: Rows, event: Event, columns: Columns, role: Array, ms: Array, state: State) -> bool:
    rows = _hit(event, role, ms)
    down = np.maximum(event.altitude - FALL_FT_S * (ms[rows] - event.start) / 1_000, FALL_TO_FT)
    lower = down < state.altitude[rows]
    rows, down = rows[lower], down[lower]
    columns["baro_altitude"][rows] = np.round(down / 25) * 25
    columns["geo_altitude"][rows] = _above_ellipsoid(down)
    columns["vertical_rate"][rows] = np.where(down > FALL_TO_FT, -60 * FALL_FT_S, 0)
    return False


def _vanish(self: Rows, event: Event, columns: Columns, role: Array, ms: Array, state: State) -> Array:
    gone = np.zeros(len(ms), dtype=bool)
    gone[_hit(event, role, ms)] = True
    return gone


def _duplicate(self: Rows, event: Event, columns: Columns, role: Array, ms: Array, state: State) -> bool:
    rows = _hit(event, role, ms)
    flight = self.world.fleet.at(np.full(1, event.other), np.full(1, event.start)).flight[0]
    columns["callsign"][rows] = self.world.fleet.callsign[flight]
    return False


def _clone(self: Rows, event: Event, columns: Columns, role: Array, ms: Array, state: State) -> bool:
    rows = _hit(event, role, ms)
    for name, values in (
        ("icao24", self.world.icao24),
        ("registration", self.world.registration),
        ("type_code", self.kind),
    ):
        columns[name][rows] = values[event.other]
    return False


def _jam(self: Rows, event: Event, columns: Columns, role: Array, ms: Array, state: State) -> bool:
    rows = np.flatnonzero((ms >= event.start) & (ms < event.end) & jammed(state, event.place))
    rows = rows[columns["source"][rows] == _ADSB]
    blocks = (ms[rows] // 40_000 * 7 + role[rows] * 13) % 5
    columns["nac_p"][rows] = blocks % 3
    for name in ("nic", "nac_v"):
        columns[name][rows] = 0
    columns["rc"][rows] = np.nan
    since = np.array([event.since.get(r, event.start) for r in role[rows].tolist()], dtype=np.int64)
    columns["gps_ok_before"][rows] = since
    deaf, since = rows[blocks < 3], since[blocks < 3]
    last = self.world.fleet.at(role[deaf], since)
    columns["last_lat"][deaf], columns["last_lon"][deaf] = last.lat, last.lon
    columns["lat"][deaf] = columns["lon"][deaf] = np.nan
    columns["position_time"][deaf] = NO_TIME
    return False


_EFFECTS: dict[str, Any] = {
    "squawk": _squawk, "cycle": _squawk, "recode": _squawk, "descent": _descent, "vanish": _vanish,
    "duplicate": _duplicate, "clone": _clone, "jam": _jam,
}  # fmt: skip
