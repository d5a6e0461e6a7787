"""False positions: each sign, what looks like one and is none, and the verdict of aircraft and cells."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detectors._examples import fly, together
from detectors._registry import registry
from detectors._spoof_signs import verdict
from geo.anomaly import Anomaly
from geo.batch import Batch
from pipeline.engine import Engine
from pipeline.recording import run_recording
from tests.recordings import recording

GIVEN: dict[str, Any] = {"step_s": 10.0, "seconds": 900, "lat": 33.5, "callsign": b"TEST1"}
EXACT: dict[str, Any] = {"version": 2, "nic": 8, "nac_p": 10, "sil": 3}


def found(*tracks: Batch, classes: str = "gps-spoofing") -> Sequence[Anomaly]:
    engine = Engine({classes: registry()[classes]}, lateness_s=0.0)
    return run_recording(engine, [together(*tracks)])


def calm(count: int = 6, **columns: Any) -> list[Batch]:
    given = {**GIVEN, "geo_altitude": 35_300.0, **columns}
    return [fly(0x400000 + k, **{"lon": 33.0 + 0.3 * k, **given}) for k in range(count)]


def after(rows: Batch, seconds: float) -> Any:
    return rows["time"] - rows["time"][0] >= seconds * 1000


def leaping(km: float, icao24: int = 0x500000, back: bool = False, **columns: Any) -> Batch:
    rows = fly(icao24, **{**GIVEN, "lon": 36.0, **columns})
    away = after(rows, 400) & (~after(rows, 420) if back else True)
    return rows.with_columns(lat=rows["lat"] + away * km / 111.2)


def held(icao24: int, **columns: Any) -> Batch:
    """Held at Beirut's airport from the fifth minute on, creeping."""
    rows = fly(icao24, **{**GIVEN, "geo_altitude": 35_300.0, **columns})
    late = after(rows, 300)
    lat = np.where(late, 33.82 + 1e-4 * np.arange(len(rows)), rows["lat"])
    return rows.with_columns(lat=lat, lon=np.where(late, 35.49, rows["lon"]))


def test_a_leap_that_stays_is_low_alone() -> None:
    (one,) = found(*calm(), leaping(150))

    assert one.priority == 1 and one.confidence <= 0.5
    assert one.explanation == "500000: a leap that no aircraft can fly; it looks like spoofing, or a fault"


def test_one_other_is_told_as_one() -> None:
    pair = found(*calm(), leaping(150), leaping(150, icao24=0x500001))

    assert all("; another within 150 km is disturbed too;" in a.explanation for a in pair) and len(pair) == 2


def test_a_leap_and_back_within_half_a_minute_is_an_error() -> None:
    assert found(*calm(), leaping(150, back=True)) == []


def test_a_leap_with_parted_heights_is_spoofing() -> None:
    rows = leaping(150)
    heights = np.where(after(rows, 400), 30_000.0, 35_300.0).astype("f4")
    (one,) = found(*calm(), rows.with_columns(geo_altitude=heights))

    assert one.priority == 2 and one.confidence >= 0.7
    assert one.evidence["values"]["verdict"] == "spoof" and one.evidence["values"]["kinds"] == 2


def test_poor_navigation_before_it_makes_it_mixed() -> None:
    rows = leaping(150, **EXACT)
    lost = after(rows, 300) & ~after(rows, 390)
    rows = rows.with_columns(nic=np.where(lost, 0, 8).astype("f4"), nac_p=np.where(lost, 0, 10).astype("f4"))
    (one,) = found(*calm(), rows)

    assert one.evidence["values"]["verdict"] == "mixed" and one.explanation.endswith("spoofing and jamming")


def test_gathered_at_one_point_is_high_for_each() -> None:
    seven = [held(0x500000 + k) for k in range(7)]
    anomalies = found(*calm(), *seven)

    assert {a.icao24 for a in anomalies} == {0x500000 + k for k in range(7)}
    assert {a.priority for a in anomalies} == {3}
    assert all("gathered at one point with others" in a.explanation for a in anomalies)
    assert not any("gathered" in a.explanation for a in found(*calm(), *seven[:3]))


def test_holding_stacks_and_gliders_do_move_as_they_say() -> None:
    turn = np.arange(90) * 30.0
    stack = [
        fly(0x600000 + k, track=turn + 40 * k, speed=220.0, altitude=9_000.0 + 1_000 * k, **GIVEN) for k in range(7)
    ]
    gaggle = [fly(0x610000 + k, track=turn * 1.3, speed=50.0, altitude=5_000.0, **GIVEN) for k in range(7)]

    assert found(*stack, *gaggle) == []


def test_frozen_then_elsewhere_is_told_and_frozen_then_where_it_should_be_is_not() -> None:
    rows = fly(0x500000, lon=36.0, **GIVEN)
    n = np.arange(len(rows))
    hold = np.where((n >= 30) & (n < 48), 29, n)
    away = np.where(n >= 48, -1.0, 0.0)
    frozen = rows.with_columns(lat=rows["lat"][hold], lon=rows["lon"][hold])

    assert found(*calm(), frozen) == []
    (one,) = found(*calm(), frozen.with_columns(lon=frozen["lon"] + away))
    assert "froze and then jumped" in one.explanation


def test_movement_against_the_reported_speed() -> None:
    slow = fly(0x500000, speed=200.0, lon=36.0, **GIVEN)
    odd = slow.with_columns(ground_speed=np.full(len(slow), 420.0, dtype="f4"))
    three = [odd.with_columns(icao24=np.full(len(odd), 0x500000 + k), lat=odd["lat"] + 0.2 * k) for k in range(3)]

    assert found(*calm(), odd) == []
    anomalies = found(*calm(), *three)
    assert len(anomalies) == 3 and all("does not fit its speed" in a.explanation for a in anomalies)


def test_sil_that_falls_away_counts_and_one_that_never_was_does_not() -> None:
    rows = fly(0x500000, lon=36.0, **GIVEN, **EXACT)
    fallen = rows.with_columns(sil=np.where(after(rows, 120), 0, 3).astype("f4"))
    low = fly(0x500001, lon=36.0, **{**GIVEN, **EXACT, "sil": 0, "altitude": 9_000.0})

    (one,) = found(*calm(), fallen, low)
    assert one.icao24 == 0x500000 and "SIL 0" in one.explanation


def test_computed_positions_may_leap() -> None:
    assert found(*calm(), leaping(150, source=6)) == []


@pytest.mark.parametrize(
    ("false", "total", "words"), [(0, 4, "jam"), (1, 4, "jam"), (2, 4, "mixed"), (4, 4, "spoof"), (1, 1, "spoof")]
)
def test_the_verdict_on_a_cell(false: int, total: int, words: str) -> None:
    assert verdict(false, total) == words


def test_a_cell_of_gathered_aircraft_is_spoofed_and_one_without_positions_jammed() -> None:
    bad = {**EXACT, "nic": 0, "nac_p": 0}
    (spoofed,) = found(*(held(0x500000 + k, **bad) for k in range(6)), classes="gps-jamming")[-1:]
    crowd = [fly(0x500000 + k, **(GIVEN | bad | {"speed": 100.0})) for k in range(6)]
    (jammed,) = found(*crowd, classes="gps-jamming")[:1]

    assert spoofed.evidence["values"]["verdict"] == "spoof" and spoofed.explanation.endswith("it looks like spoofing")
    assert jammed.evidence["values"]["verdict"] == "jam" and jammed.explanation.endswith("it looks like jamming")


def test_west_asia_holds_aircraft_whose_heights_part(shared: Path) -> None:
    anomalies = found(*recording(shared / "data/opensky-rest/westasia-20260318"))

    assert anomalies and all(a.confidence <= 0.5 and "geometric height" in a.explanation for a in anomalies)


@pytest.mark.parametrize(
    "path",
    [
        "traffic-samples/samples/collections/quickstart.json.gz",
        "traffic-samples/samples/collections/switzerland.json.gz",
        "traffic-samples/opensky-history/06756e84a9281960f371ffa67a61f35e.parquet",
        "adsb_actions-adsblol/20250601_36_-122.gz",
        "egll-20170802",
        "adsbx-snapshot-20220430/aircraft.json",
    ],
)
def test_recordings_without_spoofing(shared: Path, path: str) -> None:
    assert found(*recording(shared / "data" / path)) == []
