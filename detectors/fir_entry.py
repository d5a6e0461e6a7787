"""Unusual entry into a FIR: across a part of its border, or in a direction, in which nobody else came in before."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import shapely

from detectors._entries import Entries, entries
from detectors._examples import fly, together
from detectors._learned import SECTORS, TALLY, key_of, note, note_region, others_around, ready, sector, share_of_new
from detectors._registry import PRIORITY, Describe, Example, Param, Style, detector
from geo.batch import Batch
from geo.cells import cells_of
from geo.firs import Firs
from geo.memory import Keep, Memory
from geo.routes import ABSENT, PLAN_WORDS, Routes, plan_of
from geo.schema import Array
from geo.stretches import Stretches, none, stretches
from geo.tracks import Tracks

RESOLUTION = 4
HIGH_FT = 10_000.0
"""Traffic below is another population than that above: other borders, other habits."""

COMPASS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")


@cache
def two_firs() -> Firs:
    """Two regions that share the meridian of 10 degrees east."""
    return Firs.of(["AAAA", "BBBB"], [shapely.box(0, 40, 10, 60), shapely.box(10, 40, 20, 60)], ["West", "East"])


def examples() -> Sequence[Example]:
    """A border that a dozen flights have crossed eastwards at one place."""
    soon, world = {"days": 0, "entries": 10, "new": 0.3}, {"resources": lambda: {"firs": two_firs()}}

    def crossing(**columns: Any) -> Batch:
        crowd = [fly(0x400000 + k, start_s=90.0 * k, lat=50 + 0.01 * k, lon=9.5, step_s=5.0) for k in range(14)]
        one = {"start_s": 1_500.0, "lat": 54.0, "lon": 9.5, "step_s": 5.0}
        return together(fly(0xABC123, **one | columns), *crowd)

    back: dict[str, Any] = {"seconds": 180.0, "track": np.where(np.arange(36) < 14, 90.0, 270.0)}
    along = {"lat": 50.0, "lon": 10.1, "track": 270.0}
    return [
        Example("far north of where all others come in", crossing, 1, soon, **world),
        Example("where others come in", lambda: crossing(lat=50.05), 0, soon, **world),
        Example("still learning", crossing, 0, soon | {"days": 2}, **world),
        Example("into a region of which hardly anything is known", lambda: crossing(**along), 0, soon, **world),
        Example("over the border and back at once", lambda: crossing(lon=9.85, **back), 0, soon, **world),
        Example("where everybody comes in elsewhere", crossing, 0, soon | {"new": 0.01}, **world),
    ]


@detector(
    id="fir-entry",
    title="Unusual entry into a FIR",
    priority="low",
    scope="aircraft",
    needs=[("lat",), ("track",), ("firs",)],
    lookback_s=240,
    sample_s=30,
    every_s=30,
    merge_gap_s=120,
    memory=Keep(TALLY, ttl_s=60 * 86_400, most=300_000, learn="days"),
    examples=examples,
    explain="entered {fir}{name} heading {direction}, where none of the {known:,.0f} learned entries did"
    "{turn}; {plan}",
    style=Style(shape="path", color="#9ccc65", icon="route"),
    params={
        "days": Param(7, "d", "days of data before the class speaks", hi=60, source="checklist F058, F099: learned"),
        "entries": Param(300, "", "so many entries must be known of the region", 5, 100_000, "5 in 300: 1.7 % +- 0.7"),
        "new": Param(
            0.02, "", "share of entries at a new place or in a new direction, at most: else new means nothing",
            0, 1, "Good-Turing: the chance that the next is new; switzerland, one day: 0.9 to 2.6 %",
        ),
        "hold": Param(60, "s", "so long in the region: a position may jump", 30, 90, "two samples"),
        "fastest": Param(1_500, "kt", "a faster step over the border is a bad position", 100, 5_000, "geo/flights.py"),
    },
    describe=Describe(
        definition="An aircraft that comes into a flight information region where, or in a direction in which, nobody "
        "else did in the last weeks.",
        characteristics=(
            "A border crossed far from every entry point that was learned",
            "Or at a known entry point, in a direction that is not flown there",
            "In a region whose entries are settled: new ones are rare",
        ),
        audience=("Airspace monitoring", "Regional awareness teams", "Operations analysts"),
        priority_note="Low; medium where the callsign is missing, or the route database has no such flight of its "
        "operator.",
        context="Direct routes, weather, closures and military exercises move entry points. High and low traffic are "
        "learned apart. Whether there was a flight plan is said only where a route database is loaded.",
    ),
)  # fmt: skip
def detect(tracks: Tracks, p: SimpleNamespace, memory: Memory, firs: Firs, routes: Routes | None = None) -> Stretches:
    """Entries of which nobody else's was near, each at the row where the aircraft had been inside for `hold`."""
    view = tracks.take(np.flatnonzero(tracks.located & (tracks.on_ground != 1)))
    found = entries(view, firs, p.hold, p.fastest)
    if not len(found):
        return none()
    known, share, near, place = _judged(memory, view, found, firs)
    hit = (known >= p.entries) & (share <= p.new) & (near == 0) & ready(memory, p.days)
    _learn(memory, view, found, firs, new=near == 0)
    return _reported(view, found.take(hit), known[hit], place[hit], firs, routes)


def _group(view: Tracks, found: Entries, firs: Firs) -> Array:
    """The key of the region and the layer (high or low) that each entry belongs to."""
    ids = np.array([int.from_bytes(str(one).encode()[:7]) for one in firs.ids[found.fir]], dtype=np.int64)
    return key_of(ids, (view.baro_altitude[found.row] >= HIGH_FT).astype(np.int64))


def _judged(memory: Memory, view: Tracks, found: Entries, firs: Firs) -> tuple[Array, Array, Array, Array]:
    """Of each entry: how many are known of its region, the share of new ones among them, how many other flights came
    in near and in about its direction, and how many near it in any direction."""
    group, flight = _group(view, found, firs), view.flight[found.row]
    cells, way = cells_of(found.lat, found.lon, RESOLUTION), sector(found.track)
    near = others_around(memory, cells, way, flight, group)
    return *share_of_new(memory, group), near, others_around(memory, cells, way, flight, group, turns=range(SECTORS))


def _learn(memory: Memory, view: Tracks, found: Entries, firs: Firs, new: Array) -> None:
    """Every entry is known from now on."""
    group, time = _group(view, found, firs), view.time[found.row]
    cell = cells_of(found.lat, found.lon, RESOLUTION)
    note(memory, key_of(cell, sector(found.track), group), view.flight[found.row], time)
    note_region(memory, group, new, time)


def _reported(view: Tracks, found: Entries, known: Array, place: Array, firs: Firs, routes: Routes | None) -> Stretches:
    """The entries as stretches."""
    hit, begin = np.zeros(len(view), dtype=bool), np.arange(len(view))
    hit[found.row], begin[found.row] = True, found.begin
    callsign = view.callsign[found.row]
    plan = plan_of(routes, callsign)
    urgent = (callsign == b"") | (plan == ABSENT)
    names = [f" ({n})" if n != i else "" for i, n in zip(firs.ids[found.fir], firs.names[found.fir], strict=True)]
    columns = {
        "fir": firs.ids[found.fir], "name": names, "known": known, "entries_near": place,
        "direction": [COMPASS[k] for k in sector(found.track)],
        "turn": np.where(place > 0, " in this direction", ""),
        "plan": [PLAN_WORDS[int(k)] for k in plan],
    }  # fmt: skip
    return stretches(
        view, hit, begin=begin, confidence=_spread(view, found, np.clip(0.3 + 0.1 * np.log10(known), 0.4, 0.8)),
        priority=_spread(view, found, np.where(urgent, PRIORITY["medium"], PRIORITY["low"])),
        values={name: _spread(view, found, np.asarray(values)) for name, values in columns.items()},
    )  # fmt: skip


def _spread(view: Tracks, found: Entries, values: Array) -> Array:
    """Values by entry as values by row."""
    out = np.zeros(len(view), dtype=values.dtype if values.dtype.kind in "if" else object)
    out[found.row] = values
    return out
