"""Tracks spliced from two, real and made; and hard flying, gaps and bad rows, which are no splice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from detectors._examples import EPOCH, circle, fly
from detectors._registry import registry
from detectors.track_splice import spliced
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.schema import SOURCES, missing
from pipeline.engine import Engine
from tests.recordings import recording


def found(rows: Batch, **overrides: float) -> Sequence[Anomaly]:
    spec = registry()["track-splice"]
    engine = Engine({spec.id: spec}, {spec.id: overrides}, {}, 0.0)
    last = {a.id: a for a in engine.feed(rows).anomalies}
    return list((last | {a.id: a for a in engine.finish().anomalies}).values())


def other(**columns: float) -> Batch:
    return fly(seconds=900, **({"track": 210.0, "speed": 290.0, "rate": 1_500.0} | columns))  # type: ignore[arg-type]


def test_it_is_held_from_the_splice_to_the_end() -> None:
    rows = spliced(fly(seconds=900), other(), 400)

    (one,) = found(rows)

    assert abs(one.start - int(rows["time"][400])) <= 5_000
    assert int(rows["time"][-1]) - one.end <= 5_000
    assert " and " in one.explanation.partition(" changed")[0] and one.explanation.endswith("for 8 min")
    assert "ourse" in one.explanation and "speed" in one.explanation
    assert one.priority == 3


@pytest.mark.parametrize("aside_m", [0, 1_500, 5_900])
def test_in_polls_of_15_s_too(aside_m: int) -> None:
    first = fly(seconds=2400, step_s=15.0)
    rows = spliced(first, fly(seconds=2400, step_s=15.0, track=210.0, speed=290.0, rate=1_500.0), 80, aside_m)

    assert len(found(rows)) == 1


def test_position_alone_is_an_offset_and_no_splice() -> None:
    assert not found(spliced(fly(seconds=900), fly(seconds=900), 400, 3_000.0))


def test_it_is_told_within_half_a_minute() -> None:
    rows = spliced(fly(seconds=900), other(), 400)
    told = [t for t in range(400, 460, 5) if found(rows.take(np.arange(t)))]

    assert told[0] <= 430


def test_no_leaking_field_is_needed() -> None:
    """Neither callsign nor squawk, climb rate or height."""
    rows = spliced(fly(seconds=900), other(), 400, 2_500.0)
    hidden = ("callsign", "squawk", "vertical_rate", "baro_altitude", "geo_altitude")

    assert len(found(rows.with_columns(**{n: missing(n, len(rows)) for n in hidden}))) == 1


def test_where_positions_are_computed_it_is_low() -> None:
    rows = spliced(fly(seconds=900), other(), 400, 3_000.0)

    (one,) = found(rows.with_columns(source=np.full(len(rows), SOURCES.index("mlat"), np.uint8)))

    assert one.priority == 1 and one.confidence <= 0.4


def test_hard_flying_is_none() -> None:
    turns = 90.0 + 120.0 * np.sin(np.arange(900) / 30.0)

    assert not found(fly(seconds=900, track=turns, speed=250.0 + 100.0 * np.sin(np.arange(900) / 25.0)))
    assert not found(circle(seconds=900, period_s=40.0))


def test_a_gap_explains_it() -> None:
    rows = spliced(fly(seconds=900), other(), 400)
    later = np.where(rows["time"] >= EPOCH + 400_000, 90_000, 0)

    assert not found(rows.with_columns(time=rows["time"] + later))


@pytest.mark.parametrize(("heard", "count"), [(10, 1), (1, 0)], ids=["it had followed", "a single fix"])
def test_a_gap_after_it_leaves_it_only_what_had_followed(heard: int, count: int) -> None:
    rows = spliced(fly(seconds=900), other(), 400)
    kept = (np.arange(900) < 400 + heard) | (np.arange(900) > 470)

    assert len(found(rows.take(np.flatnonzero(kept)))) == count


def test_a_jet_that_is_slow_all_at_once_is_one() -> None:
    assert len(found(spliced(fly(seconds=900), other(speed=150.0), 400))) == 1


@pytest.mark.parametrize("name", ["featured/qantas747", "noisy/noisy_time_issue", "noisy/noisy_takeoff", "basel"])
def test_real_tracks_that_are_hard_give_none(shared: Path, name: str) -> None:
    path = shared / f"data/traffic-samples/samples/{name}.json.gz"

    assert not found(Batch.concat(recording(path)))


def test_real_tracks_spliced_are_found(shared: Path) -> None:
    """Twelve pairs over Paris, as a recording played back would come: each from its middle on another one."""
    path = shared / "data/traffic-samples/samples/collections/quickstart.json.gz"
    rows = Batch.concat(recording(path))
    order = np.lexsort((rows["time"], rows["icao24"]))
    rows = rows.take(order[rows["ground_speed"][order] > 100])
    tracks = np.split(np.arange(len(rows)), np.flatnonzero(np.diff(rows["icao24"])) + 1)
    long = [rows.take(t[:1500]) for t in tracks if len(t) >= 1500 and np.ptp(rows["time"][t[:1500]]) < 1_600_000]
    assert not [a for t in long[:24] for a in found(t)]

    hits = 0
    for a, b in zip(long[:12], long[12:24], strict=True):
        forged = spliced(a, b.with_columns(time=a["time"], icao24=a["icao24"]), 700, 1_000.0)
        hits += bool(found(forged))

    assert hits >= 11
