"""Signal strength: the receiver's own level decides, never a limit alone."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detectors._examples import fly, together
from geo.batch import Batch
from geo.receivers import Receivers
from tests.detectors.at_work import again, found, recorded

FEW = {"samples": 100.0}
N = 300


def plane(icao24: int, nmi: float, extra: float = 0.0, swing: float = 1.0, **columns: Any) -> Batch:
    noise = np.random.default_rng(icao24).normal(0, swing, N)
    rssi = np.clip(20 - 20 * np.log10(nmi) + extra + noise, -49.5, -0.5)
    given: dict[str, Any] = {"receiver_distance": nmi, "rssi": rssi, "lat": 40 + (icao24 & 0xFF) * 0.2}
    return fly(icao24, N, **(given | columns))


def receiver(*more: Batch) -> Batch:
    """Twelve ordinary aircraft of a receiver whose level scatters by 4 dB, and some more."""
    scatter = np.random.default_rng(1).normal(0, 4, 12)
    return together(*(plane(0x400000 + k, 20.0 + 14 * k, scatter[k]) for k in range(12)), *more)


def words(*batches: Batch, **overrides: float) -> list[tuple[int, str]]:
    return [(a.priority, a.explanation) for a in found("signal", batches, **(FEW | overrides))]


def test_far_but_loud_is_medium_and_says_by_how_much() -> None:
    ((priority, text),) = words(receiver(plane(0xABC1F0, 160, 24.0)))
    assert priority == 2
    assert "at 160 nmi" in text and "dB stronger than this receiver hears others" in text
    assert text.endswith("; outside -120 to -10 dBFS")


def test_the_requirements_limits_are_named_and_never_count_alone() -> None:
    near = plane(0xABC1F0, 12.0, 10.0)
    assert float(np.nanmin(near["rssi"])) > -10
    assert words(receiver(near)) == []
    assert words(receiver(near), impossible_high=-60, suspicious=-60) == []
    ((_, text),) = words(receiver(plane(0xABC1F0, 160, 24.0)), impossible_high=-20)
    assert text.endswith("; outside -120 to -20 dBFS")


def test_faint_counts_in_the_air_only() -> None:
    assert words(receiver(plane(0xABC1F0, 10, -40.0, altitude=20_000.0)))[0][0] == 1
    assert words(receiver(plane(0xABC1F0, 10, -40.0, on_ground=1))) == []


def test_a_swing_that_others_do_not_have() -> None:
    ((priority, text),) = words(receiver(plane(0xABC1F0, 60, swing=9.0)))
    assert priority == 1 and "swings by" in text


def test_a_loud_moment_is_none() -> None:
    brief = plane(0xABC1F0, 160)
    rssi = brief["rssi"].copy()
    rssi[100:115] = -1.0
    assert all("stronger" not in text for _, text in words(receiver(brief.with_columns(rssi=rssi))))


def test_nothing_is_said_before_the_receiver_is_known() -> None:
    assert words(receiver(plane(0xABC1F0, 160, 24.0)), samples=100_000) == []


def test_distance_may_come_from_where_the_receiver_stands() -> None:
    rows = receiver(plane(0xABC1F0, 160, 24.0)).with_columns(
        receiver_distance=np.full(13 * N, np.nan, dtype=np.float32)
    )
    place = {"receivers": Receivers.of([(41.0, 10.0)])}
    far = rows.with_columns(lat=np.where(rows["icao24"] == 0xABC1F0, 43.6, rows["lat"]))
    assert [a.icao24 for a in found("signal", [far], place, **FEW)].count(0xABC1F0) <= 1
    assert found("signal", [far], **FEW) == []


@pytest.mark.parametrize("k", [1, 2, 3, 4, 5])
def test_a_real_receiver_is_calm_once_known(shared: Path, k: int) -> None:
    """New Mexico, 2023: 59 to 120 aircraft at 3 to 197 nmi, -1.4 to -28 dBFS; no limit of the requirements fits it."""
    rows = again(recorded(shared / f"data/readsb-single-receiver-202311/aircraft_{k}.json"), 30)
    assert float(np.nanmax(rows["rssi"])) > -10
    assert words(rows) == []


def test_an_invented_aircraft_at_a_real_receiver_is_found(shared: Path) -> None:
    rows = recorded(shared / "data/readsb-single-receiver-202311/aircraft_5.json")
    mine = int(np.nanargmax(np.where(rows["receiver_distance"] > 150, rows["rssi"], np.nan)))
    rssi = rows["rssi"].copy()
    rssi[mine] = -1.5
    seen = found("signal", [again(rows.with_columns(rssi=rssi), 40)], **FEW)
    assert [a.icao24 for a in seen if a.priority == 2] == [int(rows["icao24"][mine])]
