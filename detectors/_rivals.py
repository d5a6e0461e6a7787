"""Rival streams: rows of one address that several transmitters may send, which of them interleave, and intruders."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from types import SimpleNamespace

import numpy as np

from geo.memory import Keep, Memory, Slot
from geo.schema import NO_TIME, Array
from geo.sphere import angle_between
from geo.tracks import Index, Mask, Tracks

STEP_MS, SLOT_MS = 10_000, 30_000
"""Streams are looked at so often; both must have been heard within the last half minute then."""


FEW = 2
"""New positions of both in common time that make a stream suspect; it is reported when it then goes on alone."""

INTRUDERS = Keep(
    {
        "born": Slot("i8", NO_TIME), "heard": Slot("i4"), "sure": Slot("f4"), "priority": Slot("i1"),
        "km": Slot("f4"), "apart_s": Slot("f4"), "reading": Slot("i1"),
    },
    ttl_s=1_800,
)  # fmt: skip
"""Of each later stream of an address (by its flight): since when, how often heard since suspect, and what was found."""


def renewed(view: Tracks) -> Mask:
    """Rows with a position of their own: not the one before again, as sources repeat it that have nothing newer."""
    same = (view.lat == view.previous(view.lat)) & (view.lon == view.previous(view.lon)) & (view.dt_s <= 60)
    stamped = (view.position_time != NO_TIME) & (view.position_time != view.shift(view.position_time))
    out: Mask = ~same | stamped
    return out


def interleaved(
    view: Tracks, rows: Index, far: Mask, new: Mask, end: int, p: SimpleNamespace
) -> Iterator[tuple[Index, Index]]:
    """Rows of each two streams that both go on just before `end` and have enough new positions in common time."""
    time = view.time[rows]
    recent = rows[(time >= end - int(p.window * 1000)) & (time < end) & new[rows]]
    flights = [recent[view.flight[recent] == f] for f in np.unique(view.flight[recent])]
    live = [r for r in flights if (far[r] & (view.time[r] >= end - SLOT_MS)).any()]
    for a, b in combinations(live, 2):
        first = max(view.time[a[0]], view.time[b[0]])
        last = min(view.time[a[-1]], view.time[b[-1]])
        common = [r[(view.time[r] >= first - SLOT_MS // 3) & (view.time[r] <= last + SLOT_MS // 3)] for r in (a, b)]
        if min(len(r) for r in common) >= FEW:
            yield common[0], common[1]


def unlike(view: Tracks, a: Index, b: Index) -> bool:
    """Two streams that differ in height, speed or course as two aircraft do, and not by what disturbs one."""

    def apart(values: Array) -> float:
        pair = [values[rows][~np.isnan(values[rows])] for rows in (a, b)]
        return abs(float(np.median(pair[0]) - np.median(pair[1]))) if all(map(len, pair)) else 0.0

    turned = angle_between(view.track[a[-1]], view.track[b[-1]])
    return apart(view.baro_altitude) > 1_000 or apart(view.ground_speed) > 60 or bool(turned > 45)


def later(view: Tracks, a: Index, b: Index) -> tuple[Index, Index]:
    """The elder stream first."""
    return (a, b) if view.sub[a[-1]] < view.sub[b[-1]] else (b, a)


def newcomers(view: Tracks, new: Mask, memory: Memory) -> Index:
    """The newest fresh row of every later stream; its birth, and that it was heard again, are remembered."""
    rows = np.flatnonzero(view.fresh & (view.sub > 0))
    flights = np.unique(view.flight[rows])
    if not len(flights):
        return rows
    order = np.argsort(view.flight, kind="stable")
    oldest = order[np.searchsorted(view.flight[order], flights)]
    last = np.array([rows[view.flight[rows] == f][-1] for f in flights.tolist()])
    known = memory.get(flights)
    born = np.where(known["born"] == NO_TIME, view.time[oldest], known["born"])
    more = np.array([int((new & (view.flight == f) & view.fresh).sum()) for f in flights.tolist()])
    heard = np.where(known["sure"] > 0, known["heard"] + more, 0)
    memory.put(flights, view.time[last], born=born, heard=heard)
    return last
