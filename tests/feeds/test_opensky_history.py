"""OpenSky history: SI units to ours, text booleans, both times, the same from CSV and Parquet."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from feeds import FeedError
from tests.feeds.reading import counts, read

HEADER = (
    "time,icao24,lat,lon,velocity,heading,vertrate,callsign,onground,alert,spi,squawk,"
    "baroaltitude,geoaltitude,lastposupdate,lastcontact,hour"
)
ROW = (
    "1527699601,484506,52.4,6.05,100,174.5,-5.08,TRA051,FALSE,FALSE,TRUE,0051,"
    "3048,3352.8,1527699598.7,1527699600.9,1527699600"
)


def test_a_row_in_our_units() -> None:
    batch = read(f"{HEADER}\n{ROW}\n", "h.csv")

    row = {name: values[0].item() for name, values in batch.columns.items()}
    assert (row["icao24"], row["time"], row["position_time"]) == (0x484506, 1_527_699_600_900, 1_527_699_598_700)
    assert row["baro_altitude"] == pytest.approx(10_000, abs=0.1)
    assert row["ground_speed"] == pytest.approx(194.384, abs=0.01)
    assert row["vertical_rate"] == pytest.approx(-1_000, abs=0.1)
    assert (row["squawk"], row["on_ground"], row["alert"], row["spi"]) == (b"0051", 0, 0, 1)


def test_parquet_says_the_same_as_csv() -> None:
    table = pd.read_csv(io.StringIO(f"{HEADER}\n{ROW}\n"), dtype={"icao24": str, "squawk": str})
    table["time"] = pd.to_datetime(table["time"], unit="s", utc=True)
    packed = io.BytesIO()
    table.to_parquet(packed)

    a, b = read(packed.getvalue(), "h.parquet"), read(f"{HEADER}\n{ROW}\n", "h.csv")

    assert set(a.columns) == set(b.columns)
    for name in a.columns:
        np.testing.assert_array_equal(a[name], b[name], err_msg=name)


def test_bad_cells_and_bad_rows_are_counted() -> None:
    rows = [ROW, ROW.replace("174.5", "north"), "1,2,3", ROW.replace("0051", "0089"), ROW.replace("484506", "xyz")]

    batch = read("\n".join([HEADER, *rows]), "h.csv")

    assert len(batch) == 3
    assert counts(batch) == {
        "track not a number": 1, "row with the wrong number of cells": 1,
        "squawk not four octal digits": 1, "no identity": 1,
    }  # fmt: skip


def test_bytes_that_are_no_text_cost_their_cell() -> None:
    batch = read(f"{HEADER}\n{ROW}\n".encode().replace(b"174.5", b"\xff\xfe") + ROW.encode(), "h.csv")

    assert np.isnan(batch["track"]).tolist() == [True, False]


def test_a_header_alone_is_no_error() -> None:
    assert len(read(HEADER + "\n", "h.csv")) == 0


def test_a_cut_parquet_file_is_refused() -> None:
    table = io.BytesIO()
    pd.read_csv(io.StringIO(f"{HEADER}\n{ROW}\n")).to_parquet(table)

    with pytest.raises(FeedError, match=r"h\.parquet: damaged Parquet"):
        read(table.getvalue()[:-30], "h.parquet")


def test_a_file_of_bad_rows_alone_tells_how_many() -> None:
    batch = read(f"{HEADER}\n1,2\n1,2,3\n", "h.csv")

    assert len(batch) == 0
    assert counts(batch) == {"row with the wrong number of cells": 2}
