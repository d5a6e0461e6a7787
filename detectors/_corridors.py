"""Where traffic goes, learned: between two airports by distance from the direct line, elsewhere by cell and direction."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from detectors._learned import SECTORS, came, key_of, note, note_region, others, others_around, sector, share_of_new
from geo.airports import Airports
from geo.cells import cells_of, parents
from geo.memory import Memory
from geo.routes import Routes
from geo.schema import Array
from geo.sphere import EARTH_RADIUS_M, NMI_M, bearing_deg, distance_m
from geo.tracks import Mask, Tracks

CELL, REGION = 5, 2
"""H3 resolutions: 17 km across, where a flow passes; 320 km across, where its neighbours are."""

ALONG_NMI, ACROSS_NMI = 25.0, 10.0
"""Bins along the direct line between two airports and across it."""

PAIR, LEG = 101, 102
"""What a key is of, so that a pair's count and its bins never meet."""


@dataclass(frozen=True)
class Pairs:
    """By row (n,): key of the airport pair (0: not known), bins along and across, distance off the direct line in nmi
    (right is positive), and to the nearer end in nmi."""

    pair: Array
    along: Array
    across: Array
    off: Array
    end_nmi: Array


def pairs_of(view: Tracks, routes: Routes | None, airports: Airports) -> Pairs:
    """Rows of flights of which the route database knows both ends, without a stop between them."""
    n = len(view)
    pair, nan = np.zeros(n, dtype=np.int64), np.full(n, np.nan)
    out = Pairs(pair, np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64), nan, nan.copy())
    if routes is None or not n:
        return out
    start, end = _direct(routes, view.callsign)
    rows = np.flatnonzero((start >= 0) & (end >= 0) & (start != end))
    a, b = start[rows], end[rows]
    along, across, length = _place(view.lat[rows], view.lon[rows], airports, a, b)
    out.pair[rows] = key_of(a, b)
    out.along[rows], out.across[rows] = np.floor(along / ALONG_NMI), np.floor(across / ACROSS_NMI)
    out.off[rows], out.end_nmi[rows] = across, np.minimum(along, length - along)
    return out


def _direct(routes: Routes, callsign: Array) -> tuple[Array, Array]:
    """Both ends of routes without a stop; -1 elsewhere. Rows of one flight come together: asked once for a run."""
    head = np.flatnonzero(np.append(True, callsign[1:] != callsign[:-1])[: len(callsign)])
    run = np.cumsum(np.isin(np.arange(len(callsign)), head)) - 1
    at = routes.find(callsign[head])
    single = (at >= 0) & (routes.first[at + 1] - routes.first[at] == 2)
    origin, destination = routes.airports(callsign[head])
    return np.where(single, origin, -1)[run], np.where(single, destination, -1)[run]


def _place(lat: Array, lon: Array, airports: Airports, a: Array, b: Array) -> tuple[Array, Array, Array]:
    """Distance along the great circle from a to b, across it (right positive), and its length, all in nmi."""
    far = distance_m(airports.lat[a], airports.lon[a], lat, lon) / EARTH_RADIUS_M
    length = distance_m(airports.lat[a], airports.lon[a], airports.lat[b], airports.lon[b]) / NMI_M
    course = bearing_deg(airports.lat[a], airports.lon[a], airports.lat[b], airports.lon[b])
    angle = np.radians(bearing_deg(airports.lat[a], airports.lon[a], lat, lon) - course)
    across = np.arcsin(np.clip(np.sin(far) * np.sin(angle), -1, 1))
    along = np.arctan2(np.sin(far) * np.cos(angle), np.cos(far))
    radius = EARTH_RADIUS_M / NMI_M
    return along * radius, across * radius, length


def off_pair(memory: Memory, view: Tracks, pairs: Pairs, nmi: float, p: SimpleNamespace) -> tuple[Mask, Array]:
    """Rows further off than any other flight of the pair that was seen there, by so many nmi; and how many were."""
    away, known = np.zeros(len(view), dtype=bool), np.zeros(len(view), dtype=np.int64)
    rows = np.flatnonzero((pairs.pair != 0) & (pairs.end_nmi >= p.ends))
    flight = view.flight[rows]
    known[rows] = others(memory, _leg(pairs, rows), flight)
    rows = rows[known[rows] >= p.flights]
    bins = int(np.ceil(nmi / ACROSS_NMI))
    near = np.zeros(len(rows), dtype=np.int64)
    for step in range(-bins, bins + 1):
        near += others(memory, _bin(pairs, rows, step), view.flight[rows])
    away[rows] = near == 0
    return away, known


def _leg(pairs: Pairs, rows: Array) -> Array:
    return key_of(pairs.pair[rows], pairs.along[rows], LEG)


def _bin(pairs: Pairs, rows: Array, step: int = 0) -> Array:
    return key_of(pairs.pair[rows], pairs.along[rows], PAIR, pairs.across[rows] + step)


def learn_pairs(memory: Memory, view: Tracks, pairs: Pairs) -> None:
    """Fresh rows are known from now on."""
    everything = np.arange(len(view))
    for keys in (_leg(pairs, everything), _bin(pairs, everything)):
        rows = np.flatnonzero(view.fresh & (pairs.pair != 0) & came(view, keys))
        note(memory, keys[rows], view.flight[rows], view.time[rows])


@dataclass(frozen=True)
class Flow:
    """By row (n,): keys of where and which way, and of the region; and whether nobody else went so."""

    key: Array
    region: Array
    alone: Mask


def flow_of(memory: Memory, view: Tracks, asked: Mask) -> Flow:
    """Of the rows asked for, alone is who flies where nobody else flew in about that direction, nor in a cell that
    touches it."""
    cell, way = cells_of(view.lat, view.lon, CELL), sector(view.track)
    alone = asked & ~np.isnan(view.track)
    for turn in (0, 1, -1):
        some = np.flatnonzero(alone)
        alone[some] = others(memory, key_of(cell[some], (way[some] + turn) % SECTORS), view.flight[some]) == 0
    some = np.flatnonzero(alone)
    alone[some] = others_around(memory, cell[some], way[some], view.flight[some]) == 0
    return Flow(key_of(cell, way), key_of(parents(cell, REGION), REGION), alone)


def off_flow(memory: Memory, flow: Flow, p: SimpleNamespace) -> tuple[Mask, Array]:
    """Who is alone in a region that is well known and where that is rare; and how many visits it has had."""
    visits, share = share_of_new(memory, flow.region)
    return flow.alone & (visits >= p.visits) & (share <= p.new), visits


def learn_flows(memory: Memory, view: Tracks, flow: Flow) -> None:
    """Fresh rows are known from now on, and how many of them came to a new place alone."""
    rows = np.flatnonzero(view.fresh & ~np.isnan(view.track) & came(view, flow.key))
    note(memory, flow.key[rows], view.flight[rows], view.time[rows])
    note_region(memory, flow.region[rows], flow.alone[rows], view.time[rows])
