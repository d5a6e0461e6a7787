import h3
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.cells import (
    cell_center,
    cell_polygon,
    cell_shape,
    cell_shapes,
    cell_text,
    cells_of,
    grid_disk,
    neighbours,
    parents,
)


def test_cells_are_those_of_h3_and_zero_where_unknown() -> None:
    lat, lon = np.array([32.1, np.nan, 48.0, 1.0]), np.array([34.8, 10.0, 2.0, np.inf])
    cells = cells_of(lat, lon, 7)
    assert cells.dtype == np.uint64
    assert [cell_text(c) for c in cells] == [h3.latlng_to_cell(32.1, 34.8, 7), "", h3.latlng_to_cell(48, 2, 7), ""]


def test_no_points_give_no_cells() -> None:
    assert len(cells_of(np.zeros(0), np.zeros(0), 5)) == 0


@given(st.floats(-90, 90), st.floats(-180, 180), st.integers(0, 7))
def test_parent_is_that_of_h3(lat: float, lon: float, resolution: int) -> None:
    cell = cells_of(np.array([lat]), np.array([lon]), 7)
    assert cell_text(parents(cell, resolution)[0]) == h3.cell_to_parent(cell_text(cell[0]), resolution)
    assert parents(np.array([0], dtype=np.uint64), resolution)[0] == 0


def test_neighbours_are_the_cell_and_those_around_it() -> None:
    pentagon = int(h3.get_pentagons(5)[0], 16)
    cells = np.array([cells_of(np.array([32.1]), np.array([34.8]), 5)[0], 0, pentagon], dtype=np.uint64)
    found = neighbours(cells)
    assert set(found[0].tolist()) == set(grid_disk(cells[:1], 1).tolist())
    assert found[1].tolist() == [0] * 7
    assert sorted(found[2].tolist()) == [0, *grid_disk(cells[2:], 1).tolist()]
    assert neighbours(cells[:0]).shape == (0, 7)


def test_grid_disk_is_a_set_of_neighbours() -> None:
    cell = cells_of(np.array([32.1, np.nan]), np.array([34.8, 0.0]), 5)
    assert {cell_text(c) for c in grid_disk(cell, 2)} == set(h3.grid_disk(cell_text(cell[0]), 2))


@pytest.mark.parametrize(
    ("lat", "lon"), [(32, 34), (90, 0), (-90, 0), (0, 179.9999), (65, -179.999), (-80, 180), (84, -180)]
)
@pytest.mark.parametrize("resolution", [0, 1, 2, 4, 7])
def test_polygon_is_valid_and_on_the_map(lat: float, lon: float, resolution: int) -> None:
    cell = int(cells_of(np.array([lat], float), np.array([lon], float), resolution)[0])
    shape = shapely.geometry.shape(cell_polygon(cell))
    west, south, east, north = shape.bounds
    assert shape.is_valid
    assert -180 <= west <= east <= 180
    assert -90 <= south <= north <= 90
    assert all(part.exterior.is_ccw for part in shapely.get_parts(shape))


@pytest.mark.parametrize("resolution", [0, 1, 2])
def test_all_cells_together_cover_the_earth_once(resolution: int) -> None:
    cells = h3.uncompact_cells(h3.get_res0_cells(), resolution)
    assert np.isclose(sum(cell_shape(int(c, 16)).area for c in cells), 360 * 180)


def test_many_outlines_at_once_are_those_of_each() -> None:
    around = [
        h3.latlng_to_cell(lat, lon, r) for lat, lon in ((32, 34), (90, 0), (-90, 0), (65, 180)) for r in (0, 2, 5)
    ]
    cells = np.array([int(c, 16) for c in {*around, *h3.get_pentagons(2)}], dtype=np.uint64)
    assert cell_shapes(cells).tolist() == [cell_shape(int(c)) for c in cells]
    assert len(cell_shapes(cells[:0])) == 0


def test_center_lies_in_the_outline() -> None:
    cell = int(cells_of(np.array([51.5]), np.array([-0.4]), 4)[0])
    lat, lon = cell_center(cell)
    assert cell_shape(cell).contains(shapely.Point(lon, lat))
