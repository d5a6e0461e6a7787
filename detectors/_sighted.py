"""Who an aircraft is, asked once for each run of rows of one address, and since when it has been heard."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from geo.schema import NO_TIME, Array
from geo.tracks import Index, Mask, Tracks


def by_address(icao24: Array, ask: Callable[[Array], Array]) -> Array:
    """The answer for each row's address (n,), where `ask` takes addresses; rows of one address lie together."""
    if not len(icao24):
        return ask(icao24)
    starts = np.flatnonzero(np.append(True, icao24[1:] != icao24[:-1]))
    out: Array = np.repeat(ask(icao24[starts]), np.diff(np.append(starts, len(icao24))))
    return out


def sighted(tracks: Tracks, wanted: Mask, hold_s: float) -> tuple[Mask, Mask, Index]:
    """Rows of wanted aircraft to report: heard for `hold_s` (the second mask), or the first row there is of a track.

    A wanted address in one message only may be another's, misheard: such a row says little.
    """
    held, begin = tracks.held(wanted)
    sure: Mask = held >= hold_s
    return sure | (wanted & (tracks.prev_time == NO_TIME)), sure, begin


def said(*parts: str) -> str:
    """The parts that say anything, with commas."""
    return ", ".join(part for part in parts if part)
