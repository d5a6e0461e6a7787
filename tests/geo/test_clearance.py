"""Clearance never promises more than there is, wherever the point."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.clearance import CELL_DEG, FARTHEST_DEG, SPACING_DEG, Clearance

LINES = np.array([shapely.box(8, 47, 9, 48).boundary, shapely.LineString([(-180, -10), (-179.5, 10)])], dtype=object)


@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=1, max_size=50))
def test_it_is_at_most_the_distance_and_not_much_less(places: list[tuple[float, float]]) -> None:
    lat, lon = np.array(places).T
    true = shapely.distance(shapely.points(lon, lat)[:, None], LINES[None, :]).min(axis=1)

    found = Clearance(LINES).of(lat, lon)

    assert (found <= true + 1e-9).all()
    assert (found >= true - 2 * CELL_DEG - SPACING_DEG).all()


def test_cells_are_worked_out_once_and_there_is_no_end_to_asking() -> None:
    clear = Clearance(LINES)
    first = clear.of(np.array([47.5, 20.0]), np.array([8.5, 20.0]))
    assert len(clear.cells) == 2
    assert clear.of(np.array([47.5, 20.0]), np.array([8.5, 20.0])).tolist() == first.tolist() and len(clear.cells) == 2


def test_without_lines_everything_is_far() -> None:
    assert Clearance(np.zeros(0, dtype=object)).of(np.array([1.0]), np.array([2.0])) > FARTHEST_DEG - CELL_DEG
