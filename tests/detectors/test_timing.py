"""Message timing: the acceptance case of the product requirements, and what receivers do by themselves."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detectors._examples import fly, together, traffic
from geo.batch import Batch
from geo.schema import missing
from tests.detectors.at_work import again, found, recorded, sbs


def counted(rate: float, others: float, count: int = 8, n: int = 120, **columns: Any) -> Batch:
    """One aircraft with a message counter among others."""
    steps = np.arange(n)
    mine = fly(0xABC123, n, lat=48.0, messages=1000.0 + rate * steps, **columns)
    return together(mine, *traffic(count, n, messages=50.0 + others * steps))


@pytest.mark.parametrize("interval_s", [0.01, 0.02, 0.04])
def test_one_rapid_fire_session_gives_exactly_one_alert(interval_s: float) -> None:
    """Product requirements: `alerts.len() == 1` and `confidence > 0.8`; nothing but times is known of the session."""
    session = fly(0xABC123, 60, step_s=interval_s)
    bare = {
        name: missing(name, len(session))
        for name in ("lat", "lon", "baro_altitude", "ground_speed", "track", "vertical_rate")
    }

    (alert,) = found("timing", [session.with_columns(**bare)])

    assert alert.confidence > 0.8
    assert "messages a second" in alert.explanation


def test_ten_a_second_is_ordinary_near_a_receiver() -> None:
    assert found("timing", [counted(12, 8)]) == []
    (one,) = found("timing", [counted(40, 8)])
    assert (one.priority, one.icao24) == (2, 0xABC123)
    assert "nine in ten of the 8 others on the feed send 8.0 at most" in one.explanation


def test_the_limits_are_parameters() -> None:
    assert found("timing", [counted(12, 3)]) != []
    assert found("timing", [counted(12, 3)], rate=20) == []
    assert found("timing", [counted(12, 3)], factor=5) == []


def test_with_too_few_to_compare_with_only_the_floor_counts() -> None:
    assert found("timing", [counted(15, 3, count=2)]) == []
    (one,) = found("timing", [counted(30, 3, count=2)])
    assert one.priority == 1 and "too few others" in one.explanation


def test_another_feed_is_another_receiver() -> None:
    far = counted(40, 8)
    near = together(*traffic(8, 120, messages=np.arange(120) * 30.0))
    other = near.with_columns(feed=np.ones(len(near), dtype=np.uint8), icao24=near["icao24"] + 0x100)
    assert len(found("timing", [together(far, other)])) == 1


def test_a_counter_that_starts_again_or_leaps_once_is_no_anomaly() -> None:
    steps = np.arange(120)
    restart = np.where(steps < 60, 1e6 + 4.0 * steps, 4.0 * steps)
    leap = np.where(steps < 60, 4.0 * steps, 4.0 * steps + 1e5)
    for counter in (restart, leap):
        rows = together(fly(0xABC123, 120, lat=48.0, messages=counter), *traffic(8, 120, messages=4.0 * steps))
        assert found("timing", [rows]) == []


def test_minutes_between_polls_say_nothing_of_bursts(shared: Path) -> None:
    """Five snapshots of one receiver, a quarter of an hour apart: two of 45 aircraft average above ten a second."""
    snapshots = [shared / f"data/readsb-single-receiver-202311/aircraft_{k}.json" for k in range(1, 6)]
    assert found("timing", [recorded(*snapshots)]) == []


def test_aggregators_that_send_positions_late_and_backwards_are_calm(shared: Path) -> None:
    files = sorted((shared / "data/adsbao-multisource").glob("*/*.json")) or sorted(
        (shared / "data/adsbao-multisource").glob("*.json")
    )
    for file in files:
        if file.name != "manifest.json":
            assert found("timing", [recorded(file)]) == [], file.name


@pytest.mark.parametrize("name", ["ireland-20191020", "syracuse-20200120"])
def test_an_ordinary_receivers_messages_are_calm(shared: Path, name: str) -> None:
    for file in sorted((shared / "data/sbs-basestation" / name).iterdir()):
        assert found("timing", [sbs(file)]) == [], file.name


def test_many_receivers_of_one_flight_are_no_more_than_low(shared: Path) -> None:
    """JL516 as many receivers heard it: each message comes several times, and nothing else is there to compare with."""
    file = shared / "data/traffic-samples/fr24-csv/JL516_Flightradar24_ADS-B_data_granular.csv"
    assert all(one.priority == 1 for one in found("timing", [recorded(file)]))


def test_silence_counts_where_others_went_on_being_heard() -> None:
    def world(height: float, companions: int) -> Batch:
        mine = [fly(0xABC123, 300, start_s=s, lat=45.4, lon=5.5, speed=20.0, altitude=height) for s in (0, 1200)]
        others = [fly(0x400000 + k, 1500, step_s=10, lat=45.3, lon=5.2, speed=20.0) for k in range(companions)]
        return together(*mine, *others)

    (one,) = found("timing", [world(30_000.0, 3)])
    assert one.priority == 1 and "Heard again after 15 min" in one.explanation
    assert found("timing", [world(3_000.0, 3)]) == []
    assert found("timing", [world(30_000.0, 0)]) == []


def test_a_snapshot_repeated_is_calm(shared: Path) -> None:
    assert found("timing", [again(recorded(shared / "data/adsbx-snapshot-20220430/aircraft.json"), 6)]) == []


def test_the_literal_limit_would_cry_wolf_at_a_real_receiver(shared: Path) -> None:
    """Syracuse, four hours: aircraft reach 10 to 12 messages a second, and nothing is wrong with them."""
    rows = sbs(shared / "data/sbs-basestation/syracuse-20200120/1579564800.csv.gz")
    _, counts = np.unique((rows["time"] // 10_000) * 2**25 + rows["icao24"], return_counts=True)
    assert 10 < counts.max() / 10 < 15
