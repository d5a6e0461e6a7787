"""Legs: where each flight of an airline began, how it has gone since, and what its memory says now. Rows in, rows out."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from geo.airports import Airports
from geo.memory import Keep, Memory, Slot
from geo.routes import Routes
from geo.schema import Array
from geo.sphere import NMI_M, angle_between, bearing_deg, distance_m
from geo.tracks import Mask, Tracks

LEG = Keep(
    {
        "origin": Slot("i4", -1), "left": Slot("i8"), "name": Slot("i8"), "far": Slot("f4"),
        "course": Slot("f4", np.nan), "since": Slot("i8"), "leg_course": Slot("f4", np.nan), "leg_end": Slot("i8"),
        "turned": Slot("i8"), "nearest": Slot("f4", np.inf), "toward": Slot("i4"),
    },
    ttl_s=1800, most=60_000,
)  # fmt: skip
"""Per flight: airport and time of departure and the callsign then, greatest distance from it in nmi; the course held
and since when; the last long leg; when the flight had turned back; nearest to its destination, and time towards it."""

DEPART_FT, DEPART_NMI, CLIMB = 5_000.0, 8.0, 500.0
"""First heard climbing this low and this near an airline's airport, a flight came from there (receivers' horizon)."""

HIGHEST_FT = 25_000.0
"""No airport of an airline with its descents reaches higher (El Alto lies at 13,300 ft)."""

STRAIGHT_DEG, TURN_S = 20.0, 600.0
"""A leg keeps its course to within this; and a turn back is done within ten minutes of the leg's end."""

TOWARD_DEG = 30.0
"""Whose track differs by less from the way to an airport is flying towards it."""


@dataclass(frozen=True)
class Now:
    """The newest row of each flight, (n,), and what is remembered of it: `was` before this row, updated by it."""

    row: Array
    leg: dict[str, Any]
    field: Array
    """Index of the nearest airport that airlines use, and `away`, nmi to it; `height`, feet above it."""
    away: Array
    height: Array
    home: Array
    """Nmi from the airport of departure; NaN where that is not known."""
    destination: Array
    """Index of the route's last airport (-1: unknown), `planned` of its first, and `to_go` in nmi."""
    planned: Array
    to_go: Array


def followed(
    tracks: Tracks, rows: Array, memory: Memory, every: Airports, routes: Routes | None, p: SimpleNamespace
) -> Now:
    """The given rows (one per flight), and their flights' memory brought up to date by them."""
    airports, leg = every.hubs, memory.get(tracks.flight[rows])
    new = memory.find(tracks.flight[rows]) < 0
    lat, lon, time = tracks.lat[rows], tracks.lon[rows], tracks.time[rows]
    ground = tracks.on_ground[rows] == 1
    # Who flies high is near no airport: asked first, since it costs next to nothing.
    low = ground | (tracks.baro_altitude[rows] <= HIGHEST_FT)
    field, away = airports.nearest(np.where(low, lat, np.nan), lon)
    height = tracks.baro_altitude[rows] - airports.elevation_ft(field)
    low = (height <= DEPART_FT) & (away <= DEPART_NMI) & (tracks.vertical_rate[rows] >= CLIMB)
    begins = (ground & (away <= 3)) | (new & low)
    for name, value in (("origin", field), ("left", time), ("name", _name(tracks.callsign[rows])), ("far", 0.0),
                        ("turned", 0), ("toward", 0), ("nearest", np.inf)):  # fmt: skip
        leg[name] = np.where(begins, value, leg[name])
    home = _nmi(airports, leg["origin"], lat, lon)
    leg["far"] = np.fmax(leg["far"], home)
    _course(leg, tracks, rows, p)
    planned, destination = _route(tracks, rows, every, routes)
    to_go = _nmi(airports, destination, lat, lon)
    if routes is not None:
        ahead = bearing_deg(lat, lon, airports.lat[destination], airports.lon[destination])
        toward = (angle_between(tracks.track[rows], ahead) <= TOWARD_DEG) & (to_go > p.well_before)
        leg["toward"] = leg["toward"] + toward
        leg["nearest"] = np.fmin(leg["nearest"], np.where(np.isnan(to_go), np.inf, to_go))
    memory.put(tracks.flight[rows], time, **leg)
    return Now(rows, leg, field, away, height, home, destination, planned, to_go)


def _course(leg: dict[str, Any], tracks: Tracks, rows: Array, p: SimpleNamespace) -> None:
    """Bring the straight legs up to date: a course left after long ends a leg; its reverse, held, is a turn back."""
    track, time = tracks.track[rows].astype(float), tracks.time[rows]
    high = tracks.baro_altitude[rows] >= p.cruise
    bent = ~(angle_between(track, leg["course"]) <= STRAIGHT_DEG) & ~np.isnan(track)
    ended = bent & (time - leg["since"] >= p.straight * 1000) & ~np.isnan(leg["course"]) & high
    leg["leg_course"] = np.where(ended, leg["course"], leg["leg_course"])
    leg["leg_end"] = np.where(ended, time, leg["leg_end"])
    leg["course"], leg["since"] = np.where(bent, track, leg["course"]), np.where(bent, time, leg["since"])
    back = angle_between(leg["course"], leg["leg_course"]) >= p.reverse
    held = (time - leg["since"] >= p.held * 1000) & (leg["since"] - leg["leg_end"] <= TURN_S * 1000) & ~bent
    leg["turned"] = np.where(back & held & (leg["turned"] == 0), leg["since"], leg["turned"])


def _route(tracks: Tracks, rows: Array, every: Airports, routes: Routes | None) -> tuple[Array, Array]:
    """First and last airport of each row's route as indices into the airports used here; -1 where not known."""
    if routes is None:
        unknown = np.full(len(rows), -1, dtype=np.int64)
        return unknown, unknown
    first, last = routes.airports(tracks.callsign[rows])
    return np.where(first >= 0, every.hub_index[first], -1), np.where(last >= 0, every.hub_index[last], -1)


def same_name(now: Now, tracks: Tracks) -> Mask:
    """Whether the flight has the callsign that it left with."""
    out: Mask = now.leg["name"] == _name(tracks.callsign[now.row])
    return out


def _name(callsign: Array) -> Array:
    """Eight bytes as one number."""
    return np.ascontiguousarray(callsign.astype("S8")).view(np.int64)


def _nmi(airports: Airports, index: Array, lat: Array, lon: Array) -> Array:
    far, known = np.full(len(index), np.nan), index >= 0
    place = airports.lat[index[known]], airports.lon[index[known]]
    far[known] = distance_m(lat[known], lon[known], *place) / NMI_M
    return far
