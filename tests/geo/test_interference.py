"""Grades of rows, and GPSJam's arithmetic held to its own daily counts."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geo.batch import Batch, checked
from geo.cells import cell_center
from geo.interference import (
    BAD,
    GOOD,
    UNKNOWN,
    WEAK,
    counts,
    daily,
    gpsjam_band,
    gpsjam_ratio,
    grade,
    judged,
    wilson,
)
from geo.schema import NO_TIME, SOURCES
from tests.recordings import recording

DAYS = {
    "2022-02-14": (37_095, 53, 89), "2022-02-24": (67_252, 85, 143), "2022-02-25": (67_359, 131, 150),
    "2022-07-15": (69_617, 260, 139), "2023-09-30": (37_551, 174, 412), "2023-10-10": (37_466, 208, 420),
}  # fmt: skip
"""Green, yellow and red cells of GPSJam's files, counted with exact fractions."""

NOW = 1_700_000_000_000


def row(**columns: Any) -> Batch:
    """One airliner at 35,000 ft; with a source that it reports itself by."""
    given = {"icao24": 1, "time": NOW, "lat": 35.0, "lon": 33.0, "baro_altitude": 35_000.0, "source": 1, "on_ground": 0}
    return checked({name: np.array([value]) for name, value in (given | columns).items()})


def grade_of(**columns: Any) -> int:
    return int(grade(row(**columns).columns)[0])


def day(shared: Path, name: str) -> np.ndarray[Any, Any]:
    return np.genfromtxt(
        shared / f"data/gpsjam/{name}-h3_4.csv", delimiter=",", skip_header=1, usecols=(1, 2), dtype=int
    )


@pytest.mark.parametrize("name", DAYS)
def test_colours_are_gpsjams_from_its_own_counts(shared: Path, name: str) -> None:
    good, bad = day(shared, name).T

    assert tuple(np.bincount(gpsjam_band(good, bad)).tolist()) == DAYS[name]


def test_every_cell_of_a_day_is_coloured_as_exact_fractions_say(shared: Path) -> None:
    good, bad = day(shared, "2023-10-10").T
    share = [Fraction(max(b - 1, 0), g + b) for g, b in zip(good.tolist(), bad.tolist(), strict=True)]

    assert gpsjam_band(good, bad).tolist() == [(s >= Fraction(1, 50)) + (s >= Fraction(1, 10)) for s in share]


def test_ten_percent_is_red_two_percent_yellow_and_one_alone_green() -> None:
    assert gpsjam_band([8, 9, 48, 49, 0, 0], [2, 2, 2, 2, 1, 0]).tolist() == [2, 1, 1, 0, 0, 0]
    assert gpsjam_ratio([18, 0, 0], [2, 1, 0]).tolist() == [0.05, 0.0, 0.0]


def test_wilson_interval_against_published_values() -> None:
    low, high = wilson([0, 5, 3, 0], [10, 10, 5, 0])  # Wilson 1927: 0 of 10 gives 0 to 0.278, 5 of 10 0.237 to 0.763

    assert low == pytest.approx([0.0, 0.2366, 0.2307, 0.0], abs=1e-3)
    assert high == pytest.approx([0.2775, 0.7634, 0.8824, 1.0], abs=1e-3)


def test_an_aircraft_counts_once_and_bad_once_is_bad() -> None:
    cells, good, bad = counts(
        np.array([7, 7, 7, 9, 7], dtype=np.uint64),
        np.array([1, 1, 2, 1, 2]),
        np.array([False, True, False, False, False]),
    )

    assert (cells.tolist(), good.tolist(), bad.tolist()) == ([7, 9], [1, 1], [1, 0])
    assert [len(part) for part in counts(np.zeros(0), np.zeros(0), np.zeros(0, dtype=bool))] == [0, 0, 0]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"nic": 8, "nac_p": 9, "version": 2}, GOOD),
        ({"nic": 0, "nac_p": 0, "version": 2}, BAD),
        ({"nic": 6, "nac_p": 6, "version": 2}, BAD),
        ({"nic": 7, "nac_p": 7, "version": 2}, WEAK),
        ({"nic": 9, "nac_p": 0, "version": 2}, WEAK),
        ({"nic": 0, "nac_p": 10, "version": 2}, UNKNOWN),
        ({"nic": 0, "version": 2}, UNKNOWN),
        ({"nic": 5, "version": 2}, WEAK),
        ({"nac_p": 2}, BAD),
        ({"nic": 7, "nac_p": 7, "version": 0}, UNKNOWN),
        ({"nic": 0, "nac_p": 0, "source": SOURCES.index("tisb_icao")}, UNKNOWN),
        ({"nic": 0, "nac_p": 0, "on_ground": 1}, UNKNOWN),
        ({"nic": 0, "nac_p": 0, "baro_altitude": 900.0}, UNKNOWN),
        ({"nic": 8, "nac_p": 9, "position_time": NOW - 90_000}, UNKNOWN),
        ({"lat": np.nan, "lon": np.nan, "gps_ok_before": NOW - 60_000, "source": SOURCES.index("mode_s")}, BAD),
        ({"position_time": NOW - 3_000}, GOOD),
        ({"position_time": NOW - 30_000}, UNKNOWN),
        ({"position_time": NOW - 90_000}, WEAK),
        ({"position_time": NOW - 400_000}, BAD),
        ({"position_time": NOW - 400_000, "source": SOURCES.index("mlat")}, UNKNOWN),
        ({}, UNKNOWN),
    ],
)  # fmt: skip
def test_grade_of_a_row(columns: dict[str, Any], expected: int) -> None:
    assert grade_of(**columns) == expected


def test_heights_that_do_not_fit_are_bad_only_where_nothing_is_declared() -> None:
    askew = np.array([True])

    assert grade(row(position_time=NOW).columns, askew).tolist() == [BAD]
    assert grade(row(nic=8, nac_p=9).columns, askew).tolist() == [GOOD]


def test_daily_counts_one_aircraft_once_per_cell_and_day_at_its_last_reliable_place() -> None:
    good = {"nic": 8, "nac_p": 9, "gps_ok_before": NO_TIME, "last_lat": np.nan, "last_lon": np.nan}
    lost = good | {"lat": np.nan, "lon": np.nan, "gps_ok_before": NOW, "last_lat": 35.0, "last_lon": 33.0}
    rows = Batch.concat(
        [row(**good), row(**lost), row(**good, icao24=2), row(**(good | {"time": NOW + 86_400_000, "icao24": 3}))]
    )

    found = daily(rows.columns)

    assert (found["good"].tolist(), found["bad"].tolist()) == ([1, 1], [1, 0])
    assert np.diff(found["day"]).tolist() == [86_400_000]
    assert cell_center(int(found["h3"][0])) == pytest.approx((35, 33), abs=0.5)
    assert [len(v) for v in daily(Batch.empty().columns).values()] == [0, 0, 0, 0]


def test_the_worldwide_snapshot_shows_cyprus_and_hardly_anything_over_north_america(shared: Path) -> None:
    rows = Batch.concat(recording(shared / "data/adsbx-snapshot-20220430/aircraft.json"))

    found = daily(rows.columns, resolution=2)

    red = [cell_center(int(c)) for c in found["h3"][gpsjam_band(found["good"], found["bad"]) == 2]]
    assert any(abs(lat - 34) < 2 and abs(lon - 32.5) < 2 for lat, lon in red)
    assert not [place for place in red if place[1] < -30]
    assert judged(rows.columns)[1].sum() < 40
