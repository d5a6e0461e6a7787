"""Segments: one line per flight and 10-minute slot that joins the next, cut at the antimeridian."""

from __future__ import annotations

import numpy as np
import shapely

from geo.batch import Batch
from store.lines import Lines, Segments

T0 = 1_700_000_400_000  # a multiple of ten minutes


def flown(seconds: list[float], lon: list[float], flight: int = 3) -> Batch:
    n = len(seconds)
    return Batch(
        {
            "icao24": np.full(n, 1, "i8"),
            "time": np.array([T0 + int(s * 1000) for s in seconds], "i8"),
            "lat": np.where(np.isnan(lon), np.nan, 10.0),
            "lon": np.array(lon, "f8"),
            "baro_altitude": np.full(n, 1000, "f4"),
            "flight": np.full(n, flight, "i8"),
            "sub": np.zeros(n, "i1"),
        }
    )


def coordinates(segments: Segments) -> list[list[list[float]]]:
    return [shapely.get_coordinates(shapely.from_wkb(w), include_z=True, include_m=True).tolist() for w in segments.wkb]


def test_z_is_metres_and_m_is_seconds() -> None:
    (line,) = coordinates(Lines().build(flown([0, 10], [5.0, 6.0])))
    assert line[0] == [5.0, 10.0, 304.8, T0 / 1000]
    assert line[1] == [6.0, 10.0, 304.8, T0 / 1000 + 10]


def test_slots_join() -> None:
    first, second = coordinates(Lines().build(flown([580, 590, 610, 620], [1, 2, 3, 4])))
    assert [p[0] for p in first] == [1, 2]
    assert [p[0] for p in second] == [2, 3, 4]


def test_batches_join() -> None:
    lines = Lines()
    assert lines.build(flown([0], [1])).wkb == []
    (line,) = coordinates(lines.build(flown([10], [2])))
    assert [p[0] for p in line] == [1, 2]


def test_antimeridian_gives_two_lines_that_meet_on_it() -> None:
    east, west = coordinates(Lines().build(flown([0, 10, 20, 30], [179.8, 179.9, -179.9, -179.8])))
    assert [p[0] for p in east] == [179.8, 179.9, 180.0]
    assert [p[0] for p in west] == [-180.0, -179.9, -179.8]


def test_going_back_and_forth_gives_one_line_per_side() -> None:
    segments = Lines().build(flown([0, 10, 20, 30], [179.9, -179.9, 179.9, -179.9]))
    assert segments.columns["part"].tolist() == [0, 1]


def test_rows_without_position_or_flight_draw_nothing() -> None:
    lines = Lines()
    nowhere = Batch({"icao24": np.array([1]), "time": np.array([T0])})
    assert lines.build(nowhere).wkb == []
    assert lines.build(flown([0, 10], [np.nan, 1.0])).wkb == []


def test_flights_are_not_joined() -> None:
    lines = Lines()
    lines.build(flown([0, 10], [1, 2]))
    (line,) = coordinates(lines.build(flown([20, 30], [3, 4], flight=4)))
    assert [p[0] for p in line] == [3, 4]
