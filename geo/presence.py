"""Presence: visits of flights to areas, from fix to fix, with hysteresis at the border in distance and in time.

A visit begins where a flight first lies inside an area, and goes on until it has stayed beyond a margin for a moment:
whoever follows the border, or jitters across it, is there once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np

from geo.batch import Batch
from geo.borders import Borders, Pairs
from geo.memory import Keep, Memory, Slot
from geo.schema import NO_TIME, Array
from geo.steps import GAP_S, Steps, Walk
from geo.zones import Zones

MARGIN_M = 500.0
"""How far outside a visitor may stray: a position is good to about 100 m, and an airliner flies 250 m in a second."""

SETTLE_S = 30.0
"""How long a visitor may stay beyond the margin and still be on the same visit."""

PART_MS = 10_000

NEVER = np.iinfo(np.int64).max

VISITS = Keep(
    {
        "area": Slot("i8"), "flight": Slot("i8"), "icao24": Slot("i8"), "entered": Slot("i8"), "until": Slot("i8"),
        "near": Slot("i8"), "appeared": Slot("?"),
    },
    ttl_s=1e9, most=1_000_000,
)  # fmt: skip
"""`area` is its number; `near` the last known moment within the margin. They end by themselves: GAP_S of silence."""

_SIDES: tuple[Literal["left"], Literal["right"]] = ("left", "right")

Table = dict[str, Array]
"""Columns of equal length."""


@dataclass(frozen=True)
class Visits:
    """What became known of visits, arrays (n,): `area` an index, times in epoch ms, `row` of the batch or -1.

    `entered` is the first and `until` the last known moment inside; `before` was the last one known so far, NO_TIME for
    a visit that is new. `appeared`: the flight was not seen outside before. `ended`: it has left, seen outside; `lost`:
    it was not heard again.
    """

    area: Array
    flight: Array
    icao24: Array
    entered: Array
    before: Array
    until: Array
    appeared: Array
    ended: Array
    lost: Array
    row: Array

    def __len__(self) -> int:
        return len(self.area)

    @staticmethod
    def of(table: Mapping[str, Array]) -> Visits:
        return Visits(*(table[name] for name in Visits.__dataclass_fields__))


@dataclass
class Presence:
    """Who is inside which of `areas`. The same rows give the same visits however they were cut into batches.

    `numbers` (areas,) names each area for as long as it exists: its index changes when others come and go. `borders`
    are those of the areas, where they were made before.
    """

    areas: Zones
    numbers: Array
    borders: Borders | None = None
    margin_m: float = MARGIN_M
    settle_s: float = SETTLE_S
    walk: Walk = field(default_factory=Walk)
    open: Memory = field(default_factory=lambda: Memory(VISITS))

    def feed(self, rows: Batch, now: int) -> Visits:
        """What rows (with `flight`, each once, in order of time) tell of visits; data time `now` in epoch ms."""
        parts = [self._part(part) for part in _by_time(rows)]
        silent = self._silent(now)
        self.walk.fixes.forget(now)
        return Visits.of(joined(*parts, silent))

    def _part(self, rows: Batch) -> Table:
        """Most steps cross no border: what they change is known without asking where anything lies."""
        leaving = self._leaving()
        steps = self.walk.steps(rows)
        pairs = self._restless(steps, leaving)
        restless = self._among(pairs)
        return joined(self._stayed(steps, ~restless), self._moved(steps, pairs, restless))

    def _restless(self, steps: Steps, leaving: Array) -> Pairs:
        """Flights, with the areas of which it must be asked whether they are inside: each pair once, in order."""
        going = np.flatnonzero(~steps.cut)
        lat0, lon0, _, _, lat1, lon1, _, _ = steps.ends(going)
        step, area = self._borders.touched(lat0, lon0, lat1, lon1)
        anew = np.flatnonzero(np.isin(steps.flight, steps.flight[steps.cut | self._climbed(steps)]))
        over = self._around.crossed(*steps.ends(anew))
        held = self.open.columns
        mine = np.isin(held["flight"], steps.flight[anew]) | leaving & np.isin(held["flight"], steps.flight)
        flight = np.concatenate([steps.flight[going[step]], steps.flight[anew[over.row]], held["flight"][mine]])
        area = np.concatenate([area, over.zone, _index(held["area"][mine], self.numbers)])
        both = np.unique(np.stack([flight, area]), axis=1)
        return both[0], both[1]

    def _moved(self, steps: Steps, pairs: Pairs, held: Array) -> Table:
        """The exact way, for pairs of which the flight may have crossed the area's border; `held` are their visits."""
        pieces = joined(self._under_way(steps, held), self._crossed(steps, pairs))
        chains = _chains(pieces, self._settle_ms)
        over = self._over(chains, steps)
        self.open.drop(held)
        self._keep(chains, ~(over["ended"] | over["lost"]))
        told = (chains["until"] > chains["before"]) | over["ended"] | over["lost"]
        told &= chains["entered"] != NEVER
        return {name: values[told] for name, values in (chains | over).items()}

    def _climbed(self, steps: Steps) -> Array:
        """Steps that pass a height at which some area begins or ends."""
        out = np.zeros(len(steps), dtype=bool)
        for side in _SIDES:
            out |= np.searchsorted(self._limits, steps.start[2], side) != np.searchsorted(
                self._limits, steps.end[2], side
            )
        return out

    def _among(self, pairs: Pairs) -> Array:
        """Which of the open visits are of these pairs."""
        held = self.open.columns
        return (
            np.isin(self.open.keys, _key(pairs[0], self.numbers[pairs[1]])) if len(held["area"]) else held["appeared"]
        )

    def _leaving(self) -> Array:
        """Which open visits are of flights that have left, perhaps only for a moment."""
        held = self.open.columns
        out: Array = held["near"] < self.walk.fixes.get(held["flight"])["t"]
        return out

    def _stayed(self, steps: Steps, held: Array) -> Table:
        """The open visits `held` whose flights have new fixes: they are where they were, inside or in the margin."""
        mine = np.flatnonzero(held & np.isin(self.open.columns["flight"], steps.flight))
        one = {name: values[mine] for name, values in self.open.columns.items()}
        first, last = (np.searchsorted(steps.flight, one["flight"], side) for side in _SIDES)
        inside, now = one["until"] == steps.t0[first], steps.t1[last - 1]
        self.open.columns["near"][mine] = now
        self.open.columns["until"][mine] = np.where(inside, now, one["until"])
        told = self._row(one, steps.row[last - 1]) | {"last": now, "until": now}
        return {name: values[inside] for name, values in told.items()}

    def _row(self, one: Table, row: Array) -> Table:
        """Open visits as what is told of them."""
        no = np.zeros(len(row), dtype=bool)
        return {
            "area": _index(one["area"], self.numbers), "leg": one["flight"], "flight": one["flight"],
            "icao24": one["icao24"], "first": one["entered"], "last": one["near"], "entered": one["entered"],
            "until": one["until"], "before": one["until"], "appeared": one["appeared"], "row": row,
            "ended": no, "lost": no,
        }  # fmt: skip

    @cached_property
    def _borders(self) -> Borders:
        return self.borders or Borders(self.areas, self.margin_m)

    @cached_property
    def _limits(self) -> Array:
        """Every height at which some area begins or ends, in ft."""
        limits = np.concatenate(self.areas.band_ft)
        return np.unique(limits[np.isfinite(limits)])

    def reload(self, areas: Zones, numbers: Array, borders: Borders | None = None) -> Presence:
        """The same visitors in other areas: what is known of areas that stay is kept."""
        if borders is not None and borders is self.borders and np.array_equal(numbers, self.numbers):
            return self
        gone = ~np.isin(self.open.columns["area"], numbers)
        self.open.drop(gone)
        return replace(self, areas=areas, numbers=numbers, borders=borders)

    def holds(self, flight: int, number: int) -> bool:
        """Whether the flight is on a visit to the area of this number."""
        return bool(self.open.find(_key(np.array([flight]), np.array([number])))[0] >= 0)

    @cached_property
    def _around(self) -> Zones:
        return replace(self.areas, shapes=self._borders.around)

    @property
    def _settle_ms(self) -> int:
        return int(self.settle_s * 1000)

    def _under_way(self, steps: Steps, held: Array) -> Table:
        """The open visits `held`, as pieces of the leg that goes on."""
        one = {name: values[held] for name, values in self.open.columns.items()}
        at = np.searchsorted(steps.flight, one["flight"])
        leg = np.where(steps.cut[at], -1 - np.arange(len(at)), steps.leg[at]) if len(at) else at
        pieces = self._row(one, np.full(len(at), -1)) | {"leg": leg}
        return {name: values for name, values in pieces.items() if name not in ("ended", "lost")}

    def _crossed(self, steps: Steps, pairs: Pairs) -> Table:
        """Where the flights' steps lie near an area, and where inside it."""
        first, last = (np.searchsorted(steps.flight, pairs[0], side) for side in _SIDES)
        step, pair = _spread(first, last)
        order = np.argsort(step, kind="stable")
        among = step[order], pairs[1][pair[order]]
        every = steps.ends(np.arange(len(steps)))
        row, area, entry, leave = self._around.crossed(*every, among=among)
        inner, inside, into, out = self.areas.crossed(*every, among=(row, area))
        at, good = _where(row, area, inner, inside)
        entered, until = np.full(len(row), NEVER), np.full(len(row), NO_TIME)
        entered[at], until[at] = steps.at(inner, into)[good], steps.at(inner, out)[good]
        return {
            "area": area, "leg": steps.leg[row], "flight": steps.flight[row], "icao24": steps.icao24[row],
            "first": steps.at(row, entry), "last": steps.at(row, leave), "entered": entered, "until": until,
            "before": np.full(len(row), NO_TIME), "appeared": steps.cut[row], "row": steps.row[row],
        }  # fmt: skip

    def _over(self, chains: Table, steps: Steps) -> Table:
        """Which chains cannot go on: `ended` where the flight was seen beyond, `lost` where its leg was cut."""
        seen = _newest(steps.leg, steps.t1, chains["leg"])
        ended = seen > chains["last"] + self._settle_ms
        return {"ended": ended, "lost": ~ended & (chains["leg"] != _newest(steps.flight, steps.leg, chains["flight"]))}

    def _keep(self, chains: Table, going_on: Array) -> None:
        """Remember the visits that may go on."""
        going_on &= chains["entered"] != NEVER
        one = {name: values[going_on] for name, values in chains.items()}
        number = self.numbers[one["area"]]
        self.open.put(
            _key(one["flight"], number), one["last"], area=number, flight=one["flight"], icao24=one["icao24"],
            entered=one["entered"], until=one["until"], near=one["last"], appeared=one["appeared"],
        )  # fmt: skip

    def _silent(self, now: int) -> Table:
        """Visitors that were not heard for a long time."""
        held = self.open.columns
        gone = self.walk.fixes.get(held["flight"])["t"] < now - GAP_S * 1000
        one = {name: values[gone] for name, values in held.items()}
        self.open.drop(gone)
        told = self._row(one, np.full(int(gone.sum()), -1))
        return told | {"lost": ~told["lost"]}


def joined(*tables: Table) -> Table:
    """One after the other; the columns of the first."""
    return {name: np.concatenate([one[name] for one in tables]) for name in tables[0]}


def _by_time(rows: Batch) -> list[Batch]:
    """The rows in stretches of PART_MS, by the clock: in a short one most flights stay where they are."""
    part = rows["time"] // PART_MS
    order = np.argsort(part, kind="stable")
    cuts = np.flatnonzero(np.diff(part[order])) + 1
    return [rows.take(one) for one in np.split(order, cuts)]


def _spread(first: Array, last: Array) -> Pairs:
    """Every index from first to last of each (n,), with the number of the one that it is of."""
    count = last - first
    of = np.repeat(np.arange(len(first)), count)
    return np.arange(len(of)) + np.repeat(first - np.cumsum(count) + count, count), of


def _chains(pieces: Table, settle_ms: int) -> Table:
    """Pieces of one leg near one area, with no more than `settle_ms` between them, as one row."""
    order = np.lexsort((pieces["first"], pieces["area"], pieces["leg"]))
    one = {name: values[order] for name, values in pieces.items()}
    if not len(order):
        return one
    new = np.ones(len(order), dtype=bool)
    new[1:] = (np.diff(one["leg"]) != 0) | (np.diff(one["area"]) != 0)
    new[1:] |= one["first"][1:] > one["last"][:-1] + settle_ms
    at = np.flatnonzero(new)
    entered = np.minimum.reduceat(one["entered"], at)
    mine = one["entered"] == np.repeat(entered, np.diff(np.append(at, len(order))))
    most = {name: np.maximum.reduceat(one[name], at) for name in ("last", "until", "before", "row")}
    appeared = np.logical_or.reduceat(one["appeared"] & mine, at)
    return {name: values[at] for name, values in one.items()} | most | {"entered": entered, "appeared": appeared}


def _newest(groups: Array, values: Array, wanted: Array) -> Array:
    """The last of the values of each wanted group, in sorted `groups`; NO_TIME for one that is not there."""
    at = np.searchsorted(groups, wanted, side="right") - 1
    out = np.full(len(wanted), NO_TIME)
    there = at >= 0
    there[there] = groups[at[there]] == wanted[there]
    out[there] = values[at[there]]
    return out


def _where(row: Array, area: Array, step: Array, inner: Array) -> tuple[Array, Array]:
    """For pairs (step, inner) their place among pairs (row, area); and which of them have one."""
    width = int(max(area.max(initial=0), inner.max(initial=0))) + 1
    have, want = row * width + area, step * width + inner
    order = np.argsort(have)
    at = np.searchsorted(have[order], want).clip(0, max(len(have) - 1, 0))
    good = np.flatnonzero(have[order][at] == want) if len(have) else np.zeros(0, dtype=np.intp)
    return order[at[good]], good


def _index(numbers: Array, known: Array) -> Array:
    """Where each number stands among the known ones; all are there."""
    order = np.argsort(known)
    out: Array = order[np.searchsorted(known[order], numbers)]
    return out


def _key(flight: Array, number: Array) -> Array:
    """One key for a flight and an area: flights are well-mixed 63 bits already."""
    with np.errstate(over="ignore"):
        out: Array = (flight ^ (number.astype(np.int64) * np.int64(0x1E3779B97F4A7C15))) & np.int64(NEVER)
    return out
