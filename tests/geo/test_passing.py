"""Flights that pass through an area: at a fix, between two of them, and not by a gap or round the world."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geo.passing import flights_through

AREA = shapely.box(8, 46, 9, 47)


def through(*fixes: tuple[float, float, float], area: shapely.Geometry = AREA) -> bool:
    """(seconds, lat, lon) of one flight."""
    seconds, lat, lon = (np.array(values, dtype=float) for values in zip(*fixes, strict=True))
    found = flights_through(np.full(len(lat), 7), (seconds * 1000).astype(np.int64), lat, lon, area)
    return found.tolist() == [7]


@pytest.mark.parametrize(
    ("fixes", "met"),
    [
        ([(0, 46.5, 8.5)], True),
        ([(0, 46.5, 7.9), (60, 46.5, 9.1)], True),
        ([(0, 46.5, 7.9), (601, 46.5, 9.1)], False),
        ([(0, 46.5, 7.0), (60, 46.5, 7.9)], False),
        ([(0, 45.9, 8.95), (60, 46.2, 9.2)], False),
        ([(0, 46.5, -179.0), (60, 46.5, 179.0)], False),
        ([(0, 46.5, 7.9), (30, np.nan, np.nan), (60, 46.5, 9.1)], True),
    ],
    ids=["a fix", "between fixes", "a gap", "beside", "past the corner", "the antimeridian", "a row without a place"],
)
def test_what_passes(fixes: list[tuple[float, float, float]], met: bool) -> None:
    assert through(*fixes) is met


def test_two_flights_are_no_line() -> None:
    flight, time = np.array([1, 2]), np.array([0, 60_000])

    assert not len(flights_through(flight, time, np.array([46.5, 46.5]), np.array([7.9, 9.1]), AREA))


def test_a_hole_is_outside() -> None:
    ring = shapely.difference(shapely.box(0, 0, 10, 10), shapely.box(1, 1, 9, 9))

    assert not through((0, 5, 5), (60, 5, 6), area=ring)
    assert through((0, 5, 5), (60, 5, 9.5), area=ring)
