"""Two classes that anything real must beat: one finds nothing, one throws a coin."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._examples import fly
from detectors._registry import Describe, Detector, Example, Param, Style
from geo.stretches import Stretches, none, stretches
from geo.tracks import Tracks

_WORDS = Describe("To compare with only.", (), (), "None.", "None.")


def baselines() -> dict[str, Detector]:
    """`null` and `random` by name."""
    share = Param(0.02, "", "share of rows", hi=1.0, source="chosen")
    return {"null": plain_class("null", _null, 0, {}), "random": plain_class("random", _random, 3, {"share": share})}


def plain_class(name: str, function: Any, count: int, params: dict[str, Param], **more: Any) -> Detector:
    """A class outside the catalogue; `count` is what it finds in two minutes of a plain flight."""
    return Detector(
        id=name, title=name, priority="low", scope="aircraft", needs=[("time",)], lookback_s=30, params=params,
        explain="{duration:.0f} s", style=Style("path", "#ffffff"), describe=_WORDS, detect=function,
        merge_gap_s=5, **more,
        examples=lambda: [Example("a plain flight", lambda: fly(seconds=120), count)],
    )  # fmt: skip


def _null(tracks: Tracks, p: SimpleNamespace) -> Stretches:
    return none()


def _random(tracks: Tracks, p: SimpleNamespace) -> Stretches:
    """A coin thrown by a hash of the row, so that it falls the same way whenever the row is seen."""
    mixed = (tracks.time.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) ^ tracks.icao24.astype(np.uint64)
    coin = ((mixed * np.uint64(0xBF58476D1CE4E5B9)) >> np.uint64(40)).astype(float) / 2**24
    ready = tracks.time - tracks.shift(tracks.time) > 0
    return stretches(tracks, (coin < p.share) & ready, confidence=coin, values={"coin": coin})
