"""Classes outside the catalogue that pass the same contract: one finds nothing, one at random, one remembers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._examples import fly, zones
from detectors._registry import Describe, Detector, Example, Param, Style
from geo.airports import Airports
from geo.memory import Keep, Memory, Slot
from geo.registers import Registers
from geo.stretches import Stretches, none, stretches
from geo.tracks import Tracks

_WORDS = Describe("For the contract only.", (), (), "None.", "None.")


def _null(tracks: Tracks, p: SimpleNamespace) -> Stretches:
    return none()


def _random(tracks: Tracks, p: SimpleNamespace) -> Stretches:
    """A coin thrown by a hash of the row, so that it falls the same way whenever the row is seen."""
    mixed = (tracks.time.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) ^ tracks.icao24.astype(np.uint64)
    coin = ((mixed * np.uint64(0xBF58476D1CE4E5B9)) >> np.uint64(40)).astype(float) / 2**24
    ready = tracks.time - tracks.shift(tracks.time) > 0
    return stretches(tracks, (coin < p.share) & ready, confidence=coin, values={"coin": coin})


def _mindful(tracks: Tracks, p: SimpleNamespace, memory: Memory) -> Stretches:
    """Rows of a flight once it has been heard for so many rows, however long ago they were."""
    rows = np.flatnonzero(tracks.fresh)
    flights, first, new = np.unique(tracks.flight[rows], return_index=True, return_counts=True)
    heard = memory.get(flights)["heard"]
    memory.put(flights, tracks.time[rows[first]], heard=heard + new)
    number = np.zeros(len(tracks), dtype=np.int64)
    number[rows] = np.repeat(heard - first, new) + np.arange(len(rows))
    return stretches(tracks, tracks.fresh & (number >= p.rows), values={"number": number})


def _class(name: str, function: Any, count: int, params: dict[str, Param], **more: Any) -> Detector:
    return Detector(
        id=name, title=name, priority="low", scope="aircraft", needs=[("time",)], lookback_s=30, params=params,
        explain="{duration:.0f} s", style=Style("path", "#ffffff"), describe=_WORDS, detect=function,
        merge_gap_s=5, **more,
        examples=lambda: [Example("a plain flight", lambda: fly(seconds=120), count)],
    )  # fmt: skip


def extra_classes() -> dict[str, Detector]:
    share = Param(0.02, "", "share of rows", hi=1.0, source="chosen")
    rows = Param(100, "", "rows of the flight", lo=50, hi=110, source="chosen")
    keep = Keep({"heard": Slot("i8")}, ttl_s=900)
    return {
        "null": _class("null", _null, 0, {}),
        "random": _class("random", _random, 3, {"share": share}),
        "mindful": _class("mindful", _mindful, 1, {"rows": rows}, memory=keep, wants=("memory",)),
    }


def resources() -> dict[str, Any]:
    """What the classes may ask for."""
    return {"airports": Airports.builtin(), "registers": Registers.builtin(), "zones": zones()}
