"""The arithmetic of a scorecard: precision, recall, F1, false-positive rate, delay, and how sure each figure is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from geo.interference import wilson
from geo.schema import Array

RESAMPLES = 400


@dataclass(frozen=True)
class Counts:
    """Rows by truth and verdict."""

    tp: int = 0
    fp: int = 0
    fn: int = 0
    tn: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn, self.tn + other.tn)


def counted(truth: Array, verdict: Array) -> Counts:
    """Counts of two masks of the same rows."""
    tp, fp = int((truth & verdict).sum()), int((~truth & verdict).sum())
    return Counts(tp, fp, int(truth.sum()) - tp, int((~truth).sum()) - fp)


def share(part: float, whole: float) -> float | None:
    """A ratio; None where there is nothing to divide by."""
    return part / whole if whole else None


def figures(counts: Counts) -> dict[str, float | None]:
    """Precision, recall, F1 and false-positive rate. F1 is 0 where nothing was found, not undefined."""
    c = counts
    return {
        "precision": rounded(share(c.tp, c.tp + c.fp)), "recall": rounded(share(c.tp, c.tp + c.fn)),
        "f1": rounded(share(2 * c.tp, 2 * c.tp + c.fp + c.fn)), "fpr": rounded(share(c.fp, c.fp + c.tn), 5),
    }  # fmt: skip


def f1_interval(parts: Sequence[Counts], seed: int = 1) -> tuple[float | None, float | None]:
    """95 % of F1 when whole variants are drawn again: rows of one track are not independent of each other."""
    if not parts:
        return None, None
    table = np.array([[p.tp, p.fp, p.fn] for p in parts])
    drawn = np.random.default_rng(seed).integers(0, len(parts), (RESAMPLES, len(parts)))
    tp, fp, fn = table[drawn].sum(axis=1).T
    scores = 2 * tp / np.maximum(2 * tp + fp + fn, 1)
    low, high = np.quantile(scores, [0.025, 0.975])
    return rounded(low), rounded(high)


def interval(hits: int, total: int) -> list[float | None]:
    """Wilson's 95 % interval of a share of independent trials."""
    low, high = wilson([hits], [total])
    return [rounded(low[0]), rounded(high[0])]


def delays(seconds: Sequence[float]) -> dict[str, float | None]:
    """Median and 95th percentile; None without any."""
    if not len(seconds):
        return {"delay_median_s": None, "delay_p95_s": None}
    low, high = np.quantile(np.asarray(seconds, dtype=float), [0.5, 0.95])
    return {"delay_median_s": rounded(low, 1), "delay_p95_s": rounded(high, 1)}


def rounded(value: Any, digits: int = 4) -> float | None:
    return None if value is None or not np.isfinite(value) else round(float(value), digits)
