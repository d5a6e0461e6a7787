"""The weights of the verdict, learned from attacks planted in the recording that thresholds were tuned on; recordings
that are judged are not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from benchmarks.scorecard.attack_report import at_cadence
from benchmarks.scorecard.attacks import SET_A
from benchmarks.scorecard.corpora import ATTACKED
from benchmarks.scorecard.fused import LEARNED, calibrated, evidence, rows_of
from benchmarks.scorecard.learned import TICK_S, VARIANTS, Both
from benchmarks.scorecard.report import Setup
from benchmarks.scorecard.scoring import judge
from benchmarks.scorecard.tracks import Attack
from benchmarks.scorecard.worlds import planted
from geo.airports import Airports
from geo.batch import Batch
from geo.feature_rows import Places
from geo.schema import Array
from models.active import SHIPPED, load
from models.verdict import Fusion


def tuned(setup: Setup, advance: Callable[[str], object] = lambda text: None) -> Fusion:
    """Weights and threshold that the attacks of set A give, planted in the setup's recordings for tuning as they are
    heard and as they are polled. Raises ValueError where the setup has none."""
    models: Both = load(SHIPPED / "point")[1], load(SHIPPED / "sequence")[1]
    seen: list[Array] = []
    truth: list[Array] = []
    for recording, one in setup.recordings(ATTACKED).items():
        if one.role != "tuning":
            continue
        for cadence in one.cadences:
            rows = at_cadence(one.between(setup.rows(recording)), cadence)
            for known, true in weighed(rows, SET_A, setup, models):
                advance(f"{recording} {cadence}, world {len(seen) + 1}")
                seen.append(known)
                truth.append(true)
    if not seen:
        raise ValueError("no recording that thresholds were tuned on: give the folder that holds it")
    return calibrated(np.concatenate(seen), np.concatenate(truth), Fusion())


def weighed(rows: Batch, attacks: Mapping[str, Attack], setup: Setup, models: Both) -> Iterator[tuple[Array, Array]]:
    """The evidence (n, EVIDENCE) and truths (n,) of each world of the attacks."""
    places, make = Places(airports=Airports.builtin()), setup.make()
    classes = {name: one for name, one in setup.classes.items() if name not in LEARNED}
    point, sequence = models
    for world, _ in planted(attacks, rows, VARIANTS):
        flags = judge(world, make, classes, TICK_S)
        found, at = rows_of(world, (*point.names, *sequence.names), places)
        yield evidence(found, at, flags, point, sequence, Fusion()), world.mask[at]
