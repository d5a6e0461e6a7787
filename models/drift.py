"""Whether what comes in is still like what a model learned from: the population stability index of each feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from geo.schema import Array

BINS = 10
"""By the deciles of what was learned from: the usual choice (Siddiqi 2006, Credit Risk Scorecards)."""

SHIFTED, CHANGED = 0.25, 0.1
"""From these indices on: another population; some change (Siddiqi 2006)."""

_LEAST = 1e-4
"""A bin that is empty on one side would make the index infinite."""


@dataclass(frozen=True)
class Reference:
    """What was learned from: edges (k, BINS - 1) of each feature's bins, and the share of rows (k, BINS) in each."""

    edges: Array
    share: Array

    @staticmethod
    def learned(matrix: Array) -> Reference:
        """From filled features (n, k), one row at least."""
        edges = np.quantile(matrix.astype(np.float64), np.arange(1, BINS) / BINS, axis=0).T
        return Reference(edges, _shares(edges, matrix))

    def index(self, matrix: Array) -> Array:
        """The index (k,) of filled features (n, k); NaN where there are no rows."""
        if not len(matrix):
            return np.full(len(self.edges), np.nan)
        was, now = np.maximum(self.share, _LEAST), np.maximum(_shares(self.edges, matrix), _LEAST)
        return np.asarray(((now - was) * np.log(now / was)).sum(axis=1))

    def arrays(self) -> dict[str, Array]:
        """For a file."""
        return {"edges": self.edges, "share": self.share}

    @staticmethod
    def of(stored: Mapping[str, Array], width: int) -> Reference | None:
        """What `arrays` gave; None where there is nothing. Raises ValueError for other shapes."""
        if not stored:
            return None
        edges, share = (np.asarray(stored[name], dtype=np.float64) for name in ("edges", "share"))
        if edges.shape != (width, BINS - 1) or share.shape != (width, BINS) or not (np.diff(edges, axis=1) >= 0).all():
            raise ValueError("bins of other features")
        return Reference(edges, share)


def level(index: float) -> str:
    """`stable`, `changed`, `shifted`, or `unknown` for NaN."""
    if np.isnan(index):
        return "unknown"
    return "shifted" if index >= SHIFTED else "changed" if index >= CHANGED else "stable"


def _shares(edges: Array, matrix: Array) -> Array:
    """Share of rows (k, BINS) in each bin."""
    counts: Sequence[Array] = [
        np.bincount(np.searchsorted(own, values, side="right"), minlength=BINS)
        for own, values in zip(edges, matrix.T.astype(np.float64), strict=True)
    ]
    return np.stack(counts) / max(len(matrix), 1)
