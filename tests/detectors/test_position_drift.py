"""Offsets written into real tracks, and real tracks that jitter, turn, lag and fall silent."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from detectors._examples import fly
from detectors._registry import registry
from detectors.position_drift import displaced
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.schema import SOURCES
from pipeline.engine import Engine
from tests.recordings import recording


def found(rows: Batch, **overrides: float) -> Sequence[Anomaly]:
    spec = registry()["position-drift"]
    engine = Engine({spec.id: spec}, {spec.id: overrides}, {}, 0.0)
    last = {a.id: a for a in engine.feed(rows).anomalies}
    return list((last | {a.id: a for a in engine.finish().anomalies}).values())


def read(shared: Path, name: str) -> Batch:
    return Batch.concat(recording(shared / "data" / name))


@pytest.mark.parametrize("metres", [1_000, 2_000, 5_000, 12_000])
def test_an_offset_is_held_from_its_first_row_to_the_end(metres: int) -> None:
    rows = displaced(fly(seconds=900), metres, 400, 10**6)

    (one,) = found(rows)

    assert abs(one.start - int(rows["time"][400])) <= 5_000
    assert int(rows["time"][-1]) - one.end <= 5_000
    assert one.evidence["values"]["offset"] == pytest.approx(metres / 1000, rel=0.25)
    assert one.priority == (2 if metres > 2_000 else one.priority)


def test_it_is_told_within_half_a_minute() -> None:
    rows = displaced(fly(seconds=900), 2_000.0, 400, 10**6)
    told = [t for t in range(400, 460, 5) if found(rows.take(np.arange(t)))]

    assert told[0] <= 430


def test_it_ends_when_the_track_is_back() -> None:
    rows = displaced(fly(seconds=900), 3_000.0, 300, 600)

    (one,) = found(rows)

    assert abs(one.end - int(rows["time"][600])) <= 30_000


def test_a_later_offset_is_an_episode_of_its_own_or_joins() -> None:
    rows = displaced(displaced(fly(seconds=1200), 3_000.0, 300, 500), 3_000.0, 700, 10**6)

    assert max(a.end for a in found(rows)) >= int(rows["time"][-1]) - 5_000


@pytest.mark.parametrize(("track", "count"), [(90.0, 1), (0.0, 0)], ids=["aside", "ahead"])
def test_no_clock_moves_a_position_aside(track: float, count: int) -> None:
    assert len(found(displaced(fly(seconds=900, track=track), 400.0, 400, 10**6))) == count


def test_an_episode_ends_when_nothing_is_added_to_it() -> None:
    rows = displaced(fly(seconds=900), 5_000.0, 300, 10**6)

    (one,) = found(rows, ends=5)

    assert 290_000 <= one.end - one.start <= 330_000


@pytest.mark.parametrize("source", ["mlat", "tisb_icao"])
def test_where_positions_are_computed_it_is_low(source: str) -> None:
    rows = displaced(fly(seconds=900), 6_000.0, 400, 10**6)

    (one,) = found(rows.with_columns(source=np.full(len(rows), SOURCES.index(source), np.uint8)))

    assert one.priority == 1 and one.confidence <= 0.4


def test_an_mlat_position_that_jitters_is_none() -> None:
    rng, rows = np.random.default_rng(4), fly(seconds=1800, speed=250.0)
    jitter = rng.normal(0, 300 / 111_195, (2, len(rows)))
    noisy = rows.with_columns(lat=rows["lat"] + jitter[0], lon=rows["lon"] + jitter[1])

    assert not found(noisy.with_columns(source=np.full(len(rows), SOURCES.index("mlat"), np.uint8)))


def test_through_a_gap_nothing_is_said() -> None:
    rows = displaced(fly(seconds=900), 3_000.0, 400, 10**6)
    kept = (np.arange(900) < 395) | (np.arange(900) > 450)

    assert not found(rows.take(np.flatnonzero(kept)))


def test_no_split_changes_anything() -> None:
    rows = displaced(fly(seconds=600), 2_500.0, 250, 10**6)
    spec = registry()["position-drift"]
    engine, last = Engine({spec.id: spec}, {}, {}, 0.0), dict[str, Anomaly]()
    for k in range(0, 600, 7):
        last |= {a.id: a for a in engine.feed(rows.take(np.arange(k, min(k + 7, 600)))).anomalies}
    last |= {a.id: a for a in engine.finish().anomalies}

    assert [a.feature() for a in last.values()] == [a.feature() for a in found(rows)]


NAMES = ["featured/zero_gravity", "noisy/noisy_time_issue", "noisy/noisy_landing", "military/aircraft_carrier", "basel"]


@pytest.mark.parametrize("name", NAMES)
def test_real_tracks_that_are_hard_give_none(shared: Path, name: str) -> None:
    assert not found(read(shared, f"traffic-samples/samples/{name}.json.gz"))


def test_a_real_hour_over_paris_gives_none_and_one_offset_in_it_is_found(shared: Path) -> None:
    rows = read(shared, "traffic-samples/samples/collections/quickstart.json.gz")
    rows = rows.take(rows["time"] < rows["time"].min() + 3_600_000)
    assert not found(rows)
    some = int(np.bincount(rows["icao24"][rows["ground_speed"] > 300]).argmax())
    track = rows.take(np.flatnonzero(rows["icao24"] == some))
    track = track.take(np.argsort(track["time"], kind="stable"))

    (one,) = found(displaced(track, 2_500.0, len(track) // 2, 10**6))

    assert abs(one.start - int(track["time"][len(track) // 2])) <= 10_000
