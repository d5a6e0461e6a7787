"""Reversals: climbs that turn into descents, or back, within seconds, and who else was near. Tracks in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from detectors._encounters import airborne
from detectors._instants import at_instants
from detectors._traffic import COMPUTED, glider, helicopter
from geo.aircraft import AircraftTable
from geo.schema import Array
from geo.sphere import NMI_M, distance_m
from geo.tracks import Index, Mask, Tracks

STEP_S, ROW_S = 10.0, 15.0
"""Samples are ten seconds apart; two that follow each other within fifteen say what the altitude did between."""

CONFIRM = 0.4
"""Share of the reported rate that the altitude must bear out, before the reversal and after it."""

STEADY_S, STEADY_ROWS = 35.0, 3
"""The old rate was borne out by so many rows in so many seconds: aerobatics and waves never settle."""

RESTLESS_S, RESTLESS = 170.0, 3
"""So many reversals in three minutes are aerobatics, parabolas, waves or a bad sensor: an advisory is one of them."""

AROUND_S = 40.0
"""Who was near at any instant of the last 40 s: an advisory comes 15 to 35 s before the closest point (TCAS II 7.1)."""


@dataclass(frozen=True)
class Reversals:
    """By row: whether one has just been borne out, the row where the old rate was last seen, and both rates, ft/min."""

    hit: Mask
    turned: Index
    before: Array
    after: Array


def reversals(tracks: Tracks, p: SimpleNamespace, aircraft: AircraftTable | None) -> Reversals:
    """Reversals of aircraft that can have the equipment: not slow, not gliders, rotorcraft or computed tracks."""
    rate = tracks.vertical_rate.astype(float)
    wild = np.abs(rate) > p.wildest
    found, turned = np.zeros(len(tracks), dtype=bool), np.arange(len(tracks))
    for sign in (1.0, -1.0):
        old, new = sign * rate >= p.rate, sign * rate <= -p.rate
        if not (new & tracks.fresh).any():
            continue
        old, new = _borne_out(tracks, old, rate, p), _borne_out(tracks, new, rate, p)
        at = tracks.last_where(old & (tracks.window_sum(old.astype(np.int64), STEADY_S) >= STEADY_ROWS))
        ago = (tracks.time - tracks.time[at]) / 1000.0
        hit = new & (at >= 0) & (ago <= p.within + ROW_S)
        found |= hit
        turned = np.where(hit, at, turned)
    restless = tracks.window_sum(found.astype(np.int64), RESTLESS_S) if found.any() else found
    wilds = tracks.window_max(np.where(wild, 1.0, np.nan), RESTLESS_S) > 0 if wild.any() else wild
    rows = np.flatnonzero(found & tracks.fresh & ~wilds)
    able = (tracks.ground_speed[rows] >= p.slowest) & ~COMPUTED[tracks.source[rows]]
    able &= ~glider(tracks, rows) & ~helicopter(tracks, rows, aircraft) & (restless[rows] < RESTLESS)
    hit = np.zeros(len(tracks), dtype=bool)
    hit[rows[able]] = True
    return Reversals(hit, turned, rate[turned], rate)


def _borne_out(tracks: Tracks, rows: Mask, rate: Array, p: SimpleNamespace) -> Mask:
    """Of these rows those whose predecessor has the same rate too, and whose altitude went that way."""
    feet, dt_s = tracks.baro_altitude - tracks.previous(tracks.baro_altitude), tracks.dt_s
    moved = np.sign(rate) * feet >= CONFIRM * p.rate * dt_s / 60.0
    both: Mask = rows & tracks.shift(rows) & (dt_s <= ROW_S) & moved & (tracks.on_ground != 1)
    return both


@dataclass(frozen=True)
class Other:
    """The aircraft nearest to a row in its last seconds: its address and callsign, nmi and feet away then."""

    icao24: int
    callsign: str
    nmi: float
    feet: float


def others(tracks: Tracks, rows: Index, nmi: float, feet: float) -> dict[int, Other]:
    """For the given rows, whoever was near at one of the instants of the last 40 s; rows that were alone are absent."""
    since = int(tracks.time[rows].min()) - int((AROUND_S + 3 * STEP_S) * 1000)
    recent = tracks.take(np.flatnonzero(tracks.time >= since))
    x = at_instants(recent, STEP_S, 12.0)
    able = np.flatnonzero(airborne(recent, x))
    out: dict[int, Other] = {}
    for row in rows.tolist():
        end = (int(tracks.time[row]) // x.step_ms + 1) * x.step_ms
        some = able[(x.instant[able] <= end) & (x.instant[able] >= end - AROUND_S * 1000)]
        mine = some[x.flight[some] == tracks.flight[row]]
        theirs = some[x.icao24[some] != tracks.icao24[row]]
        a, b = np.nonzero(x.instant[mine][:, None] == x.instant[theirs][None, :])
        a, b = mine[a], theirs[b]
        metres = distance_m(x.lat[a], x.lon[a], x.lat[b], x.lon[b])
        apart = np.abs(x.baro_altitude[b] - x.baro_altitude[a])
        near = np.where((metres <= nmi * NMI_M) & (apart <= feet), np.hypot(metres / NMI_M, apart / 500.0), np.inf)
        k = int(np.argmin(near)) if len(near) else -1
        if k >= 0 and np.isfinite(near[k]):
            name = recent.callsign[x.row[b[k]]].decode("ascii", "replace")
            out[row] = Other(int(x.icao24[b[k]]), name, float(metres[k]) / NMI_M, float(apart[k]))
    return out
