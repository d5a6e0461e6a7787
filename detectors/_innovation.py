"""Innovations: what each new position says beyond dead reckoning from the one before, remembered stream by stream.

A slice is walked by rank: first the first row of every stream, then the second of those that have two, and so on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from detectors._groups import stretches_of
from geo.memory import Memory, Slot
from geo.schema import NO_TIME, SOURCES, Array
from geo.sphere import EARTH_RADIUS_M, KNOT_M_S, angle_between, wrap_lon
from geo.stretches import Stretches, path, sample
from geo.tracks import Mask, Tracks

SUBS = 8
"""Keys of one address: one for each of its streams (geo.streams keeps four at most)."""

BANKED_M_S2 = 7.0
"""Sideways acceleration at 35 degrees of bank: what may be flown between two fixes and not be seen in their courses."""

AGILE_M_S = 80.0
"""Slower aircraft turn harder, and their speed over ground follows the wind in a turn."""

VELOCITY_S = 10.0
"""A velocity may have been sent this long before the position it comes with (Monterey 2025-06-01, egll 2017-08-02)."""

LEARN_S = 60.0
"""Innovations over a longer gap say nothing of a stream's noise."""

POLE_DEG = 88.0
"""Beyond it a position is not compared: east and west mean nothing there."""

MEASURED = ("unknown", "adsb_icao", "adsb_icao_nt", "adsr_icao", "flarm", "uat", "asterix")
HONEST = np.isin(np.arange(256), [SOURCES.index(name) for name in MEASURED])
"""By source: positions that are measured on board, or by radar; the others are computed and jitter."""

NOISE_M = {"own": 40.0, "computed": 300.0}
"""Position noise of one update: readsb speed_check allows 30 m and 0.2 s for ADS-B, 250 m and more for MLAT."""

RECKONED: Mapping[str, Slot] = {
    "flight": Slot("i8"), "t": Slot("i8", NO_TIME), "lat": Slot("f8", np.nan), "lon": Slot("f8", np.nan),
    "ve": Slot("f4", np.nan), "vn": Slot("f4", np.nan), "vr": Slot("f4", np.nan), "alt": Slot("f4", np.nan),
    "own": Slot("i1", 1), "count": Slot("i4"), "noise": Slot("f4", np.nan), "bias_e": Slot("f4"), "bias_n": Slot("f4"), "heir": Slot("i8", NO_TIME),
    "hold": Slot("i1"),
}  # fmt: skip
"""What is remembered of the newest honest fix of a stream, how many there were, and how noisy they are (m).

`bias` is a steady part of the innovation (m/s); `hold` stops learning both while something is being looked into."""


@dataclass
class State:
    """The remembered columns of the streams of a slice, (streams,) each, while the slice is walked."""

    keys: Array
    columns: dict[str, Array]

    def at(self, name: str, who: Array) -> Array:
        return self.columns[name][who]

    def set(self, who: Array, **values: Array) -> None:
        for name, value in values.items():
            self.columns[name][who] = value


@dataclass(frozen=True)
class Update:
    """New fixes, one for each stream in `who`, at `rows` of the view; all arrays have their length.

    `dt` seconds since the fix before; `east`, `north` the innovation in metres, `sigma` what it may be by noise and by
    a change of velocity at an unknown moment; `aside` what is left of it whenever that was, and `still` the noise alone;
    `along` the unit vector of motion; `speed` m/s. The jumps are shares of
    what an aircraft can do in `dt`: `turn`, `accelerate`, `climb`, `rate`. NaN where a channel is missing.
    """

    who: Array
    rows: Array
    dt: Array
    east: Array
    north: Array
    sigma: Array
    aside: Array
    still: Array
    along: Array
    speed: Array
    turn: Array
    accelerate: Array
    climb: Array
    rate: Array


def keys_of(tracks: Tracks, rows: Array) -> Array:
    """One key per address and stream."""
    keys: Array = tracks.icao24[rows] * SUBS + tracks.sub[rows]
    return keys


def slice_of(tracks: Tracks, memory: Memory) -> tuple[State, Array, Array]:
    """The streams with fresh rows: what is remembered of them, their first fresh row, and how many there are."""
    fresh = np.flatnonzero(tracks.fresh)
    flight = tracks.flight[fresh]
    new = np.flatnonzero(np.append(True, flight[1:] != flight[:-1])[: len(fresh)])
    first, count = fresh[new], np.diff(np.append(new, len(fresh)))
    keys = keys_of(tracks, first)
    # A flight may end and the next begin within one slice: the later one keeps the key, the earlier one is over.
    order = np.lexsort((tracks.time[first], keys))
    last = order[np.append(keys[order][1:] != keys[order][:-1], True)[: len(order)]]
    first, count, keys = first[last], count[last], keys[last]
    state = State(keys, memory.get(keys))
    _begin(state, tracks, first, memory)
    _disown(state, tracks, first + count - 1, memory)
    return state, first, count


def _begin(state: State, tracks: Tracks, first: Array, memory: Memory) -> None:
    """A stream heard for the first time starts from nothing, or where it takes over from another of its address."""
    new = np.flatnonzero(state.columns["flight"] != tracks.flight[first])
    if not len(new):
        return
    blank = memory.get(np.full(len(new), -1))
    state.set(new, **blank)
    state.set(new, flight=tracks.flight[first[new]])
    heirs = new[tracks.sub[first[new]] > 0]
    born = tracks.time[first[heirs]]
    for sub in range(4 if len(heirs) else 0):
        other = memory.get(tracks.icao24[first[heirs]] * SUBS + sub)
        newer = (other["t"] > state.at("t", heirs)) & (other["t"] < born)
        state.set(heirs[newer], **{n: v[newer] for n, v in other.items() if n != "flight"})
    state.set(heirs, heir=born)


def _disown(state: State, tracks: Tracks, last: Array, memory: Memory) -> None:
    """A stream whose elder goes on has taken over from nobody: two are live, and it starts from nothing."""
    heirs = np.flatnonzero((state.columns["heir"] != NO_TIME) & (tracks.rival_time[last] > state.columns["heir"]))
    if len(heirs):
        state.set(heirs, **memory.get(np.full(len(heirs), -1)))
        state.set(heirs, flight=tracks.flight[last[heirs]])


def updates(tracks: Tracks, state: State, first: Array, count: Array, p: SimpleNamespace) -> Iterator[Update]:
    """The new fixes of the slice, rank by rank. Between two of them the caller changes its own part of the state."""
    good = _honest(tracks)
    for rank in range(int(count.max(initial=0))):
        who = np.flatnonzero(count > rank)
        rows = first[who] + rank
        stamp = _stamps(tracks, rows)
        moved = (tracks.lat[rows] != state.at("lat", who)) | (tracks.lon[rows] != state.at("lon", who))
        use = good[rows] & moved & (stamp > state.at("t", who))
        who, rows, stamp = who[use], rows[use], stamp[use]
        if len(who):
            update = _update(tracks, state, who, rows, stamp)
            yield update
            _learn(state, update)
            _advance(tracks, state, who, rows, stamp)


def _honest(tracks: Tracks) -> Mask:
    """Positions in the air, away from the poles."""
    out: Mask = tracks.located & (tracks.on_ground != 1) & (np.abs(tracks.lat) < POLE_DEG)
    return out


def _stamps(tracks: Tracks, rows: Array) -> Array:
    """When each position was taken, as far as the source says."""
    own = tracks.position_time[rows]
    stamps: Array = np.where((own != NO_TIME) & (own <= tracks.time[rows]), own, tracks.time[rows])
    return stamps


def velocity(tracks: Tracks, rows: Array) -> tuple[Array, Array]:
    """East and north, m/s."""
    speed, course = tracks.ground_speed[rows] * KNOT_M_S, np.radians(tracks.track[rows])
    return speed * np.sin(course), speed * np.cos(course)


def altitude(tracks: Tracks, rows: Array) -> Array:
    """Pressure altitude, ft."""
    out: Array = tracks.baro_altitude[rows]
    return out


def _update(tracks: Tracks, state: State, who: Array, rows: Array, stamp: Array) -> Update:
    """The innovation and the jumps of one fix of each stream."""
    dt = (stamp - state.at("t", who)) / 1000.0
    dt = np.where(state.at("count", who) > 0, dt, np.nan)
    ve, vn = velocity(tracks, rows)
    oe, on = state.at("ve", who), state.at("vn", who)
    lat, lon = tracks.lat[rows], tracks.lon[rows]
    north = np.radians(lat - state.at("lat", who)) * EARTH_RADIUS_M
    middle = np.radians((lat + state.at("lat", who)) / 2)
    east = np.radians(wrap_lon(lon - state.at("lon", who))) * np.cos(middle) * EARTH_RADIUS_M
    me, mn = (ve + oe) / 2, (vn + on) / 2
    speed, changed = np.hypot(me, mn), np.hypot(ve - oe, vn - on)
    own = HONEST[tracks.source[rows]] & (state.at("own", who) == 1)
    still = np.where(own, NOISE_M["own"], NOISE_M["computed"]) + 0.01 * speed * dt
    still = still + speed * dt * np.clip(BANKED_M_S2 / 4.0 * dt / np.maximum(speed, 1.0), 0.0, 1.0) ** 2
    unit = np.stack([me, mn], axis=1) / np.maximum(speed, 1.0)[:, None]
    jumps = _jumps(tracks, state, who, rows, dt)
    east, north = east - (me + state.at("bias_e", who)) * dt, north - (mn + state.at("bias_n", who)) * dt
    aside = _aside(east, north, (ve - oe) * dt, (vn - on) * dt)
    return Update(who, rows, dt, east, north, still + 0.3 * changed * dt, aside, still, unit, speed, *jumps)


def _aside(east: Array, north: Array, across_e: Array, across_n: Array) -> Array:
    """What of an innovation no moment of change explains, (fixes, 2).

    Whenever between the fixes the old velocity gave way to the new one, the innovation lies on a line through 0 along
    their difference, half of it to either side.
    """
    length = across_e**2 + across_n**2
    share = np.clip((east * across_e + north * across_n) / np.maximum(length, 1.0), -0.5, 0.5)
    return np.stack([east - share * across_e, north - share * across_n], axis=1)


def _jumps(tracks: Tracks, state: State, who: Array, rows: Array, dt: Array) -> Sequence[Array]:
    """Changes of course, speed, height and climb as shares of what an aircraft can do meanwhile.

    Bank 30 degrees and 1.5 kt/s; 45 degrees, and wind that turns from head to tail, for the slow ones; a climb that
    changes at an unknown moment, by 100 ft/min a second. Velocities may be older than positions.
    """
    ve, vn = velocity(tracks, rows)
    before, after = np.hypot(state.at("ve", who), state.at("vn", who)), np.hypot(ve, vn)
    slow = np.minimum(before, after)
    agile = slow < AGILE_M_S
    meanwhile = np.maximum(dt, np.where(agile, 2.0 * VELOCITY_S, VELOCITY_S))
    course = np.degrees(np.arctan2(state.at("ve", who), state.at("vn", who)))
    most = 5.0 + meanwhile * np.degrees(9.81 * np.where(agile, 1.0, 0.577)) / np.maximum(slow, 40.0)
    turn = np.where((slow < 20.0) | (most > 90.0), np.nan, angle_between(tracks.track[rows], course) / most)
    gained = np.where(agile, 20.0 + 2.0 * meanwhile, 8.0 + 1.5 * meanwhile)
    rate, was = tracks.vertical_rate[rows], state.at("vr", who)
    flown = np.nan_to_num((rate + was) / 2) * dt / 60.0
    unsure = np.where(np.isnan(rate + was), 6_000.0, 0.5 * np.abs(rate - was) + 300.0) * dt / 60.0
    climb = np.abs(altitude(tracks, rows) - state.at("alt", who) - flown) / (250.0 + unsure)
    return turn, np.abs(after - before) / KNOT_M_S / gained, climb, np.abs(rate - was) / (800.0 + 100.0 * meanwhile)


def _learn(state: State, update: Update) -> None:
    """This stream's usual innovation: its steady part (a speed through the air, a rhumb line) and its size.

    Each new one counts an eighth and no more than thrice the usual, so that a jump is not learned.
    """
    size = np.hypot(update.east, update.north)
    usual = state.at("noise", update.who)
    known = np.isfinite(size) & (update.dt <= LEARN_S) & (state.at("hold", update.who) == 0)
    most = np.where(np.isnan(usual), 100.0, 3.0 * usual + 30.0)
    part = np.where(known, np.minimum(1.0, most / np.maximum(size, 1.0)), 0.0) / 8.0
    pull = part / np.maximum(update.dt, 1.0)
    state.set(
        update.who,
        bias_e=state.at("bias_e", update.who) + np.nan_to_num(pull * update.east),
        bias_n=state.at("bias_n", update.who) + np.nan_to_num(pull * update.north),
        noise=np.where(
            known,
            np.where(np.isnan(usual), np.minimum(size, most), usual + (np.minimum(size, most) - usual) / 8.0),
            usual,
        ),
    )


def _advance(tracks: Tracks, state: State, who: Array, rows: Array, stamp: Array) -> None:
    """The fix is now the newest of its stream."""
    ve, vn = velocity(tracks, rows)
    state.set(
        who, t=stamp, lat=tracks.lat[rows], lon=tracks.lon[rows], ve=ve, vn=vn, vr=tracks.vertical_rate[rows],
        alt=altitude(tracks, rows), own=HONEST[tracks.source[rows]], count=state.at("count", who) + 1,
    )  # fmt: skip


def beyond_timing(east: Array, north: Array, update: Update, seconds: float) -> Array:
    """Length of offsets (m), less what a clock that is wrong by `seconds` explains along the motion."""
    along = east * update.along[:, 0] + north * update.along[:, 1]
    across = east * update.along[:, 1] - north * update.along[:, 0]
    out: Array = np.hypot(np.maximum(np.abs(along) - seconds * update.speed, 0.0), across)
    return out


def latched(
    tracks: Tracks, state: State, first: Array, count: Array, *, confidence: Array, priority: Array,
    values: Mapping[str, Array],
) -> Stretches:  # fmt: skip
    """One entry for each stream of the slice whose `onset` stands, from there to its newest row.

    The onset lies further back than the view: it and its place come from the state.
    """
    held = np.flatnonzero(state.columns["onset"] != NO_TIME)
    entries = []
    for k in held.tolist():
        a, b = int(first[k]), int(first[k] + count[k] - 1)
        onset = int(state.columns["onset"][k])
        here = np.array([[state.columns["from_lon"][k], state.columns["from_lat"][k], onset]])
        rows = a + np.flatnonzero(tracks.located[a : b + 1])
        entries.append({
            "subject": int(tracks.flight[b]), "start": onset, "end": int(tracks.time[b]), "peak": int(tracks.time[b]),
            "score": round(float(confidence[k]), 4), "confidence": round(float(confidence[k]), 4),
            "priority": int(priority[k]), "icao24": int(tracks.icao24[b]), "members": (),
            "callsign": tracks.callsign[b].decode("ascii", "replace"), "cleared": "",
            "paths": np.vstack([here, path(tracks, rows)]),
            "samples": [sample(tracks, a, "first"), sample(tracks, b, "last")],
            **{name: column[k] if column.dtype == object else round(float(column[k]), 3) for name, column in values.items()},
        })  # fmt: skip
    return stretches_of(entries)
