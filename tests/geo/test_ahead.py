"""Dead reckoning: when an aircraft will be where, and how sure that is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely

from geo.ahead import arrivals, spread_deg, sureness
from geo.zones import Zones


def areas(shape: Any, floor: float = -np.inf, ceiling: float = np.inf) -> Zones:
    one, ref, shapes = np.array(["a"]), np.array(["MSL"]), np.empty(1, dtype=object)
    shapes[:] = [shape]
    return Zones(one, one, one, one, np.array([floor]), np.array([ceiling]), ref, ref, shapes, np.zeros(1))


def fix(lat: float, lon: float, track: float, alt: float = 10_000, climb: float = 0) -> dict[str, Any]:
    given = {"lat": lat, "lon": lon, "track": track, "alt": alt, "climb": climb, "speed": 360.0}
    return {name: np.array([float(value)]) for name, value in given.items()} | {"t": np.array([10**12])}


@pytest.mark.parametrize(
    ("at", "shape", "seconds"),
    [
        (fix(50, 8, 0), shapely.box(7, 50.5, 9, 51), 300), (fix(50, 8, 180), shapely.box(7, 50.5, 9, 51), None),
        (fix(0, 179.5, 90), shapely.box(-180, -1, -179, 1), 300), (fix(50, 8, 0), shapely.box(7, 51.5, 9, 52), None),
        (fix(50.6, 8, 0), shapely.box(7, 50.5, 9, 51), 0), (fix(89.5, -5, 0), shapely.box(170, 88, 180, 89.9), 360),
    ],
)  # fmt: skip
def test_the_great_circle_is_followed(at: dict[str, Any], shape: Any, seconds: float | None) -> None:
    _, _, ahead = arrivals(areas(shape), at, 600.0)
    assert ahead.tolist() == ([] if seconds is None else [pytest.approx(seconds, rel=0.02)])


@pytest.mark.parametrize(("climb", "comes"), [(0, False), (-1_000, True), (1_000, False)])
def test_the_height_goes_on_as_it_changes(climb: float, comes: bool) -> None:
    below = areas(shapely.box(7, 50.5, 9, 51), ceiling=6_000)
    assert (len(arrivals(below, fix(50, 8, 0, climb=climb), 600.0)[0]) == 1) is comes


def test_spread_and_sureness() -> None:
    courses = np.array([[359.0, 0.0, 1.0], [0.0, 120.0, 240.0], [np.nan, np.nan, 90.0], [np.nan] * 3])
    spread = spread_deg(courses)
    assert spread[0] < 1 and spread[1] > 120 and spread[2] == 0 and spread[3] == 180

    sure = sureness(np.array([0.0, 0.0, 60.0]), np.array([3, 1, 3]), np.array([900.0, 0.0, 0.0]))
    assert sure.tolist() == [0.5, 0.5, 0.0]
