"""The journal: batches back as they were, from where a checkpoint left off, whatever was cut off at the end."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from geo.batch import Batch
from pipeline.journal import Journal


def batch(n: int) -> Batch:
    return Batch({"time": np.array([n]), "icao24": np.array([n]), "squawk": np.array([b"7700"])}, {n: f"flight {n}"})


def test_what_came_after_the_checkpoint_comes_back(tmp_path: Path) -> None:
    first = Journal(tmp_path / "j")
    for n in (1, 2, 3):
        first.add(batch(n))
        if n == 2:
            kept = first.state()
    again = Journal(tmp_path / "j")
    again.restore(kept)

    (one,) = again.rest()

    assert (one["time"].tolist(), one["squawk"].tolist(), one.labels) == ([3], [b"7700"], {3: "flight 3"})
    assert again.number == 3


def test_a_batch_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    journal.add(batch(1))
    journal.add(batch(2))
    journal.path.write_bytes(journal.path.read_bytes()[:-3])

    assert [one["time"].tolist() for one in Journal(tmp_path / "j").rest()] == [[1]]


def test_nothing_is_left_after_a_checkpoint(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    journal.add(batch(1))
    journal.clear()
    assert list(Journal(tmp_path / "j").rest()) == []
