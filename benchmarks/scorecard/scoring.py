"""Which rows of a world each class flagged, how surely, and when it said so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.scorecard.worlds import BYSTANDER, World
from detectors._registry import PRIORITY, Detector
from geo.anomaly import Anomaly
from geo.schema import Array
from geo.stretches import Stretches
from geo.tracks import Tracks
from pipeline.engine import Engine

LATENESS_S = 2.0
"""The engine's default: part of every delay."""

TICK_S = 5
"""Rows come in batches of this much data time: an alert is told with the batch that completes its slice."""

FINE_S, COARSE_S = 300, 120

MakeEngine = Callable[..., Engine]
"""Called without arguments, or with `classes` and `witness`; the resources are its own."""


@dataclass
class Flags:
    """Per class, one entry per row of the world: the confidence of the surest episode that holds it, 0 for none.

    `standing` leaves out what was cleared, `urgent` what is not high or medium. `told` is, by class and variant, the
    data time (ms) at which an episode with an attacked row was first reported.
    """

    standing: dict[str, Array] = field(default_factory=dict)
    everything: dict[str, Array] = field(default_factory=dict)
    urgent: dict[str, Array] = field(default_factory=dict)
    told: dict[str, dict[int, int]] = field(default_factory=dict)
    anomalies: Sequence[Anomaly] = ()
    first_told: dict[str, int] = field(default_factory=dict)
    """By anomaly id: the data time at which it was first reported."""


@dataclass(frozen=True)
class Interval:
    """A run of evidence: whose rows (keys: flights or addresses), from when to when, how sure, and when reported."""

    keys: tuple[int, ...]
    start: int
    end: int
    confidence: float
    priority: int
    cleared: bool
    told: int


class Watch:
    """The engine's witness: notes every stretch with the data time at which it was returned."""

    def __init__(self, classes: dict[str, Detector]) -> None:
        self.classes, self.now = classes, 0
        self.seen: dict[str, list[Interval]] = {name: [] for name in classes}

    def __call__(self, name: str, tracks: Tracks, found: Stretches) -> None:
        usual = PRIORITY[self.classes[name].priority]
        for i in range(len(found)):
            keys = (int(found.subject[i]), int(found.icao24[i]), *(int(m) for m in found.members[i]))
            if self.classes[name].scope == "aircraft":
                keys = keys[:1]
            one = Interval(
                keys, int(found.start[i]), int(found.end[i]), float(found.confidence[i]),
                int(found.priority[i]) or usual, bool(found.cleared[i]), self.now,
            )  # fmt: skip
            self.seen[name].append(one)


def judge(world: World, make: MakeEngine, classes: dict[str, Detector], tick_s: float = TICK_S) -> Flags:
    """Run the world through an engine in batches of `tick_s` of data time; what was flagged."""
    watch = Watch(classes)
    engine = make(classes=classes, witness=watch)
    rows = Batches(world, tick_s)
    flight = np.zeros(len(world.rows), dtype=np.int64)
    flags, found = Flags(), {}
    for piece, end in rows:
        # The watermark lags by the engine's lateness, as it does for a user.
        watch.now = end
        step = engine.feed(piece) if piece is not None else engine.finish()
        if len(step.rows):
            flight[step.rows.columns["row"]] = step.rows.columns["flight"]
        for anomaly in step.anomalies:
            flags.first_told.setdefault(anomaly.id, end)
            found[anomaly.id] = anomaly
    flags.anomalies = list(found.values())
    rowed = Rows(world, flight)
    for name, spec in classes.items():
        rowed.paint(flags, name, watch.seen[name], int(spec.merge_gap_s * 1000))
    return flags


class Batches:
    """The world in pieces of data time, each with the time at which it is complete; None at the end of the data.

    Pieces are of `tick_s`; where attacks are planted only within FINE_S of an onset, for their delays, and else of
    COARSE_S: the verdicts do not depend on it.
    """

    def __init__(self, world: World, tick_s: float) -> None:
        self.world, self.tick = world, int(tick_s * 1000)

    def __iter__(self) -> Any:
        rows = self.world.rows.with_columns(row=np.arange(len(self.world.rows)))
        edges = self._edges(int(rows["time"][0]), int(rows["time"][-1]))
        slot = np.searchsorted(edges, rows["time"], side="right")
        for piece in np.split(np.arange(len(rows)), np.flatnonzero(np.diff(slot)) + 1):
            yield rows.take(piece), int(edges[slot[piece[0]]])
        yield None, int(edges[-1])

    def _edges(self, first: int, last: int) -> Array:
        edges = np.arange(first // self.tick, last // self.tick + 2) * self.tick
        if not self.world.onset:
            return edges
        onset = np.sort(list(self.world.onset.values()))
        before = np.searchsorted(onset, edges, side="right") - 1
        since = edges - onset[np.maximum(before, 0)]
        fine = (before >= 0) & (since <= (FINE_S * 1000))
        kept: Array = edges[fine | (edges % (COARSE_S * 1000) < self.tick) | (edges == edges[-1])]
        return kept


class Rows:
    """The rows of a world by flight and by address, so that an interval finds its own quickly."""

    def __init__(self, world: World, flight: Array) -> None:
        self.world = world
        self._orders = []
        for key in (flight, world.rows["icao24"]):
            order = np.lexsort((world.rows["time"], key))
            self._orders.append((key[order], world.rows["time"][order], order))

    def of(self, one: Interval) -> Array:
        """The rows that an interval holds."""
        parts = [self._between(key, one.start, one.end) for key in one.keys]
        return np.unique(np.concatenate(parts)) if len(parts) > 1 else parts[0]

    def _between(self, key: int, start: int, end: int) -> Array:
        for keys, time, order in self._orders:
            a, b = np.searchsorted(keys, [key, key + 1])
            if b > a:
                lo, hi = a + np.searchsorted(time[a:b], start), a + np.searchsorted(time[a:b], end, "right")
                return order[lo:hi]
        return np.zeros(0, dtype=np.intp)

    def paint(self, flags: Flags, name: str, found: Sequence[Interval], gap_ms: int) -> None:
        """Mark what the class flagged."""
        n = len(self.world.rows)
        sheets = [np.zeros(n, dtype="f4") for _ in range(3)]
        flags.standing[name], flags.everything[name], flags.urgent[name] = sheets
        for one in joined(found, gap_ms):
            rows = self.of(one)
            for sheet, holds in zip(sheets, (not one.cleared, True, not one.cleared and one.priority > 1), strict=True):
                if holds:
                    sheet[rows] = np.maximum(sheet[rows], one.confidence)
        flags.told[name] = self._told(found)

    def _told(self, found: Sequence[Interval]) -> dict[int, int]:
        told: dict[int, int] = {}
        for one in found:
            if one.cleared:
                continue
            rows = self.of(one)
            rows = rows[self.world.mask[rows]]
            for number in np.unique(self.world.variant[rows]).tolist():
                if number != BYSTANDER:
                    told[number] = min(told.get(number, one.told), one.told)
        return told


def joined(found: Sequence[Interval], gap_ms: int) -> list[Interval]:
    """Intervals of one subject that an episode would bridge, as one."""
    out: list[Interval] = []
    for one in sorted(found, key=lambda i: (i.keys, i.cleared, i.start)):
        last = out[-1] if out else None
        if last and (last.keys, last.cleared) == (one.keys, one.cleared) and one.start - last.end <= gap_ms:
            out[-1] = Interval(
                one.keys, last.start, max(last.end, one.end), max(last.confidence, one.confidence),
                max(last.priority, one.priority), one.cleared, last.told,
            )  # fmt: skip
        else:
            out.append(one)
    return out
