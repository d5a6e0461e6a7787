"""Classes outside the catalogue that pass the same contract: one finds nothing, one at random, one remembers."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np

from benchmarks.scorecard.baselines import baselines, plain_class
from detectors._examples import zones
from detectors._registry import Detector, Param
from geo.airports import Airports
from geo.memory import Keep, Memory, Slot
from geo.registers import Registers
from geo.stretches import Stretches, stretches
from geo.tracks import Tracks
from models.active import SHIPPED, load


def _mindful(tracks: Tracks, p: SimpleNamespace, memory: Memory) -> Stretches:
    """Rows of a flight once it has been heard for so many rows, however long ago they were."""
    rows = np.flatnonzero(tracks.fresh)
    flights, first, new = np.unique(tracks.flight[rows], return_index=True, return_counts=True)
    heard = memory.get(flights)["heard"]
    memory.put(flights, tracks.time[rows[first]], heard=heard + new)
    number = np.zeros(len(tracks), dtype=np.int64)
    number[rows] = np.repeat(heard - first, new) + np.arange(len(rows))
    return stretches(tracks, tracks.fresh & (number >= p.rows), values={"number": number})


def extra_classes() -> dict[str, Detector]:
    rows = Param(100, "", "rows of the flight", lo=50, hi=110, source="chosen")
    keep = Keep({"heard": Slot("i8")}, ttl_s=900)
    mindful = plain_class("mindful", _mindful, 1, {"rows": rows}, memory=keep, wants=("memory",))
    return {**baselines(), "mindful": mindful}


def resources() -> dict[str, Any]:
    """What the classes may ask for."""
    return {
        "airports": Airports.builtin(), "registers": Registers.builtin(), "zones": zones(),
        "point_model": shipped("point"), "sequence_model": shipped("sequence"),
    }  # fmt: skip


@cache
def shipped(kind: str) -> Any:
    """The model of a kind that ships, loaded once."""
    return load(SHIPPED / kind)[1]
