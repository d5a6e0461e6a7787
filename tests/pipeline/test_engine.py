"""The loop: watermark, duplicates, late rows, classes that cannot run."""

from __future__ import annotations

import numpy as np

from detectors._examples import EPOCH, fly
from detectors._registry import registry
from geo.batch import Batch
from pipeline.checkpoint import restore, resumable, save
from pipeline.engine import Engine


def engine(lateness_s: float = 2.0) -> Engine:
    return Engine({"squawk": registry()["squawk"]}, lateness_s=lateness_s)


def test_rows_wait_for_the_watermark() -> None:
    step = engine(lateness_s=5).feed(fly(seconds=10))

    assert step.rows["time"].max() == EPOCH + 3_000
    assert step.watermark == EPOCH + 4_000


def test_a_repeated_row_is_a_duplicate_and_an_older_one_is_late() -> None:
    one = engine(lateness_s=0)
    rows = fly(seconds=10)
    one.feed(rows.take(np.array([0, 1, 2, 4, 5, 5])))

    step = one.feed(rows.take(np.array([3, 4, 5, 6])))

    assert one.counts["duplicate"] == 3
    assert step.late["time"].tolist() == [EPOCH + 3_000]
    assert step.rows["time"].tolist() == [EPOCH + 5_000]


def test_a_class_without_its_columns_is_inactive_and_says_why() -> None:
    one = engine()
    one.feed(fly(seconds=10))

    assert one.status() == {"squawk": "no squawk or emergency in the data"}


def test_it_wakes_up_when_the_column_comes() -> None:
    one = engine(lateness_s=0)
    one.feed(fly(seconds=10))
    one.feed(fly(seconds=60, start_s=10, squawk=b"7700"))

    assert one.status() == {"squawk": ""}


def test_an_empty_feed_is_nothing() -> None:
    step = engine().feed(Batch.empty())

    assert len(step.rows) == len(step.anomalies) == 0


def test_a_checkpoint_knows_its_age() -> None:
    one = engine()
    one.feed(fly(seconds=10))
    data = save(one)

    assert resumable(data, EPOCH + 60_000, 120_000)
    assert not resumable(data, EPOCH + 600_000, 120_000)


def test_a_restored_engine_holds_what_the_first_held() -> None:
    one, other = engine(), engine()
    one.feed(fly(seconds=100, squawk=b"7700"))

    restore(other, save(one))

    assert save(other) == save(one)
