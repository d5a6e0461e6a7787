"""Who an aircraft is, asked once for each run of rows of one address, and since when it has been heard."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from geo.schema import NO_TIME, Array
from geo.tracks import Index, Mask, Tracks

GAP_S, LOOKBACK_S = 60.0, 150.0
"""A run breaks at this gap; the longest hold (25 s) and two gaps lie within the lookback."""


def by_address(icao24: Array, ask: Callable[[Array], Array]) -> Array:
    """The answer for each row's address (n,), where `ask` takes addresses; rows of one address lie together."""
    if not len(icao24):
        return ask(icao24)
    starts = np.flatnonzero(np.append(True, icao24[1:] != icao24[:-1]))
    out: Array = np.repeat(ask(icao24[starts]), np.diff(np.append(starts, len(icao24))))
    return out


def sighted(tracks: Tracks, wanted: Mask, hold_s: float) -> tuple[Mask, Mask, Index]:
    """Rows of wanted aircraft to report, which of them are sure, and where each run of them began.

    Reported are the first row there is of a track, which says little (one message may carry another's address), the
    row by which it has been heard for `hold_s`, and then one in a minute: sightings are long, and nothing changes.
    """
    held, begin = tracks.held(wanted, max_gap_s=GAP_S)
    sure: Mask = held >= hold_s
    now = sure & (held - tracks.dt_s < hold_s)
    minute = tracks.time // 60_000
    again = sure & (minute != tracks.shift(minute))
    return now | again | (wanted & (tracks.prev_time == NO_TIME)), sure, begin


def said(*parts: str) -> str:
    """The parts that say anything, with commas."""
    return ", ".join(part for part in parts if part)
