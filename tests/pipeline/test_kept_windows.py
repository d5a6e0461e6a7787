"""Windows on disk: the same back, in the same order, and none where the file is no good."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from geo.batch import Batch
from pipeline import kept_windows
from pipeline.kept_windows import load, save
from pipeline.scoring import Windows


def rows(address: int, n: int = 3) -> Batch:
    return Batch({"icao24": np.full(n, address), "time": np.arange(n) * 10_000, "lat": np.linspace(50, 51, n)})


def kept() -> Windows:
    windows = Windows()
    for account, address in ((None, 7), (3, 7), (3, 5)):
        windows.add((account, address), rows(address))
    windows.add((None, 7), rows(7, 4))
    return windows


def test_a_restart_changes_nothing(tmp_path: Path) -> None:
    save(kept(), tmp_path / "state" / "w.npz")
    again = load(tmp_path / "state" / "w.npz")

    assert list(again.kept) == [(3, 7), (3, 5), (None, 7)]
    assert again.kept[(None, 7)]["time"].tolist() == [0, 10_000, 20_000, 30_000]
    assert set(again.kept[(3, 5)].columns) == set(rows(5).columns)
    assert (tmp_path / "state" / "w.npz").stat().st_mode & 0o077 == 0


def test_no_windows_are_a_file_too(tmp_path: Path) -> None:
    save(Windows(), tmp_path / "w.npz")
    assert load(tmp_path / "w.npz").kept == {}


@pytest.mark.parametrize("body", [b"", b"PK", b"no archive at all", b"\x93NUMPY\x01\x00v\x00"])
def test_a_damaged_file_is_told_of(tmp_path: Path, body: bytes, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "w.npz").write_bytes(body)
    assert load(tmp_path / "w.npz").kept == {} and "begins anew" in caplog.text


def test_a_file_beyond_all_measure_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(kept(), tmp_path / "w.npz")
    monkeypatch.setattr(kept_windows, "LARGEST", 10)
    assert load(tmp_path / "w.npz").kept == {}


def test_without_a_file_there_is_nothing_to_tell(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert load(tmp_path / "w.npz").kept == {} and caplog.text == ""
