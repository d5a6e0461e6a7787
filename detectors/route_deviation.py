"""Off the usual route: far from where flights between the same airports pass, or from any flow of this region."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._deviating import deviating, likewise, words
from detectors._examples import fly, together
from detectors._learned import TALLY, ready
from detectors._registry import PRIORITY, Describe, Example, Param, Style, detector
from geo.airports import Airports
from geo.batch import Batch
from geo.memory import Keep, Memory
from geo.routes import Routes
from geo.stretches import Stretches, none, stretches
from geo.tracks import Tracks


def _route() -> dict[str, Routes]:
    """TEST1 and TEST2 fly from Frankfurt to Prague."""
    codes = Airports.builtin().code.tolist()
    stops = np.array([codes.index(c) for c in ("EDDF", "LKPR")] * 2)
    return {"routes": Routes(np.array([b"TEST1", b"TEST2"], dtype="S8"), np.array([0, 2, 4]), stops)}


def examples() -> Sequence[Example]:
    """A dozen flights along one line, and one that is not on it."""
    soon = {"days": 0, "flights": 10, "visits": 60, "new": 0.3}
    line: dict[str, Any] = {"seconds": 900.0, "step_s": 10.0, "lat": 50.1, "lon": 10.0, "callsign": b"TEST1"}

    def stream(*stray: Batch) -> Batch:
        return together(*stray, *(fly(0x400000 + k, start_s=120.0 * k, **line) for k in range(14)))

    def late(icao24: int = 0xABC123, **columns: Any) -> Batch:
        return fly(icao24, **line | {"start_s": 1_900.0, "lat": 51.0} | columns)

    def nameless() -> Batch:
        return stream(late(callsign=b"", lat=50.7))

    two = late(0xABC124, callsign=b"TEST2", lat=51.1)
    return [
        Example("54 nmi left of where its route is flown", lambda: stream(late()), 1, soon, _route),
        Example("the same without a route database", nameless, 1, soon),
        Example("on its route", lambda: stream(late(lat=50.15)), 0, soon, _route),
        Example("still learning", lambda: stream(late()), 0, soon | {"days": 2}, _route),
        Example("two that go round the same weather", lambda: stream(late(), two), 0, soon, _route),
        Example("aside for two minutes", lambda: stream(late(seconds=120.0)), 0, soon, _route),
        Example("low, where nobody keeps to routes", lambda: stream(late(altitude=6_000.0)), 0, soon, _route),
    ]


@detector(
    id="route-deviation",
    title="Off the usual route",
    priority="low",
    scope="aircraft",
    needs=[("lat",), ("track",), ("baro_altitude",), ("airports",)],
    lookback_s=360,
    sample_s=30,
    every_s=30,
    merge_gap_s=600,
    memory=Keep(TALLY, ttl_s=30 * 86_400, most=600_000, learn="days"),
    examples=examples,
    explain="{minutes:,.0f} min {where}",
    style=Style(shape="path", color="#4db6ac", icon="route"),
    params={
        "days": Param(7, "d", "days of data before the class speaks", hi=60, source="checklist F059, F099: learned"),
        "above": Param(20_000, "ft", "lower traffic is vectored", 5_000, 60_000, "holding stacks reach to 20,500 ft: _innocent.py", column="baro_altitude"),
        "fast": Param(200, "kt", "slower aircraft do not fly routes", 0, 600, "switzerland: slowest above FL200 280 kt", column="ground_speed"),
        "hold": Param(240, "s", "for so long", 60, 300, "30 nmi at 450 kt"),
        "flights": Param(10, "", "flights of the airport pair seen so far along", 2, 1_000, "a daily flight: ten days"),
        "off": Param(20, "nmi", "so far from the nearest of them", 10, 200, "weather is passed at 20 nmi (FAA AC 00-24C)"),
        "ends": Param(60, "nmi", "nearer to either airport it is vectored", 0, 300, "stacks lie within 60 nmi: _innocent.py"),
        "visits": Param(2_000, "", "visits of flights to cells, known of a region", 10, 4_000, "switzerland: hardly anything new after 2,000"),
        "new": Param(
            0.01, "", "share of visits to a cell and direction that nobody flew, at most: else new means nothing",
            0, 1, "Good-Turing: the chance that the next is new; 1 in 100",
        ),
        "likewise": Param(150, "km", "others off their route so near clear it", 0, 1_000, "a line of thunderstorms"),
    },
    describe=Describe(
        definition="An aircraft that for minutes flies where, or in a direction in which, nobody of its route or of "
        "this region did in the last weeks.",
        characteristics=(
            "Its airport pair is known, and it is far outside the corridor that others of the pair flew",
            "Or, without a route: cells and directions that no other flight used, in a region of settled flows",
            "Alone: several that deviate together go round weather or a closure",
        ),
        audience=("Airspace monitoring", "Operations analysts", "Newsroom investigation"),
        priority_note="Low; medium where the route is known and the aircraft is twice the distance off it.",
        context="Weather, wind, military areas and direct clearances move routes. State and test flights go where "
        "others do not.",
    ),
)  # fmt: skip
def detect(
    tracks: Tracks, p: SimpleNamespace, memory: Memory, airports: Airports, routes: Routes | None = None
) -> Stretches:
    """Rows that have been off for `hold` seconds."""
    cruising = tracks.located & (tracks.baro_altitude >= p.above) & (tracks.ground_speed >= p.fast)
    view = tracks.take(np.flatnonzero(cruising))
    found = deviating(view, p, memory, airports, routes, ready(memory, p.days))
    if found is None:
        return none()
    view, off = found
    held, begin = view.held(off.any, max_gap_s=90)
    several = likewise(memory, view, off.any & (held >= p.hold), p.likewise)
    hit = view.fresh & off.any & (held >= p.hold)
    if not hit.any():
        return none()
    return stretches(
        view, hit, begin=begin,
        cleared=np.where(several, "several aircraft off their routes at once", "").astype(object),
        confidence=np.where(off.by_pair, np.clip(0.4 + 0.02 * off.flights, 0.5, 0.8), 0.5),
        score=held + off.by_pair, priority=np.where(off.far, PRIORITY["medium"], PRIORITY["low"]),
        values={
            "where": words(view, hit, off, routes, airports), "minutes": np.round(held / 60),
            "off_nmi": np.round(off.pairs.off), "flights": off.flights, "visits": off.visits,
        },
    )  # fmt: skip
