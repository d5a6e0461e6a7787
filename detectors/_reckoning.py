"""Dead reckoning: every new fix of a slice against the one before it, all at once; what depends on history is not here.

East and north are metres on the plane that touches the globe midway between two fixes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from detectors._streams import FIX, Streams, rank_in_run
from geo.memory import whole
from geo.schema import NO_TIME, Array, of_sources
from geo.sphere import EARTH_RADIUS_M, KNOT_M_S, angle_between, wrap_lon
from geo.tracks import Index, Tracks

BANKED_M_S2 = 7.0
"""Sideways acceleration at 35 degrees of bank: what may be flown between two fixes and not be seen in their courses."""

AGILE_M_S = 80.0
"""Slower aircraft turn harder, and their speed over ground follows the wind in a turn."""

VELOCITY_S = 10.0
"""A velocity may have been sent this long before the position it comes with (Monterey 2025-06-01, egll 2017-08-02)."""

POLE_DEG = 88.0
"""Beyond it a position is not compared: east and west mean nothing there."""

HONEST = of_sources("unknown", "adsb_icao", "adsb_icao_nt", "adsr_icao", "flarm", "uat", "asterix")
"""By source: positions that are measured on board, or by radar; the others are computed and jitter."""

NOISE_M = {"own": 40.0, "computed": 300.0}
"""Position noise of one update: readsb speed_check allows 30 m and 0.2 s for ADS-B, 250 m and more for MLAT."""

_ERA_BITS = 42
"""Times of one stream, in ms, are less than this many bits apart from 0: streams can be told apart above them."""


@dataclass(frozen=True)
class Update:
    """New fixes, one for each stream in `who`; all arrays have their length. 0 where nothing can be compared.

    `dt` seconds since the fix before (`known`: not too many); `east`, `north` the innovation in metres before bias,
    `still` what it may be by noise alone, `sigma` with a change of velocity at an unknown moment; `change_e`,
    `change_n` how far that change alone leads in `dt`; `unit_e`, `unit_n` the direction of motion, `speed` m/s,
    `veered` what of `speed` the velocity changed by. The jumps are shares of what an aircraft can do meanwhile.
    """

    who: Index
    known: Array
    time: Array
    fix: Array
    before: Array
    dt: Array
    east: Array
    north: Array
    still: Array
    sigma: Array
    change_e: Array
    change_n: Array
    unit_e: Array
    unit_n: Array
    speed: Array
    turn: Array
    accelerate: Array
    climb: Array
    rate: Array


@dataclass(frozen=True)
class Slice:
    """One slice: which of the streams' rows lie in it (indices into them), and its new fixes, in the order to take them."""

    at: Index
    updates: Sequence[Update]


def slices_of(tracks: Tracks, streams: Streams, gap_s: float, every_ms: int) -> Iterator[Slice]:
    """Every slice that has rows. Of its new fixes come first the first of every stream, then the second of those that
    have two, and so on."""
    rows, who, fix, before = _fixes(tracks, streams)
    slot = tracks.time[rows] // every_ms
    rank = rank_in_run(who, slot)
    order = np.lexsort((rank, slot))
    who, fix, before, slot, rank = (values.take(order) for values in (who, fix, before, slot, rank))
    time, known, table = tracks.time[rows[order]], *_compared(fix, before, gap_s)
    step = np.flatnonzero(np.append(True, (slot[1:] != slot[:-1]) | (rank[1:] != rank[:-1]))[: len(slot)])
    edges = np.append(step, len(slot)).tolist()
    heard = tracks.time[streams.rows] // every_ms
    by_slot = np.argsort(heard, kind="stable")
    slots, first = np.unique(heard[by_slot], return_index=True)
    begin, end = (np.searchsorted(slot[step], slots, side).tolist() for side in ("left", "right"))
    for k, at in enumerate(np.split(by_slot, first[1:])):
        pairs = pairwise(edges[begin[k] : end[k] + 1])
        yield Slice(
            at, [Update(who[a:b], known[a:b], time[a:b], fix[a:b], before[a:b], *table[:, a:b]) for a, b in pairs]
        )


def _fixes(tracks: Tracks, streams: Streams) -> tuple[Index, Index, Array, Array]:
    """Rows with a new position, their streams, what each says, and what the fix before it said.

    A position is new where it was taken after all before it of its stream, and is not the last of these again.
    """
    rows, who = streams.rows, streams.who
    good = tracks.located[rows] & (tracks.on_ground[rows] != 1) & (np.abs(tracks.lat[rows]) < POLE_DEG)
    rows, who = rows[good], who[good]
    stamp = _stamps(tracks, rows)
    heard = _shifted(_newest(stamp, who, streams), who, streams.state["newest"])
    later = stamp > heard
    rows, who, stamp = rows[later], who[later], stamp[later]
    fix = _said(tracks, rows, stamp)
    before = _shifted(fix, who, streams.state["fix"])
    ends = np.append(who[1:] != who[:-1], True)[: len(who)]
    streams.state["newest"][who[ends]] = stamp[ends]
    moved = (fix["lat"] != before["lat"]) | (fix["lon"] != before["lon"])
    if not moved.all():
        rows, who, fix = (values.take(np.flatnonzero(moved)) for values in (rows, who, fix))
        before = _shifted(fix, who, streams.state["fix"])
    return rows, who, fix, before


def _stamps(tracks: Tracks, rows: Index) -> Array:
    """When each position was taken, as far as the source says."""
    own, time = tracks.position_time[rows], tracks.time[rows]
    stamps: Array = np.where((own != NO_TIME) & (own <= time), own, time)
    return stamps


def _newest(stamp: Array, who: Index, streams: Streams) -> Array:
    """The newest time that was heard up to each row of its stream, those of earlier slices included."""
    era = who.astype(np.int64) << _ERA_BITS
    known = np.maximum(stamp, np.maximum(streams.state["newest"][who], 0))
    out: Array = np.maximum.accumulate(known + era) - era
    return out


def _shifted(values: Array, who: Index, remembered: Array) -> Array:
    """Each row's predecessor in its stream; what is remembered of the stream for its first."""
    begins = np.flatnonzero(np.append(True, who[1:] != who[:-1])[: len(who)])
    out = np.empty_like(values)
    whole(out)[1:] = whole(values)[:-1]
    whole(out)[begins] = whole(remembered)[who[begins]]
    return out


def _said(tracks: Tracks, rows: Index, stamp: Array) -> Array:
    """The fixes that the rows hold."""
    fix = np.empty(len(rows), dtype=FIX)
    speed, course = tracks.ground_speed[rows] * KNOT_M_S, tracks.track[rows].astype(float)
    fix["t"], fix["lat"], fix["lon"], fix["speed"], fix["course"] = (
        stamp,
        tracks.lat[rows],
        tracks.lon[rows],
        speed,
        course,
    )
    course = np.radians(course)
    fix["ve"], fix["vn"] = speed * np.sin(course), speed * np.cos(course)
    fix["vr"], fix["alt"] = tracks.vertical_rate[rows], tracks.baro_altitude[rows]
    fix["own"] = HONEST[tracks.source[rows]]
    return fix


def _compared(fix: Array, before: Array, gap_s: float) -> tuple[Array, Array]:
    """Which fixes can be compared with the one before, and the numbers of an Update from `dt` on, one row each."""
    dt = (fix["t"] - before["t"]) / 1000.0
    ve, vn, oe, on = fix["ve"], fix["vn"], before["ve"], before["vn"]
    me, mn = (ve + oe) / 2, (vn + on) / 2
    east, north = _moved(fix, before)
    east, north = east - me * dt, north - mn * dt
    speed, change_e, change_n = np.hypot(me, mn), (ve - oe) * dt, (vn - on) * dt
    still = np.where(fix["own"] & before["own"], NOISE_M["own"], NOISE_M["computed"]) + 0.01 * speed * dt
    still = still + speed * dt * np.clip(BANKED_M_S2 / 4.0 * dt / np.maximum(speed, 1.0), 0.0, 1.0) ** 2
    sigma = still + 0.3 * np.hypot(change_e, change_n)
    unit = np.maximum(speed, 1.0)
    known = np.isfinite(east + north) & (before["t"] > 0) & (dt <= gap_s)
    columns = (dt, east, north, still, sigma, change_e, change_n, me / unit, mn / unit, speed, *_jumps(fix, before, dt))
    table = np.stack(columns)
    return known, np.where(known & np.isfinite(table), table, 0.0)


def _moved(fix: Array, before: Array) -> tuple[Array, Array]:
    """Metres east and north from the fix before."""
    north = np.radians(fix["lat"] - before["lat"]) * EARTH_RADIUS_M
    middle = np.radians((fix["lat"] + before["lat"]) / 2)
    return np.radians(wrap_lon(fix["lon"] - before["lon"])) * np.cos(middle) * EARTH_RADIUS_M, north


def _jumps(fix: Array, before: Array, dt: Array) -> Sequence[Array]:
    """Changes of course, speed, height and climb as shares of what an aircraft can do meanwhile.

    Bank 30 degrees and 1.5 kt/s; 45 degrees, and wind that turns from head to tail, for those that are slow; a climb
    that changes at an unknown moment, by 100 ft/min a second. Velocities may be older than positions.
    """
    then, now = before["speed"], fix["speed"]
    slow, agile = np.minimum(then, now), (then + now) / 2 < AGILE_M_S
    meanwhile = np.maximum(dt, np.where(agile, 2.0 * VELOCITY_S, VELOCITY_S))
    most = 5.0 + meanwhile * np.degrees(9.81 * np.where(agile, 1.0, 0.577)) / np.maximum(slow, 40.0)
    turn = np.where((slow < 20.0) | (most > 90.0), np.nan, angle_between(fix["course"], before["course"]) / most)
    gained = np.where(agile, 20.0 + 2.0 * meanwhile, 8.0 + 1.5 * meanwhile)
    both, change = fix["vr"] + before["vr"], np.abs(fix["vr"] - before["vr"])
    known = np.isfinite(both)
    flown = np.where(known, both / 2, 0.0) * dt / 60.0
    unsure = np.where(known, 0.5 * change + 300.0, 6_000.0) * dt / 60.0
    climb = np.abs(fix["alt"] - before["alt"] - flown) / (250.0 + unsure)
    return turn, np.abs(now - then) / KNOT_M_S / gained, climb, change / (800.0 + 100.0 * meanwhile)
