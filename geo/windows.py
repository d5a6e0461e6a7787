"""Windows: the last so many rows of a flight in a row, as sequence models read them."""

from __future__ import annotations

import numpy as np

from geo.features import Features
from geo.schema import Array

STEPS = 30
"""Rows of a window (seed 000: 30 to 60, 5 to 10 minutes)."""

STEP_GAP_S = 30.0
"""Rows further apart than this are not of one window: at most one slot in between was missed."""

SPAN_S = STEPS * STEP_GAP_S
"""The longest that a window of STEPS rows can last: what a class that reads windows must be able to look back."""


def window_ends(found: Features, steps: int = STEPS, gap_s: float = STEP_GAP_S) -> Array:
    """Rows (m,) of `found` that have `steps` - 1 rows of their flight right before them, no two `gap_s` apart.

    `found` is sorted by flight and time. A window depends on its own rows alone, so no cut of the data changes it.
    """
    rows = np.arange(len(found))
    if len(found) < steps:
        return rows[:0]
    cut = np.ones(len(found), dtype=bool)
    cut[1:] = (found.flight[1:] != found.flight[:-1]) | (np.diff(found.time) > gap_s * 1000)
    start = np.maximum.accumulate(np.where(cut, rows, 0))
    return np.flatnonzero(rows - start >= steps - 1)


def windows(matrix: Array, ends: Array, steps: int = STEPS) -> Array:
    """The windows (m, steps, k) of a matrix (n, k) that end at the given rows (m,), oldest row first."""
    return matrix[ends[:, None] + np.arange(1 - steps, 1)]
