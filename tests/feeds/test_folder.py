"""A folder: snapshots in order of their time, several aircraft as one stream, what is no data counted."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from feeds import FeedError, open_source
from feeds._source import MOST_LEFT_OUT
from tests.feeds.reading import read_path


def test_snapshots_come_in_order_of_time(shared: Path) -> None:
    source, batch = read_path(shared / "data/readsb-single-receiver-202311")

    assert (source.format, len(batch)) == ("readsb", 392)
    assert (np.diff(batch["time"]) >= -600_000).all()
    assert source.rejected["file of no known format"] == 2
    assert "no known format" in source.health()["last_error"]


def test_twenty_two_aircraft_become_one_stream(shared: Path) -> None:
    source, batch = read_path(shared / "data/adsb_actions-adsblol/sample_readsb_data")

    assert (source.format, len(batch), len(np.unique(batch["icao24"]))) == ("trace-full", 3_930, 22)
    assert (np.diff(batch["time"]) >= 0).all()


def test_the_interference_over_west_asia_is_one_recording(shared: Path) -> None:
    source, batch = read_path(shared / "data/opensky-rest/westasia-20260318")

    assert (source.format, len(batch)) == ("opensky-states", 1_075)
    assert (batch["time"] - batch["position_time"])[~np.isnan(batch["lat"])].max() > 2_000_000


def snapshot(now: int) -> str:
    return json.dumps({"now": now, "aircraft": [{"hex": "4baad9", "seen": 0, "alt_baro": 1000}]})


def test_names_count_as_people_count(tmp_path: Path) -> None:
    for n in (10, 2, 1):
        (tmp_path / f"aircraft_{n}.json").write_text(snapshot(1_700_000_000 + n))
    (tmp_path / ".hidden.json").write_text(snapshot(1))

    source, batch = read_path(tmp_path)

    assert (batch["time"] // 1000 - 1_700_000_000).tolist() == [1, 2, 10]
    assert source.rejected == {}


def test_one_bad_file_does_not_end_the_others(tmp_path: Path) -> None:
    (tmp_path / "1.json").write_text(snapshot(1_700_000_000))
    (tmp_path / "2.json").write_text(snapshot(1_700_000_005)[:-9])

    source, batch = read_path(tmp_path)

    assert len(batch) == 1
    assert source.rejected == {"file that cannot be read": 1}
    assert "2.json, byte" in source.last_error
    assert ["2.json, byte" in said for said in source.left_out] == [True]


def test_files_that_are_left_out_are_named_and_all_are_counted(tmp_path: Path) -> None:
    (tmp_path / "good.json").write_text(snapshot(1_700_000_000))
    for i in range(MOST_LEFT_OUT + 5):
        (tmp_path / f"bad{i:02}.txt").write_text("hello")
    source, batch = read_path(tmp_path)

    assert (len(batch), source.rejected["file of no known format"]) == (1, MOST_LEFT_OUT + 5)
    assert [Path(said.partition(":")[0]).name for said in source.left_out] == [
        f"bad{i:02}.txt" for i in range(MOST_LEFT_OUT)
    ]  # fmt: skip


def test_a_file_whose_name_ends_with_a_digit_that_is_no_number_is_read(tmp_path: Path) -> None:
    (tmp_path / "area 5\u00b2").write_text(snapshot(1_700_000_000))

    assert len(read_path(tmp_path)[1]) == 1


def test_a_folder_without_data_is_refused(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("hello")

    with pytest.raises(FeedError, match="holds no file of a known format"):
        open_source(str(tmp_path))


def test_the_ac_spelling_tells_its_time_at_the_end(tmp_path: Path) -> None:
    for n, name in enumerate("cab"):
        document = {"ac": [{"hex": "4baad9", "seen": 0, "note": "x" * 70_000}], "now": 1_700_000_000_000 + n * 1000}
        (tmp_path / f"{name}.json").write_text(json.dumps(document))

    _, batch = read_path(tmp_path)

    assert (batch["time"] // 1000 - 1_700_000_000).tolist() == [0, 1, 2]
