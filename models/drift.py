"""Whether what comes in is still like what a model learned from: the population stability index of each feature.

Rows are compared with rows that came as long after the one before: a change by the second has twice the noise where it
is taken over half the time, and that is no change of traffic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from geo.feature_rows import GAP_S
from geo.features import Features
from geo.schema import Array

BINS = 10
"""By the deciles of what was learned from: the usual choice (Siddiqi 2006, Credit Risk Scorecards)."""

SHIFTED, CHANGED = 0.25, 0.1
"""From these indices on: another population; some change (Siddiqi 2006)."""

PACES_S = (12.5, 17.5)
"""Rows are a flight's first of each ten seconds, so feeds that are heard more often give one each 10 s, those that are
polled each 15 s one each 15 s; beyond are slower ones, and slots that were missed."""

PACES = len(PACES_S) + 2
"""The last pace is that of rows without a row before them, whose changes are missing."""

FEW = 1_000
"""Of a pace that fewer rows were learned from nothing is known by itself: it is compared with all rows."""

_LEAST = 1e-4
"""A bin that is empty on one side would make the index infinite."""


def paces(found: Features) -> Array:
    """0 to PACES - 1 (n,): how long after the row before each row of `found`, sorted by flight and time, came."""
    step_s = np.append(np.nan, np.diff(found.time) / 1000.0)[: len(found)]
    follows = np.append(False, found.flight[1:] == found.flight[:-1])[: len(found)] & (step_s <= GAP_S)
    out: Array = np.where(follows, np.searchsorted(PACES_S, step_s), PACES - 1)
    return out


@dataclass(frozen=True)
class Reference:
    """What was learned from: edges (k, BINS - 1) of each feature's bins; how many `rows` (PACES,) came at each pace,
    and the share of them (PACES, k, BINS) in each bin."""

    edges: Array
    share: Array
    rows: Array

    @staticmethod
    def learned(matrix: Array, pace: Array) -> Reference:
        """From filled features (n, k), one row at least, and the pace (n,) of each."""
        edges = np.quantile(matrix.astype(np.float64), np.arange(1, BINS) / BINS, axis=0).T
        share = np.stack([_shares(edges, matrix[pace == k]) for k in range(PACES)])
        return Reference(edges, share, np.bincount(pace, minlength=PACES))

    def index(self, matrix: Array, pace: Array) -> Array:
        """The index (k,) of filled features (n, k) that came at such a pace (n,); NaN where there are no rows."""
        if not len(matrix):
            return np.full(len(self.edges), np.nan)
        was, now = np.maximum(self._expected(pace), _LEAST), np.maximum(_shares(self.edges, matrix), _LEAST)
        return np.asarray(((now - was) * np.log(now / was)).sum(axis=1))

    def known(self, pace: Array) -> float:
        """The share of rows that came at a pace (n,) which was learned from; NaN of none."""
        return float((self.rows >= FEW)[pace].mean()) if len(pace) else np.nan

    def _expected(self, pace: Array) -> Array:
        """The shares (k, BINS) that what was learned from would have if it had come as rows of this pace (n,) do."""
        everything = np.tensordot(self.rows / max(self.rows.sum(), 1), self.share, 1)
        by_pace = np.where((self.rows >= FEW)[:, None, None], self.share, everything)
        out: Array = np.tensordot(np.bincount(pace, minlength=PACES) / len(pace), by_pace, 1)
        return out

    def arrays(self) -> dict[str, Array]:
        """For a file."""
        return {"edges": self.edges, "share": self.share, "rows": self.rows}

    @staticmethod
    def of(stored: Mapping[str, Array], width: int) -> Reference | None:
        """What `arrays` gave; None where there is nothing. Raises ValueError for other shapes.

        A model from before paces were told apart has one set of shares: it stands for all of them.
        """
        if not stored:
            return None
        edges, share = (np.asarray(stored[name], dtype=np.float64) for name in ("edges", "share"))
        if share.ndim == 2:
            share = np.broadcast_to(share, (PACES, *share.shape))
        rows = np.asarray(stored.get("rows", np.zeros(PACES) + FEW), dtype=np.int64)
        shapes = (width, BINS - 1), (PACES, width, BINS), (PACES,)
        if (edges.shape, share.shape, rows.shape) != shapes or not (np.diff(edges, axis=1) >= 0).all():
            raise ValueError("bins of other features")
        return Reference(edges, share, rows)


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
