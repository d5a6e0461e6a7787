"""Learned scores beside each other on planted attacks: the models that speak, IsolationForest, LOF, robust z, rules
alone, and the fusion of the verdict.

All that learn, learn from the same features of normal traffic. A row of an attacked track is scored; the truth is
whether the attacker made it.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.scorecard.attack_report import at_cadence
from benchmarks.scorecard.attacks import SET_A
from benchmarks.scorecard.corpora import ATTACKED
from benchmarks.scorecard.fused import LEARNED, evidence, rows_of
from benchmarks.scorecard.learned_page import FALSE_SHARE, FUSION, POINT, RULES, SEQUENCE, TOO, URGENT
from benchmarks.scorecard.measures import Counts, counted, figures, rounded
from benchmarks.scorecard.report import Setup
from benchmarks.scorecard.scoring import Flags, MakeEngine, judge
from benchmarks.scorecard.tracks import Attack
from benchmarks.scorecard.worlds import BYSTANDER, World, planted
from detectors._registry import Detector
from geo.airports import Airports
from geo.batch import Batch
from geo.doubts import doubts, stated
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

LEARNED_ROWS, NEIGHBOURS = 20_000, 20
"""LOF compares with so many rows, drawn evenly, by so many neighbours: scikit-learn's default."""

OTHERS = 5
"""Of the bystanders, whose rows only give the threshold, rivals score one row in so many: LOF is slow."""

VARIANTS, TICK_S = 8, 600.0
"""Of each attack; and rows come to the rules in pieces of ten minutes, since no delay is measured."""

PIECE = 4_096
"""Windows that are cut out at once."""

Judges = tuple[MakeEngine, Mapping[str, Detector]]
"""What makes an engine, and the rules that it runs."""

Both = tuple[PointModel, SequenceModel]
Told = tuple[str, Array, Array, float | None]
"""A scorer's name, scores (n,), the rows of the world that they are of, and its own threshold."""


@dataclass
class Seen:
    """Scores, truths and whether of a bystander (n,), of all worlds of an attack; `least` is the scorer's threshold."""

    least: float | None = None
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
        """AUC over the attacked tracks; precision, recall and F1 at FALSE_SHARE of bystanders, or below; and, with a
        threshold of its own, F1, recall and the share of bystanders there."""
        score, truth, bystander = (np.concatenate(parts) for parts in (self.score, self.truth, self.bystander))
        own = ~bystander
        least = np.quantile(score[bystander], 1 - FALSE_SHARE) if bystander.any() else 0.0
        out = {**_at(score > least, truth, bystander), "auc": auc(score[own & ~truth], score[own & truth])}
        if self.least is not None:
            own_figures = _at(score >= self.least, truth, bystander)
            out |= {f"own_{name}": own_figures[name] for name in ("f1", "recall", "false_share")}
        return out


def _at(flagged: Array, truth: Array, bystander: Array) -> dict[str, Any]:
    own = ~bystander
    counts = counted(truth[own], flagged[own]) if own.any() else Counts()
    false = rounded(float(flagged[bystander].mean()) if bystander.any() else None, 5)
    return {**figures(counts), "false_share": false}


def measured(setup: Setup, folder: Path, advance: Callable[[str], object] = lambda text: None) -> dict[str, Any]:
    """`rows`: figures of each judged recording of the setup, attack of set A and scorer (models that ship, rivals that
    learned from the `folder` of features, rules, the fusion); and what they were measured with."""
    models: Both = load(SHIPPED / "point")[1], load(SHIPPED / "sequence")[1]
    scorers = row_scorers(read_days(folder), NAMES)
    given = setup.make(), {name: one for name, one in setup.classes.items() if name not in LEARNED}
    places, out = Places(airports=Airports.builtin()), []
    known = setup.recordings(ATTACKED)
    recordings = {n: one for n, one in known.items() if one.role == "judged"} or known
    for recording, one in recordings.items():
        advance(recording)
        rows = at_cadence(one.between(setup.rows(recording)), one.cadences[-1])
        found = compare(rows, SET_A, scorers, NAMES, places, VARIANTS, given, models)
        out += [
            {"recording": recording, "attack": a, "scorer": s, **f} for a, by in found.items() for s, f in by.items()
        ]
    about = {n: {"about": one.about, "role": one.role, "window": list(one.window)} for n, one in recordings.items()}
    return {**made_with(), "variants": VARIANTS, "recordings": about, "rows": out}


def made_with() -> dict[str, Any]:
    """What figures depend on and a test can tell: the models that ship, and the fusion."""
    fusion = Fusion()
    files = {kind: zlib.crc32((SHIPPED / kind / "model.npz").read_bytes()) for kind in (POINT, SEQUENCE)}
    return {"models": files, "weights": list(fusion.weights), "least": fusion.least}


def compare(
    rows: Batch, attacks: Mapping[str, Attack], rivals: Mapping[str, Scorer], names: Sequence[str], places: Places,
    count: int, rules: Judges | None = None, models: Both | None = None,
) -> dict[str, dict[str, Any]]:  # fmt: skip
    """Figures by attack and scorer; of the rules and of the verdict, where these and the models are given."""
    seen: dict[str, dict[str, Seen]] = {name: {} for name in attacks}
    for world, of in planted(attacks, rows, count):
        for scorer, score, at, least in _scored(world, rivals, names, places, rules, models):
            variant = world.variant[at]
            for attack in set(of.values()):
                own = np.isin(variant, [number for number, name in of.items() if name == attack])
                some = own | (variant == BYSTANDER)
                one = seen[attack].setdefault(scorer, Seen(least))
                one.add(score[some], world.mask[at][some], ~own[some])
    return {attack: {scorer: one.figures() for scorer, one in by.items()} for attack, by in seen.items()}


def _scored(
    world: World, rivals: Mapping[str, Scorer], names: Sequence[str], places: Places,
    rules: Judges | None, models: Both | None,
) -> Iterator[Told]:  # fmt: skip
    """What every scorer says of a world's rows."""
    found, at = rows_of(world, names if models is None else (*names, *models[0].names, *models[1].names), places)
    some = np.flatnonzero((world.variant[at] != BYSTANDER) | (np.arange(len(at)) % OTHERS == 0))
    few = found.take(some)
    for name, scorer in rivals.items():
        yield name, scorer(few), at[some], None
    if models is not None:
        for name, scorer in model_scorers(*models).items():
            yield name, scorer(found), at, None
    if rules is None:
        return
    make, classes = rules
    flags = judge(world, make, dict(classes), TICK_S)
    yield from _ruled(flags, list(classes), at)
    if models is not None:
        fusion = Fusion()
        yield FUSION, fusion.strength(evidence(found, at, flags, *models, fusion)), at, fusion.least


def _ruled(flags: Flags, classes: Sequence[str], at: Array) -> Iterator[Told]:
    """The surest rule that holds at each row, of all rules and of the urgent ones; any is enough."""
    for name, sheet in ((RULES, flags.standing), (URGENT, flags.urgent)):
        yield name, np.max([sheet[c] for c in classes], axis=0)[at], at, float(np.finfo(np.float32).tiny)


def model_scorers(point: PointModel, sequence: SequenceModel) -> dict[str, Scorer]:
    """The models as their classes speak; and as they would if doubtful rows were judged too."""
    return {
        f"{SEQUENCE} ({sequence.about['net']})": sequence_scorer(sequence),
        f"{SEQUENCE}{TOO}": sequence_scorer(sequence, doubtful_too=True),
        POINT: lambda found: np.where(doubts(found), 0.0, point.scores(stated(found))),
        f"{POINT}{TOO}": point.scores,
    }


def sequence_scorer(model: SequenceModel, doubtful_too: bool = False) -> Scorer:
    """The error of the window that ends at a row: scores have six digits, and the oddest windows would be alike."""

    def score(found: Features) -> Array:
        ends, scaled = window_ends(found), model.scales.apply(found)
        doubt = np.zeros((len(found), 1), dtype=bool) if doubtful_too else doubts(found)[:, None]
        out = np.full(len(found), np.nan)
        parts = np.array_split(ends, max(1, len(ends) // PIECE))
        errors = [model.errors(windows(scaled, part), windows(doubt, part)[:, :, 0]) for part in parts]
        out[ends] = np.concatenate(errors)
        return out

    return score


def row_scorers(table: FeatureTable, names: Sequence[str], seed: int = 42) -> dict[str, Scorer]:
    """IsolationForest with the trees of seed 000, LOF, and the largest robust z of any feature, from clean rows."""
    from sklearn.ensemble import IsolationForest
    from sklearn.neighbors import LocalOutlierFactor

    clean = table.take(np.flatnonzero(~table.flagged))
    scales = Scales.learned(clean.features(), names)
    rows = scales.apply(clean.features())
    some = rows[np.linspace(0, len(rows) - 1, min(len(rows), LEARNED_ROWS)).astype(np.int64)]
    forest = IsolationForest(n_estimators=200, random_state=seed).fit(rows)
    lof = LocalOutlierFactor(n_neighbors=NEIGHBOURS, novelty=True).fit(some)
    middle = np.median(rows, axis=0)
    width = np.maximum(1.4826 * np.median(np.abs(rows - middle), axis=0), 1e-3)
    return {
        "IsolationForest": lambda found: -forest.score_samples(scales.apply(found)),
        "LOF": lambda found: -lof.score_samples(scales.apply(found)),
        "robust z": lambda found: (np.abs(scales.apply(found) - middle) / width).max(axis=1),
    }
