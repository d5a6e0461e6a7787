"""Classes that learn: silent and saying so until they know enough, and what they know outlives an old checkpoint."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from cli.main import main
from detectors._examples import fly, together
from detectors._registry import registry
from geo.airports import Airports
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.memory import DAY_MS
from geo.registers import Registers
from pipeline.checkpoint import restore_memories, save
from pipeline.engine import Engine

LEARNERS = ("fir-entry", "low-for-cell", "route-deviation")


def engine(days: float = 2) -> Engine:
    spec = registry()["low-for-cell"]
    return Engine({spec.id: spec}, {spec.id: {"days": days, "known": 10}}, {"airports": Airports.builtin()}, 0.0)


def high(day: int) -> Batch:
    """A dozen flights over the North Sea on one day."""
    rows = together(*(fly(0x400000 + k, 600, step_s=5, start_s=90.0 * k, lat=56.0, lon=3.0) for k in range(12)))
    return rows.with_columns(time=rows["time"] + day * DAY_MS)


def low(day: int) -> Batch:
    """A jet at 800 ft in the same place, an hour later."""
    rows = fly(0xABC123, 600, step_s=5, start_s=3_600, lat=56.0, lon=3.0, altitude=800.0)
    return rows.with_columns(time=rows["time"] + day * DAY_MS)


def heard(one: Engine, *batches: Batch) -> Sequence[Anomaly]:
    return [a for batch in batches for a in one.feed(batch).anomalies]


def test_silent_while_it_learns_and_says_so() -> None:
    one = engine()

    assert heard(one, high(0), low(0)) == []
    assert one.status() == {"low-for-cell": "learning, 1 of 2 days"}


def status(name: str, rows: Batch) -> str:
    spec = registry()[name]
    one = Engine({name: spec}, {}, {"airports": Airports.builtin(), "registers": Registers.builtin()}, 0.0)
    one.feed(rows)
    one.finish()
    return one.status()[name]


def test_classes_that_count_other_things_than_days_say_how_far_they_are() -> None:
    dozen = high(0)
    near = dozen.with_columns(rssi=np.full(len(dozen), -15.0), receiver_distance=np.full(len(dozen), 40.0))

    assert status("signal", near) == "learning, 0 of 2,000 aircraft slots"
    assert status("geographic-outlier", dozen) == "learning, 12 of 100 aircraft"
    assert status("injection", dozen.take(dozen["time"] < dozen["time"][0] + 300_000)) == "learning, 280 of 900 s"
    assert status("injection", dozen) == ""


def test_speaks_when_it_has_learned() -> None:
    one = engine()

    found = heard(one, high(0), high(1), low(1))

    assert {a.icao24 for a in found} == {0xABC123}
    assert one.status() == {"low-for-cell": ""}


def test_a_day_without_data_teaches_nothing() -> None:
    one = engine(days=3)

    heard(one, high(0), high(5))

    assert one.status() == {"low-for-cell": "learning, 2 of 3 days"}


def test_what_was_learned_outlives_a_checkpoint_too_old_to_go_on_from() -> None:
    before = engine()
    heard(before, high(0), high(1))
    kept = save(before)

    after = engine()
    restore_memories(after, kept)

    assert {a.icao24 for a in heard(after, low(9))} == {0xABC123}
    assert after.status() == {"low-for-cell": ""}


def test_of_an_upgrade_only_the_class_that_keeps_it_otherwise_begins_anew_and_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    known = registry()
    both = {name: known[name] for name in ("low-for-cell", "position-drift")}
    more = {**both, "timing": known["timing"]}
    before, after = (Engine(some, {}, {"airports": Airports.builtin()}, 0.0) for some in (both, more))
    heard(before, high(0))
    memory = before.runs["position-drift"].memory
    assert memory is not None and len(memory)
    memory.columns = {name: np.zeros(len(memory)) for name in memory.columns}

    restore_memories(after, save(before))

    kept = {name: len(run.memory or ()) for name, run in after.runs.items()}
    assert kept["position-drift"] == 0 < kept["low-for-cell"]
    told = [one.message for one in caplog.records if one.name == "skysift.checkpoint"]
    assert told == [
        "what position-drift remembered was written by another version, which keeps it otherwise: it begins anew"
    ]


def test_another_parameter_of_days_asks_for_more_of_what_was_kept() -> None:
    before = engine()
    heard(before, high(0), high(1))

    after = engine(days=7)
    restore_memories(after, save(before))
    heard(after, low(9))

    assert after.status() == {"low-for-cell": "learning, 3 of 7 days"}


def test_memory_is_forgotten_after_its_time() -> None:
    one = engine(days=0)
    heard(one, high(0))
    known = len(one.runs["low-for-cell"].memory or ())

    heard(one, high(40).take(np.arange(3)))

    assert known > 30 and len(one.runs["low-for-cell"].memory or ()) < 10


@pytest.mark.parametrize("name", LEARNERS)
def test_learners_ask_for_a_week(name: str) -> None:
    spec = registry()[name]

    assert spec.memory is not None and spec.memory.learn == "days"
    assert spec.params["days"].default == 7


def test_detect_says_that_it_learns(shared: Path) -> None:
    recording = shared / "data/egll-20170802/egll-positions-rt.csv"

    result = CliRunner().invoke(main, ["detect", str(recording), "--classes", "low-for-cell,fir-entry", "--json"])

    classes = json.loads(result.stdout)["classes"]
    assert classes["low-for-cell"] == {"anomalies": 0, "cleared": 0, "inactive": "learning, 1 of 7 days"}
    assert classes["fir-entry"]["inactive"] == "no firs in the data"


def test_detect_learns_as_it_goes(shared: Path, tmp_path: Path) -> None:
    recording = shared / "data/egll-20170802/egll-positions-rt.csv"
    config = tmp_path / "skysift.toml"
    config.write_text("[detectors.low-for-cell]\ndays = 1\n")

    options = ["--classes", "low-for-cell", "--config", str(config), "--json"]
    result = CliRunner().invoke(main, ["detect", str(recording), *options])

    assert json.loads(result.stdout)["classes"]["low-for-cell"]["inactive"] is None
