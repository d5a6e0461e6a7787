"""Ghosts: aircraft that fall silent in mid-air among others that do not, or that are only heard now and then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._examples import fly, together, traffic
from detectors._groups import stretches_of
from detectors._hearing import SLOT_MS, by_aircraft
from detectors._nearby import zone_near
from detectors._registry import PRIORITY, Describe, Example, Param, Style, detector
from detectors._sporadic import sporadic
from detectors._vanished import Silence, silences
from geo.airports import Airports
from geo.batch import Batch
from geo.routes import PLAN_WORDS, Routes, plan_of
from geo.sphere import distance_m
from geo.stretches import Stretches, path, sample
from geo.tracks import Tracks
from geo.zones import Zones

TRAIL_ROWS = 9
"""Rows of the path, which is how many the verdict looks at."""


def examples() -> Sequence[Example]:
    """Hits and near misses among thirty aircraft over the Alps."""

    def crowd() -> Sequence[Batch]:
        places = [(j, k) for j in range(6) for k in range(5)]
        high = {"seconds": 1800, "step_s": 15.0}
        return [
            fly(0x400000 + 10 * j + k, lat=45.0 + 0.4 * j, lon=4.0 + 1.2 * k, altitude=30_000 + 500 * j, **high)
            for j, k in places
        ]

    def one(seconds: float, **columns: Any) -> Batch:
        return fly(0xABC123, **({"seconds": seconds, "step_s": 15.0, "lat": 46.1, "lon": 6.0} | columns))

    def silent_feed() -> Batch:
        rows = together(one(1800), *crowd())
        return rows.take(np.flatnonzero(rows["time"] < rows["time"][0] + 900_000))

    sporadic_columns: dict[str, Any] = {"source": 6, "altitude": 3_000.0, "speed": 90.0, "icao24": 0x12B0D01}
    bursts = [fly(start_s=240.0 * k, seconds=25, lat=46.1, lon=6 + 0.1 * k, **sporadic_columns) for k in range(7)]
    return [
        Example("gone in mid-air while all others go on", lambda: together(one(900), *crowd()), 1),
        Example("bursts of multilateration without identity", lambda: together(*bursts, *crowd()), 1),
        Example("heard to the end", lambda: together(one(1800), *crowd()), 0),
        Example("the feed falls silent", silent_feed, 0),
        Example("beyond where anybody is heard", lambda: together(one(900, lon=13.0), *crowd()), 0),
        Example("descended and landed", lambda: together(one(900, altitude=20_000, rate=-1_200), *crowd()), 0),
        Example("nobody else in the recording", lambda: together(one(900), *traffic(2, 1800, step_s=15)), 0),
    ]


@detector(
    id="ghost",
    title="Ghost aircraft",
    priority="medium",
    scope="aircraft",
    needs=[("lat",), ("ground_speed",), ("baro_altitude",), ("airports",)],
    uses=("position_time",),
    lookback_s=1800,
    sample_s=60,
    every_s=60,
    merge_gap_s=600,
    examples=examples,
    explain="{what}{zone}{again}{planned}",
    style=Style(shape="path", color="#cbd5e1", icon="ghost"),
    params={
        "gap": Param(300, "s", "silent for so long", 180, 900, "adsbtrack gaps; seed 003: unexplained coverage gaps"),
        "reach": Param(
            200, "km", "others must be heard this near, ahead and behind, left and right",
            20, 400, "34 of 41 tracks cut off over Switzerland found, 2018-08-01, and no other",
        ),
        "sides": Param(1, "", "so many on each side: there are none beyond an edge", 1, 10, "quickstart, a box"),
        "share": Param(
            0.2, "", "at most this share of those near falls silent too: else it is the reception",
            0, 1, "adsbtrack: coverage_hole",
        ),
        "above": Param(
            10_000, "ft", "so far above the nearest aerodrome, now and where it would be by now",
            1_000, 60_000, "adsbtrack: FL150 for a transponder off; lower ones land or hide behind hills",
        ),
        "least": Param(600, "s", "sporadic returns go on for so long", 300, 1500, "seed 003: sporadic returns only"),
        "zone": Param(20, "km", "so near to a watched zone it is reported as such", 0, 200, "seed 003"),
    },
    describe=Describe(
        definition="Aircraft that fall silent in mid-air where others go on being heard, or of which there are only "
        "sporadic returns without identity.",
        characteristics=(
            "High and steady, then silent for minutes, with others heard on all sides of it",
            "Only multilateration or radar, in bursts, without callsign and without an address or code",
            "Appearing and disappearing in the middle of well covered airspace",
            "Near a restricted zone, where zones are loaded",
        ),
        audience=("Research analysts", "Airspace integrity teams", "Newsroom investigation", "Regional monitoring"),
        priority_note="Medium where several others are heard on each side or a watched zone is near, low otherwise. "
        "Never high: silence has many causes.",
        context="Transponders fail, are switched off on purpose, or change address. Silence counts only while the "
        "feed and those around are heard; edges of coverage, feeds that stop and landings give nothing.",
    ),
)  # fmt: skip
def detect(
    tracks: Tracks, p: SimpleNamespace, airports: Airports, zones: Zones | None = None, routes: Routes | None = None
) -> Stretches:
    """Verdicts on silences that have just lasted long enough, returns, and sporadic returns."""
    view = by_aircraft(tracks)
    entries: list[dict[str, Any]] = []
    for one in silences(view, p, airports):
        if one.fresh:
            entries.append(_gone(view, one, p))
        if one.back >= 0:
            entries.append(_gone(view, one, p, one.back))
    entries += sporadic(tracks, p)
    return stretches_of([_planned(_zoned(entry, zones, p.zone), routes) for entry in entries])


def _planned(entry: Mapping[str, Any], routes: Routes | None) -> Mapping[str, Any]:
    """The entry with what a route database says of its callsign; that there is none stands in the evidence only."""
    words = PLAN_WORDS[int(plan_of(routes, np.array([entry["callsign"].encode()]))[0])]
    return {**entry, "plan": words, "planned": f"; {words}" if routes is not None else ""}


def _zoned(entry: dict[str, Any], zones: Zones | None, km: float) -> Mapping[str, Any]:
    """The entry with the watched zone that it is near."""
    near = zone_near(zones, entry.pop("place"), km)
    if not near:
        return entry | {"zone": ""}
    return entry | {
        "zone": f", {near}", "priority": PRIORITY["medium"], "confidence": round(entry["confidence"] + 0.05, 3)
    }  # fmt: skip


def _gone(view: Tracks, s: Silence, p: SimpleNamespace, back: int = -1) -> dict[str, Any]:
    """A silence, or the end of it, as an entry of Stretches."""
    row, others, sides = s.row, min(s.here.others, s.there.others), min(s.here.quadrant, s.there.quadrant)
    start, end = int(view.time[row]), int(view.time[back]) if back >= 0 else (s.minute + 1) * SLOT_MS
    fresh = s.appeared and back < 0
    sure = 0.35 + 0.05 * min(sides, 4) + 0.01 * min(others, 15) - 0.1 * (s.lost > 0) + 0.1 * fresh
    rows = [row, back] if back >= 0 else [row]
    trail = np.append(np.arange(row - TRAIL_ROWS + 1, row), rows)
    appeared = ", having appeared in mid-air" if fresh else ""
    height = f"{float(view.baro_altitude[row]):,.0f} ft"
    return {
        "subject": int(view.flight[row]), "start": start, "end": end, "peak": end,
        "score": round(sure, 3) + 10 * (back >= 0), "confidence": round(sure, 3),
        "priority": PRIORITY["medium" if sides > 1 and others >= 8 else "low"], "icao24": int(view.icao24[row]),
        "members": (), "callsign": view.callsign[row].decode("ascii", "replace"),
        "cleared": "heard on under another address, or in company" if s.continued else "",
        "paths": path(view, trail[view.located[trail]]),
        "samples": [sample(view, r, role) for role, r in zip(("last heard", "heard again"), rows, strict=False)],
        "what": f"not heard for {p.gap / 60:,.0f} min after {height} in mid-air{appeared}, "
        f"while {others} others around went on being heard",
        "again": _again(view, row, back), "others": others, "sides": sides, "fell_silent_too": s.lost,
        "silent_s": (end - start) // 1000, "expected_lat": s.expected[0], "expected_lon": s.expected[1],
        "place": (float(view.lat[row]), float(view.lon[row])),
    }  # fmt: skip


def _again(view: Tracks, row: int, back: int) -> str:
    if back < 0:
        return ""
    minutes = (int(view.time[back]) - int(view.time[row])) / 60_000
    if not view.located[back]:
        return f"; heard again after {minutes:,.0f} min, without a position"
    km = distance_m(view.lat[row], view.lon[row], view.lat[back], view.lon[back]) / 1000
    return f"; heard again after {minutes:,.0f} min, {km:,.0f} km away"
