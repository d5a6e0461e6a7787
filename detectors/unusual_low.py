"""Lower than anyone flies here: a height at which no other flight of the last weeks crossed the cell."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._examples import fly, together
from detectors._learned import TALLY, ready, recent, rows_of
from detectors._low import alone, around, excuse, height_above, learn
from detectors._registry import PRIORITY, Describe, Example, Param, Style, detector
from geo.aircraft import AircraftTable
from geo.airports import Airports
from geo.batch import Batch
from geo.memory import Keep, Memory
from geo.schema import Array
from geo.stretches import Stretches, none, stretches
from geo.tracks import Tracks


def examples() -> Sequence[Example]:
    """Over the North Sea, which a dozen flights have crossed high up."""
    world: dict[str, Any] = {"seconds": 600, "step_s": 5.0, "lat": 56.0, "lon": 3.0}
    soon = {"days": 0, "known": 10}

    def sea(**columns: Any) -> Batch:
        crowd = [fly(0x400000 + k, start_s=90.0 * k, altitude=30_000 + 1_000 * (k % 5), **world) for k in range(14)]
        one = {"altitude": 800.0, "speed": 380.0, "start_s": 1_500.0, "category": b"A6"}
        return together(fly(0xABC123, **world | one | columns), *crowd)

    def twice() -> Batch:
        return together(sea(), fly(0x400055, altitude=1_200.0, speed=420.0, **world))

    return [
        Example("a jet at 800 ft where all others cross above 30,000 ft", sea, 1, soon),
        Example("still learning", sea, 0, {"days": 2, "known": 10}),
        Example("another one was as low before", twice, 0, soon),
        Example("a helicopter", lambda: sea(category=b"A7", speed=120.0), 0, soon),
        Example("a light aircraft in no hurry", lambda: sea(category=b"A1", speed=100.0), 0, soon),
        Example("one wrong altitude", lambda: sea(altitude=np.where(np.arange(120) == 60, 800.0, 31_000.0)), 0, soon),
        Example("a part of the world that is hardly known", sea, 0, {"days": 0, "known": 500}),
    ]


@detector(
    id="low-for-cell",
    title="Lower than anyone flies here",
    priority="low",
    scope="aircraft",
    needs=[("lat",), ("baro_altitude",), ("airports",)],
    uses=("category", "type_code"),
    lookback_s=120,
    sample_s=30,
    every_s=30,
    merge_gap_s=300,
    memory=Keep(TALLY, ttl_s=30 * 86_400, most=400_000, learn="days"),
    examples=examples,
    explain="{kind} at {height:,.0f} ft and {speed} kt, {below:,.0f} ft lower than any of the {known:,.0f} other "
    "flights that crossed this area in the last weeks",
    style=Style(shape="path", color="#c7923e", icon="low"),
    params={
        "days": Param(7, "d", "days of data before the class speaks", hi=60, source="checklist F056, F099: learned"),
        "known": Param(
            40, "", "so many flights must have crossed one cell of the area",
            5, 10_000, "switzerland, one day: median 18 a cell, 39 in the busiest tenth",
        ),
        "height": Param(
            5_000, "ft", "higher above the nearest aerodrome is not very low",
            500, 20_000, "definitions 5.4: approaches reach to 5,000 ft above the airport",
        ),
        "margin": Param(2_000, "ft", "so far below the lowest of the others", 0, 20_000, "two bands of 1,000 ft"),
        "hold": Param(60, "s", "for so long: a single altitude may be wrong", 30, 90, "two samples"),
        "slow": Param(140, "kt", "slower aircraft fly by sight, anywhere", 0, 300, "CS-VLA, R44: below 140 kt", column="ground_speed"),
    },
    describe=Describe(
        definition="An aircraft far lower than everybody else who crossed this area in the last weeks.",
        characteristics=(
            "Very low: within some thousand feet of the ground",
            "Many flights known in the cell and those around it, none of them nearly as low",
            "No aerodrome that it comes from or goes to; no helicopter, glider or light aircraft",
        ),
        audience=("Operations analysts", "Regional monitoring teams", "Border and coast watch"),
        priority_note="Low; medium where it is fast and below 2,000 ft.",
        context="Low flying is lawful in many places: military training, survey, search and rescue, fire fighting. "
        "What is usual is learned where the receivers hear; a new receiver hears lower.",
    ),
)  # fmt: skip
def detect(
    tracks: Tracks, p: SimpleNamespace, memory: Memory, airports: Airports, aircraft: AircraftTable | None = None
) -> Stretches:
    """Rows that have been below all others for `hold` seconds."""
    view = tracks.take(np.flatnonzero(tracks.located & (tracks.on_ground != 1) & ~np.isnan(tracks.baro_altitude)))
    new = recent(view)
    asked = new.fresh & ready(memory, p.days)
    low = alone(memory, new, asked & (height_above(new, asked, airports, p) <= p.height), p)
    if not low.any():
        learn(memory, new)
        return none()
    view = rows_of(view, new.flight[low])
    tall = height_above(view, np.ones(len(view), dtype=bool), airports, p)
    candidate = alone(memory, view, tall <= p.height, p)
    held, begin = view.held(candidate, max_gap_s=90)
    hit = candidate & (held >= p.hold) & view.fresh
    lowest, known = around(memory, view, hit, p.known)
    learn(memory, new)
    hit &= (known >= p.known) & (lowest - view.baro_altitude >= p.margin)
    if not hit.any():
        return none()
    reason, kind = excuse(view, hit, tall, p.slow, airports, aircraft)
    urgent = (tall <= 2_000) & (view.ground_speed >= 200)
    return stretches(
        view, hit, begin=begin, cleared=reason,
        confidence=np.clip(0.35 + 0.1 * np.log10(np.maximum(known, 1)), 0.4, 0.85),
        score=-view.baro_altitude.astype(np.float64),
        priority=np.where(urgent, PRIORITY["medium"], PRIORITY["low"]),
        values={
            "kind": kind, "height": np.round(view.baro_altitude, -2), "below": lowest - np.round(view.baro_altitude, -2),
            "known": known, "speed": _whole(view.ground_speed), "above_field": np.round(tall, -2),
        },
    )  # fmt: skip


def _whole(values: Array) -> Array:
    """Numbers as text; a question mark where there is none."""
    return np.where(np.isnan(values), "?", np.char.mod("%.0f", np.nan_to_num(values)))
