"""Odd moments: rows that a learned model finds unlike the rows of normal flights in the same phase, several in a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._examples import fly
from detectors._registry import Describe, Example, Param, Style, detector
from geo.aircraft import AircraftTable
from geo.airports import Airports
from geo.doubts import doubtful, reading, stated
from geo.feature_rows import GAP_S, SLOT_S, Places, usable
from geo.features import Features, features
from geo.firs import Firs
from geo.learned import PointScorer
from geo.schema import Array
from geo.stretches import Stretches, none, stretches
from geo.tracks import Mask, Tracks
from geo.zones import Zones

AGAIN_S = 1_800
"""What is odd again within half an hour is the same matter, as in incidents."""

LONGEST_S = 60.0
"""Of `window`: the lookback holds that, and what the first row of it is compared with."""


def examples() -> Sequence[Example]:
    """Hits and near misses: at a row each second, of which the first of each ten is judged."""
    n = np.arange(600)
    some = (n > 200) & (n < 400)
    yoyo = np.where(some, np.where(n // 10 % 2 == 0, 12_000.0, -12_000.0), 0.0)
    lost: dict[str, Any] = {"nic": np.where(some, 0, 8), "nac_p": np.where(some, 0, 9), "sil": 3}
    return [
        Example("up and down at 12,000 ft/min", lambda: fly(rate=yoyo), 1),
        Example("position quality lost at cruise", lambda: fly(**lost), 1),
        Example("a calm cruise", fly, 0),
        Example("a calm climb", lambda: fly(altitude=8_000.0, rate=1_800.0, speed=330.0), 0),
        Example("one odd frame", lambda: fly(ground_speed=np.where(n == 300, 1_200.0, 420.0)), 0),
    ]


@detector(
    id="ml-point",
    title="Odd moment, learned",
    priority="low",
    scope="aircraft",
    needs=[("point_model",), ("lat",), ("track",), ("ground_speed",), ("baro_altitude", "geo_altitude")],
    uses=("geo_altitude", "category", "type_code", "nic", "nac_p", "sil", "position_time", "source"),
    lookback_s=LONGEST_S + GAP_S + SLOT_S,
    sample_s=SLOT_S,
    every_s=SLOT_S,
    merge_gap_s=AGAIN_S,
    examples=examples,
    explain="{words}; score {score:.6f}, {rows} rows of the last {window:.0f} s",
    style=Style(shape="path", color="#8e6bbf", icon="dot"),
    params={
        "threshold": Param(0.99999, "", "score from which a row is odd: its share of normal rows that are less odd", 0.5, 1.0, "measured: docs/learned.md; seed 000: 0.99 for one row"),
        "rows": Param(3, "", "so many rows within `window` must be odd", 1, 18, "seed 000: 3 in a row for sequences"),
        "window": Param(60, "s", "within which they must lie", 10, LONGEST_S, "six rows of ten seconds"),
    },
    describe=Describe(
        definition="Several rows in a short time whose heights, speeds, turns, rates and their agreement with each "
        "other are unlike those of normal flights in the same phase by the same class of aircraft.",
        characteristics=(
            "A score that says how rare such a row is in normal traffic",
            "Which features are unusual, and what is usual",
            "Compared with rows of the same phase of flight and class of aircraft",
        ),
        audience=("Operations analysts", "Data-quality engineers", "Researchers"),
        priority_note="Low: that something is rare says nothing about why. It counts in the verdict on the flight.",
        context="The model that ships was trained on made-up traffic; `skysift train point` makes one of your own "
        "history, which knows what is usual there. Rules say what is wrong; this says only that it is rare.",
    ),
)  # fmt: skip
def detect(
    tracks: Tracks, p: SimpleNamespace, point_model: PointScorer, airports: Airports, firs: Firs | None = None,
    zones: Zones | None = None, aircraft: AircraftTable | None = None,
) -> Stretches:  # fmt: skip
    """Rows at which enough of the last rows were odd."""
    places = Places.shared(airports, firs, zones, aircraft)
    view = tracks.take(np.flatnonzero(usable(tracks)))
    found = features(view.take(_with_row_before(view)), point_model.names, places)
    found = found.take(found.fresh)
    odd = point_model.scores(found) >= p.threshold
    if not odd.any():
        return none()
    view = view.take(np.flatnonzero(np.isin(view.flight, np.unique(found.flight[odd]))))
    found = stated(features(view, reading(point_model.names), places))
    return _judged(view, found, p, point_model)


def _judged(view: Tracks, found: Features, p: SimpleNamespace, model: PointScorer) -> Stretches:
    """All rows of the flights that have an odd row now: how many of the last rows were odd, and what to say."""
    score = model.scores(found)
    odd = (score >= p.threshold) & ~doubtful(found)
    if not odd.any():
        return none()
    count = view.window_sum(odd.astype(np.int64), p.window)
    hit: Mask = odd & (count >= p.rows)
    out = stretches(
        view, hit, begin=_begin(view, odd, p.window), confidence=_confidence(score), score=score,
    )  # fmt: skip
    peak = np.flatnonzero(np.isin(view.time, out.peak) & hit)
    row = {(int(view.flight[k]), int(view.time[k])): int(k) for k in peak}
    rows = np.array([row[one] for one in zip(out.subject.tolist(), out.peak.tolist(), strict=True)], dtype=np.int64)
    words = np.array(model.told(found.take(rows)), dtype=object)
    window = np.full(len(rows), p.window)
    return replace(out, values={"words": words, "score": score[rows], "rows": count[rows], "window": window})


def _with_row_before(view: Tracks) -> Array:
    """Fresh rows, and of each the row before."""
    wanted = view.fresh.copy()
    wanted[:-1] |= view.fresh[1:] & ~view.first[1:]
    return np.flatnonzero(wanted)


def _begin(view: Tracks, odd: Mask, window_s: float) -> Array:
    """For each row the first odd row within the window before it."""
    rows = np.arange(len(view))
    later = np.minimum.accumulate(np.where(odd, rows, len(rows))[::-1])[::-1]
    return np.minimum(later[view.ago(window_s)], rows)


def _confidence(score: Array) -> Array:
    """0.5 for one normal row in 10,000, 0.1 more for each tenth of that, 0.8 at most: rare is not yet wrong."""
    rarity = -np.log10(np.maximum(1.0 - score, 1e-9))
    return np.round(np.clip(0.1 + 0.1 * rarity, 0.1, 0.8), 3)
