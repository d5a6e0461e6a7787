"""Calibration: what share of normal traffic is less odd than a row, learned from rows that no model was trained on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from geo.schema import Array

FEWEST_BEYOND = 5
"""A quantile is believed where at least so many rows lie beyond it; further out an exponential tail goes on."""

DIGITS, MOST = 9, 9.0
"""Decimals of a score; and the rarity that is believed at most."""


@dataclass(frozen=True)
class Calibration:
    """Knots (m,), ascending: how odd (`odd`), and the share of normal rows that is less odd (`share`).

    A score of 0.99 means: one row in a hundred of normal traffic of the same kind is at least as odd.
    """

    odd: Array
    share: Array
    tail: float

    @staticmethod
    def learned(odd: Array) -> Calibration:
        """From the oddness (n,) of held-back normal rows; n is at least one."""
        n = len(odd)
        finest = max(1.0, 8 * np.log10(max(n / FEWEST_BEYOND, 1.0)))
        shares = np.unique(np.concatenate([np.arange(0, 0.9, 0.05), 1 - 10 ** (-np.arange(8, finest + 1) / 8)]))
        at = np.quantile(odd, shares)
        keep = np.append(np.diff(at) > 0, True)
        beyond = odd[odd > at[-1]] - at[-1]
        spread = float(beyond.mean()) if len(beyond) else float(at[-1] - at[0]) / 20
        return Calibration(at[keep], shares[keep], max(spread, 1e-9))

    def rarity(self, odd: Array) -> Array:
        """-log10 of the share of normal rows that are at least as odd (n,): 2 for one in a hundred."""
        inside = -np.log10(1.0 - np.interp(odd, self.odd, self.share))
        excess = np.maximum(np.ascontiguousarray(odd) - self.odd[-1], 0.0) / self.tail
        out: Array = np.round(np.minimum(inside + excess * np.log10(np.e), MOST), DIGITS)
        return out

    def scores(self, odd: Array) -> Array:
        """0 to 1 (n,): the share of normal rows that is less odd."""
        out: Array = np.round(1.0 - 10.0 ** -self.rarity(odd), DIGITS)
        return out

    def arrays(self) -> dict[str, Array]:
        """For a file."""
        return {"odd": self.odd, "share": self.share, "tail": np.array([self.tail])}

    @staticmethod
    def of(stored: Mapping[str, Array]) -> Calibration:
        """What `arrays` gave. Raises ValueError for knots that do not rise or are no shares."""
        odd, share, tail = (np.asarray(stored[n], dtype=np.float64) for n in ("odd", "share", "tail"))
        rising = len(odd) == len(share) >= 1 and (np.diff(odd) > 0).all() and (np.diff(share) > 0).all()
        if not rising or share[0] < 0 or share[-1] >= 1 or not np.isfinite(odd).all() or not tail[0] > 0:
            raise ValueError("a calibration whose knots do not rise from 0 to 1")
        return Calibration(odd, share, float(tail[0]))
