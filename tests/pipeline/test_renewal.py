"""Thresholds that change while the engine runs: the next slices are judged by them, and each anomaly says by which."""

from __future__ import annotations

import numpy as np
import pytest

from detectors._examples import during, fly
from detectors._registry import params_hash, registry
from geo.batch import Batch
from pipeline.checkpoint import restore, save
from pipeline.engine import Engine


def engine(hold: float) -> Engine:
    return Engine({"squawk": registry()["squawk"]}, {"squawk": {"hold": hold}}, lateness_s=0)


def part(rows: Batch, start: int, end: int) -> Batch:
    return rows.take(np.arange(start, end))


def test_new_thresholds_judge_from_the_next_slice_on() -> None:
    one, rows = engine(hold=60), fly(seconds=40, squawk=during(b"7700", b"1000", 5, 40, 40, "S4"))
    assert not one.feed(part(rows, 0, 20)).anomalies

    changed = one.renew({"squawk": {"hold": 5}})
    found = one.feed(part(rows, 20, 40)).anomalies

    assert changed == ["squawk"]
    (anomaly,) = {a.id: a for a in found}.values()
    assert anomaly.evidence["parameters"]["hold"]["value"] == 5
    assert anomaly.evidence["parameters_hash"] == params_hash(one.runs["squawk"].params)


def test_an_anomaly_keeps_the_parameters_that_judged_its_newest_evidence() -> None:
    one, rows = engine(hold=5), fly(seconds=1500, squawk=during(b"7700", b"1000", 5, 30, 1500, "S4"))
    first = one.feed(part(rows, 0, 40)).anomalies[-1]

    one.renew({"squawk": {"hold": 50}})
    copy = engine(hold=50)
    restore(copy, save(one))
    last = [run.feed(part(rows, 40, 1500)).anomalies[-1] for run in (one, copy)]

    assert [a.state for a in last] == ["closed", "closed"] and {a.id for a in last} == {first.id}
    assert [a.evidence["parameters"]["hold"]["value"] for a in last] == [5, 5]
    assert {a.evidence["parameters_hash"] for a in last} == {first.evidence["parameters_hash"]}


def test_a_bad_value_changes_nothing() -> None:
    one = engine(hold=60)
    with pytest.raises(ValueError, match="outside"):
        one.renew({"squawk": {"hold": -5}})
    assert one.runs["squawk"].params.hold == 60 and one.renew({"squawk": {"hold": 60}}) == []
