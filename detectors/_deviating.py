"""Rows off their route: by airport pair or by flow, whether others deviate likewise, and where that is, in words."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from detectors._corridors import Flow, Pairs, flow_of, learn_flows, learn_pairs, off_flow, off_pair, pairs_of
from detectors._learned import key_of, note, others, recent, rows_of
from geo.airports import Airports
from geo.cells import cells_of, neighbours
from geo.memory import Memory
from geo.routes import Routes
from geo.schema import Array
from geo.sphere import distance_m
from geo.tracks import Mask, Tracks

AREA, RECENT_MS = 3, 1_800_000
"""H3 resolution of an area that one weather covers (some 110 km), and for how long it is told of."""


@dataclass(frozen=True)
class Off:
    """By row: off the corridor of its airport pair, twice as far as counts, off every flow; and what is known there."""

    by_pair: Mask
    far: Mask
    by_flow: Mask
    pairs: Pairs
    flights: Array
    visits: Array

    @property
    def any(self) -> Mask:
        """A known pair decides where enough of its flights are known; flows decide for the others."""
        return self.by_pair | self.by_flow


def deviating(
    view: Tracks, p: SimpleNamespace, memory: Memory, airports: Airports, routes: Routes | None, speaks: bool
) -> tuple[Tracks, Off] | None:
    """The flights of which a fresh row is off, and what is said of their rows; None where there is none. Then all fresh
    rows are learned: judged first, so that nobody is compared with himself."""
    new = recent(view)
    pairs, flow = pairs_of(new, routes, airports), flow_of(memory, new, new.fresh)
    found = None
    if speaks and (hit := _judged(memory, new, pairs, flow, p).any & new.fresh).any():
        some = rows_of(view, new.flight[hit])
        asked = np.ones(len(some), dtype=bool)
        found = some, _judged(memory, some, pairs_of(some, routes, airports), flow_of(memory, some, asked), p)
    learn_pairs(memory, new, pairs)
    learn_flows(memory, new, flow)
    return found


def _judged(memory: Memory, view: Tracks, pairs: Pairs, flow: Flow, p: SimpleNamespace) -> Off:
    by_pair, flights = off_pair(memory, view, pairs, p.off, p)
    far = by_pair & off_pair(memory, view, pairs, 2 * p.off, p)[0] if by_pair.any() else by_pair
    by_flow, visits = off_flow(memory, flow, p)
    return Off(by_pair, far, by_flow & (flights < p.flights), pairs, flights, visits)


def likewise(memory: Memory, view: Tracks, off: Mask, km: float) -> Mask:
    """Rows near to which another aircraft is off at the same moment (the same slice), or was in the same area, or the
    next, within the last half hour."""
    out = np.zeros(len(view), dtype=bool)
    rows = np.flatnonzero(off & view.fresh)
    area, slot = cells_of(view.lat[rows], view.lon[rows], AREA), view.time[rows] // RECENT_MS
    around, flight = neighbours(area), np.repeat(view.flight[rows], 7)
    for before in (0, 1):
        keys = key_of(around.ravel(), np.repeat(slot - before, 7), AREA)
        out[rows] |= (others(memory, keys, flight) > 0).reshape(-1, 7).any(axis=1)
    note(memory, key_of(area, slot, AREA), view.flight[rows], view.time[rows])
    for row in rows.tolist():
        apart = distance_m(view.lat[row], view.lon[row], view.lat[rows], view.lon[rows])
        out[row] |= bool(((apart <= km * 1000) & (view.icao24[rows] != view.icao24[row])).any())
    return out


def words(view: Tracks, hit: Mask, off: Off, routes: Routes | None, airports: Airports) -> Array:
    """Where the hits are, in words."""
    out = np.full(len(view), "", dtype=object)
    for row in np.flatnonzero(hit).tolist():
        if off.by_pair[row] and routes is not None:
            ends = [str(airports.code[k[0]]) for k in routes.airports(view.callsign[row : row + 1])]
            side, nmi = "right" if off.pairs.off[row] > 0 else "left", abs(off.pairs.off[row])
            passed = f"{off.flights[row]} flights learned"
            where = f"far from where flights from {ends[0]} to {ends[1]} pass"
            out[row] = f"{where}: {nmi:,.0f} nmi {side} of the direct line ({passed})"
        else:
            out[row] = f"where no other flight went in its direction, of {off.visits[row]:,} learned in the region"
    return out
