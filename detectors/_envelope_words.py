"""Words for the flight envelope: which aircraft, where, and which limit is broken."""

from __future__ import annotations

from typing import Any

import numpy as np

from detectors._envelope import CEILING, EXTREME, LOW_FAST, NEGATIVE, SLOW_HIGH, STALLED, TOO_FAST, height
from geo.performance import Profiles
from geo.schema import Array
from geo.tracks import Mask, Tracks


def name(profile: Profiles, hit: Mask) -> Array:
    return np.array([text[:1].upper() + text[1:] for text in profile.names(hit)], dtype=object)


def spot(tracks: Tracks, hit: Mask) -> Array:
    """` at 65,600 ft and 70 kt`, as far as known."""
    out = np.full(len(tracks), "", dtype=object)
    altitude, speed = height(tracks), tracks.ground_speed
    for row in np.flatnonzero(hit).tolist():
        parts: list[Any] = [f"{altitude[row]:,.0f} ft"] if altitude[row] == altitude[row] else []
        parts += [f"{speed[row]:,.0f} kt"] if speed[row] == speed[row] else []
        out[row] = " at " + " and ".join(parts)
    return out


def limit(rule: Array, profile: Profiles, hit: Mask) -> Array:
    """The limit that is broken, in words."""
    words = {
        SLOW_HIGH: "too slow to fly so high", STALLED: "slower than it can fly", LOW_FAST: "faster than usual so low",
        NEGATIVE: "below the sea", CEILING: "above its ceiling of {ceiling:,.0f} ft",
        TOO_FAST: "faster than its {fastest:,.0f} kt with the strongest wind", EXTREME: "higher than aircraft fly",
    }  # fmt: skip
    out = np.full(len(rule), "", dtype=object)
    ceiling, fastest = profile.ceiling_ft, profile.fastest_kt
    for row in np.flatnonzero(hit & (rule > 0)).tolist():
        out[row] = words[int(rule[row])].format(ceiling=ceiling[row], fastest=np.round(fastest[row], -1))
    return out
