"""Routes: which airports a callsign flies between, as sorted arrays; and whether a flight plan is known at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from geo.schema import Array

NO_DATABASE, UNCOVERED, ABSENT, KNOWN = -1, 0, 1, 2
"""What a route database says of a callsign: there is none; it knows no route of this operator; it knows others of the
operator, but not this one; it knows the route."""

PLAN_WORDS = {
    NO_DATABASE: "flight plan unknown: no route database is loaded",
    UNCOVERED: "flight plan unknown: the route database does not cover the operator",
    ABSENT: "no flight plan: the operator has no such flight in the route database",
    KNOWN: "the route is known",
}


@dataclass(frozen=True)
class Routes:
    """Callsigns (n,) sorted, each once. The stops of route k are `stops[first[k] : first[k + 1]]`, at least two.

    Stops are indices into `geo.airports.Airports.builtin()`, -1 for an airport that is not in it.
    """

    callsign: Array
    first: Array
    stops: Array
    problems: Sequence[str] = field(default=())

    def __len__(self) -> int:
        return len(self.callsign)

    @staticmethod
    def none() -> Routes:
        return Routes(np.zeros(0, dtype="S8"), np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int32))

    def find(self, callsign: Array) -> Array:
        """Index (m,) of each callsign's route; -1 where there is none."""
        wanted = np.asarray(callsign, dtype="S8")
        if not len(self):
            return np.full(len(wanted), -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(self.callsign, wanted), len(self) - 1)
        return np.where((self.callsign[at] == wanted) & (wanted != b""), at, -1)

    def airports(self, callsign: Array) -> tuple[Array, Array]:
        """The first and the last airport (m,) of each callsign's route; -1 where not known."""
        at = self.find(callsign)
        known = at >= 0
        origin, destination = np.full(len(at), -1, dtype=np.int64), np.full(len(at), -1, dtype=np.int64)
        origin[known] = self.stops[self.first[at[known]]]
        destination[known] = self.stops[self.first[at[known] + 1] - 1]
        return origin, destination

    def stops_of(self, route: int) -> Array:
        """All airports of one route in their order."""
        stops: Array = self.stops[self.first[route] : self.first[route + 1]]
        return stops

    def covers(self, callsign: Array) -> Array:
        """Whether any route of the operator (the first three letters of a callsign) is known."""
        operator = np.asarray(callsign, dtype="S8").astype("S3")
        covered: Array = np.isin(operator, self._operators) & (operator != b"")
        return covered

    @cached_property
    def _operators(self) -> Array:
        return np.unique(self.callsign.astype("S3"))


def plan_of(routes: Routes | None, callsign: Array) -> Array:
    """For callsigns (m,) NO_DATABASE, UNCOVERED, ABSENT or KNOWN; PLAN_WORDS has the words."""
    if routes is None:
        return np.full(len(callsign), NO_DATABASE, dtype=np.int8)
    known = np.where(routes.covers(callsign), ABSENT, UNCOVERED)
    return np.where(routes.find(callsign) >= 0, KNOWN, known).astype(np.int8)
