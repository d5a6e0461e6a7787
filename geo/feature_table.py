"""The table of features, each declared once: unit, formula, source, missing-value rule, and the function on columns.

A value depends on its row and on the same flight's row before, and on nothing later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from geo.edges import FARTHEST_NMI
from geo.feature_rows import SLOT_S, Frame
from geo.schema import NO_TIME, Array
from geo.sphere import KNOT_M_S, bearing_deg, distance_m, wrap_lon

PHASES = ("climb", "cruise", "descent", "approach", "pattern")
"""Seed 000: "climb / cruise / descent / approach / pattern"."""

LEVEL_FPM = 300.0
"""Slower than this up or down is level flight: turbulence and altimeter steps of 25 ft in 5 s stay below it."""

APPROACH_NMI, APPROACH_FT = 15.0, 4_000.0
"""Descending so near an aerodrome and so low above it is an approach: a glide path of 3 degrees starts about there."""

PATTERN_NMI, PATTERN_FT, PATTERN_KT = 5.0, 2_000.0, 160.0
"""So near, low and slow is a traffic pattern (FAA AIM 4-3-3: 1,000 to 1,500 ft above the field), whatever its rate."""


@dataclass(frozen=True)
class Feature:
    """One feature. `function` gives (n,) for the rows of a Frame, NaN where it is missing; models then read `fill`.

    `version` goes up whenever the values change while the formula's text does not.
    """

    id: str
    unit: str
    formula: str
    source: str
    missing: str
    fill: float
    function: Callable[[Frame], Array]
    version: int = 1


def d_per_slot(frame: Frame, values: Array) -> Array:
    """The change since the row before, for each SLOT_S seconds: the same number whether a slot was missed or not."""
    return frame.change(values) * SLOT_S / frame.dt_s


def turn_rate(frame: Frame) -> Array:
    """Degrees a second, negative to the left: the smallest turn between two tracks."""
    return (np.mod(frame.change(frame.get("track")) + 180.0, 360.0) - 180.0) / frame.dt_s


def step_m(frame: Frame) -> Array:
    """Metres along the great circle since the row before."""
    return frame.kept("step_m", _step_m)


def _step_m(frame: Frame) -> Array:
    lat, lon = frame.get("lat"), frame.get("lon")
    return distance_m(frame.previous(lat), frame.previous(lon), lat, lon)


def speed_gap(frame: Frame) -> Array:
    """Knots between the speed that was sent, on average, and that of the way made."""
    sent = frame.get("ground_speed")
    return step_m(frame) / frame.dt_s / KNOT_M_S - (sent + frame.previous(sent)) / 2


def track_gap(frame: Frame) -> Array:
    """Degrees, 0 to 180, between the way made and the middle of the tracks sent; 0 for a way too short to have one."""
    lat, lon, track = frame.get("lat"), frame.get("lon"), frame.get("track")
    way = bearing_deg(frame.previous(lat), frame.previous(lon), lat, lon)
    middle = track - wrap_lon(frame.change(track)) / 2
    return np.where(step_m(frame) < 200.0, 0.0, np.abs(wrap_lon(way - middle)))


def climb_gap(frame: Frame) -> Array:
    """ft/min between the vertical rate that was sent, on average, and that of the altitudes."""
    sent = frame.get("vertical_rate")
    return frame.change(frame.altitude) * 60.0 / frame.dt_s - (sent + frame.previous(sent)) / 2


def phase_of(frame: Frame) -> Array:
    """Index into PHASES (n,), int8."""
    return frame.kept("phase", _phase)


def _phase(frame: Frame) -> Array:
    climb = np.nan_to_num(frame.climb)
    away, height = frame.field
    near = (away <= APPROACH_NMI) & (height <= APPROACH_FT) & (climb <= -LEVEL_FPM)
    slow = frame.get("ground_speed") <= PATTERN_KT
    pattern = (away <= PATTERN_NMI) & (height <= PATTERN_FT) & slow
    level = np.select([climb >= LEVEL_FPM, climb <= -LEVEL_FPM], [0, 2], 1)
    return np.select([pattern, near], [4, 3], level).astype(np.int8)


def _in_phase(number: int) -> Callable[[Frame], Array]:
    return lambda f: (phase_of(f) == number).astype(np.float64)


def _fix_age(f: Frame) -> Array:
    """Seconds that the position is older than the row."""
    fix = f.times("position_time")
    return np.where(fix == NO_TIME, np.nan, np.maximum(f.time - fix, 0) / 1000.0)


def _to_border(f: Frame) -> Array:
    edges = f.places.borders
    return np.full(len(f), np.nan) if edges is None else edges.distance_nmi(f.get("lat"), f.get("lon"))


def _to_zone(f: Frame) -> Array:
    edges = f.places.watched
    return np.full(len(f), np.nan) if edges is None else edges.distance_nmi(f.get("lat"), f.get("lon"))


FIRST, NONE = "0 at a flight's first row and after a gap", "never: rows without it have no features"
SEED = "seed 000, default_feature_columns"

_FEATURES = (
    Feature("lat", "deg", "latitude", SEED, NONE, 0.0, lambda f: f.get("lat")),
    Feature("lon", "deg", "longitude", SEED, NONE, 0.0, lambda f: f.get("lon")),
    Feature("alt", "ft", "pressure altitude, the geometric one where there is none", SEED, NONE, 0.0, lambda f: f.altitude),
    Feature("gspeed", "kt", "speed over ground", SEED, NONE, 0.0, lambda f: f.get("ground_speed")),
    Feature("vspeed", "ft/min", "vertical rate as sent, else change of alt over dt", SEED, FIRST, 0.0, lambda f: f.climb),
    Feature("d_alt", "ft/10 s", "(alt - alt before) * 10 s / dt", SEED, FIRST, 0.0, lambda f: d_per_slot(f, f.altitude)),
    Feature("d_speed", "kt/10 s", "(gspeed - gspeed before) * 10 s / dt", SEED, FIRST, 0.0, lambda f: d_per_slot(f, f.get("ground_speed"))),
    Feature("turn_rate_deg_per_s", "deg/s", "((track - track before + 180) mod 360 - 180) / dt", SEED, FIRST, 0.0, turn_rate),
    Feature("heading_sin", "", "sine of the track", SEED, NONE, 0.0, lambda f: np.sin(np.radians(f.get("track")))),
    Feature("heading_cos", "", "cosine of the track", SEED, NONE, 0.0, lambda f: np.cos(np.radians(f.get("track")))),
    Feature("vspeed_abs", "ft/min", "|vspeed|", SEED, FIRST, 0.0, lambda f: np.abs(f.climb)),
    Feature("d_lat", "deg/10 s", "(lat - lat before) * 10 s / dt", "seed 000, F031", FIRST, 0.0, lambda f: d_per_slot(f, f.get("lat"))),
    Feature("d_lon", "deg/10 s", "(lon - lon before, the shorter way round) * 10 s / dt", "seed 000, F031", FIRST, 0.0, lambda f: wrap_lon(f.change(f.get("lon"))) * SLOT_S / f.dt_s),
    Feature("step_m", "m/10 s", "great-circle distance from the row before * 10 s / dt", "seed 000, F031", FIRST, 0.0, lambda f: step_m(f) * SLOT_S / f.dt_s),
    Feature("vertical_accel", "ft/min/s", "(vertical rate - that before) / dt, as sent", "seed 000, F033", FIRST + ", or where no rate is sent", 0.0, lambda f: f.change(f.get("vertical_rate")) / f.dt_s),
    Feature("speed_gap", "kt", "step_m / dt less the mean of both speeds sent", "definitions: spoofed motion", FIRST, 0.0, speed_gap),
    Feature("track_gap", "deg", "|bearing of the step - middle of both tracks sent|; 0 below 200 m", "definitions: spoofed motion", FIRST, 0.0, track_gap),
    Feature("climb_gap", "ft/min", "change of alt over dt less the mean of both rates sent", "definitions: spoofed motion", FIRST + ", or where no rate is sent", 0.0, climb_gap),
    Feature("dist_airport", "nmi", f"to the nearest aerodrome, at most {FARTHEST_NMI:.0f}", "seed 000, F035", f"{FARTHEST_NMI:.0f} without aerodromes", FARTHEST_NMI, lambda f: np.minimum(f.field[0], FARTHEST_NMI)),
    Feature("height_airport", "ft", "alt above the nearest aerodrome", "seed 000, F035", "0 without aerodromes", 0.0, lambda f: f.field[1]),
    Feature("dist_fir", "nmi", f"to the nearest FIR border, at most {FARTHEST_NMI:.0f}", "seed 000, F035", f"{FARTHEST_NMI:.0f} without regions", FARTHEST_NMI, _to_border),
    Feature("dist_zone", "nmi", f"to the nearest restricted zone, 0 inside, at most {FARTHEST_NMI:.0f}", "seed 000, F035", f"{FARTHEST_NMI:.0f} without zones", FARTHEST_NMI, _to_zone),
    *(
        Feature(f"phase_{name}", "", f"1 in phase {name}, else 0 ({LEVEL_FPM:.0f} ft/min; {APPROACH_NMI:.0f} nmi, {APPROACH_FT:,.0f} ft; {PATTERN_NMI:.0f} nmi, {PATTERN_FT:,.0f} ft, {PATTERN_KT:.0f} kt)", "seed 000, F036", NONE, 0.0, _in_phase(k))
        for k, name in enumerate(PHASES)
    ),
    Feature("nic", "", "navigation integrity category", "DO-260B", "8 (0.1 nmi), the usual one; so in TIS-B rows", 8.0, lambda f: f.sent("nic")),
    Feature("nac_p", "", "navigation accuracy category, position", "DO-260B", "9 (30 m), the usual one; so in TIS-B rows", 9.0, lambda f: f.sent("nac_p")),
    Feature("sil", "", "source integrity level", "DO-260B", "3, the usual one; so in TIS-B rows", 3.0, lambda f: f.sent("sil")),
    Feature("fix_age", "s", "time of the row less time of its position", "definitions: stale positions", "0 where not sent", 0.0, _fix_age),
    Feature("geo_baro_split", "ft", "geometric less pressure altitude", "definitions: geo_baro_split", "0 where either is missing, and in TIS-B rows", 0.0, lambda f: f.sent("geo_altitude") - f.get("baro_altitude")),
)  # fmt: skip

FEATURES: Mapping[str, Feature] = {one.id: one for one in _FEATURES}

SEED_SET = tuple(FEATURES)[:11]
"""The eleven columns of the seed, in its order."""

ANYWHERE = tuple(name for name in FEATURES if name not in ("lat", "lon", "d_lat", "d_lon", "dist_fir", "dist_zone"))
"""What holds wherever one flies: for a model that is used elsewhere than where it was trained."""

SETS: Mapping[str, Sequence[str]] = {"seed": SEED_SET, "anywhere": ANYWHERE, "all": tuple(FEATURES)}
"""Choices of features by name."""
