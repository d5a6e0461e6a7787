"""The engine's features are the stream's, bit by bit, whatever the batches; flights at fault are known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from benchmarks.scorecard.baselines import plain_class
from detectors._examples import circle, fly, together
from detectors._registry import registry
from feeds.synthetic import START_MS, Synthetic
from geo.airports import Airports
from geo.batch import Batch
from geo.feature_rows import FRAME_COLUMNS, GAP_S, SLOT_S, Places
from geo.feature_stream import FeatureStream
from geo.feature_table import FEATURES
from geo.features import features
from geo.stretches import Stretches, none
from geo.tracks import Tracks
from pipeline.checkpoint import restore, save
from pipeline.engine import Engine
from pipeline.featuring import Featuring

EVERY = tuple(FEATURES)
PLACES = Places(Airports.builtin())


@pytest.fixture(scope="module")
def world() -> Batch:
    return Batch.concat(list(Synthetic(3, 10).batches(START_MS, START_MS + 600_000, 4.0)))


def live(world: Batch, pieces: int, restart: bool = False) -> dict[str, np.ndarray]:  # type: ignore[type-arg]
    """Every fresh row's features as a class sees them that looks back GAP_S at one row each ten seconds."""
    seen: list[Any] = []

    def detect(tracks: Tracks, p: object) -> Stretches:
        found = features(tracks, EVERY, PLACES)
        seen.append(found.take(found.fresh))
        return none()

    uses = tuple(name for name in FRAME_COLUMNS if name != "flight")
    plain = plain_class("seeing", detect, 0, {}, sample_s=SLOT_S, every_s=10, uses=uses)
    one = replace(plain, lookback_s=GAP_S + SLOT_S)
    engine = Engine({"seeing": one}, lateness_s=0.0)
    for piece in np.array_split(np.arange(len(world)), pieces):
        engine.feed(world.take(piece))
        if restart:
            kept, engine = save(engine), Engine({"seeing": one}, lateness_s=0.0)
            restore(engine, kept)
    engine.finish()
    rows = {"time": [f.time for f in seen], "flight": [f.flight for f in seen]}
    rows |= {name: [f.values[name] for f in seen] for name in EVERY}
    joined = {name: np.concatenate(parts) for name, parts in rows.items()}
    order = np.lexsort((joined["time"], joined["flight"]))
    return {name: values[order] for name, values in joined.items()}


@pytest.mark.parametrize(("pieces", "restart"), [(1, False), (7, False), (60, False), (9, True)])
def test_live_and_recorded_are_the_same_bits(world: Batch, pieces: int, restart: bool) -> None:
    _, whole = FeatureStream(EVERY, PLACES).extend(world)
    order = np.lexsort((whole.time, whole.flight))

    seen = live(world, pieces, restart)

    assert seen["time"].tobytes() == whole.time[order].tobytes()
    for name in EVERY:
        assert seen[name].tobytes() == whole.values[name][order].tobytes(), name


def test_flights_at_fault() -> None:
    rows = together(circle(seconds=1_800), fly(0x111111, 1_800, lat=40.0))
    engine = Engine({"loiter": registry()["loiter"]}, resources={"airports": Airports.builtin()}, lateness_s=0.0)
    run = Featuring(engine, FeatureStream(EVERY, PLACES))

    parts = list(run.run([rows]))
    flight, classes, priority = run.faults()

    assert sum(len(found) for _, found in parts) == 360
    assert len(flight) == 1 and list(classes) == ["loiter"] and priority[0] >= 1
    assert set(np.concatenate([b["icao24"][f.flight == flight[0]] for b, f in parts])) == {0xABC123}
