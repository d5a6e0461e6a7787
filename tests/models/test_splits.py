"""What is learned from and what is judged by: other aircraft, at a later time, of every recording."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geo.memory import DAY_MS
from models.feature_days import FeatureTable
from models.splits import held_back, split


def recorded(rows: int, begin_ms: int = 0) -> FeatureTable:
    """Rows of 50 aircraft in turn, a second apart."""
    ones, turn = np.zeros(rows, np.uint8), np.arange(rows)
    return FeatureTable(
        (turn % 50).astype(np.uint32),
        begin_ms + 1_000 * turn,
        turn,
        ones.astype("U8"),
        ones.astype(bool),
        ones,
        ones,
        {},
    )


def test_each_recording_gives_to_each_part() -> None:
    """A day of 2018 and three hours of 2021: the later one alone must not be what the earlier one is judged by."""
    table = FeatureTable.concat([recorded(4_000), recorded(2_000, begin_ms=1_000 * DAY_MS)])

    parts = split(table)

    assert all(np.unique(rows < 4_000).size == 2 for rows in (parts.train, parts.validation, parts.test))


def test_nothing_is_trained_on_that_is_tested_with() -> None:
    table = recorded(4_000)

    parts = split(table)

    assert not held_back(table.icao24[parts.train]).any() and held_back(table.icao24[parts.test]).all()
    assert table.time[parts.train].max() < table.time[parts.test].min()


def test_flights_at_fault_are_in_no_part() -> None:
    table = recorded(4_000)

    parts = split(replace(table, flagged=table.icao24 % 2 == 0))

    assert not any((table.icao24[rows] % 2 == 0).any() for rows in (parts.train, parts.validation, parts.test))


def test_too_few_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 50 are needed"):
        split(recorded(100))
