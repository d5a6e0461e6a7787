"""Geometries that GeoJSON readers accept, at the antimeridian too."""

from __future__ import annotations

import numpy as np
import shapely
import shapely.geometry

from geo.shapes import cut, shape_of

PATH = np.array([[10.0, 50.0, 0.0], [10.1, 50.0, 5_000.0], [10.1, 50.1, 10_000.0]])
ACROSS = np.array([[179.9, 0.0, 0.0], [-179.9, 0.2, 5_000.0], [-179.7, 0.0, 10_000.0]])


def test_point_is_where_the_peak_was() -> None:
    geometry, cell = shape_of("point", PATH, 0, 6_000)

    assert geometry == {"type": "Point", "coordinates": [10.1, 50.0]}
    assert len(cell) == 15


def test_a_line_is_cut_where_it_crosses_180() -> None:
    west, east = cut(ACROSS[:, :2])

    assert west[-1].tolist() == [180.0, 0.1] and east[0].tolist() == [-180.0, 0.1]


def test_every_shape_is_valid_across_180() -> None:
    for shape in ("point", "path", "pair", "area"):
        geometry, _ = shape_of(shape, ACROSS, 0, 0)
        assert geometry is not None
        drawn = shapely.geometry.shape(geometry)
        west, _, east, _ = drawn.bounds
        assert drawn.is_valid and west >= -180 and east <= 180
        assert all(part.bounds[2] - part.bounds[0] < 1 for part in shapely.get_parts(drawn))


def test_a_lone_vertex_is_still_a_line() -> None:
    geometry, _ = shape_of("path", PATH[:1], 0, 0)

    assert geometry is not None and shapely.geometry.shape(geometry).is_valid


def test_nowhere_is_null() -> None:
    assert shape_of("path", PATH[:0], 0, 0) == (None, "")


def test_a_cell_is_its_boundary() -> None:
    geometry, text = shape_of("cell", PATH, 0x841FB47FFFFFFFF, 0)

    assert text == "841fb47ffffffff" and geometry is not None and geometry["type"] == "MultiPolygon"
    assert shapely.geometry.shape(geometry).is_valid
