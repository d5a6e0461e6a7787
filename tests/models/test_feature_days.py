"""Features as Parquet by day: what goes in comes out, other programs read it, other features are refused."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pandas
import pytest

from detectors._examples import EPOCH, fly, together
from geo.feature_stream import FeatureStream
from geo.feature_table import SEED_SET
from models import feature_days
from models.feature_days import DayWriter, FeatureFiles, FeatureTable, is_feature_folder, read_days, write_flags

MIDNIGHT = (EPOCH // 86_400_000 + 1) * 86_400_000


@pytest.fixture
def table() -> FeatureTable:
    """Two aircraft over midnight."""
    rows = together(fly(seconds=600, callsign=b"DLH1"), fly(0x111111, 600, lat=40.0))
    rows = rows.with_columns(time=rows["time"] - EPOCH + MIDNIGHT - 300_000)
    return FeatureTable.of(*FeatureStream(SEED_SET).extend(rows))


def written(table: FeatureTable, folder: Path) -> list[str]:
    writer = DayWriter(folder, SEED_SET)
    for part in np.array_split(np.arange(len(table)), 3):
        writer.write(table.take(part))
    return writer.close()


def test_what_is_written_is_read(table: FeatureTable, tmp_path: Path) -> None:
    days = written(table, tmp_path)

    again = read_days(tmp_path)

    assert days == ["2023-11-14", "2023-11-15"] and is_feature_folder(tmp_path)
    for name in ("icao24", "time", "flight", "callsign", "flagged", "phase", "aircraft_class"):
        assert np.array_equal(getattr(again, name), getattr(table, name)), name
    for name in SEED_SET:
        assert again.values[name].tobytes() == table.values[name].tobytes(), name


def test_a_day_written_again_is_replaced(table: FeatureTable, tmp_path: Path) -> None:
    written(table, tmp_path), written(table, tmp_path)

    assert len(read_days(tmp_path)) == len(table)
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


def test_flights_at_fault_are_flagged(table: FeatureTable, tmp_path: Path) -> None:
    written(table, tmp_path)
    one, other = np.unique(table.flight)
    write_flags(tmp_path, np.array([one, other]), ["loiter", "signal"], np.array([2, 1], dtype=np.int8))

    again = read_days(tmp_path)

    assert set(again.flight[again.flagged]) == {one}


def test_duckdb_and_pandas_read_it(table: FeatureTable, tmp_path: Path) -> None:
    written(table, tmp_path)

    (count, days, phase) = duckdb.sql(
        f"SELECT count(*), count(DISTINCT day), max(phase) FROM read_parquet('{tmp_path}/*/*.parquet')"
    ).fetchall()[0]
    frame = pandas.read_parquet(tmp_path)

    assert (count, days, phase) == (len(table), 2, "cruise")
    assert len(frame) == len(table) and set(SEED_SET) <= set(frame.columns)
    assert frame["d_alt"].isna().sum() == np.isnan(table.values["d_alt"]).sum() > 0


def test_other_features_are_refused(table: FeatureTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(table, tmp_path)
    monkeypatch.setattr(feature_days, "feature_hash", lambda names: "other")

    with pytest.raises(FeatureFiles, match="write them anew"):
        read_days(tmp_path)


def test_what_is_no_folder_of_features_is_told(tmp_path: Path) -> None:
    with pytest.raises(FeatureFiles, match="skysift features"):
        read_days(tmp_path)
    (tmp_path / "day=2026-01-01").mkdir()
    (tmp_path / "day=2026-01-01" / "part-0.parquet").write_bytes(b"PAR1 nonsense")
    with pytest.raises(FeatureFiles, match="write them anew"):
        read_days(tmp_path)
