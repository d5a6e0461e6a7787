"""Lateness: how long rows are waited for, learned from how far behind its own newest each feed's rows really come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from geo.schema import NO_TIME, Array

LEARN_MS = 30_000
"""Until a feed was heard for this long, its rows are waited for as long as is configured."""

SLOT_MS, SLOTS = 30_000, 20
"""What was late within the last ten minutes counts, by slots of data time."""

SHARE, MARGIN_MS = 1.5, 50
"""Rows are waited for so many times as long as they were late, and this much longer: the next may be later still."""

REPEAT_MS = 200
"""Snapshots tell again of who was not heard since; their clock counts tenths of a second, and wavers by one."""

NONE_MS = -1
"""The wait for a feed all of whose rows come in order: even the newest are let go at once."""


@dataclass
class Learned:
    """Of one feed, times in epoch ms of its data: when it began, the most that rows were late in each slot with the
    newest last, that slot's number, and the aircraft and times of its last batch."""

    began: int
    late: list[int]
    slot: int
    icao24: Array
    time: Array


@dataclass
class Lateness:
    """By number of the feed. `most_ms` is waited for where a feed is not known yet, and is the most in any case."""

    most_ms: int
    of: dict[int, Learned] = field(default_factory=dict)

    def note(self, feed: int, icao24: Array, time: Array, newest: int) -> None:
        """Rows (n,) of a feed whose newest time was `newest` before they came, NO_TIME for its first."""
        known = self.of.get(feed)
        if known is None:
            self.of[feed] = Learned(int(time.max()), [NONE_MS], int(time.max()) // SLOT_MS, icao24, time)
            return
        late = _most_late(known, icao24, time, newest, self.most_ms)
        slot = max(newest, int(time.max())) // SLOT_MS
        if slot > known.slot:
            known.late, known.slot = [*known.late[1 - SLOTS :], NONE_MS], slot
        known.late[-1] = max(known.late[-1], late)
        known.icao24, known.time = icao24, time

    def wait_ms(self, feed: int, newest: int) -> int:
        """How far behind the feed's newest time the next rows may be, to be in time."""
        known = self.of.get(feed)
        if known is None or newest - known.began < LEARN_MS:
            return self.most_ms
        late = max(known.late)
        return NONE_MS if late == NONE_MS else min(self.most_ms, round(late * SHARE) + MARGIN_MS)

    def state(self) -> Mapping[str, Array]:
        """For a checkpoint: the next rows are waited for as they would have been."""
        out = {}
        for feed, one in self.of.items():
            out[f"{feed}/learned"] = np.array([one.began, one.slot, *one.late], dtype=np.int64)
            out |= {f"{feed}/icao24": one.icao24, f"{feed}/time": one.time}
        return out

    def restore(self, stored: Mapping[str, Array]) -> None:
        """Go on from what `state` gave."""
        self.of = {}
        for name in (one for one in stored if one.endswith("/learned")):
            feed = name.removesuffix("/learned")
            began, slot, *late = stored[name].tolist()
            self.of[int(feed)] = Learned(began, late, slot, stored[f"{feed}/icao24"], stored[f"{feed}/time"])


def _most_late(known: Learned, icao24: Array, time: Array, newest: int, most_ms: int) -> int:
    """How far behind the newest the latest of the rows came, NONE_MS where all came in order. What would have been too
    late anyway, and what only repeats the batch before, does not count."""
    behind = newest - time
    some = np.flatnonzero((behind >= 0) & (behind <= most_ms)) if newest != NO_TIME else np.zeros(0, dtype=np.intp)
    if not len(some):
        return NONE_MS
    order = np.lexsort((known.time, known.icao24))
    aircraft, told = known.icao24[order], known.time[order]
    at = np.minimum(np.searchsorted(aircraft, icao24[some], "right"), len(aircraft)) - 1
    again = (at >= 0) & (aircraft[at] == icao24[some]) & (np.abs(told[at] - time[some]) <= REPEAT_MS)
    return int(behind[some[~again]].max(initial=NONE_MS))
