"""Every format on real files: recognised by content, every row accounted for, values where they belong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from feeds._given import Given
from feeds._registry import formats
from geo.schema import NON_ICAO, SYNTHETIC, present
from tests.feeds.reading import read_path

SAMPLES = "traffic-samples/samples"
OPENSKY = "traffic-samples/opensky-history"
FILES = {
    "adsbx-snapshot-20220430/aircraft.json": ("readsb", 8_423, 8_423),
    "readsb-single-receiver-202311/aircraft_5.json": ("readsb", 120, 120),
    "adsb_actions-adsblol/20250601_36_-122.gz": ("adsblol-lines", 44_120, 521),
    "adsb_actions-adsblol/20251213_kwvi_5nm.1213.wvi5nm.gz": ("adsblol-lines", 9_614, 218),
    "adsb_actions-adsblol/1hr.json": ("adsblol-lines", 4_920, 59),
    "adsb_actions-adsblol/20minutes.json": ("adsblol-lines", 1_194, 19),
    f"{SAMPLES}/readsb/trace_full_ac671b.json": ("trace-full", 2_500, 1),
    "opensky-rest/global-20230620/all_1.json": ("opensky-states", 7_128, 7_128),
    "opensky-rest/global-20230620/netherlands.json": ("opensky-states", 123, 123),
    "opensky-rest/westasia-20260318/2026-03-18T11-09-37_00-00.json": ("opensky-states", 90, 90),
    "opensky-history-csv/belevingsvlucht.csv": ("opensky-history", 15_861, 1),
    f"{OPENSKY}/06756e84a9281960f371ffa67a61f35e.parquet": ("opensky-history", 70_475, 32),
    f"{OPENSKY}/5a3cd3c3fd1305596a12f01b3d1a1df0.parquet": ("opensky-history", 1_396, 1),
    "traffic-samples/fr24-csv/JL516_3376ab31.csv": ("fr24-csv", 305, 1),
    "traffic-samples/fr24-csv/JL516_Flightradar24_ADS-B_data_granular.csv": ("fr24-granular", 17_521, 1),
    f"{SAMPLES}/fr24/2ce4f83f.json": ("fr24-playback", 871, 1),
    f"{SAMPLES}/collections/switzerland.json.gz": ("traffic-table", 139_098, 842),
    f"{SAMPLES}/firefighting/calfire.json.gz": ("traffic-table", 9_955, 45),
    f"{SAMPLES}/noisy/noisy_ground.json.gz": ("traffic-table", 924, 1),
    f"{SAMPLES}/featured/zero_gravity.json.gz": ("traffic-table", 10_367, 1),
    f"{SAMPLES}/performance/fuelflow_a320.json.gz": ("traffic-table", 11_808, 1),
    "traffic-samples/jet1090/tutorial.jsonl.gz": ("traffic-table", 71_939, 17),
    "egll-20170802/egll-positions-rt.csv": ("euctrl", 18_574, 45),
    "egll-20170802/egll-positions-fr24.csv": ("euctrl", 12_483, 37),
    "sbs-basestation/syracuse-20200120/1579554000.csv.gz": ("sbs", 4_350, 22),
    "sbs-basestation/ireland-20191020/adsb_message_stream.txt": ("sbs", 202, 84),
    "identity-issues/dump1090-251.sbs": ("sbs", 8, 2),
    "adsbao-multisource/slow-a085a4.json": ("adsbao", 273, 1),
}


@pytest.mark.parametrize(("name", "expected"), FILES.items(), ids=[Path(name).name for name in FILES])
def test_a_recording_is_recognised_and_read_whole(shared: Path, name: str, expected: tuple[str, int, int]) -> None:
    source, batch = read_path(shared / "data" / name)

    dropped = sum(n for reason, n in source.rejected.items() if reason.startswith(("no ", "time", "row")))
    assert (source.format, len(batch) + dropped, len(np.unique(batch["icao24"]))) == expected
    assert (np.diff(batch["time"]) >= 0).all()


@pytest.mark.parametrize("name", FILES, ids=[Path(name).name for name in FILES])
def test_only_one_format_claims_a_recording(shared: Path, name: str) -> None:
    path = shared / "data" / name

    claims = [one.id for one in formats().values() if one.sniff(Given(str(path), path))]

    assert claims == [FILES[name][0]]


def test_the_world_snapshot_carries_what_integrity_and_identity_need(shared: Path) -> None:
    source, world = read_path(shared / "data/adsbx-snapshot-20220430/aircraft.json")

    filled = {name: int(present(name, world[name]).sum()) for name in world.columns}
    assert filled["lat"] == filled["position_time"] == filled["nic"] == 7_659
    assert (filled["gps_ok_before"], filled["last_lat"], filled["baro_altitude"]) == (16, 321, 6_543)
    assert (world["on_ground"] == 1).sum() == 1_485
    assert (world["icao24"] & NON_ICAO > 0).sum() == 354
    assert (world["time"] - world["position_time"])[present("lat", world["lat"])].max() < 2_500_000
    assert (world["callsign"] == b"TEST1234").sum() > 20
    assert source.rejected == {"nac_v out of range": 4}


def test_a_position_older_than_ten_seconds_stays_older(shared: Path) -> None:
    """906 positions are older than 10 s against `now`; the age against the last message is what can be told per row."""
    _, world = read_path(shared / "data/adsbx-snapshot-20220430/aircraft.json")

    now = 1_651_363_199_612
    assert (now - world["position_time"][present("lat", world["lat"])] > 10_000).sum() == 906


def test_a_receiver_far_away_has_its_distance_in_miles(shared: Path) -> None:
    _, batch = read_path(shared / "data/readsb-single-receiver-202311/aircraft_1.json")

    assert 20 < np.nanmedian(batch["receiver_distance"]) < 250
    assert np.nanmax(batch["rssi"]) <= 0


def test_metres_and_feet_of_the_same_flight_agree(shared: Path) -> None:
    """belevingsvlucht lies here twice: from OpenSky in SI units, and from `traffic` in feet and knots."""
    _, si = read_path(shared / "data/opensky-history-csv/belevingsvlucht.csv")
    _, ft = read_path(shared / f"data/{SAMPLES}/featured/belevingsvlucht.json.gz")
    at = si["time"] // 1000 * 1000

    both, a, b = np.intersect1d(at, ft["time"], return_indices=True)

    assert len(both) > 10_000
    for name, close in (("baro_altitude", 30), ("ground_speed", 2), ("vertical_rate", 130), ("lat", 2e-3)):
        difference = np.abs(si[name][a].astype(float) - ft[name][b])
        assert np.nanmedian(difference) <= close, name
    assert 1_000 < np.nanmedian(si["baro_altitude"]) < 10_000


def test_stale_positions_over_west_asia_keep_their_age(shared: Path) -> None:
    _, batch = read_path(shared / "data/opensky-rest/westasia-20260318/2026-03-18T11-09-37_00-00.json")

    wizz = batch.take(batch["callsign"] == b"WZZ9LQ")
    assert int(wizz["icao24"][0]) == 0x471F37
    assert int(wizz["time"][0] - wizz["position_time"][0]) == 2_259_000
    assert wizz["geo_altitude"][0] == pytest.approx(20_675, abs=2)
    assert wizz["baro_altitude"][0] == pytest.approx(36_000, abs=2)


def test_dirty_values_of_heathrow_are_counted_not_kept(shared: Path) -> None:
    source, batch = read_path(shared / "data/egll-20170802/egll-positions-rt.csv")

    assert source.rejected["baro_altitude out of range"] == 1
    assert source.rejected["vertical_rate out of range"] == 2
    assert source.rejected["ground_speed out of range"] > 500
    assert np.isfinite(batch["baro_altitude"][~np.isnan(batch["baro_altitude"])]).all()
    assert (batch["icao24"] >= SYNTHETIC).all()
    assert len(source.labels) == 45


def test_the_granular_csv_ends_on_the_runway_at_haneda(shared: Path) -> None:
    _, batch = read_path(shared / "data/traffic-samples/fr24-csv/JL516_Flightradar24_ADS-B_data_granular.csv")

    located = batch.take(present("lat", batch["lat"]))
    assert len(located) == 12_374
    assert np.unique(located["icao24"]).tolist() == [0x8467D8]
    assert set(batch["squawk"].tolist()) >= {b"0416", b"4732", b"0525"}
    assert located["lat"].min() == pytest.approx(35.308, abs=0.01)
    assert int(batch["time"][0]) == 1_704_181_263_515


def test_a_flight_recorder_without_address_is_its_file(shared: Path) -> None:
    source, batch = read_path(shared / f"data/{SAMPLES}/performance/fuelflow_a320.json.gz")

    assert list(source.labels.values()) == ["fuelflow_a320"]
    assert (batch["track"] >= 0)[~np.isnan(batch["track"])].all()


def test_parabolas_keep_their_true_vertical_rate(shared: Path) -> None:
    _, batch = read_path(shared / f"data/{SAMPLES}/featured/zero_gravity.json.gz")

    assert np.nanmin(batch["vertical_rate"]) < -21_000
    assert set(batch["squawk"][batch["squawk"] != b""].tolist()) >= {b"3766"}
    assert {"indicated_airspeed", "true_airspeed", "mach", "heading", "roll"} <= set(batch.columns)
