"""One verdict on a flight, from what rules found, how odd its rows were, and whether its path stayed odd (seed 000)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

NORMAL, SUSPICIOUS, ANOMALOUS = "NORMAL", "SUSPICIOUS", "ANOMALOUS"

CRITICAL = 3
"""An alert of priority high (3) or critical (4) is a critical rule."""


@dataclass(frozen=True)
class Fusion:
    """Thresholds. `window_s`: rows, rules and windows older than this before the newest row do not count.

    `point`: the largest point score within it from which the flight is suspicious. `sequence` and `peak`: `windows`
    windows in a row must reach the first and one of them the second. `hits`: so many rules that are not critical.
    """

    window_s: float = 300.0
    point: float = 0.99999
    sequence: float = 0.99
    peak: float = 0.9999
    windows: int = 3
    hits: int = 2


@dataclass(frozen=True)
class Rule:
    """What a class found: its id, its sentence, its priority 1 (low) to 4 (critical), how sure it is."""

    class_id: str
    text: str
    priority: int
    confidence: float


@dataclass(frozen=True)
class Verdict:
    """`label` with the reasons for it, the weightiest first; none where it is NORMAL. `confidence` is 0 to 1."""

    label: str
    reasons: Sequence[str]
    confidence: float


def verdict(
    rules: Sequence[Rule], point: float | None, point_words: str, sequence: Sequence[float], fusion: Fusion
) -> Verdict:
    """Any critical rule: ANOMALOUS. Else a point score, a path that stays odd, or several rules: SUSPICIOUS.

    `point` is the largest score within the window with its words, None where no row was scored; `sequence` are the
    scores of the windows there, oldest first.
    """
    critical = sorted((r for r in rules if r.priority >= CRITICAL), key=lambda r: (-r.priority, -r.confidence))
    others = sorted((r for r in rules if r.priority < CRITICAL), key=lambda r: (-r.priority, -r.confidence))
    odd, lasting = point is not None and point >= fusion.point, persists(sequence, fusion)
    reasons = [r.text for r in critical]
    if odd:
        reasons.append(f"odd moment: {point_words}")
    if lasting:
        reasons.append(f"the path of the last five minutes stays odd: {fusion.windows} windows in a row")
    if critical or odd or lasting or len(others) >= fusion.hits:
        reasons += [r.text for r in others]
    if critical:
        return Verdict(ANOMALOUS, reasons, round(max(r.confidence for r in critical), 3))
    if not reasons:
        return Verdict(NORMAL, (), 0.0)
    signs = odd + lasting + (len(others) >= fusion.hits)
    return Verdict(SUSPICIOUS, reasons, round(1 - 0.5**signs, 3))


def persists(scores: Sequence[float], fusion: Fusion) -> bool:
    """Whether so many windows in a row are odd, one of them very."""
    n = fusion.windows
    runs = (scores[k : k + n] for k in range(len(scores) - n + 1))
    return any(min(run) >= fusion.sequence and max(run) >= fusion.peak for run in runs)
