"""Visits as columns: what is told of them, and how pieces of flight near an area become one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from geo.batch import Batch
from geo.borders import Pairs
from geo.schema import NO_TIME, Array
from geo.steps import Steps

PART_MS = 10_000

NEVER = np.iinfo(np.int64).max

Table = dict[str, Array]
"""Columns of equal length."""


@dataclass(frozen=True)
class Visits:
    """What became known of visits, arrays (n,): `area` an index, times in epoch ms, `row` of the batch or -1.

    `entered` is the first and `until` the last known moment inside; `before` was the last one known so far, NO_TIME for
    a visit that is new. `appeared`: the flight was not seen outside before. `ended`: it has left, seen outside; `lost`:
    it was not heard again. `already`: it was inside when the area began, and is told of from then on.
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
    already: Array

    def __len__(self) -> int:
        return len(self.area)

    @staticmethod
    def of(table: Mapping[str, Array], began: Array) -> Visits:
        """From columns; each area began at a time, NO_TIME where it was always there."""
        since = began[table["area"]]
        told = {**table, "until": np.maximum(table["until"], since), "already": table["entered"] <= since}
        return Visits(*(told[name] for name in Visits.__dataclass_fields__))


@dataclass(frozen=True)
class Moved:
    """The steps of a part by flight: those of the k-th flight are from `first[k]` to before `end[k]`. Of each open
    visit `of` is the k of its flight, where it has one."""

    steps: Steps
    first: Array
    end: Array
    of: Array
    has: Array

    @staticmethod
    def by(steps: Steps, visitors: Array) -> Moved:
        first = np.flatnonzero(begins(steps.flight))
        flights = steps.flight[first]
        of = np.minimum(np.searchsorted(flights, visitors), max(len(flights) - 1, 0))
        has = flights[of] == visitors if len(flights) else np.zeros(len(visitors), dtype=bool)
        return Moved(steps, first, np.append(first[1:], len(steps))[: len(first)], of, has)

    @property
    def last(self) -> Array:
        """The newest step of each flight."""
        return self.end - 1

    def turn(self, steps: Array) -> Array:
        """Of which flight each step is."""
        out: Array = np.searchsorted(self.first, steps, "right") - 1
        return out


def joined(*tables: Table) -> Table:
    """One after the other; the columns of the first."""
    return {name: np.concatenate([one[name] for one in tables]) for name in tables[0]}


def by_time(rows: Batch) -> list[Batch]:
    """The rows in stretches of PART_MS, by the clock: in a short one most flights stay where they are."""
    part = rows["time"] // PART_MS
    if not len(part) or part.min() == part.max():
        return [rows]
    order = np.argsort(part, kind="stable")
    cuts = np.flatnonzero(np.diff(part[order])) + 1
    return [rows.take(one) for one in np.split(order, cuts)]


def begins(flight: Array) -> Array:
    """Where another flight begins."""
    out = np.ones(len(flight), dtype=bool)
    out[1:] = flight[1:] != flight[:-1]
    return out


def pairs_of(turn: Array, area: Array, areas: int) -> Pairs:
    """Each pair once, in order."""
    both = np.unique(turn * np.int64(max(areas, 1)) + area)
    return both // max(areas, 1), both % max(areas, 1)


def chained(pieces: Table, settle_ms: int) -> Table:
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


def newest(groups: Array, values: Array, wanted: Array) -> Array:
    """The last of the values of each wanted group, in sorted `groups`; NO_TIME for one that is not there."""
    at = np.searchsorted(groups, wanted, side="right") - 1
    out = np.full(len(wanted), NO_TIME)
    there = at >= 0
    there[there] = groups[at[there]] == wanted[there]
    out[there] = values[at[there]]
    return out


def matched(row: Array, area: Array, step: Array, inner: Array) -> tuple[Array, Array]:
    """For pairs (step, inner) their place among pairs (row, area); and which of them have one."""
    width = int(max(area.max(initial=0), inner.max(initial=0))) + 1
    have, want = row * width + area, step * width + inner
    order = np.argsort(have)
    at = np.searchsorted(have[order], want).clip(0, max(len(have) - 1, 0))
    good = np.flatnonzero(have[order][at] == want) if len(have) else np.zeros(0, dtype=np.intp)
    return order[at[good]], good


def index_of(numbers: Array, known: Array) -> Array:
    """Where each number stands among the known ones; all are there."""
    order = np.argsort(known)
    out: Array = order[np.searchsorted(known[order], numbers)]
    return out


def visit_key(flight: Array, number: Array) -> Array:
    """One key for a flight and an area: flights are well-mixed 63 bits already."""
    with np.errstate(over="ignore"):
        out: Array = (flight ^ (number.astype(np.int64) * np.int64(0x1E3779B97F4A7C15))) & np.int64(NEVER)
    return out
