"""In which parts the rows of a span are walked: whole where nobody shares the address, else slice by slice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from detectors._drift import KEEP
from detectors._streams import parts_of, rank_in_run
from geo.memory import Memory
from geo.tracks import Tracks


def view(*flights: tuple[int, int, int, int]) -> Tracks:
    """Rows every 5 s of flights: address, sub-track, first and last second. Keys are numbered from 1."""
    rows = [
        (key, icao24, sub, second * 1000)
        for key, (icao24, sub, first, last) in enumerate(flights, 1)
        for second in range(first, last + 1, 5)
    ]
    flight, icao24, sub, time = (np.array(column) for column in zip(*rows, strict=True))
    return Tracks({"flight": flight, "icao24": icao24, "sub": sub, "time": time}, np.ones(len(rows), dtype=bool))


def parts(tracks: Tracks) -> Sequence[list[int]]:
    return [sorted(set(part.flight.tolist())) for part in parts_of(tracks, Memory(KEEP), 10_000)]


def test_flights_that_share_no_address_come_at_once() -> None:
    assert parts(view((0xA, 0, 0, 60), (0xB, 0, 30, 90))) == [[1, 2]]


def test_the_next_flight_of_an_address_comes_after_it() -> None:
    assert parts(view((0xA, 0, 0, 60), (0xA, 0, 900, 960), (0xB, 0, 0, 960))) == [[1, 3], [2]]


def test_streams_that_share_an_address_come_slice_by_slice() -> None:
    assert parts(view((0xA, 0, 0, 25), (0xA, 1, 10, 25), (0xB, 0, 0, 25))) == [[3], [1], [1, 2], [1, 2]]


def test_flights_that_meet_in_a_slice_come_slice_by_slice() -> None:
    assert parts(view((0xA, 0, 0, 10), (0xA, 0, 15, 20))) == [[1], [1, 2], [2]]


def test_rank_counts_within_runs() -> None:
    assert rank_in_run(np.array([7, 7, 8, 7, 7]), np.array([1, 1, 1, 1, 2])).tolist() == [0, 1, 0, 0, 0]
