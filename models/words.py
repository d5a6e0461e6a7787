"""Oddness in words: which features of a row are unusual, which way, and what is usual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from geo.feature_table import FEATURES
from geo.features import Features
from geo.schema import Array

WORDS: Mapping[str, tuple[str, str]] = {
    "lat": ("far south", "far north"), "lon": ("far west", "far east"), "alt": ("low", "high"),
    "gspeed": ("slow", "fast"), "vspeed": ("steep descent", "steep climb"),
    "d_alt": ("height lost quickly", "height gained quickly"),
    "d_speed": ("speed lost quickly", "speed gained quickly"),
    "turn_rate_deg_per_s": ("unusual turn to the left", "unusual turn to the right"),
    "heading_sin": ("unusually westbound", "unusually eastbound"),
    "heading_cos": ("unusually southbound", "unusually northbound"),
    "vspeed_abs": ("unusually level", "unusual climb or descent"),
    "d_lat": ("moving south quickly", "moving north quickly"), "d_lon": ("moving west quickly", "moving east quickly"),
    "step_m": ("short way between two positions", "long way between two positions"),
    "vertical_accel": ("vertical rate falls quickly", "vertical rate rises quickly"),
    "speed_gap": ("positions slower than the speed sent", "positions faster than the speed sent"),
    "track_gap": ("way made very close to the track sent", "way made other than the track sent"),
    "climb_gap": ("height falls against the rate sent", "height rises against the rate sent"),
    "dist_airport": ("close to an aerodrome", "far from any aerodrome"),
    "height_airport": ("low above the nearest aerodrome", "high above the nearest aerodrome"),
    "dist_fir": ("close to a border", "far from borders"),
    "dist_zone": ("close to a restricted zone", "far from zones"),
    "phase_climb": ("not climbing", "climbing"), "phase_cruise": ("not in cruise", "in cruise"),
    "phase_descent": ("not descending", "descending"), "phase_approach": ("not on approach", "on approach"),
    "phase_pattern": ("not in a pattern", "in a traffic pattern"),
    "nic": ("poor integrity of position", "unusually good integrity"),
    "nac_p": ("poor accuracy of position", "unusually good accuracy"),
    "sil": ("low source integrity", "unusually high source integrity"),
    "fix_age": ("fresh position", "stale position"),
    "geo_baro_split": ("GPS height below the pressure altitude", "GPS height above the pressure altitude"),
}  # fmt: skip
"""Feature: what a value below and above the usual is called."""

MOST = 3
"""So many features are named at most."""

SMALL_SHARE = 0.25
"""And only those that add at least this share of what the first one adds."""


def told(names: Sequence[str], found: Features, blame: Array, usual: Array, groups: Sequence[str]) -> list[str]:
    """A sentence for each row (n,): `blame` (n, k) by how much each feature adds, `usual` (n, k, 3) low, middle, high.

    A feature within what is usual is named as part of a combination.
    """
    plain = found.matrix(names)
    return [_sentence(names, plain[row], blame[row], usual[row], groups[row]) for row in range(len(found))]


def level(altitude_ft: float) -> str:
    """`FL340`, or `3,400 ft` below the usual transition altitude of 10,000 ft."""
    return f"FL{altitude_ft / 100:03.0f}" if altitude_ft >= 10_000 else f"{altitude_ft:,.0f} ft"


def _sentence(names: Sequence[str], values: Array, blame: Array, usual: Array, group: str) -> str:
    order = [int(j) for j in np.argsort(-blame, kind="stable")[:MOST] if blame[j] > SMALL_SHARE * max(blame.max(), 0)]
    outside = [j for j in order if not usual[j, 0] <= values[j] <= usual[j, 2]]
    place = f" at {level(float(values[list(names).index('alt')]))}" if "alt" in names else ""
    if not outside:
        what = ", ".join(names[j].replace("_", " ") for j in order) or "all of it"
        return f"unusual combination of {what}{place}; compared with {group}"
    return f"{'; '.join(_phrase(names[j], values[j], usual[j]) for j in outside)}{place}; compared with {group}"


def _phrase(name: str, value: float, usual: Array) -> str:
    word = WORDS[name][int(value > usual[2])]
    unit = f" {FEATURES[name].unit}" if FEATURES[name].unit else ""
    return f"{word} ({number(value)}{unit}, usually {number(usual[0])} to {number(usual[2])})"


def number(value: float) -> str:
    """Short: three significant digits, thousands with commas."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
