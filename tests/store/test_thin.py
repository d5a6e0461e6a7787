"""Thinning keeps the first row of each slot and every change, however the rows were cut."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.batch import Batch
from store.thin import Thin

T0 = 1_700_000_000_000


def rows(seconds: list[float], squawk: list[bytes] | None = None, flight: list[int] | None = None) -> Batch:
    n = len(seconds)
    return Batch(
        {
            "icao24": np.full(n, 1, "i8"),
            "time": np.array([T0 + int(s * 1000) for s in seconds], "i8"),
            "flight": np.array(flight or [9] * n, "i8"),
            "sub": np.zeros(n, "i1"),
            "squawk": np.array(squawk or [b"1000"] * n, "S4"),
        }
    )


def test_first_row_of_each_slot() -> None:
    assert Thin(5).keep(rows([0, 1, 4.9, 5, 9, 12])).tolist() == [True, False, False, True, False, True]


def test_zero_keeps_everything() -> None:
    assert Thin(0).keep(rows([0, 0.1, 0.2])).all()


def test_flights_are_apart() -> None:
    assert Thin(5).keep(rows([0, 0, 1, 1], flight=[1, 2, 1, 2])).tolist() == [True, True, False, False]


def test_a_changed_squawk_is_kept_and_silence_is_no_change() -> None:
    squawk = [b"1000", b"", b"1000", b"7700", b"7700"]
    assert Thin(60).keep(rows([0, 1, 2, 3, 4], squawk)).tolist() == [True, False, False, True, False]


def test_a_late_row_does_not_reopen_the_newest_slot() -> None:
    thin = Thin(5)
    thin.keep(rows([0, 20]))
    assert thin.keep(rows([3, 21])).tolist() == [True, False]
    assert thin.keep(rows([22])).tolist() == [False]


def test_forgotten_flights_do_not_pile_up() -> None:
    thin = Thin(5)
    for hour in range(0, 20, 2):
        thin.keep(rows([hour * 3600.0], flight=[hour + 1]))
    assert len(thin.last["flight"]) == 1


@given(
    st.lists(
        st.tuples(st.integers(0, 100), st.integers(1, 3), st.sampled_from([b"", b"1000", b"7700"])),
        min_size=1,
        max_size=40,
    ),
    st.lists(st.integers(0, 40), max_size=5),
)
@settings(deadline=None, max_examples=200)
def test_any_split_keeps_the_same_rows(observed: list[tuple[int, int, bytes]], cuts: list[int]) -> None:
    observed.sort(key=lambda row: row[0])
    batch = rows([float(r[0]) for r in observed], [r[2] for r in observed], [r[1] for r in observed])
    whole = Thin(5).keep(batch)
    thin, edges = Thin(5), [0, *sorted(min(cut, len(batch)) for cut in cuts), len(batch)]
    parts = [thin.keep(batch.take(np.arange(a, b))) for a, b in pairwise(edges)]
    assert np.concatenate(parts).tolist() == whole.tolist()
