"""Aircraft of which there are only returns of multilateration or radar, now and then and without identity."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._hearing import SLOT_MS, Hearing
from detectors._registry import PRIORITY
from geo.schema import NON_ICAO, SOURCES, SYNTHETIC, Array, of_sources
from geo.stretches import path, sample
from geo.tracks import Tracks

WINDOW_S = 1500
"""The last 25 minutes, which the lookback holds."""

BURSTS = 3
SPARSE = 0.6
"""Heard in at most this share of the minutes."""

SLOWEST_KT = 40.0
EVERYWHERE_FT = 200_000.0

_MLAT = SOURCES.index("mlat")
_COMPUTED = of_sources("mlat", "asterix")


def sporadic(tracks: Tracks, p: SimpleNamespace) -> list[dict[str, Any]]:
    """An entry of Stretches for each fresh row whose last minutes were like that, while others near went on."""
    computed = _COMPUTED[tracks.source] & tracks.located
    if not (computed & tracks.fresh).any():
        return []
    view = tracks.take(np.flatnonzero(np.isin(tracks.flight, np.unique(tracks.flight[computed & tracks.fresh]))))
    rows = np.flatnonzero(_candidate(view, p) & view.fresh)
    if not len(rows):
        return []
    hearing = Hearing(tracks)
    found = (_entry(view, hearing, int(r), p) for r in rows)
    return [one for one in found if one]


def _candidate(view: Tracks, p: SimpleNamespace) -> Array:
    """Rows of flights of which nothing else was heard, in bursts, for long enough."""
    computed = _COMPUTED[view.source]
    nobody = (view.callsign == b"") & (
        ((view.icao24 & NON_ICAO) > 0) & (view.icao24 < SYNTHETIC) | (view.squawk == b"")
    )
    wrong = (~computed | ~nobody | (view.on_ground == 1)).astype(np.int64)
    heard = view.window_sum(np.ones(len(view), dtype=np.int64), WINDOW_S)
    bursts = view.window_sum((view.dt_s > 1.5 * SLOT_MS / 1000).astype(np.int64), WINDOW_S) + 1
    span = (view.time - view.time[view.ago(WINDOW_S)]) / 1000.0
    out = (view.window_sum(wrong, WINDOW_S) == 0) & (bursts >= BURSTS) & (span >= p.least)
    out &= heard <= SPARSE * (span * 1000 / SLOT_MS + 1)
    moving: Array = out & view.located & (view.ground_speed >= SLOWEST_KT)
    return moving


def _entry(view: Tracks, hearing: Hearing, row: int, p: SimpleNamespace) -> dict[str, Any] | None:
    first, minute = int(view.ago(WINDOW_S)[row]), int(view.time[row]) // SLOT_MS
    place = float(view.lat[row]), float(view.lon[row])
    near = hearing.near(place, 0.0, EVERYWHERE_FT, range(minute - 9, minute + 1), p.reach * 1000, now=10)
    if near.others < 3 or near.minute < 1:
        return None
    rows = np.arange(first, row + 1)
    minutes, heard = (int(view.time[row]) - int(view.time[first])) / 60_000, len(rows)
    kind = "multilateration" if view.source[row] == _MLAT else "radar"
    return {
        "subject": int(view.flight[row]), "start": int(view.time[first]), "end": int(view.time[row]),
        "peak": int(view.time[row]), "score": round(minutes, 3), "confidence": 0.4, "priority": PRIORITY["low"],
        "icao24": int(view.icao24[row]), "members": (), "callsign": "", "cleared": "",
        "paths": path(view, rows[view.located[rows]]),
        "samples": [sample(view, first, "first"), sample(view, row, "last")],
        "what": f"only {kind}, in {heard} of the last {minutes:,.0f} minutes, without callsign or identity, "
        f"while {near.others} others around are heard throughout",
        "again": "", "others": near.others, "sides": near.quadrant, "fell_silent_too": 0,
        "place": place, "expected_lat": place[0], "expected_lon": place[1], "silent_s": 0,
    }  # fmt: skip
