"""Technical or operational: what agrees with what in rows that lie outside the flight envelope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from detectors._envelope import CEILING, EXTREME, NEGATIVE, TOO_FAST, height
from geo.performance import Profiles, is_kind
from geo.schema import Array, of_sources
from geo.sphere import distance_m
from geo.tracks import Index, Mask, Tracks

COMPUTED = of_sources("tisb_icao", "tisb_trackfile", "tisb_other", "mlat", "adsr_other")
"""Positions and speeds computed on the ground, whose noise is large."""

ONSET_S = 50.0
"""How near in time the row before the first one must be for the difference to be a jump."""

ROUGH_S, SURGE_KT_S = 180.0, 8.0
"""Beyond this acceleration, in the last minutes, a speed is made of bad positions (fighters reach 6 kt/s)."""

SPLIT_FT = 3_000.0
"""Barometric and GPS altitude of one aircraft lie up to 2,500 ft apart in hot or cold air at cruise."""

FASTEST_LOW_KT = 850.0
"""Fighters reach 800 kt in dense air; Heathrow 2017 has positions whose times make 1,000 to 15,000 kt."""

ABSURD = 1.3
"""Record flights of a type rarely pass its service ceiling by a quarter."""

SLOW_KINDS = (
    "light", "helicopter", "ultralight", "glider", "gyroplane", "vehicle", "drone", "balloon", "airship", "turboprop",
    "parachute", "trainer", "aerobatic",
)  # fmt: skip

QNH = "technical: altimeter or its setting (QNH)"
GEO = "technical: barometric and GPS altitude differ by {} ft (altimeter, Mode S encoding or GPS height)"


class Test(NamedTuple):
    """Where a finding holds, and its words with the number they tell."""

    holds: Mask
    words: str
    number: Array


@dataclass(frozen=True)
class Blame:
    """By row: whether the data is to blame, and why in words."""

    technical: Mask
    words: Array


def blame(tracks: Tracks, rule: Array, begin: Index, profile: Profiles) -> Blame:
    """The verdict on rows that break a rule since row `begin`. The first finding that holds is told."""
    none = np.zeros(len(rule))
    gap = np.abs(tracks.geo_altitude - tracks.baro_altitude)
    covered = ground_covered(tracks, begin)
    tests = [
        Test(rule == NEGATIVE, QNH, none),
        Test(gap > SPLIT_FT, GEO, gap),
        *_speeds(tracks, rule, covered),
        *_jumps(tracks, rule, begin),
        Test(_other_type(tracks, rule, covered, profile),
             "technical: height and speed fit each other; the type on file is perhaps another aircraft's", none),
        Test((rule == CEILING) & (height(tracks) > ABSURD * profile.ceiling_ft),
             "technical: nothing of its kind gets there (altimeter, Mode S encoding, or the type on file)", none),
        Test(height(tracks) < 0, QNH, none),
        Test((rule == EXTREME) & ~(gap <= SPLIT_FT), "technical: nothing confirms the altitude (Mode S encoding)", none),
    ]  # fmt: skip
    words = np.full(len(rule), "operational: nothing in the data contradicts it", dtype=object)
    for test in reversed(tests):
        rows = np.flatnonzero(test.holds & (rule > 0))
        words[rows] = [test.words.format(f"{v:,.0f}") for v in np.round(test.number[rows], -1).tolist()]
    return Blame(np.logical_or.reduce([test.holds for test in tests]), words)


def ground_covered(tracks: Tracks, begin: Index) -> Array:
    """Knots by the distance from where it was up to a minute ago; NaN where that is not known."""
    since = np.maximum(tracks.ago(60.0), begin)
    elapsed = (tracks.time - tracks.time[since]) / 1000.0
    metres = distance_m(tracks.lat[since], tracks.lon[since], tracks.lat, tracks.lon)
    return np.where(elapsed >= 9, metres / np.maximum(elapsed, 1.0) / 0.514444, np.nan)


def _speeds(tracks: Tracks, rule: Array, covered: Array) -> list[Test]:
    """The speed sent against the ground covered."""
    speed = tracks.ground_speed
    off = np.abs(covered - speed) > np.maximum(50.0, 0.25 * np.maximum(covered, speed))
    by_speed = (rule != CEILING) & (rule != EXTREME)
    dense = (speed > FASTEST_LOW_KT) & (height(tracks) < 30_000)
    return [
        Test(off & by_speed, "technical: the ground covered says {} kt, the speed sent is wrong", covered),
        Test(dense, "technical: nothing flies so fast so low; the positions or their times are wrong", speed),
    ]


def _jumps(tracks: Tracks, rule: Array, begin: Index) -> list[Test]:
    """An onset that no aircraft could fly: the altitude or the speed jumped there."""
    before = np.maximum(begin - 1, tracks.start)
    seconds = np.maximum((tracks.time[begin] - tracks.time[before]) / 1000.0, 1.0)
    near = (seconds <= ONSET_S) & (begin > before)
    altitude, speed = height(tracks).astype(np.float64), tracks.ground_speed.astype(np.float64)
    step = np.abs(altitude[begin] - altitude[before])
    jumped = near & (step > SPLIT_FT) & (step / seconds * 60 > 30_000)
    surge = np.abs(speed - tracks.shift(speed)) / np.maximum(np.nan_to_num(tracks.dt_s, nan=1e9), 1.0)
    rough = tracks.window_max(surge, ROUGH_S)
    surged = np.isfinite(rough) & (rough > SURGE_KT_S) & (rule != CEILING) & (rule != EXTREME)
    return [
        Test(jumped & (rule != TOO_FAST), "technical: the altitude jumped by {} ft (Mode S encoding)", step),
        Test(surged, "technical: the speed jumps, by {} kt within ten seconds", rough * 10),
    ]


def _other_type(tracks: Tracks, rule: Array, covered: Array, profile: Profiles) -> Mask:
    """A jet's height and speed, together, of an aircraft that is on file as something slower."""
    speed, altitude = tracks.ground_speed, height(tracks)
    fits = (
        (speed > 200) & (speed < 720) & (altitude < 52_000) & ~(np.abs(covered - speed) > np.maximum(80, 0.4 * speed))
    )
    out: Mask = fits & np.isin(rule, (CEILING, TOO_FAST)) & is_kind(profile.kind, *SLOW_KINDS)
    return out
