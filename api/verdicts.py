"""What verdicts say: how often a class was right, and from which confidence on false alarms would stay in a budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

ENOUGH = 20
"""Verdicts below which nothing is proposed, and a precision is said to stand on too few."""

_Z = 1.96


def wilson(right: int, n: int) -> tuple[float, float] | None:
    """The 95 % interval of a share (Wilson's, good for small numbers); None of nothing."""
    if not n:
        return None
    share, z2 = right / n, _Z * _Z
    middle, half = share + z2 / (2 * n), _Z * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return round(max(0.0, (middle - half) / (1 + z2 / n)), 4), round(min(1.0, (middle + half) / (1 + z2 / n)), 4)


def precision(verdicts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Counts, share and interval; `too_few` says how much the figure is worth."""
    n, right = len(verdicts), sum(bool(v["right"]) for v in verdicts)
    interval = wilson(right, n)
    return {
        "reviewed": n,
        "confirmed": right,
        "dismissed": n - right,
        "precision": round(right / n, 4) if n else None,
        "interval": None if interval is None else list(interval),
        "too_few": f"{n} of {ENOUGH} verdicts" if n < ENOUGH else None,
    }


def proposal(
    verdicts: Sequence[Mapping[str, Any]], found: Mapping[float, int], days: float, budget_a_day: float
) -> dict[str, Any]:
    """The least confidence of one class that keeps its false alarms within the budget.

    Of the anomalies at or above a confidence, `n` have a verdict and `k` of them were false. If the next one is like
    those before it (exchangeable), it is false with a chance of at most (k + 1) / (n + 1), as in conformal prediction;
    times how many there are a day, that bounds the false alarms. `found`: how many anomalies there were of each
    confidence in `days`.
    """
    facts = {"reviewed": len(verdicts), "anomalies_a_day": round(sum(found.values()) / days, 3), "confidence": None}
    if len(verdicts) < ENOUGH:
        return facts | {"why": f"too few verdicts: {len(verdicts)} of {ENOUGH}"}
    for level in sorted({0.0, *found}):
        a_day = sum(n for confidence, n in found.items() if confidence >= level) / days
        above = [v for v in verdicts if v["confidence"] >= level]
        false = sum(not v["right"] for v in above)
        bound = a_day * (false + 1) / (len(above) + 1)
        if bound <= budget_a_day:
            why = f"of {len(above)} reviewed at or above it {false} were dismissed; at most {bound:.2f} false a day"
            kept = {"confidence": level, "alarms_a_day": round(a_day, 3), "false_a_day_at_most": round(bound, 3)}
            return facts | kept | {"why": why}
    return facts | {"why": f"no confidence keeps false alarms below {budget_a_day:.2g} a day"}
