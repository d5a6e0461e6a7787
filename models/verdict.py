"""One verdict on a flight, from what rules found, how odd its rows were, and whether its path stayed odd (seed 000)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geo.schema import Array

NORMAL, SUSPICIOUS, ANOMALOUS = "NORMAL", "SUSPICIOUS", "ANOMALOUS"

MEDIUM, CRITICAL = 2, 3
"""An alert of priority high (3) or critical (4) is a critical rule; a medium one (2) is worth a look by itself."""

EVIDENCE = (
    "integrity now", "behaviour now", "integrity of the last minutes", "behaviour of the last minutes", "sequence",
    "point",
)  # fmt: skip
"""What is weighed: the confidence of the surest rule that asks whether what is sent is true (INTEGRITY), and of the
surest other one; and how rare the oddest window and row are (`rarity`)."""

LEARNED_FROM = EVIDENCE.index("sequence")
"""From here on evidence is learned. A model says what is rare, not what is wrong: in the sum it puts rows in order that
rules leave alike, and reaches no threshold; a score that does by itself stands beside the sum."""

ORDERS = 0.1
"""The least weight of any evidence, and that of learned evidence: no part says nothing, and these alone stay far below
the threshold."""

INTEGRITY = (
    "callsign-duplicate", "ghost", "gps-spoofing", "icao-spoof", "identity", "injection", "kinematics",
    "position-drift", "signal", "timing", "track-splice",
)  # fmt: skip
"""Classes that ask whether what is sent is true. The others describe behaviour, which honest flights show too."""

WHO = ("sighting", "watch-list")
"""Classes that say who flies, not how: they weigh nothing."""

AMONG = 30
"""Rows of five minutes, and windows that end within them: the oddest of so many is odd once in 100 windows of normal
flight only from one in 3,000 on. What is less rare says nothing, and puts no row before or behind another."""

USUAL, MOST_RARE = 2.0 + math.log10(AMONG), 6.0
"""Digits of one in so many, from which on a score counts, and beyond which a model says more than it can know."""


@dataclass(frozen=True)
class Fusion:
    """Thresholds. `window_s`: rows, rules and windows older than this before the newest row do not count.

    `point`: the largest point score within it from which the flight is suspicious. `sequence` and `peak`: `windows`
    windows in a row must reach the first and one of them the second. `hits`: so many rules that are not critical.
    `lasts_s`: what an integrity rule finds for less than this is one wrong row, as every feed has: it weighs nothing.
    `weights` of EVIDENCE, whose weighted sum must reach `least`: those of rules learned from attacks planted over Japan
    (`skysift scorecard --calibrate`), judged on other recordings (docs/scorecard.md).
    """

    window_s: float = 300.0
    point: float = 0.99999
    sequence: float = 0.99
    peak: float = 0.9999
    windows: int = 3
    hits: int = 2
    lasts_s: float = 5.0
    weights: tuple[float, ...] = (11.08, 0.1, 4.05, 1.114, 0.1, 0.1)
    least: float = 3.096

    def strength(self, evidence: Array) -> Array:
        """The weighted sum (n,) of evidence (n, EVIDENCE)."""
        out: Array = np.asarray(evidence) @ np.array(self.weights)
        return out


def rarity(score: Array) -> Array:
    """0 to 1 (n,) of scores 0 to 1: digits of one in so many, from USUAL to MOST_RARE."""
    digits = -np.log10(np.maximum(1.0 - np.asarray(score), 10.0**-MOST_RARE))
    out: Array = np.clip((digits - USUAL) / (MOST_RARE - USUAL), 0.0, 1.0)
    return out


@dataclass(frozen=True)
class Rule:
    """What a class found: its id, its sentence, its priority 1 (low) to 4 (critical), how sure it is; whether it still
    holds, and from its first evidence to its last (s)."""

    class_id: str
    text: str
    priority: int
    confidence: float
    now: bool = True
    lasted_s: float = math.inf


@dataclass(frozen=True)
class Verdict:
    """`label` with the reasons for it, the weightiest first; none where it is NORMAL. `confidence` is 0 to 1."""

    label: str
    reasons: Sequence[str]
    confidence: float


def verdict(
    rules: Sequence[Rule], point: float | None, point_words: str, sequence: Sequence[float], fusion: Fusion
) -> Verdict:
    """Any critical rule: ANOMALOUS. Else a point score, a path that stays odd, a rule of medium priority that holds,
    several rules, or all together that weigh enough: SUSPICIOUS.

    `point` is the largest score within the window with its words, None where no row was scored; `sequence` are the
    scores of the windows there, oldest first.
    """
    critical = sorted((r for r in rules if r.priority >= CRITICAL), key=lambda r: (-r.priority, -r.confidence))
    others = sorted((r for r in rules if r.priority < CRITICAL), key=lambda r: (-r.priority, -r.confidence))
    odd, lasting = point is not None and point >= fusion.point, persists(sequence, fusion)
    weighty = len(others) >= fusion.hits or any(r.priority == MEDIUM and r.now for r in others)
    weighty = weighty or weight(rules, point, sequence, fusion) >= fusion.least
    reasons = [r.text for r in critical]
    if odd:
        reasons.append(f"odd moment: {point_words}")
    if lasting:
        reasons.append(f"the path of the last five minutes stays odd: {fusion.windows} windows in a row")
    if critical or odd or lasting or weighty:
        reasons += [r.text for r in others]
    if critical:
        return Verdict(ANOMALOUS, reasons, round(max(r.confidence for r in critical), 3))
    if not reasons:
        return Verdict(NORMAL, (), 0.0)
    signs = odd + lasting + weighty
    return Verdict(SUSPICIOUS, reasons, round(1 - 0.5**signs, 3))


def weight(rules: Sequence[Rule], point: float | None, sequence: Sequence[float], fusion: Fusion) -> float:
    """The strength of EVIDENCE."""
    surest = dict.fromkeys(EVIDENCE, 0.0)
    for rule in rules:
        kind = "integrity" if rule.class_id in INTEGRITY else "behaviour"
        if rule.class_id in WHO or (kind == "integrity" and rule.lasted_s < fusion.lasts_s):
            continue
        for name in (f"{kind} now",) * rule.now + (f"{kind} of the last minutes",):
            surest[name] = max(surest[name], rule.confidence)
    for name, score in (("sequence", max(sequence, default=0.0)), ("point", point or 0.0)):
        surest[name] = float(rarity(np.array(score)))
    return float(fusion.strength(np.array([surest[name] for name in EVIDENCE])))


def persists(scores: Sequence[float], fusion: Fusion) -> bool:
    """Whether so many windows in a row are odd, one of them very."""
    n = fusion.windows
    runs = (scores[k : k + n] for k in range(len(scores) - n + 1))
    return any(min(run) >= fusion.sequence and max(run) >= fusion.peak for run in runs)
