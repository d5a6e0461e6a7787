"""What keeps figures below their targets, by attack and cadence, as reading what was missed showed."""

from __future__ import annotations

from collections.abc import Mapping

GRAFTED = (
    "Paris: of the missed variants two have tracks that send no velocity, so nothing can be reckoned; one is a "
    "helicopter spliced to a light aircraft; one a splice of 316 m with a turn of 66 degrees and nothing else."
)

POLLED = (
    "Polled every 15 s: the same attacks on the same tracks at 1 Hz (Japan) are found nearly all; in 15 s an aircraft "
    "may change as much as a small splice does, and few updates are left to confirm it."
)

LIMITS: Mapping[tuple[str, str], str] = {
    ("track_hijack", "native"): GRAFTED, ("replay", "native"): GRAFTED,
    ("track_hijack", "15 s"): POLLED, ("replay", "15 s"): POLLED,
}  # fmt: skip

ALERTS = (
    "Alerts a day are fewer than five where little flies (Monterey and Watsonville are country airfields), and where "
    "all are airliners on their routes and no zone is loaded (Switzerland, Japan)."
)

NOT_MET = "neither its behaviour nor an attack that it answers was part of this measurement"

BEHAVIOUR_LIMITS: Mapping[str, str] = {}
"""By class: why planted behaviours were missed, as reading those that were missed showed."""
