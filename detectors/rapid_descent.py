"""Rapid descent: a steep fall that is held, that the altitude confirms, and that no approach explains."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._examples import during, fly
from detectors._falls import Fall, doubtful, falls
from detectors._innocent import height_text
from detectors._registry import PRIORITY, Describe, Example, Param, Style, detector
from geo.airports import Airports
from geo.batch import Batch
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
    lookback_s=180,
    every_s=5,
    merge_gap_s=300,
    gate=gate,
    examples=examples,
    explain="falling at {rate:,.0f} ft/min{through}, {lost:,.0f} ft lost in {held:.0f} s{context}",
    style=Style(shape="path", color="#ff8f6b", icon="descent"),
    params={
        "rate": Param(-3_000, "ft/min", "a fall is at or below this vertical rate", -20_000, -500, "seed 003"),
        "hold": Param(10, "s", "and holds this long: single rows are noise", 2, 45, "seed 003; point rates are noisy"),
        "agree": Param(0.6, "", "share of the rate that the altitude must confirm", 0, 1, "forward-filled rates: 0.0"),
        "steep": Param(7.5, "deg", "flight path of a jet with speed brakes stays flatter", 3, 30, "Paris 2021: 7 deg"),
        "severe": Param(-5_000, "ft/min", "such a fall is of high priority", -20_000, -3_000, "expedite: 4,500"),
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
        priority_note="High for severe, long or low falls, critical for extreme ones; medium for steep ones; "
        "low for the expedited descents of jets, and where the data cannot be trusted.",
        context="Speed brakes give 3,000 to 4,500 ft/min on request of control. Parabolic flights, aerobatics, jump "
        "planes and fire-fighters fall on purpose.",
    ),
)
def detect(tracks: Tracks, p: SimpleNamespace, airports: Airports) -> Stretches:
    """Rows in a fall that has held for `hold` seconds and that the altitude does not deny."""
    sent = gate(tracks, p)
    fall = falls(tracks, sent, airports)
    hit = sent & (fall.held >= p.hold) & ~(fall.shown > p.rate * p.agree)
    priority, context = _graded(tracks, fall, p)
    excess = np.clip((p.rate - fall.rate) / 1_000, 0, 5) / 5
    sure = np.choose(priority - 1, [0.3, 0.5, 0.7, 0.85]) + 0.08 * excess + 0.04 * (fall.held >= 30)
    return stretches(
        tracks,
        hit,
        begin=fall.begin,
        confidence=sure,
        score=priority * 100.0 + np.rint(-fall.rate) / 1_000,
        priority=priority,
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


def _graded(tracks: Tracks, fall: Fall, p: SimpleNamespace) -> tuple[Array, Array]:
    """Priority by row, and what lowers it, in words."""
    angle = np.degrees(np.arctan2(-fall.rate, np.maximum(tracks.ground_speed, 1) * 101.27))
    jet = (angle <= p.steep) & (fall.rate > p.severe) & ~(fall.height < 5_000)
    ground_s = fall.height / np.maximum(-fall.rate, 1) * 60
    severe = (fall.rate <= p.severe) & (fall.held >= 20)
    soon = (ground_s < 30) & (fall.held >= 15) & (fall.away > 3)
    extreme = (fall.rate <= p.extreme) & (fall.held >= 15) & (tracks.baro_altitude < 20_000)
    steep_climb = (tracks.vertical_rate >= -2 * p.rate).astype(np.int64)
    climbed = (tracks.window_sum(steep_climb, 120) >= 2) & ~(fall.height < 8_000)
    field = (fall.away <= 5) & (fall.height <= 15_000) & (tracks.ground_speed <= 200)
    doubt = doubtful(tracks, fall)
    high, low = PRIORITY["high"], PRIORITY["low"]
    sustained = fall.lost >= p.sustained
    level = np.where(jet, low, np.where(severe | soon, high, PRIORITY["medium"]))
    level = np.where(sustained, high, level)
    level = np.where(extreme, PRIORITY["critical"], level)
    level = np.where(climbed | field & ~extreme, np.minimum(level, PRIORITY["medium"]), level)
    words = np.select(
        [doubt, climbed, field, jet & ~sustained],
        [", on thin evidence", ", after a climb as steep: parabolas, aerobatics or an upset",
         ", beside an aerodrome", ", on the flat path of a jet that expedites"], "",
    )  # fmt: skip
    return np.where(doubt, low, level), words
