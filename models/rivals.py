"""What the point model is compared with: one forest over everything (seed 000), robust z, local outlier factor."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from geo.schema import Array
from models.forest import Forest
from models.point_training import Plan, isolation_forest

Odd = Callable[[Array], Array]
"""How odd rows (n, k) of scaled features are (n,); higher is odder."""

LOF_ROWS, LOF_NEIGHBOURS = 5_000, 20
"""LOF compares every row with the rows it learned: more of them take minutes. 20 is scikit-learn's default."""

MAD = 1.4826
"""Of the median absolute deviation: the deviation of a normal distribution (Iglewicz and Hoaglin 1993)."""


def single_forest(scaled: Array, plan: Plan) -> Odd:
    """Seed 000's own: 200 trees over all features at once, for all traffic."""
    return Forest.grown(isolation_forest(scaled, plan), scaled.shape[1]).scores


def robust_z(scaled: Array, plan: Plan) -> Odd:
    """The largest distance of a feature from its median, in robust deviations."""
    middle = np.median(scaled, axis=0)
    spread = MAD * np.median(np.abs(scaled - middle), axis=0)
    # A feature that is nearly always the same has no spread by its median: its scale, 1, stands in.
    spread = np.where(spread > 0, spread, 1.0)
    return lambda rows: np.max(np.abs(rows - middle) / spread, axis=1)


def local_outlier_factor(scaled: Array, plan: Plan) -> Odd:
    """How much sparser a row's neighbourhood is than its neighbours' (Breunig et al. 2000)."""
    from sklearn.neighbors import LocalOutlierFactor

    some = np.random.default_rng(plan.seed).permutation(len(scaled))[:LOF_ROWS]
    fitted = LocalOutlierFactor(n_neighbors=min(LOF_NEIGHBOURS, len(some) - 1), novelty=True).fit(scaled[some])
    return lambda rows: -fitted.score_samples(rows)


RIVALS: Mapping[str, Callable[[Array, Plan], Odd]] = {
    "one isolation forest": single_forest, "robust z": robust_z, "local outlier factor": local_outlier_factor,
}  # fmt: skip
