"""Rival streams: rows of one address that several transmitters may send, and which of them interleave."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from types import SimpleNamespace

import numpy as np

from geo.schema import NO_TIME
from geo.tracks import Index, Mask, Tracks

SLOT_MS = 30_000
"""Both streams must be heard within each epoch-aligned half minute that is judged."""


def renewed(view: Tracks) -> Mask:
    """Rows with a position of their own: not the one before again, as sources repeat it that have nothing newer."""
    same = (view.lat == view.previous(view.lat)) & (view.lon == view.previous(view.lon)) & (view.dt_s <= 60)
    stamped = (view.position_time != NO_TIME) & (view.position_time != view.shift(view.position_time))
    out: Mask = ~same | stamped
    return out


def interleaved(
    view: Tracks, rows: Index, far: Mask, new: Mask, end: int, p: SimpleNamespace
) -> Iterator[tuple[Index, Index]]:
    """Rows of each two streams that both end in the slot before `end` and have enough new positions in common time."""
    time = view.time[rows]
    recent = rows[(time >= end - int(p.window * 1000)) & (time < end) & new[rows]]
    flights = [recent[view.flight[recent] == f] for f in np.unique(view.flight[recent])]
    live = [r for r in flights if (far[r] & (view.time[r] >= end - SLOT_MS)).any()]
    for a, b in combinations(live, 2):
        first = max(view.time[a[0]], view.time[b[0]])
        last = min(view.time[a[-1]], view.time[b[-1]])
        common = [r[(view.time[r] >= first - SLOT_MS // 3) & (view.time[r] <= last + SLOT_MS // 3)] for r in (a, b)]
        if min(len(r) for r in common) >= p.fixes:
            yield common[0], common[1]
