"""Attacks change what they say they change, begin where they should, and leave nothing that gives them away."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.scorecard.attacks import GHOST_STEP_S, GHOST_STEPS, HIGHEST_FT, RAMP_ROWS, SET_A
from benchmarks.scorecard.attacks_b import SET_B, SET_C
from benchmarks.scorecard.corpora import synthetic_flights
from benchmarks.scorecard.tracks import Attack, Attacked, Variant, clean_tracks, polled
from benchmarks.scorecard.worlds import BYSTANDER, attacked, planted
from detectors._examples import fly, together
from geo.batch import Batch
from geo.sphere import angle_between, distance_m

ALL = {**SET_A, **SET_B, **SET_C}
MOVED = ("position_drift", "track_hijack", "replay")


def airliner(icao24: int, **more: object) -> Batch:
    given = {"callsign": b"SWR12", "squawk": b"1000", "geo_altitude": 35_400.0, "category": b"A3"}
    return fly(icao24, 1_200, **(given | more))  # type: ignore[arg-type]


VICTIM = airliner(0x4B1234)
DONOR = airliner(0x3C6789, lat=51.0, track=200.0, speed=380.0, altitude=31_000.0, callsign=b"DLH9", squawk=b"2201")


def made(name: str, severity: float | None = None, number: int = 0) -> Attacked:
    attack: Attack = ALL[name]
    level = attack.high if severity is None else severity
    return attack.make(VICTIM, DONOR, Variant(number, level, np.random.default_rng(5)))


@pytest.mark.parametrize("name", ALL)
def test_attack_begins_late_enough_in_time_order_and_lacks_no_column(name: str) -> None:
    one = made(name)
    begun = (one.onset - VICTIM["time"][0]) / (VICTIM["time"][-1] - VICTIM["time"][0])

    assert 0.29 <= begun <= 0.71 and one.mask.any() and (np.diff(one.rows["time"]) >= 0).all()
    assert set(one.rows.columns) == set(VICTIM.columns)
    for column in one.rows.columns:
        values = one.rows[column][one.mask]
        assert values.dtype == VICTIM[column].dtype
        assert values.dtype.kind != "f" or not np.isnan(values).all()


@pytest.mark.parametrize("name", ALL)
def test_the_same_randomness_gives_the_same_attack(name: str) -> None:
    one, again = made(name), made(name)

    assert all((one.rows[c] == again.rows[c]).all() for c in one.rows.columns if one.rows[c].dtype.kind != "f")
    assert (one.mask == again.mask).all()


@pytest.mark.parametrize("name", [n for n in ALL if n != "ghost"])
def test_nothing_but_the_flying_tells_who_sends(name: str) -> None:
    one = made(name)

    for column in ("icao24", "callsign", "squawk", "category"):
        assert (one.rows[column] == VICTIM[column][0]).all()


def test_drift_is_a_constant_vector_at_once_or_ramped() -> None:
    for number, first in ((0, 3_000.0), (1, 3_000.0 / RAMP_ROWS)):
        one = made("position_drift", 3_000.0, number)
        off = distance_m(one.rows["lat"], one.rows["lon"], VICTIM["lat"], VICTIM["lon"])

        assert off[~one.mask].max() < 0.01
        assert off[one.mask][0] == pytest.approx(first, rel=1e-3)
        assert off[one.mask][RAMP_ROWS:] == pytest.approx(3_000, rel=1e-3)
        assert all((one.rows[c] == VICTIM[c]).all() for c in VICTIM.columns if c not in ("lat", "lon"))


@pytest.mark.parametrize("severity", [0.0, 2_000.0])
def test_graft_starts_off_the_last_true_place_and_keeps_the_donors_motion(severity: float) -> None:
    one = made("track_hijack", severity)
    rows = one.rows.take(np.flatnonzero(one.mask))
    last = int(np.flatnonzero(~one.mask)[-1])

    jump = distance_m(one.rows["lat"][last], one.rows["lon"][last], rows["lat"][0], rows["lon"][0])
    assert float(jump) == pytest.approx(severity, abs=0.1)
    step = distance_m(rows["lat"][:-1], rows["lon"][:-1], rows["lat"][1:], rows["lon"][1:])
    assert np.median(step) == pytest.approx(380 * 0.514444, rel=0.01)
    assert abs(rows["baro_altitude"][0] - one.rows["baro_altitude"][last]) <= 50
    assert rows["baro_altitude"].min() >= 0 and rows["baro_altitude"].max() <= HIGHEST_FT
    assert np.median(rows["geo_altitude"] - rows["baro_altitude"]) == pytest.approx(400, abs=1)


def test_a_donor_that_cannot_fit_is_refused() -> None:
    low = airliner(1, altitude=1_000.0)
    falling = airliner(2, altitude=40_000.0, rate=-1_900.0)

    with pytest.raises(ValueError, match="fits"):
        SET_A["replay"].make(low, falling, Variant(0, 100.0, np.random.default_rng(1)))


@pytest.mark.parametrize("overlap", [0.1, 0.55, 1.0])
def test_intruder_overlaps_by_its_share_and_flies_its_true_path(overlap: float) -> None:
    one = made("icao_collision", overlap)
    time = one.rows["time"][one.mask]
    shared = (VICTIM["time"][-1] - time[0]) / (time[-1] - time[0])

    assert shared == pytest.approx(overlap, abs=0.01)
    assert (np.isin(one.rows["lat"][one.mask], DONOR["lat"])).all()


def test_ghost_is_like_any_other_aircraft() -> None:
    one = made("ghost", 0.0)
    rows = one.rows.take(np.flatnonzero(one.mask))
    seconds = (rows["time"][-1] - rows["time"][0]) / 1000

    assert abs(seconds - GHOST_STEPS * GHOST_STEP_S) <= 2
    assert not set(rows["icao24"].tolist()) & {0x4B1234, 0x3C6789} and len(set(rows["icao24"].tolist())) == 1
    assert rows["callsign"][0].startswith(b"DLH") and len(rows["squawk"][0]) == 4
    assert len(set(rows["baro_altitude"].tolist())) > 1 and len(set(rows["vertical_rate"].tolist())) > 1
    assert (rows["geo_altitude"] != rows["baro_altitude"]).all()
    assert rows["baro_altitude"].min() > 26_000 and rows["baro_altitude"].max() < 40_000
    assert float(distance_m(rows["lat"][0], rows["lon"][0], VICTIM["lat"], VICTIM["lon"]).min()) < 100_000


def test_an_erratic_ghost_turns_more_than_a_smooth_one() -> None:
    def turning(severity: float) -> float:
        one = made("ghost", severity)
        track = one.rows["track"][one.mask].astype(float)
        return float(np.abs(angle_between(track[15:], track[:-15])).mean())

    assert turning(1.0) > 3 * turning(0.0)


def test_set_b_is_the_ten_kinds_and_does_what_it_says() -> None:
    up, fast, back = made("height_up_400"), made("speed_up_20"), made("heading_reversed")

    assert len(SET_B) == 10
    climbed = (up.rows["baro_altitude"] - VICTIM["baro_altitude"])[up.mask]
    assert climbed[:3].tolist() == [400, 800, 1_200]
    assert (fast.rows["ground_speed"] - VICTIM["ground_speed"])[fast.mask][:2].tolist() == [20, 40]
    assert (angle_between(back.rows["track"], VICTIM["track"])[back.mask] == 180).all()


def test_worlds_keep_victims_apart_and_take_the_intruders_originals_out() -> None:
    tracks = [airliner(0x400000 + k, lat=45 + k / 5, altitude=30_000.0 + 500 * k) for k in range(12)]
    worlds = list(attacked("icao_collision", SET_A["icao_collision"], together(*tracks), count=5))

    assert [len(w.onset) for w in worlds] == [3, 2]
    for world in worlds:
        assert len(np.unique(world.rows["icao24"])) == 12 - len(world.onset)
        for number in world.onset:
            mine = world.variant == number
            assert len(np.unique(world.rows["icao24"][mine])) == 1 and world.mask[mine].any()
        assert not world.mask[world.variant == BYSTANDER].any()


def test_polls_and_clean_tracks() -> None:
    rows = together(airliner(1), airliner(2, on_ground=1), fly(3, 100))

    assert (np.diff(polled(airliner(1))["time"])[1:] == 15_000).all()
    assert [int(t["icao24"][0]) for t in clean_tracks(rows)] == [1]


def test_attacks_side_by_side_have_victims_of_their_own() -> None:
    attacks = {name: SET_A[name] for name in ("position_drift", "ghost", "icao_collision")}

    worlds = list(planted(attacks, synthetic_flights(), 4))

    told = [(name, world.severity[n]) for world, of in worlds for n, name in of.items()]
    assert sorted(told) == sorted((n, s) for n, a in attacks.items() for s in np.linspace(a.low, a.high, 4).tolist())
    for world, of in worlds:
        assert set(np.unique(world.variant)) == {BYSTANDER, *of} and not world.mask[world.variant == BYSTANDER].any()
        own = [set(np.unique(world.rows["icao24"][(world.variant == n) & ~world.mask])) for n in of]
        assert len(set().union(*own)) == sum(map(len, own)) == len(of)
