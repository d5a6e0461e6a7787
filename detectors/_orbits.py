"""Turning and dwelling: what each row of a sampled track says about the minutes before it. Tracks in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.schema import Array
from geo.sphere import bearing_deg, distance_m, wrap_lon
from geo.tracks import Mask, Tracks

STEP_M = 150.0
"""Shorter steps carry no bearing: position noise would turn on the spot (definitions, 5.1)."""

STEP_S, CHAIN_S = 60.0, 90.0
"""A step over a longer gap has no known course, and a turn is counted only between bearings this near in time."""

UNSURE_DEG = 150.0
"""Above this, a change of bearing between two samples could have gone either way round, or is a bad position."""

HARD_DEG = 30.0
"""A turn between two samples, 10 s apart, that is part of a circle rather than of a correction."""

KM_PER_DEG = 111.195
"""Along a meridian of the sphere that geo.sphere uses."""


@dataclass(frozen=True)
class Motion:
    """Per row, over the window that ends there. Degrees, km, seconds, knots, feet; NaN or inf where unknown.

    `net` turn is signed (right is positive), `turned` is not. `extent` is the side of the square that is as long corner
    to corner as the box of all positions: a circle's diameter; `lat` and `lon` are the middle of that box. `rise` is
    the height gained while turning hard, `drop` the height lost between such turns. `parallel` is 1 where all of the
    way lies along one line, to and fro, and 0 where no direction is preferred.
    """

    net: Array
    turned: Array
    path: Array
    extent: Array
    span: Array
    speed: Array
    lowest: Array
    highest: Array
    rise: Array
    drop: Array
    parallel: Array
    lat: Array
    lon: Array

    @property
    def ratio(self) -> Array:
        """Path over twice the extent: 1 for out and back, 3 and more for staying (adsbtrack's loiter_ratio)."""
        return np.asarray(self.path / np.maximum(2.0 * self.extent, 0.1))

    def at(self, rows: Array) -> Motion:
        """The motion of some rows."""
        return Motion(*(values[rows] for values in vars(self).values()))

    def where(self, mask: Mask, other: Motion) -> Motion:
        """This motion where the mask holds, the other one elsewhere."""
        return Motion(*(np.where(mask, a, b) for a, b in zip(vars(self).values(), vars(other).values(), strict=True)))


def motion(tracks: Tracks, seconds: float) -> Motion:
    """The motion of located rows. Every sum is of integers, so that it does not matter where the view begins."""
    metres, span_ms, turn, axis = steps(tracks)
    climb, hard = climbs(tracks, span_ms), np.abs(turn) >= HARD_DEG * 1000
    path = tracks.window_sum(metres, seconds)
    north, east, lat, lon = box(tracks, seconds)
    moving = tracks.window_sum(span_ms, seconds)
    along, across = (tracks.window_sum(np.rint(metres * f(axis)).astype(np.int64), seconds) for f in (np.cos, np.sin))
    return Motion(
        net=tracks.window_sum(turn, seconds) / 1000.0,
        turned=tracks.window_sum(np.abs(turn), seconds) / 1000.0,
        path=path / 1000.0,
        extent=np.hypot(north, east) * KM_PER_DEG / np.sqrt(2.0),
        span=(tracks.time - tracks.time[tracks.ago(seconds)]) / 1000.0,
        speed=path / np.maximum(moving, 1) * 1000.0 / 0.514444,
        lowest=tracks.window_min(tracks.baro_altitude, seconds),
        highest=tracks.window_max(tracks.baro_altitude, seconds),
        rise=tracks.window_sum(np.where(hard, climb, 0), seconds),
        drop=-tracks.window_sum(np.where(hard, 0, climb), seconds),
        parallel=np.hypot(along, across) / np.maximum(path, 1),
        lat=lat,
        lon=lon,
    )


def steps(tracks: Tracks) -> tuple[Array, Array, Array, Array]:
    """From the previous row to each: metres, milliseconds and the signed turn in millidegrees, 0 where not known; and
    twice the course in radians, so that a way and its reverse are the same."""
    lat, lon = tracks.shift(tracks.lat), tracks.shift(tracks.lon)
    metres = distance_m(lat, lon, tracks.lat, tracks.lon)
    gap = tracks.time - tracks.shift(tracks.time)
    known = gap <= STEP_S * 1000
    course = bearing_deg(lat, lon, tracks.lat, tracks.lon)
    sure = known & (metres >= STEP_M)
    before = tracks.last_where(sure)
    turn = wrap_lon(course - course[before])
    recent = (before >= 0) & (tracks.time - tracks.time[before] <= CHAIN_S * 1000)
    counted = sure & recent & (np.abs(turn) <= UNSURE_DEG)
    return (
        np.where(known, np.rint(metres), 0).astype(np.int64),
        np.where(known, gap, 0),
        np.where(counted, np.rint(turn * 1000), 0).astype(np.int64),
        np.radians(2.0 * course),
    )


def climbs(tracks: Tracks, span_ms: Array) -> Array:
    """Whole feet climbed since the previous row; 0 where either height is unknown, or over a long gap."""
    feet = tracks.baro_altitude - tracks.shift(tracks.baro_altitude)
    return np.where(np.isnan(feet) | (span_ms == 0), 0, np.rint(np.nan_to_num(feet))).astype(np.int64)


def box(tracks: Tracks, seconds: float) -> tuple[Array, Array, Array, Array]:
    """The window's positions: degrees of latitude, of longitude times cos(latitude), and the middle's lat and lon."""
    top, bottom = tracks.window_max(tracks.lat, seconds), tracks.window_min(tracks.lat, seconds)
    # Across 180 degrees the longitudes counted from the other side are the continuous ones.
    ways = (tracks.lon, np.mod(tracks.lon, 360.0))
    sides = [(tracks.window_max(x, seconds), tracks.window_min(x, seconds)) for x in ways]
    widths = [a - b for a, b in sides]
    middle = np.where(widths[0] <= widths[1], *((a + b) / 2.0 for a, b in sides))
    wide = np.minimum(*widths) * np.cos(np.radians(tracks.lat))
    return top - bottom, wide, (top + bottom) / 2.0, wrap_lon(middle)


def stayed(tracks: Tracks, seconds: float, km: float) -> Mask:
    """A cheap first look: rows no further than `km` from where the flight was `seconds` ago."""
    then = tracks.ago(seconds)
    north = tracks.lat - tracks.lat[then]
    east = wrap_lon(tracks.lon - tracks.lon[then]) * np.cos(np.radians(tracks.lat))
    near: Mask = np.hypot(north, east) * KM_PER_DEG <= km
    return near
