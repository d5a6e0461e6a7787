"""Lazy columns: made when asked for, once; a few rows without making the whole."""

from __future__ import annotations

import numpy as np
import pytest

from geo.lazy import Lazy, picked, taken
from geo.schema import Array

COLUMNS = {"time": np.arange(6) * 10, "lat": np.linspace(0.0, 5.0, 6)}


def test_a_column_is_made_once() -> None:
    asked: list[str] = []

    def make(name: str) -> Array:
        asked.append(name)
        return COLUMNS[name]

    columns = Lazy(("time", "lat"), make)

    assert columns["time"] is columns["time"]
    assert asked == ["time"]


@pytest.mark.parametrize("rows", [np.array([1, 3, 5]), np.arange(6) % 2 == 1])
def test_rows_are_taken_by_index_or_mask(rows: Array) -> None:
    some = taken(COLUMNS, rows)

    assert some["time"].tolist() == [10, 30, 50]
    assert picked(some, "lat", np.array([2, 0])).tolist() == [5.0, 1.0]


def test_a_few_rows_do_not_make_the_whole_column() -> None:
    def never(name: str) -> Array:
        raise AssertionError(name)

    columns = Lazy(("time",), never, lambda name, rows: COLUMNS[name][rows])

    assert picked(taken(columns, np.array([5, 4, 3])), "time", np.array([0, 2])).tolist() == [50, 30]


def test_an_unknown_column_is_an_error() -> None:
    with pytest.raises(KeyError):
        picked(taken(COLUMNS, np.array([0])), "track", np.array([0]))
