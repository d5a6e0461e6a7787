"""Which anomalies belong together, how the classes differ in nature, and which band an anomaly falls into: as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

NATURES: Mapping[str, Sequence[str]] = {
    "what the crew declares": ("squawk",),
    "interference with navigation": ("gps-jamming", "gps-spoofing"),
    "positions that cannot be": (
        "geographic-outlier", "ghost", "icao-spoof", "injection", "kinematics", "position-drift", "track-splice",
    ),
    "messages that do not fit": ("callsign-duplicate", "equipment-signature", "identity", "signal", "timing"),
    "how it is flown": (
        "acas-ra", "diversion", "drone-missile-profile", "flight-envelope", "go-around", "low-for-cell", "near-miss",
        "rapid-descent", "strange-approach", "vertical-oscillation",
    ),
    "where it is flown": (
        "cruise-turn", "fir-entry", "loiter", "odd-trajectory", "patrol", "restricted-zone", "route-deviation",
    ),
    "who it is": ("formation-flight", "sighting", "watch-list"),
    "what a model finds rare": ("ml-point", "ml-sequence"),
}  # fmt: skip
"""Classes that look at the same side of things. Two of one nature may be one cause seen twice; two natures are two
independent signs, and raise the priority."""

RARE = "what a model finds rare"
"""A model reads the same rows as every rule and says only that they are rare: where a rule says what they are, it is no
second sign, and adds nothing to what the rule tells."""

SURE_ENOUGH = 0.3
"""An anomaly less sure than this raises nothing."""

CELLS = frozenset({"gps-jamming"})
PAIRS = frozenset({"callsign-duplicate", "formation-flight", "icao-spoof", "near-miss"})
EFFECTS = frozenset({
    "acas-ra", "diversion", "geographic-outlier", "ghost", "go-around", "gps-spoofing", "injection", "kinematics",
    "near-miss", "position-drift", "rapid-descent", "squawk", "track-splice",
})  # fmt: skip
"""What interference may do to the aircraft inside it."""


@dataclass(frozen=True)
class Join:
    """Anomalies of `one` and `other` (empty: every class but cells) belong together when at most `minutes` lie between
    them and they share an aircraft, or with `km` when they are as near as that."""

    why: str
    one: frozenset[str]
    other: frozenset[str]
    minutes: float
    km: float | None = None

    def meets(self, one: str, other: str) -> bool:
        """Whether it is about these two classes, in any order."""
        return (_in(one, self.one) and _in(other, self.other)) or (_in(other, self.one) and _in(one, self.other))


def _in(name: str, names: frozenset[str]) -> bool:
    return name in names if names else name not in CELLS


ALL: frozenset[str] = frozenset()

JOINS = (
    Join("one aircraft, again and again", ALL, ALL, 30.0),
    Join("an emergency and how it went on", frozenset({"squawk"}), frozenset({"diversion", "rapid-descent"}), 120.0),
    Join("cells of one area of interference", CELLS, CELLS, 60.0, 60.0),
    Join("an aircraft whose loss of navigation a cell was found by", CELLS, EFFECTS, 30.0),
    Join("what happens to aircraft inside interference", CELLS, EFFECTS, 15.0, 20.0),
    Join("aircraft led astray together", frozenset({"gps-spoofing"}), frozenset({"gps-spoofing"}), 30.0, 100.0),
)
"""Of two that both are about several aircraft the first one holds only for PAIR_MINUTES: a chain of pairs is long."""

PAIR_MINUTES = 10.0
REACH_KM = max(one.km or 0.0 for one in JOINS)


@cache
def joins_of(one: str, other: str) -> Sequence[tuple[int, float | None]]:
    """What joins two classes, as ms between them and km (None: a shared aircraft)."""
    found = []
    for join in JOINS:
        if join.meets(one, other):
            pairs = join.km is None and {one, other} & PAIRS
            found.append((int((PAIR_MINUTES if pairs else join.minutes) * 60_000), join.km))
    return tuple(found)


@cache
def placed(name: str) -> bool:
    """Whether anything joins the class by where it is."""
    return any(join.km is not None and (name in join.one or name in join.other) for join in JOINS)


@cache
def nature_of(name: str) -> str:
    """The nature of a class; one that stands in no list is of its own."""
    return next((nature for nature, names in NATURES.items() if name in names), name)


ALERT_AT: Mapping[int, float | None] = {1: None, 2: 0.8, 3: 0.7, 4: 0.5}
"""Of a priority (1 low to 4 critical) the confidence from which somebody is told at once; None: never. 0.7 is the
user's own threshold for what is high."""

REVIEW_AT: Mapping[int, float] = {1: 0.7, 2: 0.4, 3: 0.2, 4: 0.0}
"""The confidence from which it waits in a queue; what is less sure is watched."""

AT_MOST: Mapping[str, str] = {
    "equipment-signature": "monitor", "geographic-outlier": "monitor", "sighting": "monitor",
    "formation-flight": "review", "loiter": "review", "patrol": "review",
    "odd-trajectory": "review", "route-deviation": "review", "fir-entry": "review",
    "low-for-cell": "review", "strange-approach": "review", "cruise-turn": "review", "ml-point": "review",
    "ml-sequence": "review",
}  # fmt: skip
"""The highest band of a class, however sure: the user's lists of what is for review (flown unlike the baseline) and
of what is only to be watched (unusual places, equipment signatures)."""


def band_of(name: str, priority: int, confidence: float, threshold: float | None = None) -> str:
    """The band of an anomaly. `threshold`, where a rule was accepted for the class, takes the place of ALERT_AT."""
    most, at = AT_MOST.get(name, "alert"), ALERT_AT[priority] if threshold is None else threshold
    if most == "alert" and at is not None and confidence >= at:
        return "alert"
    return "review" if most != "monitor" and confidence >= REVIEW_AT[priority] else "monitor"
