"""Great-circle distance, bearing and destination on arrays of degrees; NaN in, NaN out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of WGS84 (IUGG R1). The sphere is within 0.56 % of the ellipsoid."""

NMI_M = 1_852.0
FOOT_M = 0.3048
KNOT_M_S = NMI_M / 3_600

Floats = npt.NDArray[np.float64]


def distance_m(lat1: npt.ArrayLike, lon1: npt.ArrayLike, lat2: npt.ArrayLike, lon2: npt.ArrayLike) -> Floats:
    """Metres along the great circle between points in degrees; arguments broadcast (haversine, stable when near)."""
    a, b, c, d = _radians(lat1, lon1, lat2, lon2)
    half = np.sin((c - a) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((d - b) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(half, 1.0))))


def bearing_deg(lat1: npt.ArrayLike, lon1: npt.ArrayLike, lat2: npt.ArrayLike, lon2: npt.ArrayLike) -> Floats:
    """Initial true bearing from the first point to the second, in [0, 360); 0 where both are the same point."""
    a, b, c, d = _radians(lat1, lon1, lat2, lon2)
    east = np.sin(d - b) * np.cos(c)
    north = np.cos(a) * np.sin(c) - np.sin(a) * np.cos(c) * np.cos(d - b)
    return _turn(np.degrees(np.arctan2(east, north)))


def destination(
    lat: npt.ArrayLike, lon: npt.ArrayLike, bearing: npt.ArrayLike, distance: npt.ArrayLike
) -> tuple[Floats, Floats]:
    """Latitude and longitude [-180, 180) after `distance` metres along the great circle that starts at `bearing`."""
    a, b, course = _radians(lat, lon, bearing)
    arc = np.asarray(distance, dtype=np.float64) / EARTH_RADIUS_M
    north = np.cos(a) * np.sin(arc) * np.cos(course) + np.sin(a) * np.cos(arc)
    # atan2 rather than arcsin: exact to the millimetre at the poles too.
    east = np.sin(course) * np.sin(arc)
    out = np.cos(a) * np.cos(arc) - np.sin(a) * np.sin(arc) * np.cos(course)
    lat2 = np.degrees(np.arctan2(north, np.hypot(east, out)))
    return np.asarray(lat2), wrap_lon(np.degrees(b + np.arctan2(east, out)))


def unit_vectors(lat: npt.ArrayLike, lon: npt.ArrayLike) -> Floats:
    """Points on the unit sphere, shape (..., 3)."""
    a, b = _radians(lat, lon)
    return np.stack([np.cos(a) * np.cos(b), np.cos(a) * np.sin(b), np.sin(a) + 0 * b], axis=-1)


def wrap_lon(lon: npt.ArrayLike) -> Floats:
    """The same meridian in [-180, 180)."""
    return _turn(np.asarray(lon, dtype=np.float64) + 180.0) - 180.0


def angle_between(a: npt.ArrayLike, b: npt.ArrayLike) -> Floats:
    """Smallest turn between two directions in degrees, 0 to 180."""
    return np.asarray(np.abs(wrap_lon(np.asarray(a, dtype=np.float64) - np.asarray(b, dtype=np.float64))))


def _turn(degrees: Floats) -> Floats:
    """Modulo a full turn into [0, 360), also where rounding would give 360 itself."""
    turned = np.mod(degrees, 360.0)
    return np.where(turned == 360.0, 0.0, turned)


def _radians(*degrees: npt.ArrayLike) -> list[Floats]:
    return [np.radians(np.asarray(d, dtype=np.float64)) for d in degrees]
