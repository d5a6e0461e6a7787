"""The loop: watermark, duplicates, late rows, classes that cannot run."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from detectors._examples import EPOCH, fly, together
from detectors._registry import registry
from geo.batch import Batch
from geo.schema import SYNTHETIC
from geo.stretches import Stretches
from geo.tracks import Tracks
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


def broken() -> Engine:
    """A class that raises whenever it is asked."""

    def detect(tracks: Tracks, p: SimpleNamespace) -> Stretches:
        raise ZeroDivisionError("no traffic")

    spec = replace(registry()["squawk"], id="broken", detect=detect, gate=None)
    return Engine({"broken": spec, "squawk": registry()["squawk"]}, lateness_s=0.0)


def test_a_broken_class_raises_where_somebody_can_mend_it() -> None:
    with pytest.raises(ZeroDivisionError):
        broken().feed(fly(seconds=60, squawk=b"7700"))


def test_a_broken_class_stops_alone_in_a_service() -> None:
    one = broken()
    one.tolerant = True

    step = one.feed(fly(seconds=60, squawk=b"7700"))

    assert {a.class_id for a in step.anomalies} == {"squawk"}
    assert one.status() == {"broken": "stopped by an error: ZeroDivisionError: no traffic", "squawk": ""}


def test_two_aircraft_in_one_second_under_one_address_are_two_observations() -> None:
    one = engine(lateness_s=0)

    one.feed(together(fly(seconds=30), fly(seconds=30, lat=40.0)))
    step = one.finish()

    assert one.counts["duplicate"] == 0
    assert set(step.rows["sub"]) == {0, 1}


def test_an_identity_that_is_no_address_says_so() -> None:
    key = SYNTHETIC | 7
    rows = fly(seconds=60, squawk=b"7700")
    one = engine(lateness_s=0)

    step = one.feed(Batch({**rows.columns, "icao24": np.full(60, key)}, {key: "flight 3376ab31"}))

    (anomaly,) = step.anomalies
    assert anomaly.feature()["properties"]["icao24"] is None
    assert anomaly.evidence["identity"] == ["flight 3376ab31"]
