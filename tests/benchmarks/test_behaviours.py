"""Each planter on a small world: its episodes show what was planted, their twins do not, and all else is as it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest

from benchmarks.scorecard.behaviours import flows, names, radio
from benchmarks.scorecard.behaviours.plan import Draw, Planted
from benchmarks.scorecard.behaviours.table import BEHAVIOURS, ELSEWHERE
from benchmarks.scorecard.corpora import ATTACKED, METROPOLITAN
from benchmarks.scorecard.tracks import clean_tracks
from detectors._examples import fly, together
from detectors._registry import registry
from geo.batch import Batch
from geo.schema import Array
from geo.sphere import NMI_M, angle_between, bearing_deg, destination, distance_m

MUNICH, ELEVATION_FT = (48.3538, 11.7861), 1_487.0


def cruise(step_s: float = 10.0) -> Batch:
    """Sixteen airliners between two FIRs, at two levels, each on its own course."""
    told = {"version": 2.0, "sil": 3.0, "sda": 2.0, "nac_p": 9.0}
    return together(
        *(fly(0x3C6600 + k, 2_400, step_s=step_s, lat=46 + 0.2 * k, lon=8.0, track=30.0 + 10 * k, speed=450.0,
              altitude=35_000.0 - 2_000 * (k % 2), callsign=b"DLH%d" % (100 + k), **told) for k in range(16))
    )  # fmt: skip


def low() -> Batch:
    return together(
        *(fly(0x3C6700 + k, 1_200, step_s=2.0, lat=48 + 0.1 * k, track=40.0 * k, speed=250.0, altitude=6_000.0,
              callsign=b"DLH%d" % (200 + k)) for k in range(10))
    )  # fmt: skip


def terminal() -> Batch:
    """Departures from Munich and, an hour before and after, arrivals: all airlines'."""
    return together(*(_down(k) for k in range(6)), *(_up(k) for k in range(6)))


def _down(k: int) -> Batch:
    left = np.maximum(30.0 - np.arange(0, 540, 2.0) * 200 / 3600, 0.0)
    height = ELEVATION_FT + 50 + np.minimum(left * 318, 6_000)
    start = destination(*MUNICH, 262, 30 * NMI_M)
    return fly(0x3C6800 + k, 540, step_s=2.0, start_s=120.0 * k, lat=float(start[0]), lon=float(start[1]), track=82.0,
               speed=200.0, altitude=height, callsign=b"DLH%d" % (300 + k))  # fmt: skip


def _up(k: int) -> Batch:
    height = ELEVATION_FT + np.minimum(200 + np.arange(0, 1_500, 2.0) * 25, 20_000)
    named = {"callsign": b"DLH%d" % (400 + k), "altitude": height}
    return fly(0x3C6900 + k, 1_500, step_s=2.0, start_s=100.0 * k, lat=MUNICH[0], lon=MUNICH[1], track=82.0,
               speed=250.0, **named)  # fmt: skip


WORLDS: Mapping[str, Callable[[], Batch]] = {
    "near-miss": low, "flight-envelope": lambda: together(cruise(), low()), "go-around": terminal,
    "diversion": terminal,
    "strange-approach": terminal, "kinematics": low, "timing": lambda: cruise(1.0), "signal": lambda: cruise(2.0),
    "gps-spoofing": cruise,
}  # fmt: skip


@cache
def world(class_id: str) -> tuple[Sequence[Batch], int]:
    """Clean tracks of the class's small world, and from when on they may be used."""
    one = BEHAVIOURS[class_id]
    rows = one.prepared(WORLDS.get(class_id, cruise)(), np.random.default_rng(1))
    warm = one.warm_s if one.warm_s > 86_400 else 0.0
    earliest = int(rows["time"].min()) + round(warm * 1000)
    return clean_tracks(rows.take(np.flatnonzero(rows["time"] >= earliest))), earliest


@cache
def given(class_id: str) -> Mapping[str, Any]:
    """What else the planter needs, made once: the grid of its regions takes longest."""
    return BEHAVIOURS[class_id].given(None)


def planted(class_id: str, number: int, innocent: bool) -> tuple[Batch, Planted]:
    """The first track that fits, and what became of it."""
    one = BEHAVIOURS[class_id]
    tracks, earliest = world(class_id)
    severity = float(np.linspace(one.low, one.high, 8)[number])
    for k, victim in enumerate(tracks):
        draw = Draw(number, severity, innocent, earliest, np.random.default_rng([number, 5]), given(class_id))
        try:
            return victim, one.make(victim, [*tracks[:k], *tracks[k + 1 :]], draw)
        except ValueError:
            continue
    raise AssertionError(f"{class_id} {number} fits no track")


def of(one: Planted, address: int) -> Batch:
    return one.rows.take(np.flatnonzero(one.rows["icao24"] == address))


def _turned(rows: Batch) -> Array:
    """Course since the first row, unwrapped, in degrees."""
    course = np.degrees(np.unwrap(np.radians(rows["track"].astype(float))))
    return np.asarray(course - course[0])


def _swings(values: Array, least: float) -> int:
    """Moves of at least so much to alternate sides."""
    count, extreme, way = 0, values[0], 0
    for value in values:
        moved = value - extreme
        if abs(moved) >= least and np.sign(moved) != way:
            count, way, extreme = count + 1, int(np.sign(moved)), value
        elif way and np.sign(moved) == way:
            extreme = value
    return count


def _near(real: Batch, one: Planted) -> bool:
    first, second = (of(one, a) for a in one.members)
    there = (
        np.interp(first["time"], second["time"], second["lat"]),
        np.interp(first["time"], second["time"], second["lon"]),
    )
    height = np.interp(first["time"], second["time"], second["baro_altitude"])
    far = distance_m(first["lat"], first["lon"], *there)
    both = (first["time"] >= second["time"][0]) & (first["time"] <= second["time"][-1])
    return bool((both & (far <= 0.3 * NMI_M + 30) & (np.abs(first["baro_altitude"] - height) <= 400)).any())


def _reversed(real: Batch, one: Planted) -> bool:
    up, down = (np.flatnonzero(s * one.rows["vertical_rate"] >= 1_400) for s in (1, -1))
    apart = np.abs(one.rows["time"][up][:, None] - one.rows["time"][down])
    return bool(apart.size and apart.min() <= 20_000)


def _sharp(real: Batch, one: Planted) -> bool:
    turned = _turned(one.rows)
    return bool(44 < np.abs(turned).max() < 160)


def _back(real: Batch, one: Planted) -> bool:
    home = distance_m(*MUNICH, one.rows["lat"][[0, -1]], one.rows["lon"][[0, -1]]).max() < 10_000
    return bool(home and len(np.unique(one.rows["callsign"])) == 1 and len(one.rows) > 300)


def _nameless(real: Batch, one: Planted) -> bool:
    rows = of(one, one.members[0])
    way = distance_m(rows["lat"][:-1], rows["lon"][:-1], rows["lat"][1:], rows["lon"][1:]).sum()
    made = distance_m(rows["lat"][0], rows["lon"][0], rows["lat"][-1], rows["lon"][-1])
    return bool((rows["callsign"] == b"").all() and made > 0.97 * way)


def _impossible(real: Batch, one: Planted) -> bool:
    height, speed = one.rows["baro_altitude"], one.rows["ground_speed"]
    out = (height > 82_020) | ((speed < 91) & (height > 29_000)) | ((speed > 549) & (height < 10_000))
    return bool((out | ((speed > 323) & (height < 6_562))).sum() >= 4)


def _climbed(real: Batch, one: Planted) -> bool:
    height = one.rows["baro_altitude"]
    return bool(height[int(height.argmin()) :].max() - height.min() >= 500)


def _unmoving(real: Batch, one: Planted) -> bool:
    """Over a minute of the episode the place goes much less far, or further, than the speed says."""
    rows = of(one, one.members[0])
    after = np.minimum(np.searchsorted(rows["time"], rows["time"] + 60_000), len(rows) - 1)
    far = distance_m(rows["lat"], rows["lon"], rows["lat"][after], rows["lon"][after])
    due = rows["ground_speed"] * 0.514444 * (rows["time"][after] - rows["time"]) / 1000
    inside = (rows["time"] >= one.start) & (rows["time"][after] <= one.end) & (due > 0)
    ratio = far[inside] / due[inside]
    return bool(((ratio < 0.45) | (ratio > 1.5)).any())


def _misnamed(real: Batch, one: Planted) -> bool:
    wrong = np.isin(one.rows["callsign"], [*names.SUSPICIOUS, *names.MALFORMED]).sum() > 1
    tail, address = bytes(one.rows["registration"][0]), one.members[0]
    foreign = bool(tail) and not any(
        low <= address <= high and tail.startswith(mark.encode()) for low, high, mark in names.MARKED.values()
    )
    return bool(wrong or foreign or address in names.INVALID or len(np.unique(one.rows["callsign"])) > 2)


def _leaps(real: Batch, one: Planted) -> bool:
    channels = ("lat", "ground_speed", "track", "baro_altitude")
    wrong = np.logical_or.reduce([one.rows[n] != real[n] for n in channels])
    return bool((np.diff(wrong.astype(int)) == 1).sum() >= 3)


def _rare(real: Batch, one: Planted) -> bool:
    rate = np.gradient(_turned(one.rows), one.rows["time"] / 1000)
    return bool((np.abs(one.rows["vertical_rate"]) > 4_900).any() or (np.abs(rate) > 2.4).any())


def _weaves(real: Batch, one: Planted) -> bool:
    odd = np.flatnonzero(angle_between(one.rows["track"], real["track"]) > 5)
    return bool(len(odd) and one.rows["time"][odd[-1]] - one.rows["time"][odd[0]] > 270_000)


def _loud(real: Batch, one: Planted) -> bool:
    off = one.rows["rssi"] - real["rssi"]
    far = real["receiver_distance"] > 30
    changed = far & (off != 0)
    heard = changed & (one.rows["rssi"] < -0.1)
    return bool(changed.sum() >= 6 and (not heard.any() or np.ptp(off[heard]) > 0.5))


def _odd_approach(real: Batch, one: Planted) -> bool:
    rows = one.rows
    turned, height = _turned(rows), rows["baro_altitude"] - ELEVATION_FT
    left = distance_m(rows["lat"], rows["lon"], rows["lat"][-1], rows["lon"][-1]) / NMI_M
    down, along = -(height[10:] - height[:-10]) * 0.3048, -(left[10:] - left[:-10]) * NMI_M
    slope = np.degrees(np.arctan(down / np.maximum(along, 1)))
    low = (height < 62 * left + 26) & (left > 7) & (left < 13)
    return _swings(turned, 40) >= 3 or np.abs(turned).max() > 330 or (slope > 5.9).sum() > 12 or bool(low.any())


def _talks(real: Batch, one: Planted) -> bool:
    seconds, count = one.rows["time"] / 1000, one.rows["messages"]
    often, burst = ((count[n:] - count[:-n]) / (seconds[n:] - seconds[:-n]) for n in (10, 2))
    return bool((often >= 14.5).sum() >= 60 or (burst >= 19).sum() >= 12 or np.diff(seconds).max() >= 600)


def _off(real: Batch, one: Planted) -> float:
    """Metres from where the real aircraft was, at the most."""
    return float(distance_m(one.rows["lat"], one.rows["lon"], real["lat"], real["lon"]).max())


SHOWN: Mapping[str, Callable[[Batch, Planted], bool]] = {
    "acas-ra": _reversed, "cruise-turn": _sharp, "diversion": _back, "drone-missile-profile": _nameless,
    "equipment-signature": lambda real, one: any(one.rows[n][-1] != real[n][-1] for n in ("version", "sil", "sda")),
    "fir-entry": lambda real, one: bool(angle_between(
        bearing_deg(*(real[n][k] for k in (0, -1) for n in ("lat", "lon"))),
        bearing_deg(*(one.rows[n][k] for k in (0, -1) for n in ("lat", "lon")))) > 55),
    "flight-envelope": _impossible, "geographic-outlier": lambda real, one: _off(real, one) > 490_000,
    "go-around": _climbed, "gps-spoofing": _unmoving, "identity": _misnamed, "kinematics": _leaps,
    "low-for-cell": lambda real, one: bool(np.median(one.rows["baro_altitude"]) <= 5_000),
    "ml-point": _rare, "ml-sequence": _weaves, "near-miss": _near,
    "odd-trajectory": lambda real, one: _swings(_turned(one.rows), 20) >= 4,
    "patrol": lambda real, one: abs(float(_turned(one.rows)[-1])) > 690,
    "route-deviation": lambda real, one: _off(real, one) > 19.9 * NMI_M,
    "sighting": lambda real, one: any(a <= one.members[0] <= b for a, b in names.MILITARY) or bool(
        (one.rows["db_flags"] == 1).all()),
    "signal": _loud, "strange-approach": _odd_approach, "timing": _talks,
    "vertical-oscillation": lambda real, one: _swings(one.rows["baro_altitude"].astype(float), 1_400) >= 4,
    "watch-list": lambda real, one: one.members[0] in names.LISTED,
}  # fmt: skip
"""By class: whether the made rows show what the class is about, read from them anew."""


def test_every_class_is_measured_somewhere() -> None:
    assert set(BEHAVIOURS) | set(ELSEWHERE) == set(registry())
    assert set(BEHAVIOURS) & set(ELSEWHERE) == set()
    assert set(SHOWN) == set(BEHAVIOURS)
    assert {name for one in BEHAVIOURS.values() for name in one.on} <= {*ATTACKED, *METROPOLITAN}


@pytest.mark.parametrize("number", range(6))
@pytest.mark.parametrize("class_id", BEHAVIOURS)
def test_an_episode_shows_the_behaviour_and_its_twin_does_not(class_id: str, number: int) -> None:
    shown = SHOWN[class_id]

    assert shown(*planted(class_id, number, innocent=False))
    assert not shown(*planted(class_id, number, innocent=True))


@pytest.mark.parametrize("innocent", [False, True])
@pytest.mark.parametrize("class_id", BEHAVIOURS)
def test_made_rows_are_in_order_and_name_their_episode(class_id: str, innocent: bool) -> None:
    _, one = planted(class_id, 3, innocent)

    assert (np.diff(one.rows["time"]) >= 0).all()
    assert set(one.members) <= set(one.rows["icao24"].tolist()) <= {*one.taken}
    assert one.start <= one.end and one.rows["time"][0] <= one.met <= one.rows["time"][-1]
    assert np.isfinite(one.rows["lat"]).all() and (np.abs(one.rows["lat"]) <= 90).all()


IN_PLACE = ("acas-ra", "cruise-turn", "flight-envelope", "kinematics", "odd-trajectory", "signal", "ml-point",
            "vertical-oscillation", "ml-sequence", "geographic-outlier")  # fmt: skip


@pytest.mark.parametrize("class_id", IN_PLACE)
def test_before_an_episode_the_track_is_the_real_one(class_id: str) -> None:
    real, one = planted(class_id, 1, innocent=False)
    before = np.flatnonzero(real["time"] < one.start - 60_000)

    assert len(one.rows) == len(real) and len(before) > 3
    for name, values in real.columns.items():
        assert np.array_equal(one.rows[name][before], values[before], equal_nan=values.dtype.kind == "f"), name
    kept = [n for n in ("icao24", "time", "callsign", "on_ground", "source") if n in real.columns]
    assert all(np.array_equal(one.rows[n], real[n]) for n in kept)


def test_days_of_flows_are_the_same_flights_again() -> None:
    rows = cruise()
    days = flows.flown_daily(rows, np.random.default_rng(1))

    assert set(days["icao24"]) == set(rows["icao24"])
    assert np.ptp(days["time"]) > (flows.DAYS - 1.5) * flows.DAY_MS
    assert (np.diff(days["time"]) >= 0).all()


def test_a_receiver_counts_and_measures_as_the_real_one_does() -> None:
    rng = np.random.default_rng(1)
    rows = radio.measured(radio.counted(cruise(1.0), rng), rng)
    mine = np.flatnonzero(rows["icao24"] == rows["icao24"][0])
    rate = (rows["messages"][mine[-1]] - rows["messages"][mine[0]]) / np.ptp(rows["time"][mine]) * 1000

    assert (np.diff(rows["messages"][mine]) >= 0).all() and 1.5 < rate < 11
    assert 3 < float(np.std(rows["rssi"] - radio.expected(rows["receiver_distance"]))) < 8
