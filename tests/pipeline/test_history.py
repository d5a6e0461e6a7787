"""The recent past, as chunks: what is asked for comes back, what cannot be asked for is gone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.schema import NO_TIME, Array
from pipeline.history import History, ranges

NAMES = ("flight", "time", "value")


def seconds(start: int, stop: int, flights: int = 3) -> dict[str, Array]:
    """One row a second of each flight, sorted by (flight, time)."""
    time = np.tile(np.arange(start, stop) * 1000, flights)
    flight = np.repeat(np.arange(1, flights + 1), stop - start)
    previous = np.where(time == 0, NO_TIME, time - 1000)
    return {"flight": flight, "time": time, "value": flight * 10_000 + time // 1000, "prev_time": previous}


def test_a_view_has_the_lookback_and_marks_what_is_fresh() -> None:
    history = History(NAMES, keep_ms=60_000)
    for t in range(0, 100, 10):
        history.extend(seconds(t, t + 10))

    tracks = history.view(NAMES, 80_000, 90_000, 20_000, None)

    assert tracks.time.min() == 60_000 and tracks.time.max() == 89_000
    assert tracks.fresh.sum() == 30
    assert (np.lexsort((tracks.time, tracks.flight)) == np.arange(len(tracks))).all()


def test_a_view_of_some_flights_holds_them_alone() -> None:
    history = History(NAMES, keep_ms=60_000)
    history.extend(seconds(0, 10, 5))

    tracks = history.view(NAMES, 0, 10_000, 0, np.array([2, 4, 99]))

    assert sorted(set(tracks.flight)) == [2, 4]


def test_slices_hold_each_row_of_the_span_once_by_flight_and_are_shared() -> None:
    history = History(NAMES, keep_ms=60_000)
    for t in range(0, 40, 7):
        history.extend(seconds(t, t + 7))

    slices = dict(history.slices(("flight", "time"), 10_000, 35_000, 10_000))

    assert list(slices) == [10_000, 20_000, 30_000]
    assert [len(tracks) for tracks in slices.values()] == [30, 30, 15]
    for start, tracks in slices.items():
        assert tracks.fresh.all() and set(tracks.time // 10_000 * 10_000) == {start}
        assert (np.lexsort((tracks.time, tracks.flight)) == np.arange(len(tracks))).all()
    again = dict(history.slices(NAMES, 10_000, 35_000, 10_000))[20_000]
    assert np.shares_memory(again.time, slices[20_000].time)
    with pytest.raises(ValueError, match="read-only"):
        again.time[0] = 0


def test_slices_of_a_class_hold_its_columns_alone() -> None:
    history = History(NAMES, keep_ms=60_000)
    history.extend(seconds(0, 5))

    ((_, tracks),) = history.slices(("flight", "time"), 0, 5_000, 10_000)

    with pytest.raises(AttributeError, match="value"):
        _ = tracks.value


@given(st.sets(st.integers(1, 12)), st.sets(st.integers(0, 14), min_size=1), st.integers(1, 9))
def test_a_view_holds_each_row_once_whatever_is_asked_for(heard: set[int], wanted: set[int], pieces: int) -> None:
    """Flights that a chunk does not hold must not bring in others."""
    history = History(NAMES, keep_ms=10**9)
    for k in range(pieces):
        rows = seconds(k * 3, k * 3 + 3, 12)
        here = np.isin(rows["flight"], sorted(heard)) | (rows["flight"] % pieces == k)
        history.extend({n: v[here] for n, v in rows.items()})

    everything = history.view(NAMES, 0, 10**9, 0, None)
    some = history.view(NAMES, 0, 10**9, 0, np.array(sorted(wanted)))

    assert sorted(some.value) == sorted(everything.value[np.isin(everything.flight, sorted(wanted))])


def test_what_no_class_can_ask_for_is_forgotten() -> None:
    history = History(NAMES, keep_ms=20_000)
    for t in range(0, 200, 10):
        history.extend(seconds(t, t + 10))
        history.forget((t + 10) * 1000 - 20_000)

    assert sum(map(len, history.chunks)) <= 90


@given(st.lists(st.integers(1, 30), min_size=1, max_size=12))
def test_sampling_and_folding_do_not_depend_on_the_pieces(sizes: list[int]) -> None:
    whole, split = (History(NAMES, 10**9, sample_s=7) for _ in range(2))
    whole.extend(seconds(0, sum(sizes)))
    start = 0
    for size in sizes:
        split.extend(seconds(start, start + size))
        start += size

    one, other = (h.view(NAMES, 0, 10**9, 0, None) for h in (whole, split))

    assert np.array_equal(one.value, other.value)
    assert len(one) == 3 * -(-sum(sizes) // 7)


def test_small_chunks_of_a_sampled_history_are_folded() -> None:
    history = History(NAMES, keep_ms=1_000_000, sample_s=1)
    for t in range(256):
        history.extend(seconds(t, t + 1))

    assert len(history.chunks) < 20


def test_ranges_follow_each_other() -> None:
    assert ranges(np.array([5, 9, 9]), np.array([7, 9, 12])).tolist() == [5, 6, 9, 10, 11]


def test_slices_with_a_gate_hold_the_flights_of_which_a_row_passes() -> None:
    history = History(NAMES, keep_ms=60_000)
    history.extend(seconds(0, 30))

    slices = dict(history.slices(NAMES, 0, 30_000, 10_000, gate=lambda tracks: tracks.value == 20_015))

    assert [len(tracks) for tracks in slices.values()] == [0, 10, 0]
    assert set(slices[10_000].flight) == {2}
    assert len(dict(history.slices(NAMES, 0, 30_000, 10_000))[0]) == 30
