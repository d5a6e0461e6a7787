"""Formation: the pairs near each other now, and what their last minute and a half together says of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._exercises import exercises
from detectors._groups import SHADOWS
from detectors._instants import Instants, at_instants
from detectors._pairs import Relative, near_pairs, relative
from detectors._traffic import glider
from geo.aircraft import AircraftTable
from geo.airports import Airports
from geo.performance import DIVES, is_kind, profiles
from geo.schema import NO_TIME, NON_ICAO, Array
from geo.sphere import NMI_M
from geo.tracks import Index, Mask, Tracks
from geo.zones import Zones

STEP_S, MAX_AGE_S = 10, 40
"""Instants are ten seconds apart; a position serves for forty, so that feeds polled every half minute take part."""

ONE_AIRFRAME_M, SAME_PLACE_M = 300.0, 60.0
"""Two addresses this near with one callsign, or a bit or two from each other, are one airframe or a bit error."""

SEPARATION_FT = 900.0
"""A thousand feet less the altimeters' hundred: how air traffic control keeps apart aircraft that pass each other."""

RUNWAYS_M = 200.0
"""No two parallel runways are nearer to each other, so a pair less far abreast is on no parallel approach."""

TRAIL_M = 900.0
"""Half a mile: further apart, two that approach one behind the other just follow each other in."""

FIELD_NMI, CLIMB_FT = 5.0, 300.0
"""Within this of an aerodrome, a pair that climbs by so much in the window departs side by side."""


PART = 50_000
"""Pairs whose window is looked at together."""

FIRST_SIGHT = 0.6
"""What one instant alone shows must be nearer, by this share of the distance that a held formation may have."""


@dataclass(frozen=True)
class Window:
    """Of each pair's last `hold` seconds, (n,): steady, spread of the relative place, mean distances, climb."""

    steady: Mask
    spread_m: Array
    metres: Array
    abreast_m: Array
    feet: Array
    climb_ft: Array


@dataclass(frozen=True)
class Pairs:
    """Entries i and j of `x`, (n,), near each other now. `clear` says what ordinary thing they do, or is ''."""

    x: Instants
    i: Index
    j: Index
    now: Relative
    window: Window
    clear: Array


def pairs_of(tracks: Tracks, p: SimpleNamespace, airports: Airports) -> Pairs | None:
    """Pairs of fresh instants that are steady, or of which this one instant is all there is. None: no two are near."""
    x, i, j = _near(tracks, p)
    if not len(i):
        return None
    now = relative(x, i, j)
    i, j, now = _only((now.metres <= p.distance * NMI_M) & (now.feet <= p.height), i, j, now)
    i, j, now = _only(~_one_airframe(tracks, x, i, j, now), i, j, now)
    window = _window(tracks, x, i, j, p)
    first = (tracks.prev_time[x.row[i]] == NO_TIME) & (tracks.prev_time[x.row[j]] == NO_TIME)
    tight = (now.metres <= FIRST_SIGHT * p.distance * NMI_M) & (now.feet < SEPARATION_FT)
    alone = first & ~window.steady & _aligned(now, p) & tight
    clear = _ordinary(x, i, j, now, window, airports)
    keep = window.steady | (alone & (clear == ""))
    i, j, now, window = _only(keep, i, j, now, window)
    return Pairs(x, i, j, now, window, clear[keep])


def flying(tracks: Tracks, x: Instants, p: SimpleNamespace) -> Mask:
    """Entries of an airborne aircraft with an address of its own, at speed."""
    own = (x.icao24 < NON_ICAO) & ~SHADOWS[tracks.source[x.row]]
    known = ~np.isnan(x.baro_altitude + x.track)
    out: Mask = own & known & (tracks.on_ground[x.row] != 1) & (x.ground_speed > p.speed)
    return out


def _only(keep: Mask, *parts: Any) -> Any:
    """The kept rows of arrays and of dataclasses of arrays."""
    return [
        q[keep] if isinstance(q, np.ndarray) else type(q)(**{k: v[keep] for k, v in vars(q).items()}) for q in parts
    ]


def _near(tracks: Tracks, p: SimpleNamespace) -> tuple[Instants, Index, Index]:
    """Pairs of fresh instants, found among the newest rows; then the whole view of those flights alone."""
    step = STEP_S * 1000
    begin = tracks.time[tracks.fresh].min(initial=np.iinfo(np.int64).max) // step * step
    recent = tracks.take(np.flatnonzero(tracks.time >= begin - 2 * MAX_AGE_S * 1000))
    near = at_instants(recent, STEP_S, MAX_AGE_S, fresh_only=True)
    i, j = near_pairs(near, flying(recent, near, p), p.distance * NMI_M, int(p.crowd))
    i, j = _only((near.own[i] | near.own[j]) & (near.icao24[i] != near.icao24[j]), i, j)
    flights = np.unique(near.flight[np.append(i, j)])
    mine = np.flatnonzero(np.isin(tracks.flight, flights))
    x = at_instants(tracks.take(mine), STEP_S, MAX_AGE_S)
    a, b = (x.find(np.searchsorted(flights, near.flight[k]), near.instant[k]) for k in (i, j))
    # From here on an entry's row is one of the whole view.
    return replace(x, row=mine[x.row]), a, b


def _one_airframe(tracks: Tracks, x: Instants, i: Index, j: Index, now: Relative) -> Mask:
    """Two addresses of one airframe, or one address misheard."""
    first, second = tracks.callsign[x.row[i]], tracks.callsign[x.row[j]]
    bits = np.bitwise_count(x.icao24[i] ^ x.icao24[j])
    same = (first == second) & (first != b"") & (now.metres <= ONE_AIRFRAME_M)
    misheard = (bits <= 2) & (now.metres <= SAME_PLACE_M) & ((first == second) | (first == b"") | (second == b""))
    out: Mask = (same | misheard) & (now.feet <= 100)
    return out


def _aligned(now: Relative, p: SimpleNamespace) -> Mask:
    out: Mask = (now.degrees <= p.track) & (now.share <= p.speeds / 100)
    return out


def _window(tracks: Tracks, x: Instants, i: Index, j: Index, p: SimpleNamespace) -> Window:
    """What the instants of the last `hold` seconds say; a part at a time, so that memory stays bounded."""
    some = range(0, max(len(i), 1), PART)
    parts = [_window_of(tracks, x, i[k : k + PART], j[k : k + PART], p) for k in some]
    return Window(*(np.concatenate(field) for field in zip(*(vars(w).values() for w in parts), strict=True)))


def _window_of(tracks: Tracks, x: Instants, i: Index, j: Index, p: SimpleNamespace) -> Window:
    """The same of some pairs, by way of (instants, n) arrays."""
    back = np.arange(int(np.ceil(p.hold / STEP_S)) + 1)[:, None]
    when = x.instant[i] - back * x.step_ms
    a, b = (x.find(x.rank[k] + 0 * back, when) for k in (i, j))
    here = (a >= 0) & (b >= 0)
    then = relative(x, a, b)
    fly = flying(tracks, x, p)
    near = fly[a] & fly[b] & (then.metres <= p.distance * NMI_M) & (then.feet <= p.height)
    along, cross, metres, feet = (_mean(v, here) for v in (then.along, then.cross, then.metres, then.feet))
    spread = np.sqrt(_mean((then.along - along) ** 2 + (then.cross - cross) ** 2, here))
    held = (near | ~here).all(axis=0) & here[-1] & (_mean(here, here | True) >= p.share / 100)
    heard = ((x.own[a] & here).sum(axis=0) > 1) & ((x.own[b] & here).sum(axis=0) > 1)
    together = (_mean(_aligned(then, p), here) >= p.share / 100) & (spread <= p.spread * NMI_M)
    climb = np.where(here[-1], x.baro_altitude[i] - x.baro_altitude[a[-1]], np.nan)
    return Window(held & heard & together, spread, metres, np.abs(cross), feet, climb)


def _mean(values: Array, where: Mask) -> Array:
    """Mean over the first axis where `where` holds, added in order: it never depends on how many pairs there are."""
    total = np.cumsum(np.where(where, values, 0.0), axis=0)[-1]
    mean: Array = total / np.maximum(where.sum(axis=0), 1)
    return mean


def _ordinary(x: Instants, i: Index, j: Index, now: Relative, window: Window, airports: Airports) -> Array:
    """Why a pair is together without being a formation, '' where nothing says so."""
    steady, out = window.steady, np.full(len(i), "", dtype=object)
    abreast = np.where(steady, window.abreast_m, np.abs(now.cross)) > RUNWAYS_M
    trail = np.where(steady, window.metres, now.metres) > TRAIL_M
    place = [(x.lat[k], x.lon[k], x.track[k], x.baro_altitude[k]) for k in (i, j)]
    landing = np.logical_and.reduce([airports.in_approach_corridor(*q) for q in place])
    climbing = window.climb_ft >= CLIMB_FT
    out[abreast & climbing & airports.near(x.lat[i], x.lon[i], FIELD_NMI)] = "departing side by side"
    out[(abreast | trail) & landing & ~climbing] = "on approach, side by side or one after the other"
    out[steady & (window.feet >= SEPARATION_FT)] = "a thousand feet apart, as separated traffic is"
    return out


def expected(tracks: Tracks, pairs: Pairs, aircraft: AircraftTable | None, zones: Zones | None) -> Array:
    """Why pairs fly together, and for those without a reason yet, whether their types or an exercise explain it."""
    out, x = pairs.clear.copy(), pairs.x
    open_ = np.flatnonzero(out == "")
    rows = [x.row[k[open_]] for k in (pairs.i, pairs.j)]
    out[open_[glider(tracks, rows[0]) & glider(tracks, rows[1])]] = "gliders that share a thermal or a tow"
    agile = [is_kind(profiles(tracks.take(r), aircraft).kind, *DIVES) for r in rows]
    out[open_[agile[0] & agile[1]]] = (
        "fighters, trainers or aerobatic types, which fly in formation as a matter of course"
    )
    rest = np.flatnonzero(out == "")
    entry, row = pairs.i[rest], x.row[pairs.i[rest]]
    out[rest] = exercises(zones, x.lat[entry], x.lon[entry], x.baro_altitude[entry], tracks.time[row])
    return out
