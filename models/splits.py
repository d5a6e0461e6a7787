"""What is learned from and what is judged by: split by time and by aircraft, so that nothing is known twice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.schema import Array
from models.feature_days import FeatureTable

LATER = 0.75
"""The last quarter of the time of each recording is held back."""

APART_MS = 86_400_000
"""A day without a row parts two recordings. Without that a day and, years later, an hour would be split between them:
the one learned from alone, the other judged by alone."""

OTHERS = 5
"""One aircraft in so many is held back too."""


FEWEST = 50
"""Rows of each part: with less nothing can be said of one row in ten."""


@dataclass(frozen=True)
class Split:
    """Row numbers: `train`; `validation` (other aircraft at the same time, for calibration); `test` (other aircraft,
    later still). Rows of flights that rules found fault with are in none of them."""

    train: Array
    validation: Array
    test: Array


def split(table: FeatureTable) -> Split:
    """By a hash of the address and by time; both are needed to be of the test.

    Raises ValueError where a part would have less than FEWEST rows.
    """
    if not len(table):
        raise ValueError("no rows to learn from")
    other = held_back(table.icao24)
    late = _later(table.time)
    clean = ~table.flagged
    parts = [np.flatnonzero(clean & where) for where in (~other & ~late, other & ~late, other & late)]
    for name, rows in zip(("train on", "calibrate with", "test with"), parts, strict=True):
        if len(rows) < FEWEST:
            few = f"{len(rows)} clean rows to {name}, at least {FEWEST} are needed"
            raise ValueError(f"{few}: give more data, of more aircraft or a longer time")
    return Split(*parts)


def held_back(icao24: Array) -> Array:
    """Aircraft (n,) that are never trained on."""
    mixed = icao24.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    chosen: Array = (mixed >> np.uint64(40)) % np.uint64(OTHERS) == 0
    return chosen


def _later(time: Array) -> Array:
    """Which of the rows (n,) are of the last quarter of their own recording."""
    order = np.argsort(time, kind="stable")
    late = np.zeros(len(time), bool)
    for rows in np.split(order, np.flatnonzero(np.diff(time[order]) > APART_MS) + 1):
        late[rows] = time[rows] >= np.quantile(time[rows], LATER)
    return late
