"""Who will come into an area: flights judged once in a slot of data time, each told of once per visit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from geo.ahead import arrivals, spread_deg, sureness
from geo.batch import Batch
from geo.memory import Keep, Memory, Slot
from geo.schema import NO_TIME, Array
from geo.zones import Zones

SLOT_MS = 20_000
"""A flight is judged by its first fix in each slot."""

SLOWEST_KT = 30.0
"""Below it the course over ground says little."""

_KEPT = 6
COURSES = Keep({"slot": Slot("i8", NO_TIME), "courses": Slot("f8", np.nan, _KEPT)}, ttl_s=600)


@dataclass(frozen=True)
class Coming:
    """A flight that will meet an area: their index, when it was judged (epoch ms), when it will be there, how sure."""

    row: int
    area: int
    flight: int
    at: int
    arrives: int
    confidence: float


@dataclass
class Ahead:
    """`courses` remembers the last two minutes of each flight; `told` until when a flight is not told of again."""

    courses: Memory = field(default_factory=lambda: Memory(COURSES))
    told: dict[tuple[int, int], int] = field(default_factory=dict)

    def coming(self, rows: Batch, areas: Zones, horizon_s: float) -> Iterator[Coming]:
        """What the rows of one slot tell; a flight's first fix of it counts, in whichever batch it came."""
        first = self._first(rows)
        if not len(first):
            return
        self._remember(rows, first)
        known = self.courses.get(rows["flight"][first])["courses"]
        row, area, ahead = arrivals(areas, _fixes(rows, first), horizon_s)
        later = ahead > 0
        row, area, ahead = row[later], area[later], ahead[later]
        sure = sureness(spread_deg(known[row]), np.isfinite(known[row]).sum(axis=1), ahead)
        for k, (one, where, seconds) in enumerate(zip(row.tolist(), area.tolist(), ahead.tolist(), strict=True)):
            source = int(first[one])
            at = int(rows["time"][source])
            flight = int(rows["flight"][source])
            yield Coming(source, where, flight, at, at + round(seconds * 1000), float(sure[k]))

    def news(self, subscription: int, one: Coming, wait_ms: int) -> bool:
        """Whether it is told for the first time; again only when it has come and gone, or did not come."""
        key = subscription, one.flight
        if self.told.get(key, NO_TIME) > one.at:
            return False
        self.told[key] = one.arrives + wait_ms
        return True

    def gone(self, subscriptions: list[int], flight: int) -> None:
        """The flight has left the area that these are of."""
        for subscription in subscriptions:
            self.told.pop((subscription, flight), None)

    def forget(self, now: int) -> None:
        self.courses.forget(now)
        self.told = {key: until for key, until in self.told.items() if until > now}

    def _first(self, rows: Batch) -> Array:
        """Rows that are their flight's first of a slot with all that is needed."""
        good = np.isfinite(rows["lat"]) & np.isfinite(rows["track"]) & (rows["ground_speed"] >= SLOWEST_KT)
        row = np.flatnonzero(good)
        row = row[np.lexsort((rows["time"][row], rows["flight"][row]))]
        _, index = np.unique(rows["flight"][row], return_index=True)
        row = row[index]
        out: Array = row[self.courses.get(rows["flight"][row])["slot"] < rows["time"][row] // SLOT_MS]
        return out

    def _remember(self, rows: Batch, first: Array) -> None:
        flight, time = rows["flight"][first], rows["time"][first]
        before = self.courses.get(flight)
        # Courses of before a silence say nothing about the present one.
        fresh = time // SLOT_MS - before["slot"] <= _KEPT
        kept = np.where(fresh[:, None], before["courses"][:, 1:], np.nan)
        courses = np.column_stack([kept, rows["track"][first]])
        self.courses.put(flight, time, slot=time // SLOT_MS, courses=courses)


def _fixes(rows: Batch, row: Array) -> dict[str, Any]:
    names = ("lat", "lon", "track", "baro_altitude", "geo_altitude", "vertical_rate")
    columns = {name: rows[name][row] for name in names}
    climb = columns["vertical_rate"]
    alt = np.where(np.isfinite(columns["baro_altitude"]), columns["baro_altitude"], columns["geo_altitude"])
    return {
        "lat": columns["lat"], "lon": columns["lon"], "track": columns["track"].astype(np.float64),
        "alt": alt.astype(np.float64), "speed": rows["ground_speed"][row].astype(np.float64),
        "climb": np.where(np.isfinite(climb), climb, 0.0).astype(np.float64), "t": rows["time"][row],
    }  # fmt: skip


def by_slot(rows: Batch) -> list[Batch]:
    """The rows slot by slot."""
    slot = rows["time"] // SLOT_MS
    order = np.argsort(slot, kind="stable")
    cuts = np.flatnonzero(np.diff(slot[order])) + 1
    return [rows.take(part) for part in np.split(order, cuts)]
