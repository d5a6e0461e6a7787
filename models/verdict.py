"""One verdict on a flight, from what rules found, how odd its rows were, and whether its path stayed odd (seed 000)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geo.schema import Array

NORMAL, SUSPICIOUS, ANOMALOUS = "NORMAL", "SUSPICIOUS", "ANOMALOUS"

CRITICAL = 3
"""An alert of priority high (3) or critical (4) is a critical rule."""


EVIDENCE = ("rules now", "rules of the last minutes", "sequence", "point")
"""What is weighed: the surest rule's confidence, and how rare the oddest window and row are (`rarity`)."""

WHO = ("sighting", "watch-list")
"""Classes that say who flies, not how: they weigh nothing."""

MOST_RARE = 6.0
"""One in a million: what a model says beyond is more than it can know."""


@dataclass(frozen=True)
class Fusion:
    """Thresholds. `window_s`: rows, rules and windows older than this before the newest row do not count.

    `point`: the largest point score within it from which the flight is suspicious. `sequence` and `peak`: `windows`
    windows in a row must reach the first and one of them the second. `hits`: so many rules that are not critical.
    `weights` of EVIDENCE, whose weighted sum must reach `least`: learned from drifts and ghosts planted over Japan
    (`benchmarks.scorecard.fusion`), judged on another (docs/learned.md).
    """

    window_s: float = 300.0
    point: float = 0.99999
    sequence: float = 0.99
    peak: float = 0.9999
    windows: int = 3
    hits: int = 2
    weights: tuple[float, ...] = (12.38, 0.668, 0.0, 1.539)
    least: float = 4.2

    def strength(self, evidence: Array) -> Array:
        """The weighted sum (n,) of evidence (n, EVIDENCE)."""
        out: Array = np.asarray(evidence) @ np.array(self.weights)
        return out


def rarity(score: Array) -> Array:
    """0 to 1 (n,) of scores 0 to 1: digits of one in so many, MOST_RARE at most."""
    out: Array = np.minimum(-np.log10(np.maximum(1.0 - np.asarray(score), 10.0**-MOST_RARE)), MOST_RARE) / MOST_RARE
    return out


@dataclass(frozen=True)
class Rule:
    """What a class found: its id, its sentence, its priority 1 (low) to 4 (critical), how sure it is; and whether it
    still holds."""

    class_id: str
    text: str
    priority: int
    confidence: float
    now: bool = True


@dataclass(frozen=True)
class Verdict:
    """`label` with the reasons for it, the weightiest first; none where it is NORMAL. `confidence` is 0 to 1."""

    label: str
    reasons: Sequence[str]
    confidence: float


def verdict(
    rules: Sequence[Rule], point: float | None, point_words: str, sequence: Sequence[float], fusion: Fusion
) -> Verdict:
    """Any critical rule: ANOMALOUS. Else a point score, a path that stays odd, several rules, or all together that
    weigh enough: SUSPICIOUS.

    `point` is the largest score within the window with its words, None where no row was scored; `sequence` are the
    scores of the windows there, oldest first.
    """
    critical = sorted((r for r in rules if r.priority >= CRITICAL), key=lambda r: (-r.priority, -r.confidence))
    others = sorted((r for r in rules if r.priority < CRITICAL), key=lambda r: (-r.priority, -r.confidence))
    odd, lasting = point is not None and point >= fusion.point, persists(sequence, fusion)
    weighty = len(others) >= fusion.hits or weight(rules, point, sequence, fusion) >= fusion.least
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
    sure = [(rule.confidence, rule.now) for rule in rules if rule.class_id not in WHO]
    surest = max((one for one, now in sure if now), default=0.0), max((one for one, _ in sure), default=0.0)
    scores = (float(rarity(np.array(one))) for one in (max(sequence, default=0.0), point or 0.0))
    return float(fusion.strength(np.array([*surest, *scores])))


def persists(scores: Sequence[float], fusion: Fusion) -> bool:
    """Whether so many windows in a row are odd, one of them very."""
    n = fusion.windows
    runs = (scores[k : k + n] for k in range(len(scores) - n + 1))
    return any(min(run) >= fusion.sequence and max(run) >= fusion.peak for run in runs)
