"""Where a recording hears, cell by cell and hour by hour: so that "nothing happened" is not taken for "cannot see"."""

from __future__ import annotations

from typing import Any

import numpy as np

from geo.anomaly import utc_text
from geo.batch import Batch
from geo.cells import cell_center, cell_text, cells_of, grid_disk
from geo.schema import Array

HOUR_MS = 3_600_000
RESOLUTIONS = (6, 5, 4, 3, 2)
MOST_CELLS = 3_000
SEEN = 0.5
"""Heard in half of the hours or more, a cell is watched: silence there means something."""


def coverage(rows: Batch) -> dict[str, Any]:
    """Cells with the hours in which anybody was heard there; and those next to them, where nobody ever was."""
    placed = rows.take(np.flatnonzero(~np.isnan(rows["lat"])))
    by_hour = _by_hour(rows)
    hours = len(by_hour)
    if not len(placed):
        nothing = {"watched": 0, "now_and_then": 0, "cells": [], "unheard": []}
        return {"resolution": None, "hours": hours, "by_hour": by_hour, **nothing}
    resolution, cell = _cells(placed)
    unique, heard, aircraft, count = _per_cell(placed, cell)
    state = np.where(heard >= SEEN * hours, "watched", "now and then")
    return {
        "resolution": resolution, "hours": hours, "by_hour": by_hour,
        "watched": int((state == "watched").sum()), "now_and_then": int((state != "watched").sum()),
        "cells": [
            {"h3": cell_text(c), "hours": int(h), "aircraft": int(a), "rows": int(n), "state": str(s),
             "center": [round(x, 4) for x in cell_center(c)]}
            for c, h, a, n, s in zip(unique.tolist(), heard, aircraft, count, state, strict=True)
        ],
        "unheard": [cell_text(c) for c in np.setdiff1d(grid_disk(unique, 1), unique).tolist()],
    }  # fmt: skip


def _cells(placed: Batch) -> tuple[int, Array]:
    """The finest cells that are not too many for a map."""
    for resolution in RESOLUTIONS:
        cell = cells_of(placed["lat"], placed["lon"], resolution)
        if len(np.unique(cell)) <= MOST_CELLS:
            break
    return resolution, cell


def _by_hour(rows: Batch) -> list[dict[str, Any]]:
    """Aircraft and rows of each hour in which anything came, with the silent hours between them left out."""
    hour, group, count = np.unique(rows["time"] // HOUR_MS, return_inverse=True, return_counts=True)
    aircraft = _distinct(group, rows["icao24"], len(hour))
    return [
        {"hour": utc_text(int(h) * HOUR_MS), "aircraft": int(a), "rows": int(n)}
        for h, a, n in zip(hour, aircraft, count, strict=True)
    ]


def _distinct(group: Array, values: Array, groups: int) -> Array:
    """How many different values each group has."""
    _, index = np.unique(values, return_inverse=True)
    width = int(index.max(initial=0)) + 1
    return np.bincount(np.unique(group * width + index) // width, minlength=groups)


def _per_cell(placed: Batch, cell: Array) -> tuple[Array, Array, Array, Array]:
    """Each cell, and how many hours, aircraft and rows were heard in it."""
    unique, group, count = np.unique(cell, return_inverse=True, return_counts=True)
    hours = _distinct(group, placed["time"] // HOUR_MS, len(unique))
    return unique, hours, _distinct(group, placed["icao24"], len(unique)), count
