"""Made-up traffic as receivers would hear it: seeded, bounded, and without those that anything was planted for."""

from __future__ import annotations

import numpy as np

from feeds.synthetic import open_synthetic
from geo.batch import Batch
from geo.schema import COLUMNS
from geo.sphere import distance_m


def rows_of(spec: str) -> Batch:
    return Batch.concat(list(open_synthetic(f"synthetic:aircraft=20,hours=0.05,step=5{spec}").batches()))


def test_rough_is_near_and_repeats() -> None:
    plain, rough, again = rows_of(""), rows_of(",rough=1"), rows_of(",rough=1")

    assert all(np.array_equal(rough[n], again[n], equal_nan=rough[n].dtype.kind == "f") for n in rough.columns)
    off = distance_m(plain["lat"], plain["lon"], rough["lat"], rough["lon"])
    assert 10 < np.nanmean(off) < 500 and np.array_equal(plain["time"], rough["time"])
    for name in ("lat", "lon", "track", "ground_speed", "nic"):
        known = rough[name][~np.isnan(rough[name])]
        assert (known >= COLUMNS[name].lo).all() and (known <= COLUMNS[name].hi).all(), name


def test_calm_has_nobody_that_anything_was_planted_for() -> None:
    source = open_synthetic("synthetic:aircraft=20,hours=0.05,step=5,calm=1")
    planted = {a for t in source.world.truth(*source.window()) for a in t.icao24s}

    assert planted and not planted & set(Batch.concat(list(source.batches()))["icao24"].tolist())
