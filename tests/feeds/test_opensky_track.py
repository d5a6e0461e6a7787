"""OpenSky's way points of one flight."""

from __future__ import annotations

import pytest

from feeds import FeedError
from tests.feeds.reading import counts, read

TRACK = {
    "icao24": "3c6444", "callsign": "DLH9WM  ", "startTime": 1687260600, "endTime": 1687264200,
    "path": [[1687260600, 50.0, 8.5, None, 270.5, True], [1687260700, 50.01, 8.4, 914.4, 271, False]],
}  # fmt: skip


def test_way_points_are_rows_of_the_aircraft() -> None:
    batch = read(TRACK)

    assert batch["icao24"].tolist() == [0x3C6444] * 2
    assert batch["callsign"].tolist() == [b"DLH9WM"] * 2
    assert batch["time"].tolist() == [1_687_260_600_000, 1_687_260_700_000]
    assert batch["baro_altitude"][1] == pytest.approx(3_000)
    assert batch["on_ground"].tolist() == [1, 0]


def test_no_way_is_no_row_and_a_wrong_point_is_counted() -> None:
    assert len(read(TRACK | {"path": []})) == 0
    assert counts(read(TRACK | {"path": [7, TRACK["path"][0]]})) == {"way point is no array": 1}  # type: ignore[index]


def test_a_way_that_is_none_is_refused() -> None:
    with pytest.raises(FeedError, match="path"):
        read(TRACK | {"path": "north"})
