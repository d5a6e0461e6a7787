from functools import cache

import numpy as np
import shapely

from geo.firs import Firs


@cache
def world() -> Firs:
    """A large region with a small one inside it, and one on both sides of the antimeridian. Its grid is made once."""
    return fresh()


def fresh() -> Firs:
    pacific = shapely.MultiPolygon([shapely.box(170, -10, 180, 10), shapely.box(-180, -10, -170, 10)])
    shapes = [shapely.box(0, 40, 20, 60), shapely.box(8.1, 46.1, 9.3, 47.7), pacific]
    return Firs.of(["BIG", "SMALL", "SEA"], shapes, oceanic=[False, False, True])


def test_a_point_belongs_to_the_smallest_region_around_it() -> None:
    lat, lon = np.array([47.0, 45.0, 46.11, 10.5, 47.0]), np.array([8.5, 8.5, 8.11, 8.5, 30.0])

    assert world().at(lat, lon).tolist() == [1, 0, 1, -1, -1]


def test_the_antimeridian_is_no_border() -> None:
    lon = np.array([179.9, -179.9, 180.0, -180.0, 169.0])

    assert world().at(np.zeros(5), lon).tolist() == [2, 2, 2, 2, -1]


def test_no_position_no_region() -> None:
    assert world().at(np.array([np.nan, 47.0]), np.array([8.5, np.nan])).tolist() == [-1, -1]
    assert world().at(np.zeros(0), np.zeros(0)).tolist() == []


def test_the_poles_are_asked_without_error() -> None:
    assert world().at(np.array([90.0, -90.0]), np.array([0.0, 180.0])).tolist() == [-1, -1]


def test_the_grid_agrees_with_the_outlines() -> None:
    rng = np.random.default_rng(5)
    lat, lon = rng.uniform(39, 61, 20_000), rng.uniform(-1, 21, 20_000)
    inside = np.where((np.abs(lat - 50) <= 10) & (np.abs(lon - 10) <= 10), 0, -1)
    inside[(lat >= 46.1) & (lat <= 47.7) & (lon >= 8.1) & (lon <= 9.3)] = 1

    assert (world().at(lat, lon) == inside).all()


def test_long_slanting_borders_are_asked_of_the_outlines() -> None:
    rng = np.random.default_rng(6)
    corners = rng.uniform((-179, -80), (179, 80), (3, 3, 2))
    firs = Firs.of(["A", "B", "C"], shapely.polygons(corners).tolist())
    lat, lon = rng.uniform(-90, 90, 20_000), rng.uniform(-180, 180, 20_000)

    assert firs.at(lat, lon).tolist() == firs.around(lat, lon).tolist()


def test_names_and_flags() -> None:
    firs = world()

    assert firs.names.tolist() == ["BIG", "SMALL", "SEA"]
    assert firs.oceanic.tolist() == [False, False, True]
    assert len(firs) == 3


def test_around_says_the_same_without_a_grid() -> None:
    lat, lon = (axis.ravel() for axis in np.meshgrid(np.linspace(-12, 61, 60), np.linspace(-180, 180, 90)))
    firs = fresh()
    found = firs.around(lat, lon)

    assert "_grid" not in firs.__dict__
    assert found.tolist() == firs.at(lat, lon).tolist()
    assert Firs.of([], []).around(lat[:2], lon[:2]).tolist() == [-1, -1]
