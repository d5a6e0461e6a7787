"""What the verdict weighs, row by row: rules by priority, the point score, the window's score; and weights learned."""

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
from models.verdict import EVIDENCE, WHO, Fusion, rarity

LEARNED = ("ml-point", "ml-sequence")
"""Classes that speak for the models: the verdict reads their scores as they are."""


def rows_of(world: World, names: Sequence[str], places: Places) -> tuple[Features, Array]:
    """Features of the world's rows, sorted by flight and time, and which row of the world each is."""
    numbered = world.rows.with_columns(row=np.arange(len(world.rows)))
    rows, found = FeatureStream(reading(names), places).extend(numbered)
    order = np.lexsort((found.time, found.flight))
    return found.take(order), rows.columns["row"][order]


def evidence(
    found: Features, at: Array, flags: Flags, point: PointModel, sequence: SequenceModel, window_s: float
) -> Array:
    """What was found of each row's flight within the window before it (n, EVIDENCE). `found` is sorted by flight and
    time, `at` are its rows in the world."""
    start = window_starts(found, window_s)
    now = np.zeros(len(found))
    for name, sure in flags.standing.items():
        if name not in (*LEARNED, *WHO):
            now = np.maximum(now, sure[at])
    windows = np.zeros(len(found))
    ends, score = sequence.scores(found)
    windows[ends] = score
    rows = np.where(doubtful(found), 0.0, point.scores(stated(found)))
    return np.column_stack([now, highest(now, start), *(rarity(highest(one, start)) for one in (windows, rows))])


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


def calibrated(seen: Array, truth: Array, false_share: float, fusion: Fusion) -> Fusion:
    """Weights by logistic regression on evidence (n, EVIDENCE) and truths (n,), none below 0; the threshold that
    `false_share` of the untrue rows reaches."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(class_weight="balanced", max_iter=1_000).fit(seen, truth)
    weights = tuple(round(max(float(one), 0.0), 3) for one in fitted.coef_[0])
    assert len(weights) == len(EVIDENCE)
    told = replace(fusion, weights=weights)
    least = float(np.quantile(told.strength(seen[~truth]), 1 - false_share))
    return replace(told, least=round(np.nextafter(least, np.inf) + 0.0005, 3))
