"""Training of the point model: groups learned from clean rows, an isolation forest and a calibration for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from geo.feature_rows import CLASSES
from geo.feature_table import PHASES
from geo.features import Features
from geo.scales import Scales
from geo.schema import Array
from models.blocks import blocks_of, widened, with_beyond
from models.calibration import Calibration
from models.feature_days import FeatureTable
from models.forest import Forest
from models.point import EVERYTHING, USUAL, Group, Part, PointModel
from models.splits import Split

Say = Callable[[str], object]


@dataclass(frozen=True)
class Plan:
    """How to train: seed 000's IsolationForest (200 trees, shared out among the blocks; contamination 0.01,
    random_state 42), and how many rows a group of its own needs to learn from and to calibrate with.

    `widen`: see `models.blocks.widened`.
    """

    trees: int = 200
    contamination: float = 0.01
    seed: int = 42
    rows: int = 3_000
    check_rows: int = 300
    most_groups: int = 24
    most_rows: int = 1_000_000
    widen: float = 0.0


def train(
    table: FeatureTable, parts: Split, names: Sequence[str], plan: Plan, say: Say = lambda text: None
) -> PointModel:
    """A model from the split's `train` rows, calibrated with its `validation` rows. The same in, the same out."""
    learn, check = (_some(table, rows, plan).features() for rows in (parts.train, parts.validation))
    learn, check = (widened(found, plan.widen, plan.seed) for found in (learn, check))
    blocks = blocks_of(learn, names)
    used = tuple(n for n in names if n in {n for some in blocks.values() for n in some})
    scales = Scales.learned(learn, used)
    groups: list[Group] = []
    choice = np.zeros((len(PHASES), len(CLASSES)), dtype=np.int64)
    for name, cells in _groups(learn, check, plan):
        say(name)
        for phase, kind in cells:
            choice[phase, kind] = len(groups)
        groups.append(_group(name, _within(learn, cells), _within(check, cells), blocks, scales, plan))
    return PointModel(scales, groups, choice, {"plan": asdict(plan), "blocks": {b: list(n) for b, n in blocks.items()}})


def _some(table: FeatureTable, rows: Array, plan: Plan) -> FeatureTable:
    """All rows, or as many as there may be, drawn evenly: each tree sees 256 of them anyway."""
    if len(rows) > plan.most_rows:
        rows = rows[np.linspace(0, len(rows) - 1, plan.most_rows).astype(np.int64)]
    return table.take(rows)


MOST_OF_PHASE = 0.8
"""A class that makes up more of a phase gains nothing by a group of its own."""

Cells = Sequence[tuple[int, int]]
"""Pairs of phase and class."""


def _groups(learn: Features, check: Features, plan: Plan) -> list[tuple[str, Cells]]:
    """Groups with their names, the widest first: all traffic, each phase that is large enough, each class in it.

    A later one takes its phase and class away from an earlier one, which remains the fallback for the others.
    """
    every = [(p, c) for p in range(len(PHASES)) for c in range(len(CLASSES))]
    wide: list[tuple[str, Cells]] = [(EVERYTHING, every)]
    phases = [(name, [(k, c) for c in range(len(CLASSES))]) for k, name in enumerate(PHASES)]
    wide += [(name, cells) for name, cells in phases if _enough(learn, check, cells, plan)]
    own = [(f"{CLASSES[c]}, {PHASES[p]}", [(p, c)]) for p, c in every if _enough(learn, check, [(p, c)], plan)]
    own = [(name, cells) for name, cells in own if _share(learn, cells) <= MOST_OF_PHASE]
    own.sort(key=lambda one: -int(_rows(learn, one[1]).sum()))
    return wide + own[: plan.most_groups - len(wide)]


def _enough(learn: Features, check: Features, cells: Cells, plan: Plan) -> bool:
    return bool(_rows(learn, cells).sum() >= plan.rows and _rows(check, cells).sum() >= plan.check_rows)


def _share(found: Features, cells: Cells) -> float:
    """Of the rows of their phase, those of these classes."""
    phase = [(cells[0][0], c) for c in range(len(CLASSES))]
    return float(_rows(found, cells).sum() / _rows(found, phase).sum())


def _rows(found: Features, cells: Cells) -> Array:
    """Which rows are of these phases and classes."""
    wanted = np.zeros((len(PHASES), len(CLASSES)), dtype=bool)
    wanted[tuple(np.array(cells).T)] = True
    of: Array = wanted[found.phase, found.aircraft_class]
    return of


def _within(found: Features, cells: Cells) -> Features:
    return found.take(np.flatnonzero(_rows(found, cells)))


def _group(
    name: str, learn: Features, check: Features, blocks: Mapping[str, Sequence[str]], scales: Scales, plan: Plan
) -> Group:
    grown, seen, trees = scales.apply(learn), scales.apply(check), max(plan.trees // len(blocks), 1)
    some = [_part(block, _columns(scales, names), grown, seen, trees, plan) for block, names in blocks.items()]
    rare = np.max([part.rarity(seen) for part in some], axis=0)
    usual = np.percentile(learn.matrix(scales.names), USUAL, axis=0).T
    return Group(name, some, Calibration.learned(rare), usual.astype(np.float64))


def _part(block: str, columns: Array, grown: Array, seen: Array, trees: int, plan: Plan) -> Part:
    fitted = isolation_forest(with_beyond(grown[:, columns], plan.seed), replace(plan, trees=trees))
    forest = Forest.grown(fitted, len(columns))
    return Part(block, columns, forest, Calibration.learned(-forest.depths(seen[:, columns])))


def _columns(scales: Scales, names: Sequence[str]) -> Array:
    return np.array([list(scales.names).index(n) for n in names], dtype=np.int64)


def isolation_forest(scaled: Array, plan: Plan) -> Any:
    """scikit-learn's, fitted to scaled rows (n, k)."""
    from sklearn.ensemble import IsolationForest

    forest = IsolationForest(
        n_estimators=plan.trees, contamination=plan.contamination, random_state=plan.seed, n_jobs=-1
    )
    return forest.fit(scaled)


def with_about(model: PointModel, **more: Any) -> PointModel:
    """The same model, more known about it."""
    return replace(model, about={**model.about, **more})
