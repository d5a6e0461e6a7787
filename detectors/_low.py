"""Why an aircraft may be low: aerodromes, approaches, departures, and aircraft that fly low by trade."""

from __future__ import annotations

import numpy as np

from detectors._innocent import airliner_fields
from geo.aircraft import AircraftTable
from geo.airports import Airports
from geo.performance import CODE, profiles
from geo.schema import Array
from geo.tracks import Mask, Tracks

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
