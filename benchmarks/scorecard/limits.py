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

FEW = (
    "Learned from eight days of three hours and 197 flights: what was new on the first day is a greater share of all "
    "that is known of a region than the class allows, so it holds most regions for unsettled and says nothing there."
)

BEHAVIOUR_LIMITS: Mapping[str, str] = {
    "acas-ra": "The class wants the old rate borne out by three rows ten seconds apart, and climbs that turned after "
    "20 to 40 s have fewer: at 1 Hz over Paris one of ten was found.",
    "cruise-turn": "Turns below 65 degrees are corners of routes to the class. Twins alarm in holds: the first half of "
    "one, at cruise, is a sharp turn until the next follows.",
    "equipment-signature": "Of the recording itself one aircraft changes its SIL within a day. A dozen more were told "
    "of while rows far apart, or less than ten minutes of them, counted as a silence: the recording was looked at for "
    "that.",
    "fir-entry": FEW,
    "gps-spoofing": "All but one of the missed are places that froze: these recordings have no times of positions, and "
    "a frozen place cannot be told from one that the feed repeats.",
    "go-around": "Most of the missed are light aircraft over Monterey, whose feed sends many rows with 0 kt, which "
    "count as a landing; at aerodromes that airlines do not use nothing is said of aircraft with an airline's "
    "callsign.",
    "kinematics": "Places that are kilometres off for some seconds are taken for a second sender under the address "
    "(geo/streams.py) and never reach the class; it takes one row in five seconds, and mostly misses single ones.",
    "odd-trajectory": "The class looks at twenty minutes: a zig-zag that takes less is diluted by the straight way "
    "before it; a quarter of all were found and then cleared.",
    "route-deviation": FEW,
    "signal": "The real receiver hears only 11 dB less for ten times the distance and scatters by 5.6 dB: few "
    "transmitters stand out by the 3.5 times the spread that the class asks for.",
    "vertical-oscillation": "A swing counts between two turning points: of three waves four of the six swings, which "
    "must lie within ten minutes; in polls of 10 s crests are cut.",
}
"""By class: why planted behaviours were missed, as reading those that were missed showed."""
