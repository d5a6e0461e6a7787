"""Drift of what comes in against what a learned model learned from: rows in, an index for each feature out."""

from __future__ import annotations

from typing import Any

import numpy as np

from geo.batch import Batch
from geo.feature_rows import Places
from geo.feature_stream import FeatureStream
from geo.feature_table import FEATURES
from models.drift import level, paces

FEW = 1_000
"""With fewer rows the index says little."""


def drift(model: Any, places: Places, rows: Batch) -> dict[str, Any]:
    """Of rows of any aircraft in any order: how many have features, and each feature's index, the largest first.

    `model` is a sequence model; without one, or without what it learned from, nothing is known. `pace_known` is the
    share of rows that came as long after the row before as enough of those that it learned from.
    """
    reference = getattr(model, "reference", None)
    if reference is None:
        return {"model": None, "rows": 0, "enough": False, "level": "unknown", "pace_known": None, "features": []}
    _, found = FeatureStream(model.names, places).extend(rows)
    pace = paces(found)
    index = reference.index(found.matrix(model.names), pace)
    features = [
        {"id": name, "unit": FEATURES[name].unit, "level": level(one), "index": _number(one)}
        for name, one in zip(model.names, index, strict=True)
    ]
    return {
        "model": {"kind": "sequence", "net": model.about.get("net"), "hash": model.scales.hash},
        "rows": len(found), "enough": len(found) >= FEW, "level": level(float(index.max())),
        "pace_known": _number(reference.known(pace)),
        "features": sorted(features, key=lambda one: -(one["index"] or 0.0)),
    }  # fmt: skip


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 3)
