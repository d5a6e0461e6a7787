"""Flights between airports, all at once: departure along the runway, great circle, descent, final approach."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from feeds._synthetic_fleet import Knots
from feeds._synthetic_types import TYPES, Ports
from geo.schema import Array
from geo.sphere import NMI_M, bearing_deg, destination, distance_m, wrap_lon

GLIDE_FT_PER_NMI = 318.0
"""Three degrees."""

DESCENT_FT_PER_NMI = 300.0
_ARC = np.linspace(0, 1, 6)
_TAXI_S = 150.0
_FIGURES = {name: np.array([getattr(t, name) for t in TYPES], dtype=object) for name in vars(TYPES[0])}


@dataclass(frozen=True)
class Legs:
    """Flights as arrays (n,): index into TYPES, indices of the airports, sideways bow as a share of the length."""

    kind: Array
    origin: Array
    target: Array
    bow: Array

    def figure(self, name: str) -> Array:
        """A figure of each flight's type, shaped (n, 1)."""
        values: Array = _FIGURES[name][self.kind].astype(np.float64)[:, None]
        return values


def fly(legs: Legs, ports: Ports, points: int = 48) -> list[Knots]:
    """The paths of all flights, on the ground for a while at either end. `points` are those of the great circle."""
    if not len(legs.kind):
        return []
    lat, lon, track = _route(legs, ports, points)
    step = distance_m(lat[:, :-1], lon[:, :-1], lat[:, 1:], lon[:, 1:]) / NMI_M
    along = np.concatenate([np.zeros((len(lat), 1)), np.cumsum(step, axis=1)], axis=1)
    length = along[:, -1:]
    low, high = ports.elevation[legs.origin][:, None], ports.elevation[legs.target][:, None]
    cruise = _cruise_height(legs, ports, length, low, high)
    s = np.sort(np.concatenate([along, _extra(legs, length, low, high, cruise)], axis=1), axis=1)
    lat, lon, track = (_resample(s, along, v) for v in (lat, _unwrap(lon), _unwrap(track)))
    altitude = np.minimum(np.minimum(_climb(legs, s, low), cruise), _descent(legs, length - s, high))
    speed = _speed(legs, s, length - s, altitude - low)
    return [_knots(*rows) for rows in zip(s, lat, lon, altitude, speed, track, strict=True)]


def _route(legs: Legs, ports: Ports, points: int) -> tuple[Array, Array, Array]:
    """Latitude, longitude and track (n, k) along the ground, corners rounded."""
    a, b = _out(legs, ports, legs.origin, legs.target, 0.0), _out(legs, ports, legs.target, legs.origin, 180.0)
    lat, lon = _great_circle(a[2], b[2], legs.bow[:, None], points)
    lat = np.concatenate([*(w[0] for w in a), lat, *(w[0] for w in b[::-1])], axis=1)
    lon = np.concatenate([*(w[1] for w in a), lon, *(w[1] for w in b[::-1])], axis=1)
    last = lat.shape[1] - 1
    columns = []
    for place in range(last + 1):
        corner = place in (1, 2, last - 2, last - 1)
        columns.append(_arc(legs, lat, lon, place) if corner else _straight(lat, lon, place))
    lat, lon, track = (np.concatenate([c[i] for c in columns], axis=1) for i in (0, 1, 2))
    return lat, lon, track


def _out(legs: Legs, ports: Ports, here: Array, there: Array, turn: float) -> list[tuple[Array, Array]]:
    """Threshold, first and second turning point towards the other airport; for arrivals, the same seen backwards."""
    lat, lon = ports.lat[here][:, None], ports.lon[here][:, None]
    runway = (ports.runway[here][:, None] + turn) % 360
    straight = np.maximum(legs.figure("final") * (1.0 if turn else 0.4) * NMI_M, 1.5 * legs.figure("turn_m"))
    first = destination(lat, lon, runway, straight)
    side = wrap_lon(bearing_deg(*first, ports.lat[there][:, None], ports.lon[there][:, None]) - runway)
    second = destination(*first, runway + np.clip(side, -90, 90), 3.2 * legs.figure("turn_m"))
    return [(lat, lon), first, second]


def _great_circle(a: tuple[Array, Array], b: tuple[Array, Array], bow: Array, points: int) -> tuple[Array, Array]:
    """Points strictly between two places, bowed sideways like an airway (n, points)."""
    part = (np.arange(points) + 1.0) / (points + 1)
    length, course = distance_m(*a, *b), bearing_deg(*a, *b)
    lat, lon = destination(*a, course, length * part)
    ahead = bearing_deg(lat, lon, *b)
    return destination(lat, lon, ahead + 90, bow * length * np.sin(np.pi * part) ** 2)


def _straight(lat: Array, lon: Array, place: int) -> tuple[Array, Array, Array]:
    """A point of the route as it is, heading for the next; the last one keeps the way it came."""
    i, j = (place, place + 1) if place + 1 < lat.shape[1] else (place - 1, place)
    course = bearing_deg(lat[:, i], lon[:, i], lat[:, j], lon[:, j])
    return lat[:, place, None], lon[:, place, None], course[:, None]


def _arc(legs: Legs, lat: Array, lon: Array, place: int) -> tuple[Array, Array, Array]:
    """A corner rounded with the type's turn radius (n, 6)."""
    before, here, after = ((lat[:, i, None], lon[:, i, None]) for i in (place - 1, place, place + 1))
    course = (bearing_deg(*here, *before) + 180) % 360
    turn = wrap_lon(bearing_deg(*here, *after) - course)
    tangent = legs.figure("turn_m") * np.tan(np.radians(np.minimum(np.abs(turn), 120)) / 2)
    start = destination(*here, course + 180, tangent)
    angle = turn * _ARC
    chord = 2 * legs.figure("turn_m") * np.abs(np.sin(np.radians(angle) / 2))
    return *destination(*start, course + angle / 2, chord), (course + angle) % 360


def _cruise_height(legs: Legs, ports: Ports, length: Array, low: Array, high: Array) -> Array:
    """The type's level, lower on a short flight, and odd or even by the way it goes (semicircular rule)."""
    slope = 1 / legs.figure("low_climb") + 1 / DESCENT_FT_PER_NMI
    room = 0.75 * length / slope + np.maximum(low, high) * 0.5
    level = np.minimum(legs.figure("cruise"), np.maximum(room, np.maximum(low, high) + 1_000))
    course = bearing_deg(
        ports.lat[legs.origin], ports.lon[legs.origin], ports.lat[legs.target], ports.lon[legs.target]
    )[:, None]  # fmt: skip
    even = np.floor(level / 2_000) * 2_000
    visual = np.where(level < 10_000, 500.0, 0.0)
    level = even + np.where(course < 180, 1_000.0, 0.0) - visual
    return np.asarray(np.maximum(level, np.maximum(low, high) + 800))


def _climb(legs: Legs, s: Array, low: Array) -> Array:
    """Height in ft after `s` nmi."""
    lower = low + legs.figure("low_climb") * s
    knee = np.maximum(10_000 - low, 0) / legs.figure("low_climb")
    return np.asarray(np.where(s < knee, lower, np.maximum(low, 10_000) + legs.figure("high_climb") * (s - knee)))


def _descent(legs: Legs, left: Array, high: Array) -> Array:
    """Height in ft with `left` nmi to go: down the glide path, before it a level piece, before that the descent."""
    final = legs.figure("final")
    glide = high + GLIDE_FT_PER_NMI * left
    level = high + GLIDE_FT_PER_NMI * final
    above = np.maximum(level, level + DESCENT_FT_PER_NMI * (left - final - 2))
    return np.asarray(np.where(left < final, glide, above))


def _speed(legs: Legs, gone: Array, left: Array, height: Array) -> Array:
    """Speed over ground in kt, by height after departure and by distance to go before landing."""
    slow, climb, fast = (legs.figure(f"{name}_kt") for name in ("approach", "climb", "cruise"))
    reach = legs.figure("final")
    away = slow + 10 + (climb - slow) * np.clip(height / 4_000, 0, 1)
    away = away + (fast - climb) * np.clip((height - 9_000) / 18_000, 0, 1)
    home = slow + (climb - slow) * np.clip(left / (2.5 * reach), 0, 1)
    home = home + (fast - climb) * np.clip((left - 3 * reach) / (7 * reach), 0, 1)
    light = legs.figure("cruise") < 6_000
    return np.asarray(np.where(light, np.minimum(slow + 60 * gone, home), np.minimum(away, home)))


def _extra(legs: Legs, length: Array, low: Array, high: Array, cruise: Array) -> Array:
    """Distances at which heights or speeds bend: every 2 nmi near either end, tops of climb and descent."""
    near = np.minimum(np.arange(0.5, 42, 2.0)[None, :], length)
    knee = np.maximum(10_000 - low, 0) / legs.figure("low_climb")
    top = np.where(
        cruise > 10_000,
        knee + (cruise - np.maximum(low, 10_000)) / legs.figure("high_climb"),
        (cruise - low) / legs.figure("low_climb"),
    )
    final = legs.figure("final")
    down = final + 2 + (cruise - high - GLIDE_FT_PER_NMI * final) / DESCENT_FT_PER_NMI
    bends = np.concatenate([knee, top, length - down, length - final, length - final - 2], axis=1)
    return np.asarray(np.clip(np.concatenate([near, length - near, bends], axis=1), 0, length))


def _resample(s: Array, along: Array, values: Array) -> Array:
    """Values (n, k) at distances `along`, read at distances `s`, row by row in one go."""
    width = float(along.max()) + 1
    shift = np.arange(len(s))[:, None] * width
    out: Array = np.interp((s + shift).ravel(), (along + shift).ravel(), values.ravel()).reshape(s.shape)
    return out


def _unwrap(degrees: Array) -> Array:
    return np.rad2deg(np.unwrap(np.deg2rad(degrees), axis=1))


def _knots(s: Array, lat: Array, lon: Array, altitude: Array, speed: Array, track: Array) -> Knots:
    """One flight with its time, and a while on the ground before and after."""
    new = np.append(np.diff(s) > 0.01, True)
    s, lat, lon, altitude, speed, track = (v[new] for v in (s, lat, lon, altitude, speed, track))
    hours = np.diff(s) * 2 / (speed[:-1] + speed[1:])
    rate = np.diff(altitude) / hours / 60
    time = _TAXI_S + np.concatenate([[0.0], np.cumsum(hours * 3_600)])
    lat, lon, altitude, speed, track = (np.concatenate([v[:1], v, v[-1:]]) for v in (lat, lon, altitude, speed, track))
    speed[[0, -1]] = 0.0
    ground = np.zeros(len(time) + 2)
    ground[[0, -2, -1]] = 1
    time = np.concatenate([[0.0], time, [time[-1] + _TAXI_S]])
    return Knots(time, lat, lon, altitude, speed, track, np.concatenate([[0.0], rate, [0.0, 0.0]]), ground)
