"""Why a path that wanders is ordinary: what the aircraft is, what it does for a living, or that others do the same."""

from __future__ import annotations

import numpy as np

from detectors._innocent import HUB_NMI, PARALLEL, airliner_fields, innocent
from detectors._orbits import Motion
from geo.aircraft import AircraftTable
from geo.airports import Airports
from geo.performance import CODE, profiles
from geo.schema import Array
from geo.tracks import Mask, Tracks

KINDS = {
    "helicopter": "helicopter", "gyroplane": "gyroplane", "tiltrotor": "tiltrotor", "glider": "soaring",
    "balloon": "balloon", "airship": "airship", "drone": "unmanned aircraft", "parachute": "parachute",
    "ultralight": "ultralight", "fighter": "training of a military jet", "trainer": "training of a military trainer",
    "aerobatic": "aerobatics",
}  # fmt: skip
"""Kinds that do not fly routes, and the reason in words."""

LEGS_S = 900.0
"""Between two blocks of a survey there are no legs for so long."""


def reasons(
    view: Tracks, rows: Mask, fir: Array, long: Motion, airports: Airports, aircraft: AircraftTable | None
) -> Array:
    """The reason (n,) of each of the given rows; '' where none is known. `fir` is the region that a row goes round."""
    out = np.full(len(view), "", dtype=object)
    at = np.flatnonzero(rows)
    if not len(at):
        return out
    said = innocent(view, rows, long, airports).reason[at]
    arriving = (long.highest[at] - long.lowest[at] >= 3_000) & (view.vertical_rate[at] < 0)
    near = airliner_fields(airports).near(view.lat[at], view.lon[at], HUB_NMI)
    said[(said == "") & arriving & near] = "vectored to an airport"
    said[(said == "") & surveying(view, long)[at] & (fir[at] < 0)] = "to and fro along one line, as surveys fly"
    kind = profiles(view.take(at), aircraft).kind
    for name, text in KINDS.items():
        said[kind == CODE[name]] = text
    said[(said == "") & _common(view, at, fir[at])] = "others go round the same region"
    out[at] = said
    return out


def surveying(view: Tracks, long: Motion) -> Mask:
    """Legs along one axis now or within the last quarter of an hour: between two blocks of a survey there are none."""
    legs = (long.parallel >= PARALLEL).astype(np.int64)
    out: Mask = view.window_sum(legs, LEGS_S) > 0
    return out


def _common(view: Tracks, at: Array, fir: Array) -> Array:
    """Whether another aircraft goes round the same region at the same moment (the same slice)."""
    out = np.zeros(len(at), dtype=bool)
    for region in np.unique(fir[fir >= 0]).tolist():
        same = fir == region
        out[same] = len(np.unique(view.icao24[at[same]])) > 1
    return out
