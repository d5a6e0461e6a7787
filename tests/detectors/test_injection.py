"""Aircraft out of nowhere: coverage learned from others, signs one by one, and what real recordings give."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detectors._examples import fly, together
from detectors._registry import registry
from detectors.injection import _noisy
from geo.aircraft import TEXTS, AircraftTable
from geo.airports import Airports
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.receivers import Receivers
from geo.registers import Registers
from pipeline.engine import Engine
from pipeline.recording import run_recording
from tests.recordings import beginning

SPEC = registry()["injection"]
NOWHERE, ORDINARY = 0xD51234, 0x3C6589
"""An address that no state was given, and a German one."""


def found(*tracks: Batch, resources: dict[str, Any] | None = None, **params: float) -> Sequence[Anomaly]:
    given = {"airports": Airports.builtin(), "registers": Registers.builtin()} | (resources or {})
    engine = Engine({"injection": SPEC}, {"injection": {"settle": 600.0} | params}, given, lateness_s=0.0)
    return run_recording(engine, [together(*tracks)])


def crossing() -> Sequence[Batch]:
    """Fifty-two airliners from west to east over forty minutes."""
    rng = np.random.default_rng(1)
    lanes = [(48.6 + 0.1 * k, 300.0 * j) for k in range(13) for j in range(4)]
    return [
        _noisy(fly(0x400000 + n, 2_400 - start, lat=lat, lon=7.0, start_s=start, step_s=10.0), rng)
        for n, (lat, start) in enumerate(lanes)
    ]


def one(icao24: int = ORDINARY, **columns: Any) -> Batch:
    given: dict[str, Any] = {"start_s": 1_800.0, "lat": 49.2, "lon": 9.2, "step_s": 10.0, "seconds": 300}
    return _noisy(fly(icao24, **(given | columns)), np.random.default_rng(2))


def table(addresses: Sequence[int]) -> AircraftTable:
    n = len(addresses)
    texts: dict[str, Any] = {name: np.full(n, b"X", dtype=kind) for name, kind in TEXTS.items()}
    return AircraftTable(np.sort(np.array(addresses)), **texts, flags=np.zeros(n, dtype=np.uint8))


def signs(anomaly: Anomaly) -> str:
    return str(anomaly.evidence["values"]["signs"])


def test_born_amid_coverage_is_told_from_its_birth_to_its_end() -> None:
    ghost = one()
    (only,) = found(ghost, *crossing())

    assert (only.icao24, only.priority, only.confidence) == (ORDINARY, 1, 0.45)
    assert only.explanation.startswith("3c6589 was first heard in mid-air at 35,000 ft: others there are heard long")
    assert only.start == ghost["time"][0] and only.end == ghost["time"][-1]
    assert only.evidence["values"]["passes"] >= 14 and only.evidence["values"]["births"] == 0


def test_each_further_sign_adds() -> None:
    turns = 80.0 + np.cumsum(np.random.default_rng(5).normal(0.0, 9.0, 30))
    (two,) = found(one(NOWHERE), *crossing())
    (three,) = found(one(NOWHERE, track=turns), *crossing())

    assert two.priority == 2 and two.confidence == pytest.approx(0.6425, abs=1e-3)
    assert three.priority == 3 and three.confidence > 0.78 and "back and forth" in signs(three)


def test_an_address_of_no_state_alone_is_low() -> None:
    (only,) = found(one(NOWHERE, lon=7.0), *crossing())

    assert only.priority == 1 and only.confidence == 0.35 and signs(only) == "its address is in no state's block"


def test_a_feed_that_makes_its_addresses_up_is_not_accused() -> None:
    strange = [track.with_columns(icao24=track["icao24"] - 0x400000 + 0xD50000) for track in crossing()]

    assert found(one(NOWHERE, lon=7.0), *strange) == []


def test_unknown_to_the_database_counts_only_where_it_knows_the_others() -> None:
    others = [0x400000 + n for n in range(52)]
    (unknown,) = found(one(), *crossing(), resources={"aircraft": table(others)})
    (useless,) = found(one(), *crossing(), resources={"aircraft": table(others[:5])})

    assert "unknown to the aircraft database" in signs(unknown) and unknown.priority == 2
    assert "database" not in signs(useless)


def test_beyond_the_horizon_unless_others_are_too() -> None:
    near, far = Receivers.of([(49.2, 9.0)]), Receivers.of([(60.0, 9.0)])
    high = one(lat=56.0, lon=9.0, altitude=8_000.0, speed=250.0)
    (only,) = found(high, *crossing(), resources={"receivers": near})

    assert signs(only) == "it is beyond the receivers' horizon"
    assert found(one(lon=7.0), *crossing(), resources={"receivers": far}) == []


def test_louder_than_others_at_that_distance() -> None:
    receiver = {"receivers": Receivers.of([(49.2, 9.0)])}
    heard = [t.with_columns(rssi=np.full(len(t), -25.0, dtype="f4")) for t in crossing()]
    loud = one(NOWHERE, rssi=-3.0)
    (only,) = found(loud, *heard, resources=receiver)
    (plain,) = found(one(NOWHERE, rssi=-25.0), *heard, resources=receiver)

    assert "far louder" in signs(only) and "far louder" not in signs(plain)


def test_positions_computed_from_the_speed_to_the_metre() -> None:
    exact = fly(ORDINARY, 300, start_s=1_800, lat=52.2, lon=7.0, step_s=10.0, track=0.0)
    later = [_noisy(fly(0x410000 + n, 400, start_s=900.0 + 40 * n, lat=48.7 + 0.08 * n, lon=7.0, step_s=10.0),
                    np.random.default_rng(n)) for n in range(14)]  # fmt: skip

    (only,) = found(exact, *crossing(), *later)

    assert signs(only) == "its positions follow from its speed and course to the metre"


def test_who_comes_in_over_the_edge_or_was_heard_before_is_not_told() -> None:
    before = one(start_s=0.0, lon=7.0)

    assert found(one(lon=7.0), *crossing()) == []
    assert found(before, one(), *crossing()) == []


def test_beside_another_aircraft_it_is_cleared() -> None:
    leader = crossing()[2 * 4 + 3]
    at = int(np.searchsorted(leader["time"], leader["time"][0] + 900_000))
    wing = leader.take(np.arange(at, at + 30))

    (only,) = found(wing.with_columns(icao24=np.full(len(wing), NOWHERE), lat=wing["lat"] + 0.003), *crossing())

    assert only.state == "cleared" and "beside another aircraft" in only.cleared


def test_a_wrong_bit_for_a_row_or_two_is_silent() -> None:
    rows = together(*crossing())
    address = rows["icao24"].copy()
    address[::701] ^= 0x800000

    assert found(rows.with_columns(icao24=address)) == []


def test_a_receiver_that_begins_or_is_silent_hears_everybody_for_the_first_time() -> None:
    rows = together(*crossing())
    elapsed = (rows["time"] - rows["time"][0]) / 1000.0
    fresh = np.where(elapsed > 2_000, rows["icao24"] + 0x1000, rows["icao24"])
    gap = rows.with_columns(icao24=fresh).take(np.flatnonzero((elapsed < 1_100) | (elapsed > 2_000)))

    assert found(gap) == []


def test_several_at_once_are_the_receptions() -> None:
    several = [one(ORDINARY + k, lat=49.0 + 0.1 * k) for k in range(5)]

    assert found(*several, *crossing()) == []


@pytest.mark.parametrize(
    "path",
    [
        "traffic-samples/samples/collections/quickstart.json.gz",
        "traffic-samples/samples/collections/switzerland.json.gz",
        "traffic-samples/opensky-history/06756e84a9281960f371ffa67a61f35e.parquet",
        "adsb_actions-adsblol/20250601_36_-122.gz",
        "adsb_actions-adsblol/20251213_kwvi_5nm.1213.wvi5nm.gz",
        "readsb-single-receiver-202311",
    ],
)
def test_real_recordings_hold_nobody_out_of_nowhere(shared: Path, path: str) -> None:
    assert found(*beginning(shared / "data" / path), settle=900.0) == []
