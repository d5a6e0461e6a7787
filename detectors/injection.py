"""Aircraft out of nowhere: first heard in mid-air where others come from somewhere, with more that does not fit."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._births import LAYERS, heard_s
from detectors._examples import fly, together
from detectors._invented import judged, reported
from detectors._registry import Describe, Example, Param, Style, detector
from geo.aircraft import AircraftTable
from geo.airports import Airports
from geo.batch import Batch
from geo.memory import Keep, Memory, Slot
from geo.receivers import Receivers
from geo.registers import Registers
from geo.schema import Array
from geo.stretches import Stretches
from geo.tracks import Tracks

_SEEN: dict[str, Any] = {"nic": 8, "callsign": b"TEST1"}


def examples() -> Sequence[Example]:
    """Hits and near misses in a region that airliners cross from west to east, heard for half an hour before."""

    def crossing(seconds: float = 2_400.0) -> Sequence[Batch]:
        lanes = [(48.6 + 0.1 * k, 300.0 * j) for k in range(13) for j in range(4)]
        rng = np.random.default_rng(1)
        return [
            _noisy(fly(0x400000 + n, seconds - start, lat=lat, lon=7.0, start_s=start, step_s=10.0, **_SEEN), rng)
            for n, (lat, start) in enumerate(lanes)
        ]

    def one(icao24: int = 0x3C6589, **columns: Any) -> Batch:
        given: dict[str, Any] = {"start_s": 1_800.0, "lat": 49.2, "lon": 9.2, "step_s": 10.0, "seconds": 300}
        return _noisy(fly(icao24, **(given | _SEEN | columns)), np.random.default_rng(2))

    def swinging() -> dict[str, Any]:
        turns = np.random.default_rng(5).normal(0.0, 9.0, 30)
        return {"track": 80.0 + np.cumsum(turns), "speed": 430.0}

    given = {"settle": 600.0}
    shadow = one(icao24=0x400003 ^ 0x10, lat=48.6, lon=7.0 + 0.0035 * 300, seconds=40, start_s=1_801)
    return [
        Example("born in the middle, under an ordinary address", lambda: together(one(), *crossing()), 1, given),
        Example(
            "born in the middle, under an address of no state, swinging to and fro",
            lambda: together(one(0xD51234, **swinging()), *crossing()), 1, given,
        ),
        Example("comes in over the edge like the others", lambda: together(one(lon=7.0), *crossing()), 0, given),
        Example("after a silence of the receiver all begin at once", lambda: _restarted(crossing()), 0, given),
        Example("nothing known of the region yet", one, 0, given),
        Example("a wrong bit in the address for half a minute", lambda: together(shadow, *crossing()), 0, given),
        Example("climbs out of a strip", lambda: together(one(altitude=1_500, rate=800.0), *crossing()), 0, given),
    ]  # fmt: skip


def _noisy(rows: Batch, rng: np.random.Generator) -> Batch:
    """Positions as they are measured: some ten metres off."""
    return rows.with_columns(**{n: rows[n] + rng.normal(0.0, 3e-4, len(rows)) for n in ("lat", "lon")})


def _restarted(tracks: Sequence[Batch]) -> Batch:
    """The rows without those of a quarter of an hour, and all addresses new after it."""
    rows = together(*tracks)
    elapsed = (rows["time"] - rows["time"][0]) / 1000.0
    address: Array = np.where(elapsed > 2_000, rows["icao24"] + 0x1000, rows["icao24"])
    return rows.with_columns(icao24=address).take(np.flatnonzero((elapsed < 1_100) | (elapsed > 2_000)))


@detector(
    id="injection", title="Aircraft out of nowhere", priority="medium", scope="aircraft", every_s=20, sample_s=10,
    needs=[("lat",), ("ground_speed",), ("baro_altitude",)], uses=("rssi", "receiver_distance"),
    lookback_s=60, merge_gap_s=300, examples=examples,
    explain="{address} was first heard {where}: {signs}",
    style=Style(shape="path", color="#ff6482", icon="antenna"),
    memory=Keep(
        {
            "seen": Slot("i8"), "born": Slot("i8"), "place": Slot("f4", np.nan, 5), "signs": Slot("i4"),
            "tally": Slot("i4", 0, 8), "passes": Slot("u2", 0, LAYERS), "births": Slot("u2", 0, LAYERS),
        },
        ttl_s=7 * 86_400, most=120_000, until="settle", progress=heard_s,
    ),
    params={
        "inside": Param(60, "km", "so far back along its course others must have been heard (a third of it low down)", 10, 300, "switzerland 2018-08-01: 1 of 1,244 first rows is amid coverage at 60 km, 347 at 15 km"),
        "passes": Param(2, "", "others that passed each of the places about and behind it, at or below its height", 1, 100, "quickstart, 2021-10-07"),
        "busy": Param(14, "", "passes in its own layer of the air about it", 1, 10_000, "two in each of seven cells"),
        "share": Param(0.05, "", "at most this share of them began there too: else it is a hole, a field or an edge", 0, 1, "Monterey 2025-06-01: a cut at 14,000 ft gives births in every cell"),
        "above": Param(2_500, "ft", "so far above the nearest aerodrome, low down", 500, 20_000, "quickstart: departures of Paris are first heard below 1,300 ft"),
        "again": Param(3, "h", "an address heard within this time is not new", 0.5, 48, "gaps of single aircraft in switzerland 2018-08-01"),
        "settle": Param(900, "s", "nobody is called born in mid-air for so long after the feed begins, or was silent for a third of it; nobody is watched for a third of it", 60, 7_200, "a receiver that starts hears everybody for the first time"),
        "young": Param(360, "s", "signs are gathered for so long from its first row", 60, 1_800, "published set A: 20 steps of 15 s"),
        "swings": Param(3, "", "reversals of turn or speed in that time", 2, 50, "quickstart, switzerland, Japan, Monterey: 1 of 1,902 fast aircraft has as many"),
        "exact": Param(8, "m", "positions that follow from speed and track to this are computed, not measured", 0.1, 100, "the same recordings: 2 of 1,671 fast aircraft are within 10 m in most of their steps"),
        "steps": Param(6, "", "steps that are needed to judge the motion; 2.5 times as many to call it computed", 3, 60, "one minute of rows"),
        "ratio": Param(1.33, "", "distance flown against speed given, either way", 1.05, 10, "fast aircraft of the same recordings: 0.95 to 1.02"),
        "antenna": Param(1_000, "ft", "height of the receiver's antenna, for its horizon", 0, 20_000, "definitions 5.3: line of sight over 4/3 of the earth's radius"),
    },
    describe=Describe(
        definition="Aircraft that are first heard in mid-air in the middle of covered airspace, or that move, sound or "
        "call themselves as no aircraft does.",
        characteristics=(
            "First heard where others are heard long before, never having approached or departed",
            "An address that no state was given, or that the aircraft database does not know",
            "Beyond the receivers' horizon, or far too loud for the distance",
            "Motion that swings like dice, or follows from its own numbers to the metre",
        ),
        audience=("Airspace integrity teams", "Security researchers", "Spectrum analysts", "Airport operators"),
        priority_note="Low for one sign, medium for two, high for three. Nothing of the kind is claimed of their cause.",
        context="Transponders switched on late, holes in coverage, test equipment on the ground and feeds that mix "
        "receivers look alike. Births that several share at once count as the reception's.",
    ),
)  # fmt: skip
def detect(
    tracks: Tracks,
    p: SimpleNamespace,
    memory: Memory,
    airports: Airports,
    registers: Registers,
    aircraft: AircraftTable | None = None,
    receivers: Receivers | None = None,
) -> Stretches:
    """Each flight that was found out, from its birth to its end."""
    return reported(tracks, memory, judged(tracks, memory, p, airports, registers, aircraft, receivers), p)
