"""Who stays inside: visits against all the times that somebody wants to hear of, as columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from geo.nearby import spread
from geo.schema import Array
from geo.visits import Visits
from pipeline.subscriptions import Subscription


@dataclass(frozen=True)
class Staying:
    """Subscriptions by area: those of the k-th area are `count[k]` from `first[k]` on. `wait` and `began` in ms."""

    wanted: Sequence[Subscription]
    wait: Array
    began: Array
    first: Array
    count: Array

    @staticmethod
    def of(wanted: Mapping[int, Sequence[Subscription]], areas: int) -> Staying:
        """By index of the area, of so many."""
        every = [one for area in sorted(wanted) for one in wanted[area]]
        count = np.array([len(wanted.get(area, ())) for area in range(areas)], dtype=np.int64)
        wait, began = ([getattr(one, name) for one in every] for name in ("wait_ms", "began"))
        return Staying(every, np.array(wait, np.int64), np.array(began, np.int64), np.cumsum(count) - count, count)

    def over(self, visits: Visits) -> Iterator[tuple[Subscription, int, int]]:
        """What is now due: the subscription, the visit and the moment. Time is counted from the visit's beginning, or
        from the subscription's where that came later."""
        some = np.flatnonzero(self.count[visits.area]) if self.wanted else np.zeros(0, dtype=np.int64)
        one, of = spread(self.first[visits.area[some]], self.count[visits.area[some]])
        visit = some[of]
        due = np.maximum(visits.entered[visit], self.began[one]) + self.wait[one]
        for k in np.flatnonzero((visits.before[visit] < due) & (visits.until[visit] >= due)).tolist():
            yield self.wanted[int(one[k])], int(visit[k]), int(due[k])
