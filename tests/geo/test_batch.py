"""What a Batch believes, what it refuses, and that it says so."""

from __future__ import annotations

import numpy as np
import pytest

from geo.batch import Batch, checked, in_chunks
from geo.schema import COLUMNS, NO_TIME, SYNTHETIC, icao24_text, missing, present

NOW = 1_700_000_000_000


def rows(**columns: object) -> Batch:
    n = len(np.atleast_1d(next(iter(columns.values()))))  # type: ignore[arg-type]
    return checked({"icao24": np.arange(1, n + 1), "time": np.full(n, NOW), **columns})  # type: ignore[dict-item]


def test_out_of_range_becomes_missing_and_is_counted() -> None:
    batch = rows(baro_altitude=np.array([35_000.0, 900_000.0, np.nan]))

    assert batch["baro_altitude"][0] == 35_000
    assert np.isnan(batch["baro_altitude"][1:]).all()
    assert batch.rejected == {"baro_altitude out of range": 1}


def test_null_island_and_half_a_position_are_no_position() -> None:
    batch = rows(lat=np.array([0.0, 50.0, 10.0]), lon=np.array([0.0, np.nan, 20.0]))

    assert present("lat", batch["lat"]).tolist() == [False, False, True]
    assert batch.rejected == {"position 0/0": 1}


def test_latitude_without_longitude_is_dropped() -> None:
    assert "lat" not in rows(lat=np.array([1.0])).columns


def test_rows_without_time_or_identity_are_refused() -> None:
    batch = checked({"icao24": np.array([1, -1, 3]), "time": np.array([NOW, NOW, NO_TIME])})

    assert batch["icao24"].tolist() == [1]
    assert batch.rejected == {"no identity": 1, "no time": 1}


def test_unequal_lengths_and_unknown_columns_are_errors() -> None:
    with pytest.raises(ValueError, match="unequal"):
        checked({"icao24": np.array([1, 2]), "time": np.array([NOW])})
    with pytest.raises(KeyError):
        rows(altitude=np.array([1.0]))


def test_concat_fills_what_only_some_have() -> None:
    joined = Batch.concat([rows(squawk=np.array([b"0656"])), rows(nic=np.array([8.0]))])

    assert joined["squawk"].tolist() == [b"0656", b""]
    assert np.isnan(joined["nic"][0])


def test_chunks_are_the_whole() -> None:
    batch = rows(nic=np.arange(10.0))

    assert [len(c) for c in in_chunks(batch, 4)] == [4, 4, 2]
    assert np.array_equal(Batch.concat(in_chunks(batch, 4))["nic"], batch["nic"])


@pytest.mark.parametrize("name", COLUMNS)
def test_missing_is_never_present(name: str) -> None:
    assert not present(name, missing(name, 3)).any()
    assert missing(name, 3).dtype == np.dtype(COLUMNS[name].dtype)


def test_addresses_as_text() -> None:
    assert icao24_text(0xABC123) == "abc123"
    assert icao24_text(0x2B0D0D | 1 << 24) == "~2b0d0d"
    assert icao24_text(SYNTHETIC | 5) is None
