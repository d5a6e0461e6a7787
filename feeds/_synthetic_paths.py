"""Shapes that individual aircraft fly: rounded polylines, circles, holds, grids and thermals, as points of a path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from feeds._synthetic_fleet import Knots, knots
from geo.schema import Array
from geo.sphere import NMI_M, bearing_deg, destination, distance_m, wrap_lon

Point = tuple[float, float]
"""Latitude and longitude, degrees."""


def polyline(points: Sequence[Point], turn_m: float, spacing_m: float = 15_000) -> tuple[Array, Array]:
    """Great circles from point to point, corners rounded to `turn_m` as far as the legs are long enough."""
    lat, lon = [np.array([points[0][0]])], [np.array([points[0][1]])]
    for before, here, after in zip(points, points[1:], points[2:], strict=False):
        arc = _corner(before, here, after, turn_m)
        for new, way in zip(
            (lat, lon), _between((lat[-1][-1], lon[-1][-1]), (arc[0][0], arc[1][0]), spacing_m), strict=True
        ):
            new.append(way)
        lat.append(arc[0])
        lon.append(arc[1])
    for new, way in zip((lat, lon), _between((lat[-1][-1], lon[-1][-1]), points[-1], spacing_m), strict=True):
        new.append(way)
    return _thinned(np.concatenate([*lat, [points[-1][0]]]), np.concatenate([*lon, [points[-1][1]]]))


def circles(
    center: Point, radius_m: float, turns: float, start: float = 0.0, drift_m: float = 0.0
) -> tuple[Array, Array]:
    """Right-hand circles, points every 10 degrees; the centre drifts eastward by `drift_m` in all."""
    angle = np.linspace(0, 360 * turns, max(int(36 * turns), 2))
    middle = destination(*center, 90.0, np.linspace(0, drift_m, len(angle)))
    return destination(*middle, start + angle, radius_m)


def hold(fix: Point, inbound: float, leg_m: float, turn_m: float, laps: int) -> list[Point]:
    """Corners of a right-hand racetrack that begins and ends at the fix."""
    far = to(fix, inbound + 180, leg_m)
    lap = [fix, to(fix, inbound + 90, 2 * turn_m), to(far, inbound + 90, 2 * turn_m), far]
    return lap * laps + [fix]


def grid(corner: Point, course: float, line_m: float, step_m: float, lines: int) -> list[Point]:
    """Corners of parallel survey lines flown to and fro, each beside the last."""
    points = []
    for n in range(lines):
        near = to(corner, course + 90, n * step_m)
        ends = [near, to(near, course, line_m)]
        points += ends if n % 2 == 0 else ends[::-1]
    return points


def to(start: Point, bearing: float, metres: float) -> Point:
    """One point from another."""
    lat, lon = destination(*start, bearing, metres)
    return float(lat), float(lon)


def along(lat: Array, lon: Array, bends: Sequence[tuple[float, float]]) -> Array:
    """A value at every point, linear between `bends` of (share of the distance, value)."""
    step = distance_m(lat[:-1], lon[:-1], lat[1:], lon[1:])
    gone = np.concatenate([[0.0], np.cumsum(step)])
    part, value = np.array(bends, dtype=np.float64).T
    out: Array = np.interp(gone / gone[-1], part, value)
    return out


def path(
    way: tuple[Array, Array],
    altitude: Sequence[tuple[float, float]],
    speed: Sequence[tuple[float, float]],
    callsign: str = "",
) -> Knots:
    """A flight along points, with heights (ft) and speeds (kt) as bends over its length."""
    lat, lon = way
    return knots(lat, lon, along(lat, lon, altitude), along(lat, lon, speed), callsign)


def beside(leader: Knots, right_m: float, behind_m: float, up_ft: float, callsign: str) -> Knots:
    """A wingman: the same flight, so far to the right, behind and above."""
    lat, lon = destination(leader.lat, leader.lon, leader.track + 90, right_m)
    lat, lon = destination(lat, lon, leader.track + 180, behind_m)
    return replace(leader, lat=lat, lon=lon, altitude=leader.altitude + up_ft, callsign=callsign)


def _corner(before: Point, here: Point, after: Point, turn_m: float) -> tuple[Array, Array]:
    course = (float(bearing_deg(*here, *before)) + 180) % 360
    turn = float(wrap_lon(bearing_deg(*here, *after) - course))
    half = np.tan(np.radians(min(abs(turn), 175.0)) / 2)
    room = 0.49 * min(float(distance_m(*before, *here)), float(distance_m(*here, *after)))
    radius = min(turn_m, room / max(half, 1e-6))
    start = to(here, course + 180, radius * half)
    angle = turn * np.linspace(0, 1, max(int(abs(turn) / 10), 1) + 1)
    return destination(*start, course + angle / 2, 2 * radius * np.abs(np.sin(np.radians(angle) / 2)))


def _between(a: Point, b: Point, spacing_m: float) -> tuple[Array, Array]:
    """Points strictly between two places."""
    length = float(distance_m(*a, *b))
    part = np.linspace(0, 1, int(length / spacing_m) + 2)[1:-1]
    return destination(*a, bearing_deg(*a, *b), length * part)


def _thinned(lat: Array, lon: Array) -> tuple[Array, Array]:
    """Without points that stand on the one before."""
    moved = np.append(True, distance_m(lat[:-1], lon[:-1], lat[1:], lon[1:]) > 2.0)
    return lat[moved], lon[moved]


def joined(*ways: tuple[Array, Array]) -> tuple[Array, Array, list[int]]:
    """Paths one after the other, and the index at which each begins and the last ends."""
    marks = np.concatenate([[0], np.cumsum([len(way[0]) for way in ways])])
    marks[-1] -= 1
    return np.concatenate([w[0] for w in ways]), np.concatenate([w[1] for w in ways]), marks.tolist()


def minutes(speed_kt: float, count: float) -> float:
    """Metres flown in so many minutes."""
    return speed_kt * NMI_M / 60 * count
