"""Drone- or missile-like profiles: nameless, low and straight, fast or slow, from nowhere; or up like a rocket."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._blame import COMPUTED
from detectors._envelope import military
from detectors._examples import fly, together
from detectors._registry import PRIORITY, Describe, Example, Param, Style, detector
from detectors._straight import Leg, born, leg, lonely, rocketing
from geo.aircraft import AircraftTable
from geo.airports import Airports
from geo.batch import Batch
from geo.performance import Profiles, is_kind, profiles
from geo.registers import Registers
from geo.schema import Array
from geo.stretches import Stretches, none, stretches
from geo.tracks import Mask, Tracks


def examples() -> Sequence[Example]:
    """Hits and near misses, over the sea, with an airliner that says its name."""
    sea: dict[str, Any] = {"lat": 48.0, "lon": -12.0, "seconds": 1_200}
    slow = sea | {"speed": 100.0, "altitude": 4_000.0}
    fast = sea | {"speed": 450.0, "altitude": 2_000.0}

    def one(**columns: Any) -> Batch:
        return together(fly(0x400000, 1_200, lat=47.0, lon=-12.0, callsign=b"DLH441"), fly(**columns))

    def rocket(**columns: Any) -> Batch:
        t = np.arange(300)
        rate = np.where((t >= 60) & (t < 180), 24_000.0, np.where(t >= 200, -20_000.0, 0.0))
        return one(**(sea | {"seconds": 300, "altitude": 1_000.0, "rate": rate, "speed": 300.0} | columns))

    return [
        Example("low, fast and straight without a name", lambda: one(**fast), 1),
        Example("slow, low and straight for a quarter of an hour", lambda: one(**slow), 1),
        Example("up by 24,000 ft/min", rocket, 1),
        Example("the same with a callsign", lambda: one(callsign=b"NAVY12", **fast), 0),
        Example("slow and straight, of a known type", lambda: one(type_code=b"C172", **slow), 0),
        Example("slow and straight, past an airport", lambda: one(**(slow | {"lat": 48.35, "lon": 11.5})), 0),
        Example("slow, winding", lambda: one(track=90 + 60 * np.sin(np.arange(1_200) / 90), **slow), 0),
        Example("a fighter that climbs", lambda: rocket(type_code=b"F15"), 0),
    ]


def gate(tracks: Tracks, p: SimpleNamespace) -> Mask:
    """Low without a name, at either speed; or a climb of which airliners are not capable."""
    speed = tracks.ground_speed
    low = (tracks.baro_altitude <= p.low) & (tracks.callsign == b"")
    passed: Mask = low & ((speed >= p.fast) | (speed >= p.slow_least) & (speed <= p.slow_most))
    passed = (passed | (tracks.vertical_rate >= p.climb)) & tracks.located & (tracks.on_ground != 1)
    return passed


@detector(
    id="drone-missile-profile",
    title="Drone- or missile-like profile",
    priority="medium",
    scope="aircraft",
    needs=[("callsign",), ("lat",), ("baro_altitude",), ("airports",)],
    uses=("type_code", "category", "db_flags", "registration"),
    lookback_s=960,
    sample_s=10,
    every_s=10,
    merge_gap_s=600,
    gate=gate,
    examples=examples,
    explain="{manner}; a profile as of a {likeness}, by its behaviour alone",
    style=Style(shape="path", color="#ac8e68", icon="missile"),
    params={
        "low": Param(8_000, "ft", "not higher than this", 1_000, 20_000, "long-range drones and cruise missiles fly below 3,000 m", column="baro_altitude"),
        "fast": Param(380, "kt", "fast is at least this", 250, 700, "cruise missiles 430 to 500 kt; civil aircraft below 10,000 ft 250 kt", column="ground_speed"),
        "slow_least": Param(60, "kt", "slow is at least this", 20, 120, "long-range propeller drones: 80 to 110 kt", column="ground_speed"),
        "slow_most": Param(130, "kt", "and at most this", 60, 250, "long-range propeller drones: 80 to 110 kt", column="ground_speed"),
        "dash": Param(90, "s", "fast and straight for so long", 30, 600, "12 nmi, past any airport's departure path"),
        "march": Param(780, "s", "slow and straight for so long", 300, 900, "Monterey and Watsonville 2025: nameless light aircraft turn sooner"),
        "straight": Param(0.99, "", "distance made good as a share of the way", 0.9, 1, "the same recordings"),
        "clear": Param(8, "nmi", "and no aerodrome so near at either end", 1, 50, "circuits and approaches reach 5 to 8"),
        "climb": Param(8_000, "ft/min", "a climb of which airliners are not capable", 5_000, 30_000, "geo/performance.py; light business jets 6,000", column="vertical_rate"),
        "gain": Param(20_000, "ft", "held over so many feet", 5_000, 100_000, "parabolas 2020: 7,300 ft; acceptance flights 2019: 6,000"),
    },
    describe=Describe(
        definition="Flights among civil traffic that move as drones or missiles do: without a name, low and straight, "
        "from nowhere to nowhere, or steeply up and down again.",
        characteristics=(
            "No callsign, no known type, no aerodrome at either end",
            "Low, very fast and straight; or low, slow and straight for a quarter of an hour",
            "A climb steeper than any airliner's, over tens of thousands of feet",
        ),
        audience=("Airspace monitoring", "Regional awareness teams", "Newsroom investigation", "Alert reviewers"),
        priority_note="Low; medium for fast ones and for climbs like a rocket's. Confidence is low by design.",
        context="Behaviour only: target drones, military low flying, survey aircraft with a silent callsign and bad "
        "altitudes look alike. Military addresses and types built for it are cleared.",
    ),
)  # fmt: skip
def detect(
    tracks: Tracks, p: SimpleNamespace, airports: Airports, registers: Registers, aircraft: AircraftTable | None = None
) -> Stretches:
    """Rows that end such a flight."""
    view = tracks.take(np.flatnonzero(tracks.located & (tracks.on_ground != 1) & ~np.isnan(tracks.baro_altitude)))
    if not len(view):
        return none()
    profile = profiles(view, aircraft)
    dash, march = leg(view, p.dash), leg(view, p.march)
    stranger = (view.callsign == b"") & ~COMPUTED[view.source] & (~profile.known | is_kind(profile.kind, "drone"))
    low = gate(view, p) & stranger & (view.registration == b"")
    fast = low & _straight(dash, p.dash, p) & (dash.slowest >= p.fast) & (dash.fastest < 800)
    slow = low & _straight(march, p.march, p) & (march.slowest >= p.slow_least) & (march.fastest <= p.slow_most)
    slow &= born(view, p.march + 120)
    fast, slow = (lonely(view, hit, one.begin, airports, p.clear) for hit, one in ((fast, dash), (slow, march)))
    climbing, gained, foot = rocketing(view)
    rocket = climbing & (gained >= p.gain) & gate(view, p)
    hit = fast | slow | rocket
    if not (hit & view.fresh).any():
        return none()
    return stretches(
        view, hit, begin=np.where(rocket, foot, np.where(fast, dash.begin, march.begin)),
        confidence=np.where(rocket, 0.45, np.where(fast, 0.4, 0.3)),
        score=np.where(rocket, gained, np.where(fast, dash.away / 1e3, march.away / 1e6)),
        priority=np.where(fast | rocket, PRIORITY["medium"], PRIORITY["low"]),
        cleared=_cleared(view, profile, registers, aircraft),
        values=_values(view, rocket, fast, gained, dash, march),
    )  # fmt: skip


def _straight(one: Leg, seconds: float, p: SimpleNamespace) -> Mask:
    """Straight and nameless all the time, without a gap."""
    covered = (one.span >= 0.9 * seconds) & one.whole & one.nameless & (one.highest <= p.low)
    out: Mask = covered & (one.straight >= p.straight)
    return out


def _cleared(view: Tracks, profile: Profiles, registers: Registers, aircraft: AircraftTable | None) -> Array:
    armed = military(view, registers, aircraft)
    return np.select(
        [is_kind(profile.kind, "fighter", "trainer", "aerobatic", "space"), armed],
        ["of a type that climbs like that", "military flying"], "",
    ).astype(object)  # fmt: skip


def _values(view: Tracks, rocket: Mask, fast: Mask, gained: Array, dash: Leg, march: Leg) -> dict[str, Array]:
    """What the sentence says, by row."""
    manner = np.full(len(view), "", dtype=object)
    for row in np.flatnonzero(rocket | fast | (march.span > 0)).tolist():
        one = dash if fast[row] else march
        way = f"straight for {one.away[row] / 1852:,.0f} nmi at {view.ground_speed[row]:,.0f} kt and {view.baro_altitude[row]:,.0f} ft"
        manner[row] = f"climbed {gained[row]:,.0f} ft without a pause" if rocket[row] else f"{way}, without a callsign"
    return {
        "manner": manner, "likeness": np.where(rocket, "rocket", np.where(fast, "cruise missile", "long-range drone")),
        "gained": np.round(gained), "straight": np.round(np.where(fast, dash.straight, march.straight), 3),
    }  # fmt: skip
