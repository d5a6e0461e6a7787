"""Small worlds for the examples beside each detector: a few aircraft flown along simple lines."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from geo.batch import Batch, checked
from geo.schema import COLUMNS, Array
from geo.sphere import EARTH_RADIUS_M, destination, wrap_lon
from geo.zones import Zones

EPOCH = 1_700_000_000_000
"""Where example time begins: 2023-11-14T22:13:20Z, a multiple of every slot that the classes use but for 20 s."""


def fly(
    icao24: int = 0xABC123,
    seconds: float = 600.0,
    *,
    step_s: float = 1.0,
    start_s: float = 0.0,
    lat: float = 50.0,
    lon: float = 10.0,
    track: float | Array = 90.0,
    speed: float | Array = 420.0,
    altitude: float | Array = 35_000.0,
    rate: float | Array = 0.0,
    **columns: Any,
) -> Batch:
    """One aircraft flown from (lat, lon). Numbers hold for the whole track, arrays give one value per row.

    Other keyword arguments are schema columns: a value for all rows or an array.
    """
    elapsed = np.arange(0.0, seconds, step_s)
    n = len(elapsed)
    heading, knots, climb = (np.broadcast_to(np.asarray(x, dtype=float), n) for x in (track, speed, rate))
    places = _walk(lat, lon, heading, knots, step_s)
    given = {
        "icao24": np.full(n, icao24),
        "time": EPOCH + ((start_s + elapsed) * 1000).astype(np.int64),
        "lat": places[0], "lon": places[1], "track": heading % 360, "ground_speed": knots, "vertical_rate": climb,
        "baro_altitude": np.asarray(altitude, dtype=float) + np.cumsum(climb) * step_s / 60.0,
        "on_ground": np.zeros(n, dtype=np.int8), "source": np.ones(n, dtype=np.uint8),
    }  # fmt: skip
    for name, value in columns.items():
        given[name] = np.broadcast_to(np.asarray(value), n).astype(COLUMNS[name].dtype)
    return checked(given)


def _walk(lat: float, lon: float, heading: Array, knots: Array, step_s: float) -> tuple[Array, Array]:
    """Positions along a path of constant steps; a straight line in one go, a bent one step by step."""
    far = np.concatenate([[0.0], knots[:-1] * 0.514444 * step_s])
    if (heading == heading[0]).all():
        return destination(np.full(len(far), lat), np.full(len(far), lon), heading, np.cumsum(far))
    # One number at a time is a matter of `math`: arrays of one would take twenty times as long.
    sin, cos, atan2 = math.sin, math.cos, math.atan2
    north, east = [math.radians(lat)], [math.radians(lon)]
    for course, arc in zip(np.radians(heading[:-1]).tolist(), (far[1:] / EARTH_RADIUS_M).tolist(), strict=True):
        a, there, along, aside = north[-1], cos(arc), sin(arc) * cos(course), sin(arc) * sin(course)
        out = cos(a) * there - sin(a) * along
        north.append(atan2(cos(a) * along + sin(a) * there, math.hypot(aside, out)))
        east.append(east[-1] + atan2(aside, out))
    return np.degrees(north), wrap_lon(np.degrees(east))


def circle(icao24: int = 0xABC123, seconds: float = 1800.0, *, period_s: float = 180.0, **columns: Any) -> Batch:
    """One aircraft turning steadily, a full turn every `period_s`."""
    n = len(np.arange(0.0, seconds, columns.get("step_s", 1.0)))
    turn = np.arange(n) * columns.get("step_s", 1.0) * 360.0 / period_s
    return fly(icao24, seconds, **({"track": turn, "speed": 110.0, "altitude": 6_000.0} | columns))


def together(*tracks: Batch) -> Batch:
    """Several aircraft in time order."""
    rows = Batch.concat(tracks)
    return rows.take(np.argsort(rows["time"], kind="stable"))


def during(values: Any, other: Any, start: int, stop: int, n: int, dtype: str = "") -> Array:
    """`n` values of `other` with `values` in rows start..stop."""
    out = np.full(n, other, dtype=dtype or None)
    out[start:stop] = values
    return out


def traffic(count: int = 12, seconds: float = 900.0, *, spacing_deg: float = 0.2, **columns: Any) -> Sequence[Batch]:
    """Ordinary airliners on parallel tracks, as a background that a feed has been heard by."""
    return [
        fly(0x400000 + k, seconds, lat=45 + spacing_deg * (k % 10), lon=5 + spacing_deg * (k // 10), **columns)
        for k in range(count)
    ]


def zones(kind: str = "restricted", floor: float = 0.0, ceiling: float = 10_000.0) -> Zones:
    """One zone: a square of about 70 by 55 km round 50N 10E, with its name, kind and height band in ft."""

    def one(value: str) -> Array:
        return np.array([value])

    area = np.array([shapely.box(9.5, 49.75, 10.5, 50.25)], dtype=object)
    low, high, ground = np.array([floor]), np.array([ceiling]), np.zeros(1)
    reference = one("MSL" if floor else "SFC")
    return Zones(
        one("R-1"), one("R-1 EXAMPLE"), one(kind), one(kind.upper()), low, high, reference, one("MSL"), area, ground
    )
