"""Rapid descent: a steep fall that is held, that the altitude confirms, and that no approach explains."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._examples import during, fly
from detectors._falls import Fall, after_climb, credible_loss, doubtful, falls, on_purpose, on_trial
from detectors._innocent import height_text
from detectors._registry import PRIORITY, Describe, Example, Param, Style, detector
from geo.aircraft import AircraftTable
from geo.airports import Airports
from geo.batch import Batch
from geo.performance import Profiles, profiles
from geo.schema import Array
from geo.stretches import Stretches, stretches
from geo.tracks import Mask, Tracks


def examples() -> Sequence[Example]:
    """Hits and near misses."""
    n = 300

    def falling(rate: float, rows: int, **columns: Any) -> Batch:
        return fly(seconds=n, rate=during(rate, 0.0, 60, 60 + rows, n, "f8"), **({"altitude": 36_000.0} | columns))

    def approach() -> Batch:
        return fly(seconds=60, lat=48.354, lon=11.65, altitude=5_500, rate=-3_200, speed=180)

    return [
        Example("down to 10,000 ft without a pause", lambda: falling(-4_500, 240), 1),
        Example("an emergency descent", lambda: falling(-6_000, 180), 1),
        Example("an expedited descent of a jet, which is a low one", lambda: falling(-3_500, 60), 1),
        Example("one bad row", lambda: falling(-20_000, 1), 0),
        Example("a rate that the altitude denies", lambda: falling(-6_000, 60, baro_altitude=36_000.0), 0),
        Example("an ordinary descent", lambda: falling(-2_200, 180), 0),
        Example("a steep approach", approach, 0),
    ]


def gate(tracks: Tracks, p: SimpleNamespace) -> Mask:
    """Only rows that send such a rate."""
    falling: Mask = (tracks.vertical_rate <= p.rate) & (tracks.on_ground != 1)
    return falling


@detector(
    id="rapid-descent",
    title="Rapid descent",
    priority="high",
    scope="aircraft",
    needs=[("vertical_rate",), ("airports",)],
    uses=("type_code", "category", "emergency"),
    lookback_s=180,
    every_s=5,
    merge_gap_s=300,
    gate=gate,
    examples=examples,
    explain="falling at {rate:,.0f} ft/min{through}, {lost:,.0f} ft lost in {held:.0f} s{context}",
    style=Style(shape="path", color="#ff8f6b", icon="descent"),
    params={
        "rate": Param(
            -3_000,
            "ft/min",
            "a fall is at or below this vertical rate",
            -20_000,
            -500,
            "seed 003",
            column="vertical_rate",
        ),
        "hold": Param(10, "s", "and holds this long: single rows are noise", 2, 45, "seed 003; point rates are noisy"),
        "agree": Param(0.6, "", "share of the rate that the altitude must confirm", 0, 1, "forward-filled rates: 0.0"),
        "steep": Param(
            10,
            "deg",
            "a flatter path is an expedited descent",
            3,
            30,
            "Paris 2021: 7; relay, survey and camera aircraft 2017 to 2022: up to 9.9",
        ),
        "severe": Param(
            -5_000,
            "ft/min",
            "such a fall is of high priority",
            -20_000,
            -3_000,
            "expedite: 4,500",
            column="vertical_rate",
        ),
        "deep": Param(
            4_000,
            "ft",
            "if so much is lost",
            500,
            20_000,
            "Haneda 2024: 2,000 ft at 5,900 ft/min, an expedited descent",
        ),
        "sustained": Param(8_500, "ft", "lost in two minutes it is high", 2_000, 40_000, "expedite: up to 8,150 ft"),
        "extreme": Param(
            -8_000, "ft/min", "such a fall below 20,000 ft is critical", -30_000, -3_000, "no airliner does"
        ),
    },
    describe=Describe(
        definition="Aircraft that lose 3,000 ft/min or more for ten seconds or longer away from any approach.",
        characteristics=(
            "Vertical rate at or below the threshold, held",
            "An altitude that falls with it",
            "No runway or aerodrome ahead that the descent would lead to",
        ),
        audience=("Safety monitoring", "Emergency response", "Flight operations analysts", "Investigation and review"),
        priority_note="High for severe, long or low falls and for those beyond the type, critical for extreme "
        "ones; medium for steep ones; low for expedited descents, and where the data cannot be trusted.",
        context="Speed brakes give 3,000 to 4,500 ft/min on request of control: cleared for types that are known to do "
        "it, as are parabolas and aerobatics that end no lower than they began; low for steady descents on flights of "
        "makers. None of this in an emergency. Jump planes and fire-fighters fall on purpose too.",
    ),
)
def detect(tracks: Tracks, p: SimpleNamespace, airports: Airports, aircraft: AircraftTable | None = None) -> Stretches:
    """Rows in a fall that has held for `hold` seconds and that the altitude does not deny."""
    sent = gate(tracks, p)
    fall = falls(tracks, sent, airports)
    hit = sent & (fall.held >= p.hold) & ~(fall.shown > p.rate * p.agree)
    profile = profiles(tracks, aircraft)
    priority, context = _graded(tracks, fall, profile, p)
    excess = np.clip((p.rate - fall.rate) / 1_000, 0, 5) / 5
    sure = np.choose(priority - 1, [0.3, 0.5, 0.7, 0.85]) + 0.08 * excess + 0.04 * (fall.held >= 30)
    return stretches(
        tracks,
        hit,
        begin=fall.begin,
        confidence=sure,
        score=priority * 100.0 + np.rint(-fall.rate) / 1_000,
        priority=priority,
        cleared=on_purpose(tracks, fall, profile, priority),
        values={
            "rate": np.rint(-fall.rate),
            "through": height_text(tracks.baro_altitude, hit, " through {} ft"),
            "lost": np.rint(np.where(np.isnan(fall.lost), -fall.rate * fall.held / 60, fall.lost)),
            "held": fall.held,
            "height": np.rint(fall.height),
            "airport_nmi": np.round(fall.away, 1),
            "context": context,
        },
    )


def _graded(tracks: Tracks, fall: Fall, profile: Profiles, p: SimpleNamespace) -> tuple[Array, Array]:
    """Priority by row, and what lowers it, in words."""
    angle = np.degrees(np.arctan2(-fall.rate, np.maximum(tracks.ground_speed, 1) * 101.27))
    lost = credible_loss(fall)
    severe = (fall.rate <= p.severe) & (fall.held >= 20) & (lost >= p.deep)
    beyond = profile.known & (fall.rate < profile.descent_fpm) & (fall.held >= 15)
    ground_s = fall.height / np.maximum(-fall.rate, 1) * 60
    flat = (angle <= p.steep) & ~severe & (fall.rate > 1.5 * p.severe) & ~(ground_s < 60)
    short = (lost < 1_000) & (fall.rate > p.severe)
    jet = (flat | short) & ~beyond
    soon = (ground_s < 30) & (fall.held >= 15) & (fall.away > 3)
    extreme = (fall.rate <= p.extreme) & (fall.held >= 15) & (tracks.baro_altitude < 20_000)
    climbed = after_climb(tracks, -2 * p.rate) & ~(fall.height < 8_000)
    trial = on_trial(tracks, fall) & ~(beyond | soon | extreme)
    field = (fall.away <= 5) & (fall.height <= 15_000) & (tracks.ground_speed <= 200)
    doubt = doubtful(tracks, fall)
    high, low = PRIORITY["high"], PRIORITY["low"]
    sustained = lost >= p.sustained
    level = np.where(jet, low, PRIORITY["medium"])
    level = np.where(severe | beyond | soon | sustained, high, level)
    level = np.where(extreme, PRIORITY["critical"], level)
    level = np.where(climbed | field & ~extreme, np.minimum(level, PRIORITY["medium"]), level)
    level = np.where(trial, low, level)
    words = np.select(
        [doubt, trial, climbed, field, short & (level == low), jet & (level == low)],
        [", on thin evidence", ", steadily, on a flight of a maker of aircraft, as tests have them", ", after a climb as steep: parabolas, aerobatics or an upset",
         ", beside an aerodrome", ", briefly", ", on the flat path of an aircraft that expedites"], "",
    )  # fmt: skip
    return np.where(doubt, low, level), words
