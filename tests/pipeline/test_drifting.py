"""Drift of a feed against the model that ships: little on what is like its data, much on what is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from feeds.synthetic import open_synthetic
from geo.airports import Airports
from geo.batch import Batch
from geo.feature_rows import Places
from models.active import SHIPPED, load
from models.drift import CHANGED
from pipeline.drifting import drift

PLACES = Places(airports=Airports.builtin())
LIKE = "synthetic:seed=5,hours=0.5,step=15,aircraft=120,vectored=110,calm=1,rough=1"


@pytest.fixture(scope="module")
def model() -> Any:
    return load(SHIPPED / "sequence")[1]


def rows(spec: str) -> Batch:
    return Batch.concat(list(open_synthetic(spec).batches()))


def test_traffic_like_what_was_learned_is_stable(model: Any) -> None:
    found = drift(model, PLACES, rows(LIKE))
    assert found["enough"] and found["model"]["kind"] == "sequence"
    assert all(one["level"] == "stable" for one in found["features"] if one["id"] in ("gspeed", "d_alt", "step_m"))


@pytest.mark.parametrize("step", [1, 5, 15])
def test_how_often_a_feed_comes_is_no_drift(model: Any, step: int) -> None:
    """The model learned from rows 10 s and 15 s apart: steps of 64 ft/min are others by the second."""
    spec = f"synthetic:seed=5,hours=0.25,step={step},aircraft=40,vectored=36,calm=1,rough=1"
    found = drift(model, PLACES, rows(spec))
    index = {one["id"]: one["index"] for one in found["features"]}
    assert index["vertical_accel"] < CHANGED and found["pace_known"] == 1


def test_traffic_of_another_kind_is_shifted_and_the_worst_comes_first(model: Any) -> None:
    """Nothing but gliders of half the speed."""
    slow = rows(LIKE)
    found = drift(model, PLACES, slow.with_columns(ground_speed=slow["ground_speed"] / 2))
    assert found["level"] == "shifted"
    assert {one["id"] for one in found["features"][:2]} == {"gspeed", "speed_gap"}
    assert [one["index"] for one in found["features"]] == sorted(
        (one["index"] for one in found["features"]), reverse=True
    )


def test_without_rows_or_a_reference_nothing_is_known(model: Any) -> None:
    assert drift(model, PLACES, rows(LIKE).take(np.arange(0)))["level"] == "unknown"
    assert drift(replace(model, reference=None), PLACES, rows(LIKE))["model"] is None
    assert drift(None, PLACES, rows(LIKE))["features"] == []
