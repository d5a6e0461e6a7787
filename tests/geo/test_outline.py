"""Outlines: margins, distances and unions, at the antimeridian and far north too."""

from __future__ import annotations

import pytest
import shapely
import shapely.geometry

from geo.outline import outline, squares, united, within


def point(lon: float, lat: float) -> dict[str, object]:
    return {"type": "Point", "coordinates": [lon, lat]}


def test_a_margin_is_as_wide_as_it_says_north_too() -> None:
    west, south, east, north = outline(point(10.0, 60.0), 2_000).bounds

    assert north - south == pytest.approx(4_000 / 111_195, rel=0.01)
    assert east - west == pytest.approx(2 * (north - south), rel=0.01)


def test_a_margin_across_the_antimeridian_goes_on_beyond_it() -> None:
    shape = outline(point(179.99, 0.0), 5_000)

    assert shape.bounds[0] == -180 and shape.bounds[2] == 180
    assert shape.area == pytest.approx(3.1 * (5_000 / 111_195) ** 2, rel=0.1)
    assert shape.is_valid


def test_at_the_pole_nothing_leaves_the_world() -> None:
    shape = outline(point(0.0, 90.0))
    assert shape.is_valid and shape.bounds[3] == 90


@pytest.mark.parametrize(("far", "near"), [(0.9, 60.0), (0.45, 40.0)])
def test_distance_is_in_kilometres(far: float, near: float) -> None:
    a, b = outline(point(10.0, 60.0)), outline(point(10.0 + 2 * far, 60.0))
    assert not within(a, b, near) and within(a, b, 2 * near)


def test_neighbours_across_the_antimeridian_are_near_and_share_a_square() -> None:
    a, b = outline(point(179.9, 10.0)), outline(point(-179.9, 10.0))
    assert within(a, b, 20.0) and squares(a, 10.0) & squares(b, 10.0)


def test_a_union_is_one_kind_of_geometry() -> None:
    found = united([outline(point(10.0, 50.0)), outline(point(10.01, 50.0)), shapely.box(20, 40, 21, 41)])

    assert found is not None and found["type"] == "MultiPolygon" and len(found["coordinates"]) == 2
    assert shapely.geometry.shape(found).is_valid
    assert united([]) is None
