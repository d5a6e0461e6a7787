"""Vertical oscillation: an aircraft that climbs and sinks by turns, or an altitude that only flickers."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._examples import during, fly
from detectors._registry import PRIORITY, Describe, Example, Param, Style, detector
from detectors._traffic import distress
from detectors._waves import Waves, at_fields, flicker, from_level, seen, waves
from geo.aircraft import AircraftTable
from geo.airports import Airports
from geo.batch import Batch
from geo.performance import is_kind, profiles
from geo.schema import SOURCES, Array
from geo.stretches import Stretches, none, stretches
from geo.tracks import Mask, Tracks

ZOOM_FPM = 6_000.0
"""As steep up as down beyond this, speed is traded for height and back (acceptance flight SWR5220, 2019: 10,200 and
9,700 ft/min)."""


def examples() -> Sequence[Example]:
    """Hits and near misses."""
    n = 1200
    t = np.arange(n)

    def wave(feet: float, period_s: float, middle: float = 33_000.0, **columns: Any) -> Batch:
        rate = feet * np.pi / period_s * np.cos(2 * np.pi * t / period_s) * 60
        return fly(seconds=n, altitude=middle, rate=rate, **columns)

    def steps() -> Batch:
        return fly(seconds=n, altitude=20_000, rate=np.where(t % 400 < 120, 2_000.0, 0.0))

    def spikes() -> Batch:
        return fly(seconds=n, baro_altitude=np.where(t % 97 == 0, 2_000.0, 35_000.0))

    return [
        Example("up and down by 3,000 ft every three minutes", lambda: wave(3_000, 180), 1),
        Example(
            "an altitude that alternates", lambda: fly(seconds=n, baro_altitude=np.where(t % 2, 55_000.0, 5_000.0)), 1
        ),
        Example("a climb in steps", steps, 0),
        Example("gentle waves", lambda: wave(600, 180), 0),
        Example("a wrong altitude now and then", spikes, 0),
        Example(
            "up once and down once",
            lambda: fly(seconds=n, rate=during(-2_000.0, 2_000.0, 600, n, n), altitude=9_000),
            0,
        ),
        Example("aerobatics", lambda: wave(3_000, 90, 6_000.0, speed=150, type_code=b"E300"), 0),
    ]


def gate(tracks: Tracks, p: SimpleNamespace) -> Mask:
    """Climbing, or nobody knows; or above where airliners fly, as one half of an alternating altitude often is."""
    steep = ~(tracks.vertical_rate < p.rate)
    passed: Mask = seen(tracks) & (steep | (tracks.baro_altitude > 51_000))
    return passed


@detector(
    id="vertical-oscillation",
    title="Climbing and sinking by turns",
    priority="medium",
    scope="aircraft",
    needs=[("baro_altitude",), ("airports",)],
    uses=("type_code", "category", "emergency"),
    lookback_s=1_300,
    sample_s=7,
    every_s=10,
    merge_gap_s=900,
    gate=gate,
    examples=examples,
    explain="{manner}{extra}",
    style=Style(shape="path", color="#00c7be", icon="wave"),
    params={
        "swings": Param(4, "", "climbs and descents by turns within `window`", 3, 20, "Cal Fire 2020: 3 in ten minutes, once 4; weightlessness 2020: 8"),
        "height": Param(1_500, "ft", "each of at least this height", 500, 10_000, "flight checks 2018 to 2020: approaches of 1,700 ft, two in ten minutes"),
        "window": Param(600, "s", "time in which they are counted", 300, 600, "slower waves are ordinary changes of level"),
        "rate": Param(1_000, "ft/min", "looked at while climbing faster than this", 100, 5_000, "1,500 ft in 90 s", column="vertical_rate"),
        "jump": Param(8_000, "ft", "an altitude that jumps so far and back alternates", 3_000, 60_000, "definitions 5.3: 55,000 and 5,000 ft by turns"),
        "flips": Param(4, "", "jumps to and fro within 75 s", 3, 9, "Paris 2021: wrong altitudes come singly"),
    },
    describe=Describe(
        definition="Aircraft that climb and sink by turns, again and again, or whose altitude alternates between two values.",
        characteristics=(
            "Four or more swings of 1,500 ft in ten minutes",
            "An altitude that jumps to and fro from message to message",
        ),
        audience=("Safety monitoring", "Data-quality engineers", "Airspace research", "Alert reviewers"),
        priority_note="Medium; low for slow aircraft low down, for helicopters, for figures that begin in level flight "
        "and come back to it, and for an altitude that alternates for less than a minute.",
        context="Parabolic flights, aerobatics, gliders, jump planes and fire-fighters do this on purpose and are cleared. "
        "An altitude that alternates is technical, or invented.",
    ),
)  # fmt: skip
def detect(tracks: Tracks, p: SimpleNamespace, airports: Airports, aircraft: AircraftTable | None = None) -> Stretches:
    """Rows that end enough swings, or enough jumps to and fro."""
    view = tracks.take(np.flatnonzero(seen(tracks)))
    if not len(view):
        return none()
    now = waves(view, p.height, p.window)
    flips, share = flicker(view, p.jump)
    alternating = (flips >= p.flips) & (share >= 0.4)
    hit = gate(view, p) & (alternating | (now.swings >= p.swings))
    if not (hit & view.fresh).any():
        return none()
    held, _ = view.held(alternating)
    reason, small, figures = _ordinary(view, hit, now, p, airports, aircraft)
    low = np.where(alternating, held < 60, small | figures)
    return stretches(
        view, hit, begin=np.where(alternating, view.ago(75.0), now.begin),
        confidence=np.where(alternating, 0.7, 0.45 + 0.03 * np.minimum(now.swings, 8)),
        score=np.where(alternating, flips, now.swings).astype(float),
        priority=np.where(low, PRIORITY["low"], PRIORITY["medium"]),
        cleared=np.where(alternating, "", reason),
        values=_values(view, now, flips, alternating, small & ~alternating, figures),
    )  # fmt: skip


def _ordinary(
    view: Tracks, hit: Mask, now: Waves, p: SimpleNamespace, airports: Airports, aircraft: AircraftTable | None
) -> tuple[Array, Mask, Mask]:
    """Why it is ordinary, '' where it is not; whether it is a small matter; and whether they are figures flown from a
    level and back to it. Nothing of that in an emergency."""
    profile = profiles(view, aircraft)
    glider = is_kind(profile.kind, "glider", "balloon") | (view.source == SOURCES.index("flarm"))
    parabolas = (now.climb >= 10_000) & (now.descent <= -10_000) & ~profile.dives
    fields = at_fields(view, hit, airports)
    trouble = distress(view)
    reason = np.select(
        [now.denied | trouble, glider, profile.dives, profile.works, profile.drops, fields, parabolas],
        ["", "soaring: gliders climb in thermals and waves and sink between them", "of a type built for aerobatics",
         "of a type that fights fires or sprays fields", "of a type that drops parachutists",
         "approaches or circuits at an aerodrome",
         "parabolas or aerobatics: as steep up as down"], "",
    ).astype(object)  # fmt: skip
    small = (view.baro_altitude < 15_000) & (view.ground_speed < 200)
    small |= is_kind(profile.kind, "helicopter", "gyroplane", "ultralight")
    steep = (now.climb >= ZOOM_FPM) & (now.descent <= -ZOOM_FPM)
    figures = steep & from_level(view, p.window) & ~trouble
    return reason, small & ~trouble | now.denied, figures


def _values(view: Tracks, now: Waves, flips: Array, alternating: Mask, small: Mask, figures: Mask) -> dict[str, Array]:
    """What the sentence and the evidence say, by row."""
    swung = [f"{n} alternating climbs and descents within ten minutes, of up to {ft:,.0f} ft"
             for n, ft in zip(now.swings.tolist(), now.largest.tolist(), strict=True)]  # fmt: skip
    jumps = [f"altitude jumps back and forth, {n} times in 75 s: technical, or invented" for n in flips.tolist()]
    false = [
        f"altitude swings by up to {ft:,.0f} ft that the vertical rate does not show: technical"
        for ft in now.largest.tolist()
    ]
    told = np.where(now.denied, np.array(false, dtype=object), np.array(swung, dtype=object))
    flown = ", as steep up as down, from a level and back to it, never far below: figures of a test or training flight"
    slow = ", by a slow aircraft low down: practice, helicopter work or aerobatics"
    return {
        "manner": np.where(alternating, np.array(jumps, dtype=object), told),
        "extra": np.where(now.denied | alternating, "", np.where(figures, flown, np.where(small, slow, ""))),
        "swings": now.swings, "highest_ft": np.round(now.largest), "flips": flips,
        "climb": np.round(now.climb), "descent": np.round(now.descent),
    }  # fmt: skip
