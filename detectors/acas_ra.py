"""Sudden reversal of climb or descent, as a collision avoidance system asks for, and who was near."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._examples import fly, together
from detectors._registry import PRIORITY, Describe, Example, Param, Style, detector
from detectors._reversals import Other, Reversals, others, reversals
from geo.aircraft import AircraftTable
from geo.batch import Batch
from geo.schema import Array, icao24_text
from geo.stretches import Stretches, none, stretches
from geo.tracks import Tracks

RULE = "definitions 5.4, SkySpy"


def examples() -> Sequence[Example]:
    """Hits and near misses."""
    t = np.arange(300)

    def reversing(first: float, then: float, seconds: int = 6, **columns: Any) -> Batch:
        rate = np.interp(t, [0, 140, 140 + seconds, 200, 220], [first, first, then, then, 0.0])
        given: dict[str, Any] = {"altitude": 20_000.0, "speed": 380.0, "callsign": b"DLH4AB"}
        return fly(seconds=300, rate=rate, **given | columns)

    def other(**columns: Any) -> Batch:
        return fly(0x43C100, 300, lat=50.02, altitude=24_700.0, speed=380.0, callsign=b"SAS22", **columns)

    waves = np.where(t // 30 % 2 == 0, 2_000.0, -2_000.0)
    return [
        Example("from climb to descent in six seconds", lambda: reversing(2_000, -1_800), 1),
        Example("the same with another aircraft near", lambda: together(reversing(2_000, -1_800), other()), 1),
        Example("from descent to climb", lambda: reversing(-2_000, 1_800), 1),
        Example("levelling off", lambda: reversing(2_500, 0), 0),
        Example("a descent that begins a minute after the climb ended", lambda: reversing(2_000, -1_800, 55), 0),
        Example("rates that the altitude denies", lambda: reversing(2_000, -1_800, baro_altitude=20_000.0), 0),
        Example("up and down all the time", lambda: fly(seconds=300, rate=waves, altitude=20_000.0), 0),
        Example("a light aircraft", lambda: reversing(2_000, -1_800, speed=100.0), 0),
    ]


@detector(
    id="acas-ra", title="Sudden reversal of climb or descent", priority="low", scope="aircraft", every_s=10, sample_s=10,
    needs=[("vertical_rate",), ("baro_altitude",)], uses=("category",), lookback_s=210, merge_gap_s=120, examples=examples,
    explain="from {before:+,.0f} to {after:+,.0f} ft/min within {seconds:.0f} s{other}: like a resolution advisory",
    style=Style(shape="path", color="#ff8a65", icon="near"),
    params={
        "rate": Param(1_500, "ft/min", "climbing and descending at least so fast, before and after", 500, 4_000, f"{RULE}: +1,500 to -1,500", column="|vertical_rate|"),
        "within": Param(20, "s", "the rates of either sign lie no further apart", 5, 60, "TCAS II 7.1: 5 s to respond, 0.25 g: 3,000 ft/min in 10 s; and a sample"),
        "wildest": Param(6_000, "ft/min", "advisories ask for no more; wilder rates are aerobatics or noise", 3_000, 60_000, "TCAS II 7.1: at most 4,400 ft/min", column="|vertical_rate|"),
        "slowest": Param(170, "kt", "slower aircraft rarely carry the equipment", 50, 400, "ICAO Annex 6: required above 5,700 kg", column="ground_speed"),
        "near": Param(5, "nmi", "another aircraft within this, at one of the last instants", 0.5, 20, "TCAS II 7.1: tau of 35 s at 500 kt of closure"),
        "apart": Param(1_500, "ft", "and within this height, is named", 200, 5_000, "TCAS II 7.1: advisories up to 800 ft; and the climb since"),
    },
    describe=Describe(
        definition="Aircraft whose climb turns into a descent, or the reverse, within seconds, borne out by the altitude.",
        characteristics=("More than 1,500 ft/min of either sign within seconds", "Altitude follows", "Another aircraft near: medium, very near: high"),
        audience=("Safety monitoring", "Investigation and review"),
        priority_note="High with another aircraft within 1.5 nmi and 800 ft, medium with one within the wider limits, low alone.",
        context="The advisory itself is not in these feeds: turbulence, wake, a corrected level bust or a test flight look the same. Aerobatics, gliders and helicopters are left out.",
    ),
)  # fmt: skip
def detect(tracks: Tracks, p: SimpleNamespace, aircraft: AircraftTable | None = None) -> Stretches:
    """Rows that bear out a reversal."""
    found = reversals(tracks, p, aircraft)
    rows = np.flatnonzero(found.hit)
    if not len(rows):
        return none()
    near = others(tracks, rows, p.near, p.apart)
    close = np.zeros(len(tracks), dtype=np.int64)
    for row, one in near.items():
        close[row] = 2 if one.nmi <= 1.5 and one.feet <= 800 else 1
    return stretches(
        tracks, found.hit, begin=np.minimum(found.turned, np.arange(len(tracks))),
        confidence=np.choose(close, [0.4, 0.65, 0.8]), score=close + np.rint(np.abs(found.before - found.after)) / 1e5,
        priority=np.choose(close, [PRIORITY["low"], PRIORITY["medium"], PRIORITY["high"]]),
        members={row: (one.icao24,) for row, one in near.items()}, values=_values(tracks, found, near),
    )  # fmt: skip


def _values(tracks: Tracks, found: Reversals, near: dict[int, Other]) -> dict[str, Array]:
    """What the sentence and the evidence say, by row."""
    words = np.full(len(tracks), "", dtype=object)
    nmi, feet = np.full(len(tracks), np.nan), np.full(len(tracks), np.nan)
    for row, one in near.items():
        name = one.callsign or icao24_text(one.icao24) or "an aircraft"
        words[row] = f", with {name} {one.nmi:.1f} nmi and {one.feet:,.0f} ft away"
        nmi[row], feet[row] = round(one.nmi, 2), round(one.feet)
    return {
        "before": np.rint(found.before), "after": np.rint(found.after), "other": words, "other_nmi": nmi, "other_ft": feet,
        "seconds": (tracks.time - tracks.time[found.turned]) / 1000.0,
    }  # fmt: skip
