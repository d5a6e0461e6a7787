"""Rows that say nothing new: filled in, stuck, late, misread, on a runway; and quality that was never stated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from geo.doubts import AXES, COMPARED, QUALITY, READS, doubtful, doubts, reading, row_before, stated
from geo.features import Features

N = 6
CALM: Mapping[str, float] = {
    "gspeed": 400, "speed_gap": 3, "track_gap": 0.2, "climb_gap": 20, "fix_age": 1, "dist_airport": 30,
    "height_airport": 20_000,
}  # fmt: skip


def rows(flight: Any = 1, step_s: float = 10, **columns: Any) -> Features:
    """A flight ten seconds apart whose speed, track and rate are never the same twice."""
    alive = {
        "d_speed": np.arange(N) % 3,
        "turn_rate_deg_per_s": np.arange(N) % 2 / 10,
        "vertical_accel": np.arange(N) % 4,
    }
    values = {n: np.broadcast_to(np.float32(v), N).astype(np.float32) for n, v in {**CALM, **alive, **columns}.items()}
    none = np.zeros(N, dtype=np.int8)
    time = (np.arange(N) * step_s * 1000).astype(np.int64)
    return Features(np.arange(N), time, np.broadcast_to(flight, N), none == 0, none, none, values)


HELD: Mapping[str, Any] = {"d_speed": 0, "turn_rate_deg_per_s": 0, "vertical_accel": 0}
RULED: Mapping[str, Any] = {"d_speed": -1, "turn_rate_deg_per_s": 1.7, "vertical_accel": np.nan}
AT_2 = np.arange(N) == 2
NORTH_EAST: Mapping[str, Any] = {"d_lat": 0.01, "d_lon": 0.01, "heading_sin": 0.7, "heading_cos": 0.7}


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ({}, []), (HELD, []), ({**HELD, "track_gap": 35}, [1, 2, 3, 4, 5]),
        ({**RULED, "track_gap": 90}, [1, 2, 3, 4, 5]),
        ({"track_gap": 90}, []), ({"speed_gap": np.where(AT_2, -400, 0)}, [2, 3]),
        ({"fix_age": np.where(AT_2, 9, 1)}, [2, 3]), ({"climb_gap": np.where(AT_2, -120_000, 0)}, [2]),
        ({"gspeed": 47, "dist_airport": 0.4, "height_airport": -160}, [0, 1, 2, 3, 4, 5]),
        ({"gspeed": 47, "dist_airport": 4, "height_airport": -160}, []), ({"gspeed": 47, "dist_airport": 0.4}, []),
        ({"fix_age": np.nan}, []),
        ({**NORTH_EAST, "d_lon": np.where(AT_2, 0, 0.01)}, [2, 3]),
        ({**NORTH_EAST, "d_lat": np.where(AT_2, 0, 0.01)}, [2, 3]),
        ({**NORTH_EAST, "d_lat": 0, "heading_cos": 0.05, "heading_sin": 0.999}, []),
        ({**NORTH_EAST, "d_lat": 0, "gspeed": 30, "speed_gap": 0}, []),
        ({"d_speed": np.where(np.arange(N) == 0, np.nan, np.arange(N) % 3)}, [1]),
        ({"d_speed": np.where(np.isin(np.arange(N), (0, 3)), np.nan, np.arange(N) % 3)}, [1, 4]),
    ],
)  # fmt: skip
def test_rows_that_say_nothing(columns: dict[str, Any], found: list[int]) -> None:
    assert np.flatnonzero(doubtful(rows(**columns))).tolist() == found


def test_another_flight_and_a_gap_are_no_row_before() -> None:
    assert np.isnan(row_before(rows(flight=np.arange(N)))["gspeed"]).all()
    assert np.isnan(row_before(rows(step_s=31))["time"]).all()
    assert row_before(rows())["time"][1:].tolist() == [0, 10_000, 20_000, 30_000, 40_000]


def test_without_what_tells_them_no_row_is_doubtful() -> None:
    stuck = rows(speed_gap=-400)
    assert doubts(stuck).all()
    some = Features(**{**vars(stuck), "values": {"speed_gap": stuck.values["speed_gap"]}})
    assert not doubts(some).any()


def test_features_written_before_positions_could_be_half_held_still_tell_the_rest() -> None:
    assert not set(AXES) & set(rows().values)
    assert doubts(rows(speed_gap=-400)).all()


def test_a_model_reads_its_own_features_first() -> None:
    assert reading(("alt", "gspeed"))[:2] == ("alt", "gspeed") and set(reading(())) == set(READS) >= set(COMPARED)
    assert len(set(reading(("gspeed",)))) == len(reading(("gspeed",)))


def test_quality_is_odd_only_where_it_was_lost() -> None:
    never = stated(rows(nic=0, nac_p=0, sil=0))
    lost = stated(rows(nic=[8, 0, 0, 0, 7, 0])).values["nic"]
    assert all(np.isnan(never.values[name]).all() for name in QUALITY)
    assert lost.tolist() == [8, 0, 0, 0, 7, 0]


def test_quality_lost_long_ago_or_by_another_flight_is_unknown() -> None:
    long_ago = stated(rows(step_s=50, nic=[8, 0, 0, 0, 0, 0])).values["nic"]
    other = stated(rows(flight=[1, 2, 2, 2, 2, 2], nic=[8, 0, 0, 0, 0, 0])).values["nic"]
    assert np.isnan(long_ago).tolist() == [False, False, False, True, True, True]
    assert np.isnan(other).tolist() == [False, True, True, True, True, True]
