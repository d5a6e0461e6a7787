"""Which classes are expected to answer what: one table, written down before anything is measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

_SPLICE = ("track-splice", "position-drift", "kinematics", "gps-spoofing", "icao-spoof")
_VALUES = ("kinematics", "position-drift", "track-splice", "gps-spoofing", "flight-envelope")

ANSWERS: Mapping[str, Sequence[str]] = {
    "position_drift": ("position-drift", "track-splice", "kinematics", "gps-spoofing"),
    "ghost": ("injection", "kinematics", "position-drift", "identity", "ghost"),
    "icao_collision": ("icao-spoof",),
    "track_hijack": _SPLICE,
    "replay": _SPLICE,
    "random_noise": (*_VALUES, "icao-spoof"),
    "route_replacement": _SPLICE,
    "fixed_plus_10": (*_VALUES, "icao-spoof"),
    "fixed_minus_10": (*_VALUES, "icao-spoof"),
    "height_up_400": _VALUES,
    "height_down_400": (*_VALUES, "rapid-descent"),
    "speed_up_20": _VALUES,
    "speed_down_20": _VALUES,
    "heading_reversed": _VALUES,
    "climb_reversed": _VALUES,
    "path_three_waypoints": (*_SPLICE, "odd-trajectory"),
    "velocity_drift": _VALUES,
    "gradual_height": _VALUES,
    "gradual_track": _VALUES,
    "gradual_climb_rate": _VALUES,
}
"""Attack: the classes whose union is its detector. A flag of any other class on it is shown, and counts for nothing."""

TIERS: Mapping[str, Sequence[str]] = {
    "temporal": ("timing", "ghost"),
    "signal": ("signal", "gps-jamming"),
    "identity": ("identity", "callsign-duplicate", "watch-list", "squawk", "sighting", "equipment-signature"),
}
"""The product requirements' tiers by class; every class that is not named is behavioural."""

MET: Mapping[str, str | float] = {
    "callsign-duplicate": "hold", "flight-envelope": "hold", "formation-flight": "hold", "ghost": "gap",
    "loiter": "least", "low-for-cell": "hold", "patrol": 1_440.0,
    "rapid-descent": "hold", "squawk": "hold",
}  # fmt: skip
"""How long a behaviour must last, at the least, before it is what the class defines: seconds, or a parameter.

A patrol is two laps, which in the recording at hand take 12 minutes each."""


def tier_of(class_id: str) -> str:
    return next((tier for tier, classes in TIERS.items() if class_id in classes), "behavioural")


def answering(attack: str, known: Iterable[str]) -> list[str]:
    """The expected classes that there are."""
    there = set(known)
    return [c for c in ANSWERS[attack] if c in there]
