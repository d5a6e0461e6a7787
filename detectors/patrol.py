"""Patrol: racetracks over a wide area, lap after lap the same way round: too large for loiter, too steady for a route."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._examples import fly
from detectors._laps import LAPS, Laps, follow, laps, trail
from detectors._registry import Describe, Example, Param, Style, detector
from detectors._traffic import checker
from geo.batch import Batch
from geo.memory import Memory
from geo.schema import NO_TIME, Array
from geo.stretches import Stretches, none, stretches
from geo.tracks import Mask, Tracks

TANKER = "inflight_refuelling 2020-06-30: laps of 162 km in 12 min over 89 km, back within 15 km"


def examples() -> Sequence[Example]:
    """Hits and near misses, at 26,000 ft."""
    t = np.arange(0, 7_200, 10.0)

    def flown(track: Any, **columns: Any) -> Batch:
        return fly(seconds=7_200, step_s=10, track=track, speed=320, altitude=26_000, **columns)

    racetrack = np.interp(t % 1_200, [0, 100, 600, 700], [0.0, 180.0, 180.0, 360.0])
    hold = np.interp(t % 300, [0, 75, 150, 225], [0.0, 180.0, 180.0, 360.0])
    return [
        Example("six laps of twenty minutes", lambda: flown(racetrack), 1),
        Example("a lap and away", lambda: flown(np.where(t < 1_500, racetrack, 108.0)), 0),
        Example("to and fro, turning left as often as right", lambda: flown(np.interp(t % 2_400, [0, 100, 1_100, 1_200, 2_300], [0.0, 180.0, 180.0, 0.0, 0.0])), 0),
        Example("a stack of five minutes a lap: loiter's", lambda: flown(hold), 0),
        Example("laps that go on to another place each time", lambda: flown(np.interp(t % 2_000, [0, 100, 300, 400], [0.0, 180.0, 180.0, 360.0])), 0),
    ]  # fmt: skip


def gate(tracks: Tracks, p: SimpleNamespace) -> Mask:
    """Located, and in the air."""
    out: Mask = tracks.located & (tracks.on_ground != 1)
    return out


@detector(
    id="patrol",
    title="Racetrack over a wide area",
    priority="low",
    scope="aircraft",
    needs=[("lat",)],
    lookback_s=0,
    sample_s=30,
    every_s=60,
    merge_gap_s=1_800,
    memory=LAPS,
    gate=gate,
    examples=examples,
    explain="Flying laps of {lap:,.0f} km in {minutes:,.0f} min over an area {wide:,.0f} km wide, the last two within {apart:,.0f} km of each other",
    style=Style(shape="area", color="#a3be5c", icon="orbit"),
    params={
        "shortest": Param(60, "km", "a lap is at least this long: shorter ones are a hold or a loiter", 20, 200, "a holding lap of 5 min at 350 kt: 54 km"),
        "longest": Param(500, "km", "and at most this", 100, 2_000, "airborne warning orbits; two laps must fit into 96 min"),
        "near": Param(0.3, "", "each lap comes back to the last one, within this part of the area's width", 0.1, 1, TANKER),
        "alike": Param(0.5, "", "the shorter of two laps is at least this part of the longer", 0.1, 1, TANKER),
        "steady": Param(0.8, "", "of all turning was one way round", 0.5, 1, "eights and survey legs: below 0.5"),
    },
    describe=Describe(
        definition="Aircraft that fly the same wide racetrack again and again.",
        characteristics=("Two laps or more the same way round", "Each of 60 to 500 km", "Every lap over the ground of the one before"),
        audience=("Airspace research", "Newsroom investigation", "Monitoring analysts"),
        priority_note="Low: nearly all are what tankers, early warning, test and measuring flights do every day.",
        context="Air-to-air refuelling, airborne warning, maritime patrol, relays, flight tests and weather research fly so. Flight checks are shown as cleared.",
    ),
)  # fmt: skip
def detect(tracks: Tracks, p: SimpleNamespace, memory: Memory) -> Stretches:
    """The newest row of each flight whose last two laps are a racetrack."""
    rows = np.flatnonzero(tracks.fresh & gate(tracks, p))
    flights = follow(tracks, rows, memory)
    turned = memory.get(flights)["turned"] >= 720
    flights = flights[turned]
    if not len(flights):
        return none()
    seen = laps(memory, flights)
    hit = _patrols(seen, p)
    return _told(tracks, rows, flights[hit], Laps(*(values[hit] for values in vars(seen).values())), memory)


def _patrols(seen: Laps, p: SimpleNamespace) -> Mask:
    """Laps of a racetrack: long, alike, over the same ground, and all one way round."""
    short, long = np.minimum(seen.long, seen.other), np.maximum(seen.long, seen.other)
    sized = (short >= p.shortest) & (long <= p.longest) & (short >= p.alike * long)
    out: Mask = sized & (seen.apart <= p.near * seen.wide) & (seen.steady >= p.steady)
    return out


def _told(tracks: Tracks, rows: Array, flights: Array, seen: Laps, memory: Memory) -> Stretches:
    """The last row of each flight; where it is told for the first time, with the two laps before."""
    if not len(flights):
        return none()
    last = rows[np.searchsorted(tracks.flight[rows], flights, side="right") - 1]

    def spread(values: Array, blank: Any = np.nan) -> Array:
        out = np.full(len(tracks), blank, dtype=None if blank != "" else object)
        out[last] = values
        return out

    hit = np.zeros(len(tracks), dtype=bool)
    hit[last] = True
    known = memory.get(flights)["told"]
    memory.put(flights, tracks.time[last], told=tracks.time[last])
    found = stretches(
        tracks, hit, confidence=0.7, score=spread(seen.steady),
        cleared=spread(np.where(checker(tracks.callsign[last]), "flight check", ""), ""),
        values={"lap": spread(seen.long), "minutes": spread(seen.seconds / 60), "wide": spread(seen.wide), "apart": spread(seen.apart)},
    )  # fmt: skip
    order = np.searchsorted(flights, found.subject)
    new = known[order] == NO_TIME
    paths = [
        np.concatenate([trail(memory, int(f), int(s)), path]) if first else path
        for f, s, first, path in zip(found.subject, seen.since[order], new, found.paths, strict=True)
    ]
    return replace(found, start=np.where(new, seen.since[order], found.start), paths=paths)
