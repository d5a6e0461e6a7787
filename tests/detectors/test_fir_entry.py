"""Unusual entry into a FIR: drawn borders, and the borders of Switzerland in a recorded day."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from detectors._entries import entries
from detectors._examples import fly, together
from detectors._registry import registry
from detectors.fir_entry import two_firs
from feeds.fir_files import load_firs
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.firs import Firs
from geo.routes import Routes
from geo.tracks import Tracks
from pipeline.engine import Engine
from tests.recordings import recording

SOON = {"days": 0, "entries": 10, "new": 0.3}
SWISS = "data/traffic-samples/samples/collections/switzerland.json.gz"


def found(
    batch: Batch, firs: Firs | None = None, routes: Routes | None = None, **overrides: float
) -> Sequence[Anomaly]:
    spec = registry()["fir-entry"]
    given = {"firs": firs or two_firs()} | ({"routes": routes} if routes is not None else {})
    engine = Engine({spec.id: spec}, {spec.id: {**SOON, **overrides}}, given, 0.0)
    rows = batch.take(np.argsort(batch["time"], kind="stable"))
    return list({a.id: a for step in (engine.feed(rows), engine.finish()) for a in step.anomalies}.values())


def crossing(**columns: Any) -> Batch:
    """Fourteen come in at 50 degrees north, and one as the test wants it."""
    crowd = [fly(0x400000 + k, start_s=90.0 * k, lat=50 + 0.01 * k, lon=9.5, step_s=5.0) for k in range(14)]
    one = {"start_s": 1_500.0, "lat": 54.0, "lon": 9.5, "step_s": 5.0}
    return together(fly(0xABC123, **(one | columns)), *crowd)


def view(batch: Batch, fresh_from_s: int = 0) -> Tracks:
    """One aircraft, a row every 30 s."""
    rows = batch.take(np.arange(0, len(batch), 30))
    columns = {**rows.columns, "flight": rows["icao24"]}
    return Tracks(columns, rows["time"] >= rows["time"][0] + 1000 * fresh_from_s)


def test_a_crossing_is_told_once_a_minute_after_it() -> None:
    batch = fly(seconds=600, lat=50.0, lon=9.5)
    firs = two_firs()

    told = [entries(view(batch, 30 * k), firs, 60.0, 1_500.0) for k in range(20)]
    whole = told[0]

    assert len(whole) == 1 and firs.ids[whole.fir[0]] == "BBBB"
    assert view(batch).time[whole.row[0]] - view(batch).time[whole.begin[0] + 1] == 60_000
    assert abs(whole.track[0] - 90) < 1
    settled = int(whole.row[0])
    assert [len(one) for one in told] == [1] * (settled + 1) + [0] * (19 - settled)


def test_a_jump_over_the_border_is_no_entry() -> None:
    near, far = fly(seconds=300, lat=50.0, lon=9.0), fly(seconds=300, start_s=300, lat=50.0, lon=15.0)

    assert len(entries(view(Batch.concat([near, far])), two_firs(), 60.0, 1_500.0)) == 0


def test_the_sentence_names_region_direction_and_what_is_known() -> None:
    (one,) = found(crossing(callsign=b"ELY9"))

    assert one.explanation == (
        "Entered BBBB (East) heading east, where none of the 14 learned entries did; "
        "flight plan unknown: no route database is loaded"
    )
    assert one.priority == 1


def test_a_flight_that_its_operator_does_not_have_is_of_medium_priority() -> None:
    routes = Routes(np.array([b"ELY1"], dtype="S8"), np.array([0, 2]), np.array([1, 2]))

    (one,) = found(crossing(callsign=b"ELY9"), routes=routes)

    assert one.priority == 2
    assert one.explanation.endswith("no flight plan: the operator has no such flight in the route database")


def test_low_traffic_is_learned_apart() -> None:
    assert found(crossing(altitude=3_000.0, lat=50.05)) == []


def test_a_recorded_day(shared: Path) -> None:
    """Switzerland, 17 hours, 1,700 entries: the day gives one, and an invented one is found."""
    folder = shared / "data/reference/vatspy-fir"
    firs = load_firs([folder / "Boundaries.geojson"])
    day = Batch.concat(recording(shared / SWISS))
    ghost = fly(0xABC123, 900, step_s=10.0, lat=47.75, lon=9.1, track=30.0, altitude=24_000.0, speed=350.0)
    moved = ghost.with_columns(time=ghost["time"] - int(ghost["time"][0]) + int(day["time"].min()) + 15 * 3_600_000)

    both = [a.icao24 for a in found(Batch.concat([day, moved]), firs, entries=60, new=0.05)]

    assert 0xABC123 in both
    assert len([icao24 for icao24 in both if icao24 != 0xABC123]) == 1
