"""Counts per cell and half hour, however the rows came; time flown adds up; a restart counts on."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors._examples import EPOCH, fly, together
from geo.batch import Batch
from geo.cells import FINEST, GPSJAM, cells_of, resolution_of
from geo.flights import Flights
from geo.interference import daily
from pipeline.cells import BUCKET_MS, CellCounts, Counted


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


def between(world: Batch, first_s: int, last_s: int) -> Batch:
    return world.take((world["time"] >= EPOCH + first_s * 1000) & (world["time"] < EPOCH + last_s * 1000))


def taken(counts: CellCounts, watermark: int | None = None) -> Counted:
    found = counts.take(watermark)
    assert found is not None
    return found


def by_cell(found: Counted) -> dict[tuple[int, int], tuple[int, ...]]:
    columns = (found.cells[n].tolist() for n in ("bucket_start", "h3", "good", "bad", "aircraft", "seconds"))
    return {(start, cell): tuple(numbers) for start, cell, *numbers in zip(*columns, strict=True)}


def of_size(counts: Mapping[str, Any], resolution: int) -> dict[str, Any]:
    here = resolution_of(counts["h3"]) == resolution
    return {name: values[here] for name, values in counts.items()}


def test_an_aircraft_counts_once_and_bad_once_is_bad() -> None:
    counts = CellCounts()
    counts.add(rows())

    found = taken(counts).cells

    first = cells_of(np.array([50.0]), np.array([10.0]), GPSJAM)[0]
    start = np.flatnonzero((found["h3"] == first) & (found["bucket_start"] == EPOCH // BUCKET_MS * BUCKET_MS))
    assert found["aircraft"][start].tolist() == [4]
    assert found["bad"].sum() >= 1 and (found["good"] + found["bad"] <= found["aircraft"]).all()


def test_every_size_is_counted_for_itself_and_time_flown_adds_up() -> None:
    counts = CellCounts()
    counts.add(rows())

    found = taken(counts).cells

    flown = {size: of_size(found, size)["seconds"].sum() for size in range(FINEST + 1)}
    assert set(flown.values()) == {4 * 3590}
    whole = of_size(found, 0)
    assert set(whole["aircraft"].tolist()) == {4} and whole["bad"].max() == 1
    assert of_size(found, FINEST)["aircraft"].sum() > of_size(found, GPSJAM)["aircraft"].sum() > 8


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 3_599), max_size=5))
def test_pieces_give_the_same_counts(cuts: list[int]) -> None:
    world = rows()
    whole, split = CellCounts(), CellCounts()
    whole.add(world)
    for a, b in pairwise([0, *sorted(cuts), 10_000]):
        split.add(between(world, a, b))

    one, other = taken(whole), taken(split)

    assert all(np.array_equal(one.cells[n], other.cells[n]) for n in one.cells)
    assert all(np.array_equal(one.aircraft[n], other.aircraft[n]) for n in one.aircraft)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 3_599), min_size=1, max_size=5))
def test_what_is_told_piece_by_piece_is_the_daily_count(cuts: list[int]) -> None:
    world, counts, told = rows(), CellCounts(), dict[tuple[int, int, int], bool]()
    for a, b in pairwise([0, *sorted(cuts), 10_000]):
        counts.add(between(world, a, b))
        if found := counts.take(EPOCH + b * 1000):
            names = ("day", "h3", "icao24")
            keys = [tuple(map(int, key)) for key in zip(*(found.aircraft[n] for n in names), strict=True)]
            assert len(keys) == len(set(keys))
            for key, bad in zip(keys, found.aircraft["bad"].tolist(), strict=True):
                told[key[0], key[1], key[2]] = told.get((key[0], key[1], key[2]), False) or bad

    for size in (GPSJAM, FINEST):
        expected = daily(world.columns, size)
        for cell, good, bad in zip(expected["h3"].tolist(), expected["good"], expected["bad"], strict=True):
            here = [spoilt for (_, own, _), spoilt in told.items() if own == cell]
            assert (len(here) - sum(here), sum(here)) == (good, bad)
        assert sum(int(resolution_of(np.array([own], "u8"))[0]) == size for _, own, _ in told) == (
            expected["good"].sum() + expected["bad"].sum()
        )


def test_only_what_changed_is_told_and_ended_buckets_are_forgotten() -> None:
    world, counts = rows(), CellCounts()
    counts.add(between(world, 0, 600))
    first = taken(counts, EPOCH + 600_000)

    assert counts.take(EPOCH + 600_000) is None
    counts.add(between(world, 600, 610))
    again = taken(counts, EPOCH + 10 * BUCKET_MS)

    assert 0 < len(again.cells["h3"]) < len(first.cells["h3"])
    assert len(again.aircraft["h3"]) < len(first.aircraft["h3"])
    assert not len(counts.seen["bucket"])


def test_a_restart_counts_on() -> None:
    world, before, after, whole = rows(), CellCounts(), CellCounts(), CellCounts()
    before.add(between(world, 0, 700))
    told = by_cell(taken(before, EPOCH + 700_000))
    before.add(between(world, 700, 900))

    after.restore(before.state())
    after.add(between(world, 900, 1_700))
    whole.add(between(world, 0, 1_700))

    assert told | by_cell(taken(after)) == by_cell(taken(whole))
    empty = CellCounts()
    empty.restore({})
    assert empty.take(None) is None and empty.state() == {}
