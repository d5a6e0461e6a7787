"""Presence: visits of flights to areas, from fix to fix, with hysteresis at the border in distance and in time.

A visit begins where a flight first lies inside an area, and goes on until it has stayed beyond a margin for a moment:
whoever follows the border, or jitters across it, is there once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np

from geo.activity import ALWAYS
from geo.batch import Batch
from geo.borders import Borders, Pairs
from geo.memory import Keep, Memory, Slot
from geo.nearby import spread
from geo.schema import NO_TIME, Array
from geo.steps import GAP_S, PLACE, Steps, Walk
from geo.visits import (
    NEVER,
    Moved,
    Table,
    Visits,
    by_time,
    chained,
    index_of,
    joined,
    matched,
    newest,
    pairs_of,
    visit_key,
)
from geo.zones import Zones

MARGIN_M = 500.0
"""How far outside a visitor may stray: a position is good to about 100 m, and an airliner flies 250 m in a second."""

SETTLE_S = 30.0
"""How long a visitor may stay beyond the margin and still be on the same visit."""

VISITS = Keep(
    {
        "area": Slot("i8"), "flight": Slot("i8"), "icao24": Slot("i8"), "entered": Slot("i8"), "until": Slot("i8"),
        "near": Slot("i8"), "appeared": Slot("?"),
    },
    ttl_s=1e9, most=1_000_000,
)  # fmt: skip
"""`area` is its number; `near` the last known moment within the margin. They end by themselves: GAP_S of silence."""

_SIDES: tuple[Literal["left"], Literal["right"]] = ("left", "right")


@dataclass
class Presence:
    """Who is inside which of `areas`. The same rows give the same visits however they were cut into batches.

    `numbers` (areas,) names each area for as long as it exists: its index changes when others come and go. `borders`
    are those of the areas, where they were made before. `began` (areas,) is when each one began (epoch ms): what was
    before counts for nothing; NO_TIME, or none at all, for those that were always there.
    """

    areas: Zones
    numbers: Array
    borders: Borders | None = None
    began: Array | None = None
    margin_m: float = MARGIN_M
    settle_s: float = SETTLE_S
    walk: Walk = field(default_factory=Walk)
    open: Memory = field(default_factory=lambda: Memory(VISITS))
    found: Sequence[Table] = ()

    def feed(self, rows: Batch, now: int) -> Visits:
        """What rows (with `flight`, each once, in order of time) tell of visits; data time `now` in epoch ms."""
        found, self.found = self.found, ()
        parts = [self._part(part) for part in by_time(rows)]
        silent = self._silent(now)
        self.walk.fixes.forget(now)
        return Visits.of(joined(*found, *parts, silent), self._since)

    def _part(self, rows: Batch) -> Table:
        """Most steps cross no border: what they change is known without asking where anything lies."""
        held = self.open.columns
        moved, where = Moved.by(self.walk.steps(rows), held["flight"]), index_of(held["area"], self.numbers)
        if not len(moved.steps):
            return self._row({name: values[:0] for name, values in held.items()}, where[:0], where[:0])
        pairs, restless = self._restless(moved, where)
        stayed, gone = self._stayed(moved, where, restless)
        if not len(pairs[0]):
            self.open.drop(gone)
            return stayed
        return joined(stayed, self._gone_on(moved, pairs, where, restless, gone))

    def _restless(self, moved: Moved, where: Array) -> tuple[Pairs, Array]:
        """Flights (by their turn) with the areas of which it must be asked whether they are inside, each pair once, in
        order; and which open visits are of them. `where` is the area of each open visit."""
        turn, area, own = self._touching(moved)
        held = moved.has & self._timed[where]
        held[held] = self.open.columns["near"][held] < moved.steps.t0[moved.first[moved.of[held]]]
        anew = moved.steps.cut | self._climbed(moved.steps)
        if anew.any():
            flights = np.logical_or.reduceat(anew, moved.first)
            every = np.flatnonzero(np.repeat(flights, moved.end - moved.first))
            over = self._around.crossed(*moved.steps.ends(every))
            turn, area = np.append(turn, moved.turn(every[over.row])), np.append(area, over.zone)
            own = np.append(own, np.ones(len(over), dtype=bool))
            held |= moved.has & flights[moved.of]
        at = self.open.find(visit_key(moved.steps.flight[moved.first[turn]], self.numbers[area]))
        held[at[at >= 0]] = True
        # Who is on no visit, and touches the border of the margin alone, begins none.
        pairs = pairs_of(np.append(turn[own], moved.of[held]), np.append(area[own], where[held]), len(self.areas))
        return pairs, held

    def _touching(self, moved: Moved) -> tuple[Array, Array, Array]:
        """Flights (by their turn) with the areas of which a step touches the border or that of the margin, and whether
        it is the area's own."""
        going = np.flatnonzero(~moved.steps.cut)
        lat0, lon0, _, _, lat1, lon1, _, _ = moved.steps.ends(going)
        step, area, own = self._borders.touched(lat0, lon0, lat1, lon1)
        return moved.turn(going[step]), area, own

    def _gone_on(self, moved: Moved, pairs: Pairs, where: Array, held: Array, gone: Array) -> Table:
        """The exact way, for pairs of which the flight may have crossed the area's border; `held` are their visits.
        Visits that are `gone` go with them."""
        turns, turn = np.unique(pairs[0], return_inverse=True)
        steps = moved.steps.take(spread(moved.first[turns], (moved.end - moved.first)[turns])[0])
        flights = moved.steps.flight[moved.first[turns]]
        pieces = joined(self._under_way(steps, where, held), self._crossed(steps, (flights[turn], pairs[1])))
        chains = chained(pieces, self._settle_ms)
        over = self._over(chains, steps)
        self.open.drop(held | gone)
        self._keep(chains, ~(over["ended"] | over["lost"]))
        told = (chains["until"] > chains["before"]) | over["ended"] | over["lost"]
        told &= chains["entered"] != NEVER
        return {name: values[told] for name, values in (chains | over).items()}

    def _climbed(self, steps: Steps) -> Array:
        """Steps that pass a height at which some area begins or ends."""
        out = np.zeros(len(steps), dtype=bool)
        for side in _SIDES if len(self._limits) else ():
            out |= np.searchsorted(self._limits, steps.start[2], side) != np.searchsorted(
                self._limits, steps.end[2], side
            )
        return out

    def _stayed(self, moved: Moved, where: Array, restless: Array) -> tuple[Table, Array]:
        """The other visits whose flights have new fixes: they are where they were, inside, in the margin or beyond.
        What is told of them, and which are over."""
        mine = np.flatnonzero(moved.has & ~restless)
        one, of = {name: values[mine] for name, values in self.open.columns.items()}, moved.of[mine]
        before, now = moved.steps.t0[moved.first[of]], moved.steps.t1[moved.last[of]]
        inside, beyond = one["until"] == before, one["near"] < before
        ended = beyond & (now > one["near"] + self._settle_ms)
        until = np.where(inside, now, one["until"])
        self.open.columns["near"][mine] = np.where(beyond, one["near"], now)
        self.open.columns["until"][mine] = until
        told = self._row(one, where[mine], np.where(ended, -1, moved.steps.row[moved.last[of]]))
        told |= {"until": until, "ended": ended}
        gone = np.zeros(len(self.open), dtype=bool)
        gone[mine[ended]] = True
        return {name: values[inside | ended] for name, values in told.items()}, gone

    def _row(self, one: Table, area: Array, row: Array) -> Table:
        """Open visits as what is told of them."""
        no = np.zeros(len(row), dtype=bool)
        return {
            "area": area, "leg": one["flight"], "flight": one["flight"], "icao24": one["icao24"],
            "first": one["entered"], "last": one["near"], "entered": one["entered"], "until": one["until"],
            "before": one["until"], "appeared": one["appeared"], "row": row, "ended": no, "lost": no,
        }  # fmt: skip

    @cached_property
    def _borders(self) -> Borders:
        return self.borders or Borders(self.areas, self.margin_m)

    @cached_property
    def _limits(self) -> Array:
        """Every height at which some area begins or ends, in ft."""
        limits = np.concatenate(self.areas.band_ft)
        return np.unique(limits[np.isfinite(limits)])

    @cached_property
    def _timed(self) -> Array:
        """Areas that count only at times."""
        return np.array([one != ALWAYS for one in self.areas.active or [ALWAYS] * len(self.areas)], dtype=bool)

    @cached_property
    def _since(self) -> Array:
        return np.full(len(self.areas), NO_TIME) if self.began is None else self.began

    def reload(
        self, areas: Zones, numbers: Array, borders: Borders | None = None, began: Array | None = None
    ) -> Presence:
        """The same visitors in other areas: what is known of areas that stay is kept; who is inside one that is new, or
        has begun anew, is on a visit to it since it began."""
        same = borders is not None and borders is self.borders and np.array_equal(numbers, self.numbers)
        if same and np.array_equal(self._since, replace(self, began=began)._since):
            return self
        gone = ~np.isin(self.open.columns["area"], numbers)
        self.open.drop(gone)
        out = replace(self, areas=areas, numbers=numbers, borders=borders, began=began)
        out.find(self.known())
        return out

    def known(self) -> dict[int, int]:
        """When each area began, by number."""
        return dict(zip(self.numbers.tolist(), self._since.tolist(), strict=True))

    def find(self, known: Mapping[int, int]) -> None:
        """Visits of those who are inside areas that are not `known`, or began at another time, already."""
        since = self._since.tolist()
        self._find([k for k, number in enumerate(self.numbers.tolist()) if known.get(number) != since[k]])

    def _find(self, areas: Sequence[int]) -> None:
        """Visits of those who are inside these areas already."""
        fixes = self.walk.fixes
        at = np.flatnonzero(fixes.columns["t"] >= fixes.columns["t"].max(initial=0) - GAP_S * 1000)
        if not len(at) or not len(areas):
            return
        t, nowhere = fixes.columns["t"][at], np.full(len(at), np.nan)
        lat, lon, alt = (fixes.columns[name][at] for name in PLACE)
        inside = self.areas.take(np.array(areas)).crossed(nowhere, nowhere, nowhere, t, lat, lon, alt, t)
        row, area = at[inside.row], np.array(areas)[inside.zone]
        new = self.open.find(visit_key(fixes.keys[row], self.numbers[area])) < 0
        row, area = row[new], area[new]
        self._begin(fixes.keys[row], fixes.columns["icao24"][row], fixes.columns["t"][row], area)

    def _begin(self, flight: Array, icao24: Array, t: Array, area: Array) -> None:
        """Visits that began with their areas, or with the fix (epoch ms) where those were always there."""
        began = self._since[area]
        entered, there = np.where(began == NO_TIME, t, began), np.ones(len(t), dtype=bool)
        one = {"area": self.numbers[area], "flight": flight, "icao24": icao24, "entered": entered}
        one |= {"until": t, "near": t, "appeared": there}
        self.open.put(visit_key(flight, one["area"]), t, **one)
        told = self._row(one, area, np.full(len(t), -1)) | {"before": np.full(len(t), NO_TIME)}
        self.found = [*self.found, told]

    def holds(self, flight: int, number: int) -> bool:
        """Whether the flight is on a visit to the area of this number."""
        return bool(self.open.find(visit_key(np.array([flight]), np.array([number])))[0] >= 0)

    @cached_property
    def _around(self) -> Zones:
        return replace(self.areas, shapes=self._borders.around)

    @property
    def _settle_ms(self) -> int:
        return int(self.settle_s * 1000)

    def _under_way(self, steps: Steps, where: Array, held: Array) -> Table:
        """The open visits `held`, as pieces of the leg that goes on."""
        one = {name: values[held] for name, values in self.open.columns.items()}
        at = np.searchsorted(steps.flight, one["flight"])
        leg = np.where(steps.cut[at], -1 - np.arange(len(at)), steps.leg[at]) if len(at) else at
        pieces = self._row(one, where[held], np.full(len(at), -1)) | {"leg": leg}
        return {name: values for name, values in pieces.items() if name not in ("ended", "lost")}

    def _crossed(self, steps: Steps, pairs: Pairs) -> Table:
        """Where the flights' steps lie near an area, and where inside it since it began."""
        first, last = (np.searchsorted(steps.flight, pairs[0], side) for side in _SIDES)
        step, pair = spread(first, last - first)
        order = np.argsort(step, kind="stable")
        among = step[order], pairs[1][pair[order]]
        every = steps.ends(np.arange(len(steps)))
        row, area, entry, leave = self._around.crossed(*every, among=among)
        inner, inside, into, out = self.areas.crossed(*every, among=(row, area))
        at, good = matched(row, area, inner, inside)
        entered, until = np.full(len(row), NEVER), np.full(len(row), NO_TIME)
        entered[at], until[at] = steps.at(inner, into)[good], steps.at(inner, out)[good]
        early = until < self._since[area]
        entered, until = np.where(early, NEVER, np.maximum(entered, self._since[area])), np.where(early, NO_TIME, until)
        return {
            "area": area, "leg": steps.leg[row], "flight": steps.flight[row], "icao24": steps.icao24[row],
            "first": steps.at(row, entry), "last": steps.at(row, leave), "entered": entered, "until": until,
            "before": np.full(len(row), NO_TIME), "appeared": steps.cut[row], "row": steps.row[row],
        }  # fmt: skip

    def _over(self, chains: Table, steps: Steps) -> Table:
        """Which chains cannot go on: `ended` where the flight was seen beyond, `lost` where its leg was cut."""
        seen = newest(steps.leg, steps.t1, chains["leg"])
        ended = seen > chains["last"] + self._settle_ms
        return {"ended": ended, "lost": ~ended & (chains["leg"] != newest(steps.flight, steps.leg, chains["flight"]))}

    def _keep(self, chains: Table, going_on: Array) -> None:
        """Remember the visits that may go on."""
        going_on &= chains["entered"] != NEVER
        one = {name: values[going_on] for name, values in chains.items()}
        number = self.numbers[one["area"]]
        self.open.put(
            visit_key(one["flight"], number), one["last"], area=number, flight=one["flight"], icao24=one["icao24"],
            entered=one["entered"], until=one["until"], near=one["last"], appeared=one["appeared"],
        )  # fmt: skip

    def _silent(self, now: int) -> Table:
        """Visitors that were not heard for a long time."""
        held, fixes = self.open.columns, self.walk.fixes
        at = fixes.find(held["flight"])
        gone = at < 0
        gone[~gone] = fixes.columns["t"][at[~gone]] < now - GAP_S * 1000
        one = {name: values[gone] for name, values in held.items()}
        self.open.drop(gone)
        told = self._row(one, index_of(one["area"], self.numbers), np.full(int(gone.sum()), -1))
        return told | {"lost": ~told["lost"]}
