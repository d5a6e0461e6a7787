"""The shipped scorecard's figures by class: how right, how complete and how quick each was when it was measured."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from detectors import _registry

SHIPPED = Path(_registry.__file__).with_name("_scorecard.json")
"""Written by `skysift scorecard --json`; it travels with the classes that it describes."""

_NAMES = (
    "basis", "episodes", "found", "precision", "recall", "f1", "delay_median_s", "delay_p95_s", "false_per_100h",
    "cleared_precision", "cleared_recall",
)  # fmt: skip


@cache
def measured() -> Mapping[str, Mapping[str, Any]]:
    """By class id; a class that was not measured is not in it."""
    card = orjson.loads(SHIPPED.read_bytes())
    stamp = {"version": card["version"], "data_until": card["data_until"]}
    return {name: {k: one.get(k) for k in _NAMES} | stamp for name, one in card["classes"].items()}
