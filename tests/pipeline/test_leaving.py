"""Who has opted out since the last stop is in nothing that the engine goes on from."""

from __future__ import annotations

import numpy as np

from detectors._examples import during, fly, together
from detectors._registry import registry
from pipeline.engine import Engine
from pipeline.leaving import leave_out


def test_nothing_of_who_is_left_out_goes_on() -> None:
    engine = Engine({"squawk": registry()["squawk"]}, lateness_s=2.0)
    engine.feed(together(*(fly(one, 240, squawk=during(b"7700", b"1000", 100, 300, 240, "S4")) for one in (1, 2))))
    known = np.unique(engine.arrivals.waiting[0]["icao24"]).tolist()
    assert len(known) == 2 and len(engine.open_ids()) == 2

    leave_out(engine, known[:1])

    found = engine.finish()
    assert {one.icao24 for one in found.anomalies} == {known[1]} == set(found.rows["icao24"].tolist())
    assert len(engine.open_ids()) < 2
