"""Learned scores beside each other on planted attacks: sequence models, IsolationForest, LOF, robust z, rules alone.

All that learn, learn from the same features of normal traffic. A row of an attacked track is scored; the truth is
whether the attacker made it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.scorecard.attack_report import at_cadence
from benchmarks.scorecard.attacks import SET_A
from benchmarks.scorecard.corpora import ATTACKED
from benchmarks.scorecard.fused import evidence, rows_of
from benchmarks.scorecard.measures import Counts, counted, figures, rounded
from benchmarks.scorecard.report import Setup
from benchmarks.scorecard.scoring import MakeEngine, judge
from benchmarks.scorecard.tracks import Attack
from benchmarks.scorecard.worlds import BYSTANDER, World, attacked
from detectors._registry import Detector
from geo.airports import Airports
from geo.batch import Batch
from geo.feature_rows import Places
from geo.features import Features
from geo.scales import Scales
from geo.schema import Array
from geo.windows import window_ends, windows
from models.active import SHIPPED, load
from models.feature_days import FeatureTable, read_days
from models.point import PointModel
from models.sequence import NAMES, SequenceModel
from models.sequence_report import auc
from models.verdict import Fusion

Scorer = Callable[[Features], Array]
"""Oddness (n,) of rows that are sorted by flight and time; NaN where nothing can be said."""

FALSE_SHARE = 0.01
"""F1 is taken at the threshold that this share of the rows of bystanders reaches."""

LEARNED_ROWS, NEIGHBOURS = 20_000, 20
"""LOF compares with so many rows, drawn evenly, by so many neighbours: scikit-learn's default."""

VARIANTS, TICK_S = 8, 60.0
"""Of each attack; and rows come to the rules in pieces of a minute, since no delay is measured."""

PIECE = 4_096
"""Windows that are cut out at once."""

RULES, FUSION = "rules alone", "fusion"
LEARNED = {"point_model", "sequence_model"}
Judges = tuple[MakeEngine, Mapping[str, Detector]]
"""What makes an engine, and the rules that it runs."""

Both = tuple[PointModel, SequenceModel]


@dataclass
class Seen:
    """Scores, truths and whether of a bystander (n,), of all worlds of an attack."""

    score: list[Array] = field(default_factory=list)
    truth: list[Array] = field(default_factory=list)
    bystander: list[Array] = field(default_factory=list)

    def add(self, score: Array, truth: Array, bystander: Array) -> None:
        """Rows of a world of which something can be said."""
        known = ~np.isnan(score)
        self.score.append(score[known])
        self.truth.append(truth[known])
        self.bystander.append(bystander[known])

    def figures(self) -> dict[str, Any]:
        """AUC over the attacked tracks; precision, recall and F1 at FALSE_SHARE of bystanders, or below."""
        score, truth, bystander = (np.concatenate(parts) for parts in (self.score, self.truth, self.bystander))
        own = ~bystander
        least = np.quantile(score[bystander], 1 - FALSE_SHARE) if bystander.any() else 0.0
        counts = counted(truth[own], score[own] > least) if own.any() else Counts()
        false = rounded(float((score[bystander] > least).mean()) if bystander.any() else None, 5)
        return {**figures(counts), "auc": auc(score[own & ~truth], score[own & truth]), "false_share": false}


def measured(setup: Setup, folder: Path, advance: Callable[[str], object] = lambda text: None) -> list[dict[str, Any]]:
    """A row of figures for each recording of the setup, attack of set A and scorer: the model that speaks, the rivals
    learned from the `folder` of features, and all rules that the setup chooses."""
    models = load(SHIPPED / "point")[1], load(SHIPPED / "sequence")[1]
    model = models[1]
    scorers = {f"sequence ({model.about['net']})": sequence_scorer(model), **row_scorers(read_days(folder), NAMES)}
    rules = {name: one for name, one in setup.classes.items() if not LEARNED & set(one.wants)}
    places, out = Places(airports=Airports.builtin()), []
    for recording, one in setup.recordings(ATTACKED).items():
        rows = at_cadence(one.between(setup.rows(recording)), one.cadences[-1])
        for attack in SET_A:
            advance(f"{recording}, {attack}")
            given = setup.make(), rules
            found = compare(rows, {attack: SET_A[attack]}, scorers, NAMES, places, VARIANTS, given, models)
            out += [{"recording": recording, "attack": attack, "scorer": s, **f} for s, f in found[attack].items()]
    return out


def compare(
    rows: Batch, attacks: Mapping[str, Attack], scorers: Mapping[str, Scorer], names: Sequence[str], places: Places,
    count: int, rules: Judges | None = None, models: Both | None = None,
) -> dict[str, dict[str, Any]]:  # fmt: skip
    """Figures by attack and scorer; of the rules and of the verdict, where these and the models are given."""
    out = {}
    for name, attack in attacks.items():
        seen: dict[str, Seen] = {}
        for world in attacked(name, attack, rows, count):
            for scorer, score, at in _scored(world, scorers, names, places, rules, models):
                own = world.variant[at] == BYSTANDER
                seen.setdefault(scorer, Seen()).add(score, world.mask[at], own)
        out[name] = {scorer: one.figures() for scorer, one in seen.items()}
    return out


def _scored(
    world: World, scorers: Mapping[str, Scorer], names: Sequence[str], places: Places,
    rules: Judges | None, models: Both | None,
) -> Iterator[tuple[str, Array, Array]]:  # fmt: skip
    """Scorer, scores (n,) and the rows of the world that they are of."""
    found, at = rows_of(world, names if models is None else (*names, *models[0].names, *models[1].names), places)
    for name, scorer in scorers.items():
        yield name, scorer(found), at
    if rules is None:
        return
    make, classes = rules
    flags = judge(world, make, dict(classes), TICK_S)
    yield RULES, np.max([flags.standing[c] for c in classes], axis=0)[at], at
    if models is not None:
        yield FUSION, Fusion().strength(evidence(found, at, flags, *models, Fusion().window_s)), at


def sequence_scorer(model: SequenceModel) -> Scorer:
    """The error of the window that ends at a row: scores have six digits, and the oddest windows would be alike."""

    def score(found: Features) -> Array:
        ends, scaled = window_ends(found), model.scales.apply(found)
        out = np.full(len(found), np.nan)
        parts = np.array_split(ends, max(1, len(ends) // PIECE))
        out[ends] = np.concatenate([model.errors(windows(scaled, part)) for part in parts])
        return out

    return score


def row_scorers(table: FeatureTable, names: Sequence[str], seed: int = 42) -> dict[str, Scorer]:
    """IsolationForest as seed 000 has it, LOF, and the largest robust z of any feature, learned from clean rows."""
    from sklearn.ensemble import IsolationForest
    from sklearn.neighbors import LocalOutlierFactor

    clean = table.take(np.flatnonzero(~table.flagged))
    scales = Scales.learned(clean.features(), names)
    rows = scales.apply(clean.features())
    some = rows[np.linspace(0, len(rows) - 1, min(len(rows), LEARNED_ROWS)).astype(np.int64)]
    forest = IsolationForest(n_estimators=200, contamination=0.01, random_state=seed).fit(rows)
    lof = LocalOutlierFactor(n_neighbors=NEIGHBOURS, novelty=True).fit(some)
    middle = np.median(rows, axis=0)
    width = np.maximum(1.4826 * np.median(np.abs(rows - middle), axis=0), 1e-3)
    return {
        "IsolationForest": lambda found: -forest.score_samples(scales.apply(found)),
        "LOF": lambda found: -lof.score_samples(scales.apply(found)),
        "robust z": lambda found: (np.abs(scales.apply(found) - middle) / width).max(axis=1),
    }
