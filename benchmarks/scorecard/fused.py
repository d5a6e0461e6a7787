"""What the verdict weighs, row by row: rules, the point score, the window's score; and weights learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmarks.scorecard.scoring import Flags
from benchmarks.scorecard.worlds import World
from geo.doubts import doubtful, reading, stated
from geo.feature_rows import Places
from geo.feature_stream import FeatureStream
from geo.features import Features
from geo.schema import Array
from models.point import PointModel
from models.sequence import SequenceModel
from models.verdict import EVIDENCE, INTEGRITY, LEARNED_FROM, ORDERS, WHO, Fusion, rarity

LEARNED = ("ml-point", "ml-sequence")
"""Classes that speak for the models: the verdict reads their scores as they are."""


def rows_of(world: World, names: Sequence[str], places: Places) -> tuple[Features, Array]:
    """Features of the world's rows, sorted by flight and time, and which row of the world each is."""
    numbered = world.rows.with_columns(row=np.arange(len(world.rows)))
    rows, found = FeatureStream(reading(names), places).extend(numbered)
    order = np.lexsort((found.time, found.flight))
    return found.take(order), rows.columns["row"][order]


def evidence(
    found: Features, at: Array, flags: Flags, point: PointModel, sequence: SequenceModel, fusion: Fusion
) -> Array:
    """What was found of each row's flight within the window before it (n, EVIDENCE). `found` is sorted by flight and
    time, `at` are its rows in the world."""
    start = window_starts(found, fusion.window_s)
    rules = {name: sure[at] for name, sure in flags.standing.items() if name not in (*LEARNED, *WHO)}
    rules |= {name: lasting_only(found, sure, fusion.lasts_s) for name, sure in rules.items() if name in INTEGRITY}
    blank = np.zeros(len(found))
    integrity, behaviour = (
        np.max([blank, *(sure for name, sure in rules.items() if (name in INTEGRITY) is kind)], axis=0)
        for kind in (True, False)
    )
    windows = np.zeros(len(found))
    ends, score = sequence.scores(found)
    windows[ends] = score
    rows = np.where(doubtful(found), 0.0, point.scores(stated(found)))
    lasting = (highest(one, start) for one in (integrity, behaviour))
    return np.column_stack([integrity, behaviour, *lasting, *(rarity(highest(one, start)) for one in (windows, rows))])


def lasting_only(found: Features, sure: Array, least_s: float) -> Array:
    """The confidences (n,), 0 where a flight's run of them lasts for less than this."""
    on = sure > 0
    if not on.any():
        return sure
    begins = on & np.append(True, ~on[:-1] | (found.flight[1:] != found.flight[:-1]))
    run, time = np.cumsum(begins)[on] - 1, found.time[on]
    last = np.zeros(run[-1] + 1, dtype=np.int64)
    np.maximum.at(last, run, time)
    out = sure.copy()
    out[on] = np.where(last[run] - found.time[begins][run] >= least_s * 1000, sure[on], 0.0)
    return out


def window_starts(found: Features, window_s: float) -> Array:
    """The first row (n,) of each row's flight within so long before it."""
    number = np.cumsum(np.append(False, found.flight[1:] != found.flight[:-1])) if len(found) else np.zeros(0)
    key = number * float(1 << 44) + (found.time - found.time.min(initial=1 << 43))
    same = np.searchsorted(number, number)
    start: Array = np.maximum(np.searchsorted(key, key - window_s * 1000), same)
    return start


def highest(values: Array, start: Array) -> Array:
    """The largest of values[start[i]] to values[i] (n,): of maxima over 1, 2, 4 and so on rows two cover any run."""
    rows, out, level, size = np.arange(len(values)), values.copy(), values, 1
    length = rows - start + 1
    while size <= length.max(initial=0):
        # `level` holds the maximum of the `size` rows that end at each row.
        some = np.flatnonzero((length >= size) & (length < 2 * size))
        out[some] = np.maximum(level[some], level[start[some] + size - 1])
        level = np.maximum(level, np.concatenate([level[:size], level[:-size]]))
        size *= 2
    return out


def calibrated(seen: Array, truth: Array, fusion: Fusion) -> Fusion:
    """Weights of evidence (n, EVIDENCE) that tell truths (n,) apart, and the threshold at which F1 is best: in the
    middle of the gap that is there. What rules found is weighed by logistic regression; nothing weighs less than
    ORDERS, and learned evidence just that."""
    learned = np.full(len(EVIDENCE) - LEARNED_FROM, ORDERS)
    fitted = regressed(seen[:, :LEARNED_FROM], truth, seen[:, LEARNED_FROM:] @ learned)
    told = replace(fusion, weights=tuple(round(float(one), 3) for one in (*fitted, *learned)))
    return replace(told, least=round(best_threshold(told.strength(seen), truth), 3))


def regressed(seen: Array, truth: Array, given: Array) -> Array:
    """Weights (k,), none below ORDERS, of evidence (n, k) beside what is `given` (n,): the likeliest, with both truths
    weighing as much and a normal prior of deviation 1, as scikit-learn's LogisticRegression has it."""
    from scipy.optimize import minimize
    from scipy.special import expit

    k, n = seen.shape[1], len(truth)
    each = np.where(truth, n / (2 * max(truth.sum(), 1)), n / (2 * max((~truth).sum(), 1)))

    def missed(at: Array) -> tuple[float, Array]:
        """What is to be least, and its slope; the last number is the intercept."""
        sure = seen @ at[:k] + at[k] + given
        off = each * (expit(sure) - truth)
        loss = (each * (np.logaddexp(0.0, sure) - truth * sure)).sum() + (at[:k] ** 2).sum() / 2
        return float(loss), np.append(seen.T @ off + at[:k], off.sum())

    start = np.append(np.ones(k), 0.0)
    found = minimize(missed, start, jac=True, method="L-BFGS-B", bounds=[(ORDERS, None)] * k + [(None, None)])
    weights: Array = found.x[:k]
    return weights


def best_threshold(strength: Array, truth: Array) -> float:
    """Halfway between the strength (n,) from which on F1 is best and the one below it."""
    order = np.argsort(-strength, kind="stable")
    found = np.cumsum(truth[order])
    f1 = 2 * found / (np.arange(1, len(order) + 1) + truth.sum())
    # Equal strengths stand on one side of any threshold: only the last row of each is a place to cut.
    last = np.append(np.diff(strength[order]) != 0, True)
    at = int(np.where(last, f1, 0.0).argmax())
    below = strength[order][at + 1] if at + 1 < len(order) else 0.0
    return float(strength[order][at] + below) / 2
