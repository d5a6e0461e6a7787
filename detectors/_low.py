"""How low others fly, by cell, as learned; and why an aircraft may be low: aerodromes, approaches, its trade."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from detectors._innocent import airliner_fields
from detectors._learned import came, key_of, note, others
from geo.aircraft import AircraftTable
from geo.airports import Airports
from geo.cells import cells_of, neighbours
from geo.memory import Memory
from geo.performance import CODE, profiles
from geo.schema import Array
from geo.tracks import Mask, Tracks

RESOLUTION = 6
HIGHEST_FT = 14_472.0
"""The highest aerodrome (Daocheng Yading)."""

HIGHEST_BAND, BANDS = 60, 12
ANY = 1 << 20
"""The band that stands for all heights."""

BAND_FT = 1_000.0

SIGHT = ("helicopter", "gyroplane", "tiltrotor", "glider", "balloon", "airship", "parachute", "ultralight", "vehicle")
"""Kinds that fly low wherever they are."""

FIELD_NMI, CLIMB_NMI = 6.0, 30.0
"""A control zone's usual radius, and how far out a departure may still be below 5,000 ft above the field."""


def excuse(
    view: Tracks, rows: Mask, height: Array, slow_kt: float, airports: Airports,
    aircraft: AircraftTable | None,
) -> tuple[Array, Array]:  # fmt: skip
    """For the given rows why being low is ordinary ('' where it is not), and what kind of aircraft it is, in words."""
    reason, kind = (np.full(len(view), "", dtype=object) for _ in range(2))
    at = np.flatnonzero(rows)
    some = view.take(at)
    known = profiles(some, aircraft)
    kind[at] = known.names(np.ones(len(at), dtype=bool))
    approach = airports.in_approach_corridor(some.lat, some.lon, some.track, some.baro_altitude)
    climbing = some.vertical_rate >= 300
    said = np.full(len(at), "", dtype=object)
    said[some.ground_speed <= slow_kt] = "as slow as aircraft that fly by sight"
    said[climbing & airliner_fields(airports).near(some.lat, some.lon, CLIMB_NMI)] = "departure from an airport"
    said[approach] = "approach to an airport"
    said[airports.near(some.lat, some.lon, FIELD_NMI) & (height[at] <= 3_000)] = "near an aerodrome"
    said[known.works] = "a type that sprays fields or fights fires"
    names = known.kind_name
    by_sight = np.isin(known.kind, [CODE[name] for name in SIGHT])
    said[by_sight] = names[by_sight] + ": flies low by its nature"
    reason[at] = said
    return reason, kind


def height_above(view: Tracks, asked: Mask, airports: Airports, p: SimpleNamespace) -> Array:
    """Of the rows asked for the pressure altitude above the nearest aerodrome, or above the sea where that lies below it;
    inf where that cannot be low, and elsewhere. Most are higher than the highest aerodrome and need no search."""
    out, rows = np.full(len(view), np.inf), np.flatnonzero(asked & (view.baro_altitude <= p.height + HIGHEST_FT))
    field, _ = airports.nearest(view.lat[rows], view.lon[rows])
    out[rows] = view.baro_altitude[rows] - np.maximum(airports.elevation_ft(field), 0)
    return out


def band(altitude: Array) -> Array:
    return np.maximum(np.floor(altitude / BAND_FT), 0).astype(np.int64)


def alone(memory: Memory, view: Tracks, low: Mask, p: SimpleNamespace) -> Mask:
    """Low rows in whose cell nobody else was as low, give or take the margin: a first look."""
    rows = np.flatnonzero(low)
    own, out = band(view.baro_altitude[rows]), np.zeros(len(view), dtype=bool)
    cell = cells_of(view.lat[rows], view.lon[rows], RESOLUTION)
    above = int(p.margin // BAND_FT)
    for below in range(int(own.max(initial=-1)) + above + 1):
        seen = (others(memory, key_of(cell, below), view.flight[rows]) > 0) & (below <= own + above)
        rows, own, cell = rows[~seen], own[~seen], cell[~seen]
    out[rows] = True
    return out


def around(memory: Memory, view: Tracks, hit: Mask, least: float) -> tuple[Array, Array]:
    """For hits: the floor of the lowest band with other flights in the cell and around it, NaN where fewer than `least`
    are known there; and how many flights the busiest of these cells has had."""
    lowest, known = np.full(len(view), np.nan), np.zeros(len(view))
    rows = np.flatnonzero(hit)
    cells = neighbours(cells_of(view.lat[rows], view.lon[rows], RESOLUTION))
    known[rows] = _passed(memory, cells, np.array([ANY]), view.flight[rows]).max(axis=(1, 2), initial=0)
    left = known[rows] >= least
    rows, cells = rows[left], cells[left]
    lowest[rows] = BAND_FT * HIGHEST_BAND
    for bands in np.split(np.arange(HIGHEST_BAND), range(BANDS, HIGHEST_BAND, BANDS)):
        seen = _passed(memory, cells, bands, view.flight[rows]).sum(axis=1) > 0
        some = seen.any(axis=1)
        lowest[rows[some]] = BAND_FT * bands[seen[some].argmax(axis=1)]
        rows, cells = rows[~some], cells[~some]
    return lowest, known


def _passed(memory: Memory, cells: Array, bands: Array, flight: Array) -> Array:
    """How many other flights passed each of the cells (n, k) in each of the bands (b,): (n, k, b)."""
    shape = (*cells.shape, len(bands))
    keys = key_of(np.repeat(cells, len(bands)), np.tile(bands, cells.size))
    return others(memory, keys, np.repeat(flight, cells.shape[1] * len(bands))).reshape(shape)


def learn(memory: Memory, view: Tracks) -> None:
    """What passes now is known from now on."""
    cell = cells_of(view.lat, view.lon, RESOLUTION)
    for height in (band(view.baro_altitude), np.full(len(view), ANY)):
        keys = key_of(cell, height)
        rows = np.flatnonzero(view.fresh & came(view, keys))
        note(memory, keys[rows], view.flight[rows], view.time[rows])
