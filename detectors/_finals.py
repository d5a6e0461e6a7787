"""Finals: how each flight has come down towards an airport so far, and the directions in which others land there."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from geo.airports import Airports
from geo.memory import Keep, Memory, Slot
from geo.schema import Array
from geo.sphere import wrap_lon
from geo.tracks import Index, Mask, Tracks

APPROACH = Keep(
    {
        "last": Slot("i8"), "feet": Slot("f4", np.nan), "track": Slot("f4", np.nan), "swing": Slot("f4"), "swings": Slot("i2"), "net": Slot("f4"),
        "steep": Slot("f4"), "low": Slot("f4"), "askew": Slot("f4"), "counted": Slot("i1"), "landed": Slot("u4", 0, 36),
    },
    ttl_s=30 * 86_400, most=20_000,
)  # fmt: skip
"""Per flight on an approach: its last row's time, altitude and track; the turn it is in, degrees; the turns of 45 degrees and
more that changed sides; the turn in all; seconds of a steep, a very low and a skew approach; whether its landing was
counted. Per airport (negative keys): landings by direction, in tens of degrees."""

ZONE_NMI, ZONE_FT, SLOW_KT, FAST_KT = 12.0, 6_000.0, 80.0, 300.0
"""An approach is looked at from here on: below the stacks (7,000 ft and more), at approach speeds."""

PAUSE_S = 60.0
"""After a minute outside, or a climb, an approach begins anew."""

SWING_DEG = 45.0
"""A turn of this much to one side and then one to the other is a swing; corrections are smaller."""

FASTEST_TURN = 5.0
"""Degrees a second: three are a standard turn; a faster one is noise of the track."""

SHORT_NMI, SHORT_FT = 2.0, 700.0
"""On short final an aircraft is aligned, whatever the shape of its approach: 2 nmi is 640 ft on three degrees."""

SHARE = 0.03
"""A direction that at least this share of landings took, either way round, is in use there; so are its neighbours."""


@dataclass(frozen=True)
class Final:
    """Rows (n,) on an approach, what is remembered of their flights up to now, the hub, nmi to it, feet above it."""

    row: Index
    state: dict[str, Any]
    hub: Array
    away: Array
    height: Array


def finals(tracks: Tracks, rows: Index, memory: Memory, airports: Airports, p: SimpleNamespace) -> Final:
    """The given rows, one per flight, with the memory brought up to date by them."""
    hub, away = airports.hubs.nearest(tracks.lat[rows], tracks.lon[rows])
    height = tracks.baro_altitude[rows].astype(float) - airports.hubs.elevation_ft(hub)
    ground = tracks.on_ground[rows] == 1
    inside = (away <= ZONE_NMI) & ((height <= ZONE_FT) | ground)
    rows, hub, away, height, ground = (v[inside] for v in (rows, hub, away, height, ground))
    state = memory.get(tracks.flight[rows])
    del state["landed"]
    time, track = tracks.time[rows], tracks.track[rows].astype(float)
    dt_s = (time - state["last"]) / 1000.0
    anew = (dt_s > PAUSE_S) | (tracks.vertical_rate[rows] >= p.climb)
    for name, slot in APPROACH.columns.items():
        if name in state:
            state[name] = np.where(anew, slot.default, state[name])
    dt_s = np.where(anew, 0.0, dt_s)
    _swing(state, wrap_lon(track - state["track"]), dt_s)
    state["steep"] = state["steep"] + np.where(
        _steep(tracks, rows, state, dt_s, p) & (height >= 500) & ~ground, dt_s, 0.0
    )
    state["feet"] = tracks.baro_altitude[rows]
    far_low = (away >= p.far) & (height <= p.low * away) & (height > -500) & ~ground
    state["low"] = state["low"] + np.where(far_low, dt_s, 0.0)
    short = (away <= SHORT_NMI) & (height <= SHORT_FT) & (tracks.vertical_rate[rows] <= -300) & ~ground
    at = np.flatnonzero(short)
    used, known = _directions(memory, airports, hub[at], p)
    aim = np.rint(np.nan_to_num(track[at]) / 10).astype(np.int64) % 36
    skew = np.zeros(len(rows), dtype=bool)
    skew[at] = known & ~np.take_along_axis(used, aim[:, None], axis=1)[:, 0]
    state["askew"] = state["askew"] + np.where(skew & ~np.isnan(track), dt_s, 0.0)
    state["last"], state["track"] = time, np.where(np.isnan(track), state["track"], track)
    landing = (state["counted"] == 0) & ((ground & (away <= 3)) | short & (away <= 1.5)) & ~np.isnan(track)
    state["counted"] = np.where(landing, 1, state["counted"])
    memory.put(tracks.flight[rows], time, **state)
    _count(memory, hub[landing], track[landing], time[landing])
    return Final(rows, state, hub, away, height)


def _swing(state: dict[str, Any], turn: Array, dt_s: Array) -> None:
    """Bring the turns up to date: one to the other side ends a swing."""
    turn = np.where(np.abs(turn) > FASTEST_TURN * dt_s, 0.0, np.nan_to_num(turn))
    state["net"] = state["net"] + turn
    other = (np.sign(turn) * np.sign(state["swing"]) < 0) & (np.abs(turn) >= 3)
    state["swings"] = state["swings"] + (other & (np.abs(state["swing"]) >= SWING_DEG))
    state["swing"] = np.where(other, turn, state["swing"] + turn)


def _steep(tracks: Tracks, rows: Index, state: dict[str, Any], dt_s: Array, p: SimpleNamespace) -> Mask:
    """A steep angle of descent over the ground, by the rate that is sent and by the altitude lost since the last row."""
    forward = np.maximum(tracks.ground_speed[rows].astype(float), 1.0) * 101.27
    lost = (state["feet"].astype(float) - tracks.baro_altitude[rows]) * 60.0 / np.maximum(dt_s, 1.0)
    rate = np.minimum(-tracks.vertical_rate[rows].astype(float), lost)
    return np.asarray(np.degrees(np.arctan2(rate, forward)) >= p.steep)


def _directions(memory: Memory, airports: Airports, hub: Array, p: SimpleNamespace) -> tuple[Mask, Mask]:
    """For each row the directions (n, 36) in which one lands at its hub: the runways' where they are loaded, else those
    seen, and the reverse, and what is within 15 degrees; and whether that is known."""
    loaded = airports.hub_directions[hub]
    landed = memory.get(-1 - hub)["landed"].astype(float)
    total = landed.sum(axis=1)
    axis = landed + np.roll(landed, 18, axis=1)
    seen = (axis >= SHARE * total[:, None]) & (axis > 0)
    has = np.asarray(loaded.any(axis=1))
    there: Array = np.where(has[:, None], loaded, seen)
    used = there | np.roll(there, 1, axis=1) | np.roll(there, -1, axis=1)
    return used, has | (total >= p.landings)


def _count(memory: Memory, hub: Array, track: Array, time: Array) -> None:
    """Add landings, one per row, to what is known of their airports."""
    if not len(hub):
        return
    some, where = np.unique(hub, return_inverse=True)
    landed = memory.get(-1 - some)["landed"]
    np.add.at(landed, (where, np.rint(track / 10).astype(np.int64) % 36), 1)
    newest = np.full(len(some), np.iinfo(np.int64).min)
    np.maximum.at(newest, where, time)
    order = np.argsort(-1 - some)
    memory.put((-1 - some)[order], newest[order], landed=landed[order])
