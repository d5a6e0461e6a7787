"""Areas as people draw them: on the ellipsoid, across the antimeridian, and refused with the place of the fault."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from pyproj import Geod

from geo.drawn import checked, circle, corridor

GEOD = Geod(ellps="WGS84")


@pytest.mark.parametrize(("lon", "lat"), [(8.5, 47.4), (20.0, 78.0), (179.9, -10.0), (0.0, 89.5)])
def test_a_circle_is_one_on_the_ellipsoid(lon: float, lat: float) -> None:
    area = circle(lon, lat, 100_000)

    km2 = abs(GEOD.geometry_area_perimeter(shapely.orient_polygons(area))[0]) / 1e6
    assert km2 == pytest.approx(np.pi * 100**2, rel=0.01)
    assert shapely.intersects_xy(area, lon, lat) and area.is_valid
    west, _, east, _ = area.bounds
    assert west >= -180 and east <= 180


def test_a_corridor_follows_the_geodesic() -> None:
    area = corridor(np.array([[-70.0, 45.0], [0.0, 50.0]]), 20_000)

    middle = GEOD.npts(-70, 45, 0, 50, 1)[0]
    assert shapely.intersects_xy(area, *middle)
    assert not shapely.intersects_xy(area, -35.0, 47.5)  # straight on a map is hundreds of kilometres away


def test_a_corridor_across_the_antimeridian() -> None:
    area = corridor(np.array([[179.0, 0.0], [-179.0, 0.0]]), 10_000)
    assert [bool(shapely.intersects_xy(area, lon, 0.0)) for lon in (179.5, -179.5, 0.0)] == [True, True, False]


def test_an_area_across_the_antimeridian_is_cut_and_its_hole_kept() -> None:
    ring = [(170, -10), (-170, -10), (-170, 10), (170, 10), (170, -10)]
    hole = [(175, -5), (175, 5), (-175, 5), (-175, -5), (175, -5)]

    area = checked(shapely.Polygon(ring, [hole]))

    inside = [bool(shapely.intersects_xy(area, lon, 0)) for lon in (172, 178, 180, -178, -172, 0)]
    assert inside == [True, False, False, False, True, False]


@pytest.mark.parametrize(
    ("wkt", "why"),
    [
        ("POLYGON((0 0,2 2,2 0,0 2,0 0))", "self-intersection at longitude 1, latitude 1"),
        ("POLYGON((0 0,9 0,9 9,0 9,0 0),(20 1,21 1,21 2,20 1))", "hole lies outside shell at longitude 20"),
        ("POLYGON((179 0,-179 2,-179 0,179 2,179 0))", "self-intersection at longitude"),
        ("POLYGON EMPTY", "points"), ("POINT(1 2)", "points|Polygon"), ("LINESTRING(0 0,1 1,2 2,3 3)", "Polygon"),
        ("POLYGON((0 0,0 100,5 100,0 0))", "degrees"), ("POLYGON((0 0,1 1,0 0,0 0))", "valid"),
        ("POLYGON((-80 -85,80 -85,80 85,-80 85,-80 -85))", "km2"),
        ("POLYGON((-180 -90,180 -90,180 90,-180 90,-180 -90))", "not 510,065,62"),
    ],
)  # fmt: skip
def test_what_cannot_be_watched_is_refused_with_its_place(wkt: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        checked(shapely.from_wkt(wkt))


@pytest.mark.parametrize(
    "area",
    [
        circle(30.0, 89.0, 500_000), circle(30.0, -89.9, 50_000), corridor(np.array([[0.0, 80], [180, 80]]), 100_000),
        shapely.Polygon([(0, 85), (90, 85), (180, 85), (-90, 85), (0, 85)]),
        shapely.Polygon([*((lon, 85.0) for lon in range(-180, 180, 30)), (-180, 85)]),
    ],
)  # fmt: skip
def test_an_area_over_a_pole_can_be_watched(area: shapely.Polygon) -> None:
    found = checked(area)

    pole = 89.99 if found.bounds[3] == 90 else -89.99
    assert all(shapely.intersects_xy(found, lon, pole) for lon in range(-180, 181, 45))
    assert not any(shapely.intersects_xy(found, lon, np.sign(pole) * 70) for lon in range(-180, 181, 45))


def test_a_ring_round_a_pole_that_crosses_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="self-intersection"):
        checked(shapely.Polygon([(0, 85), (90, 85), (60, 88), (60, 80), (180, 85), (-90, 85), (0, 85)]))


def test_edges_are_straight_on_the_map_also_over_half_the_earth() -> None:
    assert checked(shapely.box(-90, 0, 90, 10)).area == 1_800


def test_parts_without_points_are_left_out() -> None:
    assert checked(shapely.from_wkt("MULTIPOLYGON(((0 0,1 0,1 1,0 0)),EMPTY)")).area == 0.5


def test_too_many_points_are_refused() -> None:
    turn = np.linspace(0, 2 * np.pi, 10_002)
    with pytest.raises(ValueError, match="10,000 points"):
        checked(shapely.Polygon(np.column_stack([np.cos(turn), np.sin(turn)])))
