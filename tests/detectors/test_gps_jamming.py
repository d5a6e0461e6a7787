"""GPS interference: which aircraft count as disturbed, in which cells, and real recordings with and without it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detectors._examples import fly, together
from detectors._jam_levels import Tally
from detectors._jamming import Spells
from detectors._registry import registry
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.cells import cell_center
from geo.schema import NO_TIME
from pipeline.engine import Engine
from tests.recordings import recording

GOOD = {"version": 2, "nic": 8, "nac_p": 9, "callsign": b"TEST1"}
BAD = {**GOOD, "nic": 0, "nac_p": 0}
PLACE: dict[str, Any] = {"lat": 34.4, "lon": 32.05, "speed": 120.0, "step_s": 10.0, "seconds": 300}


def found(*tracks: Batch) -> list[Anomaly]:
    engine = Engine({"gps-jamming": registry()["gps-jamming"]}, lateness_s=0.0)
    steps = [engine.feed(together(*tracks)), engine.finish()]
    return list({a.id: a for step in steps for a in step.anomalies}.values())


def several(count: int, first: int, **columns: Any) -> list[Batch]:
    given = PLACE | {"altitude": 31_000.0} | columns
    return [fly(first + k, **given) for k in range(count)]


def recorded(path: Path) -> list[Anomaly]:
    return found(*recording(path))


def centres(anomalies: list[Anomaly]) -> list[tuple[float, float]]:
    return [cell_center(int(a.h3, 16)) for a in anomalies]


def test_a_cell_counts_its_aircraft_once_and_says_what_gpsjam_would_draw() -> None:
    (one,) = found(*several(3, 0x500000, **BAD), *several(4, 0x400000, **GOOD))

    values = one.evidence["values"]
    assert (values["bad"], values["good"], values["ratio"], values["band"]) == (
        3,
        4,
        pytest.approx(2 / 7, abs=1e-4),
        "high",
    )
    assert values["resolution"] == 4 and 0 < values["share_low"] < 3 / 7 < values["share_high"] < 1
    assert one.members == [0x500000, 0x500001, 0x500002] and one.icao24 is None
    assert one.explanation.startswith("3 of 7 aircraft in a cell 45 km wide had their satellite navigation disturbed")
    assert len(one.evidence["samples"]) == 3


def test_degraded_for_one_minute_is_degraded_for_half_an_hour() -> None:
    n = np.arange(0, 1200, 10) // 10
    dip = np.where((n >= 30) & (n < 36), 0, 9)
    slow = {"speed": 25.0, "seconds": 1200}
    (one,) = found(
        *several(3, 0x500000, **GOOD | slow | {"nac_p": dip, "nic": np.minimum(dip, 8)}), *several(2, 1, **GOOD | slow)
    )

    assert one.evidence["values"]["bad"] == 3
    assert 50_000 <= one.end - one.start <= 60_000 or one.end == one.start


def test_two_disturbed_are_reported_lower_and_one_is_not() -> None:
    (two,) = found(*several(2, 0x500000, **BAD), *several(3, 0x400000, **GOOD))

    assert two.priority == 2 and two.confidence <= 0.4
    assert found(*several(1, 0x500000, **BAD), *several(3, 0x400000, **GOOD)) == []


def test_yellow_is_medium() -> None:
    (one,) = found(*several(3, 0x500000, **BAD), *several(27, 0x400000, **GOOD))

    assert one.evidence["values"]["band"] == "medium" and one.priority == 2


def test_low_aircraft_count_only_if_they_were_good_before_and_it_lasts() -> None:
    n = np.arange(30)
    worse = {"nic": np.where(n < 12, 8, 0), "nac_p": np.where(n < 12, 9, 0)}
    glitch = {"nic": np.where(n == 12, 0, 8), "nac_p": np.where(n == 12, 0, 9)}
    low = {"altitude": 4_000.0}

    assert len(found(*several(3, 0x500000, **GOOD | low | worse))) == 1
    assert found(*several(3, 0x500000, **BAD | low)) == []
    assert found(*several(3, 0x500000, **GOOD | low | glitch)) == []


def test_an_aircraft_under_two_flights_or_streams_counts_once() -> None:
    again = several(1, 0x500000, **BAD | {"start_s": 1000.0})

    assert found(*several(1, 0x500000, **BAD), *again, *several(2, 0x400000, **GOOD)) == []


def test_stale_positions_and_heights_serve_where_nothing_else_is_sent() -> None:
    time = fly(1, **PLACE)["time"]
    calm = several(6, 0x400000, position_time=time, geo_altitude=31_200.0, callsign=b"A")
    stale = several(2, 0x500000, position_time=time - 400_000, callsign=b"B")
    askew = several(2, 0x600000, position_time=time, geo_altitude=25_000.0, callsign=b"C")

    (one,) = found(*calm, *stale, *askew)

    assert one.evidence["values"]["signs"] == "2 with heights that do not fit, 2 with a stale position"
    assert found(*calm) == []


def test_heights_in_a_descent_do_not_count() -> None:
    time = fly(1, **PLACE)["time"]
    calm = several(6, 0x400000, position_time=time, geo_altitude=31_200.0)

    assert found(*calm, *several(4, 0x600000, position_time=time, geo_altitude=35_000.0, rate=-2_000.0)) == []


def test_blank_callsigns_are_one_more_sign_and_never_one_alone() -> None:
    blank = {"callsign": b""}
    (named,) = found(*several(4, 0x500000, **BAD), *several(4, 0x400000, **GOOD))
    (unnamed,) = found(*several(4, 0x500000, **BAD | blank), *several(4, 0x400000, **GOOD))

    assert unnamed.confidence == pytest.approx(named.confidence + 0.05)
    assert "4 airborne without callsign" in unnamed.explanation
    assert found(*several(8, 0x400000, **GOOD | blank)) == []


def test_a_tally_counts_an_aircraft_once_while_its_spells_overlap() -> None:
    n = 5
    cell = np.array([7, 7, 7, 7, 9], dtype=np.uint64)
    begin, end = np.array([10, 15, 40, 12, 10]), np.array([20, 30, 41, 14, 11])
    s = Spells(np.arange(n), cell, np.array([1, 1, 1, 2, 1]), np.ones(n, dtype=bool), begin, end, begin, begin)

    tally = Tally(s, np.arange(n))

    minute = np.array([9, 10, 12, 14, 29, 30, 40, 41])
    assert tally.at(np.full(8, 7, dtype=np.uint64), minute).tolist() == [0, 1, 2, 1, 1, 0, 1, 0]
    assert tally.at(np.array([9, 8, 9], dtype=np.uint64), np.array([10, 10, 11])).tolist() == [1, 0, 0]


def test_cyprus_israel_and_iraq_in_one_snapshot_of_the_world(shared: Path) -> None:
    anomalies = recorded(shared / "data/adsbx-snapshot-20220430/aircraft.json")

    assert all(a.confidence <= 0.5 for a in anomalies)
    assert all(24 < lat < 60 and 25 < lon < 60 for lat, lon in centres(anomalies))
    cyprus = [a for a in anomalies if 0x4A08E9 in a.members]  # ROT167H, which lost GPS south of Cyprus
    assert cyprus and cyprus[0].priority == 3 and {0x48AE83, 0x4CA5C3, 0x4BB1E9} <= set(cyprus[0].members)


def test_west_asia_without_any_integrity_field(shared: Path) -> None:
    anomalies = recorded(shared / "data/opensky-rest/westasia-20260318")

    places = centres([a for a in anomalies if a.priority == 3])
    for lat, lon in ((25, 51.5), (34, 33.5), (22, 53.5)):  # the Gulf, Lebanon, the Emirates
        assert any(abs(lat - y) < 2 and abs(lon - x) < 2 for y, x in places), (lat, lon)


def test_one_snapshot_of_opensky_shows_nothing_over_western_europe_and_america(shared: Path) -> None:
    anomalies = recorded(shared / "data/opensky-rest/global-20230620/all_1.json")

    assert anomalies and all(lon > 25 for _, lon in centres(anomalies))


@pytest.mark.parametrize(
    "path",
    [
        "adsb_actions-adsblol/20250601_36_-122.gz",
        "adsb_actions-adsblol/20251213_kwvi_5nm.1213.wvi5nm.gz",
        "readsb-single-receiver-202311",
        "traffic-samples/opensky-history/06756e84a9281960f371ffa67a61f35e.parquet",
    ],
)
def test_recordings_without_interference(shared: Path, path: str) -> None:
    assert recorded(shared / "data" / path) == []


def test_lost_positions_are_placed_where_they_were_last_good() -> None:
    rows = several(3, 0x500000, **GOOD | {"gps_ok_before": fly(1)["time"][0], "last_lat": 34.4, "last_lon": 32.1})
    gone = [r.with_columns(lat=np.full(len(r), np.nan), lon=np.full(len(r), np.nan)) for r in rows]
    calm = several(2, 0x400000, **GOOD | {"gps_ok_before": NO_TIME, "last_lat": np.nan, "last_lon": np.nan})

    (one,) = found(*gone, *calm)

    assert one.evidence["values"]["signs"] == "3 that lost GPS"


def test_positions_that_are_gone_are_jammed_and_the_colours_stay_as_they_are() -> None:
    (one,) = found(*several(3, 0x500000, **BAD), *several(4, 0x400000, **GOOD))

    assert one.evidence["values"]["verdict"] == "jam" and one.evidence["values"]["false_positions"] == 0
    assert one.explanation.endswith("(GPSJam's ratio 29 %, red); it looks like jamming")


def test_false_positions_among_degraded_ones_are_mixed() -> None:
    slow = {"speed": 25.0, "seconds": 600}
    creeping = {"ground_speed": 420.0}
    false = [r.with_columns(**{n: np.full(len(r), v, dtype="f4") for n, v in creeping.items()})
             for r in several(3, 0x500000, **BAD | slow)]  # fmt: skip

    anomalies = found(*false, *several(3, 0x510000, **BAD | slow))

    assert [a.evidence["values"]["verdict"] for a in anomalies] == ["mixed"]
    assert anomalies[0].evidence["values"]["false_positions"] == 3
