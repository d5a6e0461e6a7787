import numpy as np
import pytest
import shapely

from geo import antimeridian


def test_an_ordinary_ring_stays_as_it_is() -> None:
    shape = antimeridian.polygon(np.array([0.0, 1, 1, 0]), np.array([0.0, 0, 1, 1]))
    assert (shape.geom_type, shape.area) == ("Polygon", 1)


@pytest.mark.parametrize("turn", [0, 360, -360])
def test_a_ring_across_is_two_parts_that_meet_there(turn: float) -> None:
    lon = np.array([179.0, -179, -179, 179]) + turn
    shape = antimeridian.polygon(lon, np.array([0.0, 0, 1, 1]))
    assert shape.is_valid
    bounds = sorted(part.bounds for part in shape.geoms)
    assert np.allclose(bounds, [(-180, 0, -179, 1), (179, 0, 180, 1)])


@pytest.mark.parametrize("pole", [1, -1])
@pytest.mark.parametrize("start", [0, 170, -180, 33])
def test_a_ring_round_the_earth_holds_its_pole(pole: int, start: float) -> None:
    lon = (start + np.arange(0, 360, 30.0) + 180) % 360 - 180
    shape = antimeridian.polygon(lon[::-pole], np.full(12, pole * 80.0))
    assert shape.is_valid
    assert shape.area == pytest.approx(360 * 10)
    assert shape.intersects(shapely.Point(12, pole * 89))
    assert not shape.intersects(shapely.Point(12, -pole * 89))
