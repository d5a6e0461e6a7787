"""Rows by time: nothing lost, nothing doubled, in order as far as the buffer reaches."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from feeds import merged
from feeds._order import Part, ordered
from geo.batch import Batch

START = 1_600_000_000_000


def rows(times: list[int], icao24: int = 1, rejected: int = 0) -> Batch:
    time = np.array([START + t for t in times], dtype=np.int64)
    return Batch({"icao24": np.full(len(times), icao24), "time": time}, {}, +Counter({"bad": rejected}))


def flat(batches: list[Batch]) -> list[int]:
    return [int(t) - START for batch in batches for t in batch["time"]]


batches = st.lists(st.lists(st.integers(0, 50), max_size=6), max_size=5)


@given(batches)
def test_a_file_within_the_buffer_comes_out_sorted(parts: list[list[int]]) -> None:
    out = flat(list(ordered([rows(p) for p in parts], chunk=4)))

    assert out == sorted(t for part in parts for t in part)


@given(batches, st.integers(2, 8))
def test_beyond_the_buffer_nothing_is_lost(parts: list[list[int]], hold: int) -> None:
    out = list(ordered([rows(p, rejected=1) for p in parts], hold=hold, chunk=3))

    assert sorted(flat(out)) == sorted(t for part in parts for t in part)
    assert sum((b.rejected for b in out), Counter())["bad"] == len(parts)
    assert all(len(b) <= 3 for b in out)


def test_a_sorted_file_of_any_length_needs_no_more_than_the_buffer() -> None:
    out = flat(list(ordered((rows([i, i + 1]) for i in range(0, 100, 2)), hold=6, chunk=5)))

    assert out == list(range(100))


@given(st.lists(batches, max_size=4), st.booleans())
def test_merged_streams_are_one_in_time_order(streams: list[list[list[int]]], known: bool) -> None:
    each = [sorted(t for part in stream for t in part) for stream in streams]
    cut = [[rows(times[i : i + 3], n) for i in range(0, len(times), 3)] for n, times in enumerate(each)]
    parts = [Part(START + times[0] if known and times else None, lambda c=c: iter(c)) for c, times in zip(cut, each)]  # noqa: B905

    out = list(merged(parts))

    assert flat(out) == sorted(t for times in each for t in times)


def test_a_snapshot_is_opened_only_when_its_time_comes() -> None:
    opened = []

    def part(n: int) -> Part:
        def begin() -> iter:  # type: ignore[valid-type]
            opened.append(n)
            return iter([rows([n * 10])])

        return Part(START + n * 10, begin)

    stream = merged([part(n) for n in (2, 0, 1)])
    next(stream)

    assert opened == [0]
    assert flat(list(stream)) == [10, 20]


def test_what_was_refused_is_told_even_without_rows() -> None:
    out = list(merged([iter([rows([], rejected=3)]), iter([rows([1])])]))

    assert sum((b.rejected for b in out), Counter())["bad"] == 3
