"""What each aircraft said last, carried from one piece of a stream to the next: messages need what came before them."""

from __future__ import annotations

import numpy as np

from feeds._messages import FORGET_MS, MOST_AIRCRAFT
from geo.schema import Array


class Carried:
    """One kind of message: `width` numbers by aircraft, the first of them its time (ms)."""

    def __init__(self, width: int) -> None:
        self.icao24: Array = np.empty(0, dtype=np.int64)
        self.rows: Array = np.empty((0, width))

    def last(self, icao24: Array, said: Array, rows: Array, before: bool = False) -> Array:
        """For each row (n, width) the aircraft's last one that was `said`, NaN where none was; `before`: not the row
        itself. `icao24` is sorted, and rows of one aircraft are in order of time.
        """
        if not len(icao24):
            return rows
        at = np.arange(len(icao24))
        new = np.append(True, np.diff(icao24) != 0)
        first = np.maximum.accumulate(np.where(new, at, 0))
        last = np.maximum.accumulate(np.where(said, at, -1))
        known = self._known(icao24)
        out: Array = np.where((last >= first)[:, None], rows[last], known)
        ends = np.flatnonzero(np.append(new[1:], True))
        self._remember(icao24[ends], out[ends])
        return np.where(new[:, None], known, np.roll(out, 1, axis=0)) if before else out

    def _known(self, icao24: Array) -> Array:
        """What was known before, by row."""
        out = np.full((len(icao24), self.rows.shape[1]), np.nan)
        if len(self.icao24):
            at = np.minimum(np.searchsorted(self.icao24, icao24), len(self.icao24) - 1)
            same = self.icao24[at] == icao24
            out[same] = self.rows[at[same]]
        return out

    def _remember(self, icao24: Array, rows: Array) -> None:
        """Without what is long gone; of too many aircraft the longest silent go."""
        others = ~np.isin(self.icao24, icao24)
        said = ~np.isnan(rows[:, 0])
        who, what = np.append(self.icao24[others], icao24[said]), np.concatenate([self.rows[others], rows[said]])
        if not len(who):
            return
        kept = what[:, 0] >= what[:, 0].max() - FORGET_MS
        if kept.sum() > MOST_AIRCRAFT:
            kept &= what[:, 0] > np.sort(what[kept, 0])[-MOST_AIRCRAFT - 1]
        order = np.argsort(who[kept])
        self.icao24, self.rows = who[kept][order], what[kept][order]
