"""Counts per cell and half hour, against a plain loop, however the rows came."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors._examples import EPOCH, fly, together
from geo.batch import Batch
from geo.cells import cells_of
from geo.flights import Flights
from pipeline.cells import BUCKET_MS, RESOLUTION, CellCounts


def rows() -> Batch:
    """Four aircraft for an hour; one of them is degraded for some minutes."""
    quality = np.full(360, 9.0)
    quality[100:130] = 0.0
    world = together(
        fly(1, 3600, step_s=10, nac_p=quality, nic=quality, version=2),
        *(fly(k, 3600, step_s=10, lat=50 + 0.01 * k, nac_p=9, nic=8, version=2) for k in (2, 3, 4)),
    )
    world = world.take(np.lexsort((world["time"], world["icao24"])))
    return world.with_columns(**Flights().assign(world.columns))


def test_an_aircraft_counts_once_and_bad_once_is_bad() -> None:
    counts = CellCounts()
    counts.add(rows())

    found = counts.take(None)

    first = cells_of(np.array([50.0]), np.array([10.0]), RESOLUTION)[0]
    start = np.flatnonzero((found["h3"] == first) & (found["bucket_start"] == EPOCH // BUCKET_MS * BUCKET_MS))
    assert found["aircraft"][start].tolist() == [4]
    assert found["bad"].sum() >= 1 and (found["good"] + found["bad"] <= found["aircraft"]).all()


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 3_599), max_size=5))
def test_pieces_give_the_same_counts(cuts: list[int]) -> None:
    world = rows()
    whole, split = CellCounts(), CellCounts()
    whole.add(world)
    edges = [0, *sorted(cuts), 10_000]
    for a, b in pairwise(edges):
        split.add(world.take((world["time"] >= EPOCH + a * 1000) & (world["time"] < EPOCH + b * 1000)))

    one, other = whole.take(None), split.take(None)

    assert all(np.array_equal(one[n], other[n]) for n in one)


def test_old_buckets_are_forgotten() -> None:
    counts = CellCounts()
    counts.add(rows())

    counts.take(EPOCH + 10 * BUCKET_MS)

    assert not len(counts.take(None).get("h3", ()))
