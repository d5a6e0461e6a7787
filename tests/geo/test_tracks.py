"""The verbs of a view, against plain loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.tracks import Tracks

MOMENTS = st.lists(st.tuples(st.integers(1, 3), st.integers(0, 300_000)), min_size=1, max_size=40, unique=True)


def view(rows: list[tuple[int, int]], **columns: object) -> Tracks:
    rows = sorted(rows)
    base = {"flight": np.array([r[0] for r in rows]), "time": np.array([r[1] for r in rows])}
    return Tracks({**base, **columns}, np.ones(len(rows), dtype=bool))  # type: ignore[dict-item]


def test_previous_stays_in_its_flight() -> None:
    tracks = view([(1, 0), (1, 1000), (2, 500)])

    assert tracks.first.tolist() == [True, False, True]
    assert np.array_equal(tracks.previous(np.array([1.0, 2.0, 3.0])), [np.nan, 1.0, np.nan], equal_nan=True)
    assert np.array_equal(tracks.dt_s, [np.nan, 1.0, np.nan], equal_nan=True)


def test_unknown_column_says_what_to_do() -> None:
    with pytest.raises(AttributeError, match="needs"):
        _ = view([(1, 0)]).nic


@given(MOMENTS, st.integers(0, 120))
def test_ago_is_the_oldest_within_reach(rows: list[tuple[int, int]], seconds: int) -> None:
    tracks = view(rows)
    flight, time = tracks.flight, tracks.time

    for i, j in enumerate(tracks.ago(seconds).tolist()):
        same = [
            k for k in range(len(time)) if flight[k] == flight[i] and time[i] - seconds * 1000 <= time[k] <= time[i]
        ]
        assert j == min(same)


@given(MOMENTS, st.integers(1, 200), st.randoms(use_true_random=False))
def test_windows_equal_loops(rows: list[tuple[int, int]], seconds: int, random: object) -> None:
    tracks = view(rows)
    values = np.random.default_rng(len(rows)).integers(-50, 50, len(rows))
    low = tracks.ago(seconds)

    spans = [values[a : i + 1] for i, a in enumerate(low)]

    assert tracks.window_sum(values, seconds).tolist() == [int(s.sum()) for s in spans]
    assert tracks.window_max(values.astype(float), seconds).tolist() == [s.max() for s in spans]
    assert tracks.window_min(values.astype(float), seconds).tolist() == [s.min() for s in spans]


def test_window_sum_refuses_floats() -> None:
    with pytest.raises(TypeError, match="integers"):
        view([(1, 0)]).window_sum(np.array([0.5]), 10)


def test_held_counts_from_its_beginning_and_bridges_the_unknown() -> None:
    tracks = view([(1, t * 1000) for t in range(6)])
    mask, known = np.array([0, 1, 0, 1, 0, 1], dtype=bool), np.array([1, 1, 0, 1, 1, 1], dtype=bool)

    seconds, begin = tracks.held(mask, known)

    assert seconds.tolist() == [-1, 0, -1, 2, -1, 0]
    assert begin[3] == 1


def test_held_does_not_reach_across_a_reception_gap() -> None:
    tracks = view([(1, 0), (1, 10_000), (1, 100_000)])

    seconds, _ = tracks.held(np.ones(3, dtype=bool), max_gap_s=60)

    assert seconds.tolist() == [0, 10, 0]


def test_last_where_looks_back_only_in_its_flight() -> None:
    tracks = view([(1, 0), (1, 1000), (1, 2000), (2, 0), (2, 1000)])

    found = tracks.last_where(np.array([True, False, True, False, True]))

    assert found.tolist() == [-1, 0, 0, -1, -1]


def test_an_empty_view_does_no_harm() -> None:
    tracks = view([])

    assert len(tracks.ago(10)) == len(tracks.window_max(np.zeros(0), 10)) == len(tracks.held(tracks.fresh)[0]) == 0
