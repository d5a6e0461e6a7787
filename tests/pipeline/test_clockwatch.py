"""A clock that went back: late rows for a moment are late rows; for good, judging begins anew."""

from __future__ import annotations

from detectors._examples import EPOCH, during, fly
from detectors._registry import registry
from geo.batch import Batch
from geo.schema import NO_TIME
from pipeline.clockwatch import BACK_MS, PATIENCE_S, ClockWatch
from pipeline.engine import Engine
from pipeline.live import Live


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def at(seconds: float) -> Batch:
    return fly(1, 3, start_s=seconds)


def test_only_old_rows_for_long_enough_are_a_clock() -> None:
    clock = Clock()
    watch, cut = ClockWatch(clock=clock), EPOCH + 3_600_000
    assert not watch.went_back(at(0), int(NO_TIME)) and not watch.went_back(Batch.empty(), cut)
    assert not watch.went_back(at(0), cut)
    clock.now += PATIENCE_S - 1
    assert not watch.went_back(at(3600 - BACK_MS / 1000 + 1), cut)
    clock.now += PATIENCE_S
    assert not watch.went_back(at(0), cut)
    clock.now += PATIENCE_S
    assert watch.went_back(at(1), cut) and not watch.went_back(at(2), cut)


def test_judging_goes_on_at_the_new_time() -> None:
    clock = Clock()
    live = Live(Engine({"squawk": registry()["squawk"]}, lateness_s=0), [], None)  # type: ignore[arg-type]
    live.clockwatch = ClockWatch(clock=clock)
    emergency = fly(1, 60, start_s=7200, squawk=during(b"7700", b"1000", 10, 60, 60, "S4"))
    (before,) = {a.id: a for a in live._judged(emergency, ()).anomalies}.values()

    late = live._judged(fly(1, 60, squawk=b"1000"), ())
    clock.now += PATIENCE_S
    again = fly(1, 60, start_s=60, squawk=during(b"7700", b"1000", 10, 60, 60, "S4"))
    found = {a.id: a for a in live._judged(again, ()).anomalies}

    assert before.state == "open" and len(late.late) == 60 and not late.anomalies
    assert found[before.id].state == "closed" and len(found) == 2
    assert live.engine.counts["rewound"] == 1 and live.due.comes("checkpoint", 60)
