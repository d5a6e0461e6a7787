"""Flight envelope: heights and speeds, held, that the type or any aircraft cannot fly; technical or operational."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._blame import COMPUTED, blame
from detectors._envelope import (
    CEILING,
    EXTREME,
    LOW_FAST,
    TOO_FAST,
    above_low_fields,
    alive,
    broken,
    height,
    military,
    own_profile,
)  # fmt: skip
from detectors._envelope_words import limit, name, spot
from detectors._examples import during, fly
from detectors._falls import since
from detectors._registry import PRIORITY, Describe, Example, Param, Style, detector
from geo.aircraft import AircraftTable
from geo.airports import Airports
from geo.performance import Profiles, profiles
from geo.registers import Registers
from geo.schema import Array
from geo.stretches import Stretches, none, stretches
from geo.tracks import Mask, Tracks

LONGEST_S = 450.0
"""Evidence, such as a jump at the onset, is taken from so long ago at most; the lookback holds that, a gap and the row
before it."""


def examples() -> Sequence[Example]:
    """Hits and near misses."""
    high: dict[str, Any] = {"altitude": 65_600.0, "speed": 70.0, "seconds": 300}

    def spike(value: float, usual: float) -> Array:
        return during(value, usual, 150, 151, 300)

    return [
        Example("a Cessna 172 in the stratosphere", lambda: fly(type_code=b"C172", **high), 1),
        Example("at walking pace at 10,000 m", lambda: fly(speed=5.0, altitude=32_800.0), 1),
        Example("Mach 0.8 near the ground", lambda: fly(speed=600.0, altitude=3_000.0), 1),
        Example("at 110,000 ft", lambda: fly(altitude=110_000.0, speed=300.0, seconds=300), 1),
        Example("500 kt below the sea", lambda: fly(altitude=-900.0, speed=480.0, seconds=300), 1),
        Example("a balloon in the stratosphere", lambda: fly(category=b"B2", **high), 0),
        Example("an airliner in a jet stream", lambda: fly(speed=690.0, type_code=b"B789"), 0),
        Example("a helicopter that hovers", lambda: fly(speed=0.0, altitude=9_000.0, type_code=b"AS50"), 0),
        Example("1,200 kt for one frame", lambda: fly(seconds=300, ground_speed=spike(1_200.0, 420.0)), 0),
        Example("100,000 ft for one frame", lambda: fly(seconds=300, altitude=spike(100_000.0, 35_000.0)), 0),
        Example("a low field on a day of high pressure", lambda: fly(altitude=-700.0, speed=120.0, seconds=300), 0),
    ]


def gate(tracks: Tracks, p: SimpleNamespace, aircraft: AircraftTable | None = None) -> Mask:
    """Rows that break a rule by themselves."""
    passed: Mask = broken(tracks, profiles(tracks, aircraft), p) > 0
    return passed


@detector(
    id="flight-envelope",
    title="Outside what the type can fly",
    priority="medium",
    scope="aircraft",
    needs=[("baro_altitude", "geo_altitude", "ground_speed")],
    uses=("geo_altitude", "type_code", "category", "db_flags"),
    lookback_s=600,
    sample_s=10,
    every_s=10,
    merge_gap_s=300,
    gate=gate,
    examples=examples,
    explain="{name}{spot}: {what}; {verdict}",
    style=Style(shape="path", color="#d0a215", icon="alert"),
    params={
        "hold": Param(20, "s", "outside for this long: one wrong frame is noise", 10, 100, "seed 000: 1200 knots for 1 frame"),
        "fast_phase": Param(550, "kt", "fastest below 10,000 ft", 250, 2_000, "seed 000"),
        "fast_low": Param(324, "kt", "fastest below 2,000 m", 200, 2_000, "seed 001: 600 km/h"),
        "fast_middle": Param(432, "kt", "fastest below 4,000 m", 200, 2_000, "seed 001: 800 km/h"),
        "slow_level": Param(29_500, "ft", "from here up `slow_phase` holds", 20_000, 60_000, "seed 000: FL300; seed 001: 10 km/h at 10,000 m"),
        "slow_phase": Param(90, "kt", "slowest at cruise", 0, 250, "seed 000: < 90 kn at FL300"),
        "slow_high": Param(81, "kt", "slowest above 15,000 m", 0, 250, "seed 001: 150 km/h"),
        "slow_share": Param(0.8, "", "share of the stall speed, against the strongest wind", 0, 1, "stall speeds of geo/data/types.csv"),
        "extreme": Param(82_021, "ft", "higher than anything but balloons and rockets", 50_000, 130_000, "seed 001: 25,000 m", column="baro_altitude"),
        "below": Param(1_300, "ft", "so far below the sea or a low field an altimeter shows at 1,060 hPa", 300, 2_000, "ICAO Doc 7488: 27 ft per hPa"),
        "margin": Param(0.1, "", "share above the type's ceiling or top speed that is believed", 0, 1, "service ceilings are not absolute ones"),
    },
    describe=Describe(
        definition="Heights and speeds that the type of aircraft, or any aircraft, does not reach, held for longer than "
        "a wrong frame.",
        characteristics=(
            "Too fast for the height, or too slow to stay up",
            "Above the ceiling or beyond the top speed of the type",
            "An altitude below the sea or above 25 km",
            "Whether height, GPS height, speed and ground covered agree with each other",
        ),
        audience=("Data-quality engineers", "Safety monitoring", "Airspace research", "Alert reviewers"),
        priority_note="Medium where nothing in the data contradicts it, and high far outside the limits. Technical "
        "causes are low, or medium far outside; speeds a little above the usual are low.",
        context="Most are technical: altimeters, QNH, Mode S encoding, GPS height, or a type on file that is another "
        "aircraft's. Balloons, helicopters, gliders and fighters are judged by their own limits.",
    ),
)  # fmt: skip
def detect(
    tracks: Tracks, p: SimpleNamespace, airports: Airports, registers: Registers, aircraft: AircraftTable | None = None
) -> Stretches:
    """Rows that have been outside for `hold` seconds and at least three rows."""
    profile = profiles(tracks, aircraft)
    rule = above_low_fields(tracks, broken(tracks, profile, p), airports, p.below)
    new = alive(tracks)
    held, begin = tracks.held(rule > 0, new)
    hit = (held >= p.hold) & new
    begin = np.maximum(begin, tracks.ago(LONGEST_S))
    hit &= since(begin, ((rule > 0) & new).astype(np.int64)) >= 3
    if not (hit & tracks.fresh).any():
        return none()
    rule = np.where(hit, rule, 0)
    own = own_profile(tracks, rule, profile, military(tracks, registers, aircraft))
    cause = blame(tracks, rule, begin, profile)
    level = _graded(tracks, rule, cause.technical, profile, held)
    return stretches(
        tracks, hit, begin=begin, cleared=own, priority=level,
        confidence=np.choose(level - 1, [0.4, 0.6, 0.75]) + np.where(cause.technical, 0.1, 0.0),
        score=level * 10.0 + rule,
        values={"name": name(profile, hit), "spot": spot(tracks, hit), "what": limit(rule, profile, hit),
                "verdict": cause.words, "altitude": np.round(height(tracks)), "speed": np.round(tracks.ground_speed),
                "ceiling": profile.ceiling_ft, "technical": cause.technical, "rule": rule},
    )  # fmt: skip


def _graded(tracks: Tracks, rule: Array, technical: Mask, profile: Profiles, held: Array) -> Array:
    """Low for computed positions and speeds that are merely unusual; far beyond the limits high, but medium or low
    for technical causes."""
    speed, altitude = tracks.ground_speed, height(tracks)
    unusual = (rule == LOW_FAST) & (speed < 500)
    far = (rule == TOO_FAST) & (speed > 1.5 * profile.fastest_kt) | (rule == CEILING) & (
        altitude > 1.5 * profile.ceiling_ft
    )
    far |= rule == EXTREME
    doubt = COMPUTED[tracks.source] | unusual
    level = np.where(technical, np.where(far & (held >= 60), 2, 1), np.where(far, 3, 2))
    return np.where(doubt, PRIORITY["low"], level)
