"""The verdict on attacked flights beside its parts, rules, point scores and windows; rows are the attacked aircraft's.

`python -m benchmarks.scorecard.fusion DATA` prints it, of the recordings in that folder that are judged; with
`--calibrate` the weights that the recording gives which thresholds were tuned on.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.scorecard.attack_report import at_cadence
from benchmarks.scorecard.attacks import SET_A
from benchmarks.scorecard.corpora import ATTACKED, of
from benchmarks.scorecard.fused import LEARNED, calibrated, evidence, rows_of
from benchmarks.scorecard.learned import FALSE_SHARE
from benchmarks.scorecard.measures import Counts, counted, figures
from benchmarks.scorecard.scoring import Flags, judge
from benchmarks.scorecard.tracks import Attack
from benchmarks.scorecard.worlds import BYSTANDER, World, attacked
from cli.inputs import Judging, judging
from geo.batch import Batch
from geo.feature_rows import Places
from geo.schema import Array
from models.verdict import Fusion
from pipeline.engine import Engine

PARTS = ("rules", *LEARNED, "verdict")
TICK_S = 60.0
VARIANTS = 8

Weighed = tuple[World, Array, Flags, Array]
"""A world, which of its rows (n,) are weighed, what was flagged of all, and the evidence (n, EVIDENCE)."""


def weighed(rows: Batch, attack: str, one: Attack, variants: int, setup: Judging) -> Iterator[Weighed]:
    """The worlds of an attack, with what is known of each row."""
    point, sequence = setup.resources["point_model"], setup.resources["sequence_model"]
    places = Places(airports=setup.resources["airports"])
    for world in attacked(attack, one, rows, variants):
        flags = judge(world, lambda **more: _engine(setup, **more), dict(setup.classes), TICK_S)
        found, at = rows_of(world, (*point.names, *sequence.names), places)
        yield world, at, flags, evidence(found, at, flags, point, sequence, Fusion().window_s)


def parts_of(flags: Flags, at: Array, seen: Array, fusion: Fusion) -> dict[str, Array]:
    """Rows (n,) that each part finds fault with: rules of medium priority and up, each learned class, and the verdict,
    by all evidence of the last minutes."""
    blank = np.zeros(len(flags.standing[next(iter(flags.standing))]))
    urgent = np.max([flags.urgent[name] for name in flags.urgent if name not in LEARNED], axis=0)
    found = {name: (flags.standing.get(name, blank) > 0)[at] for name in LEARNED}
    return {"rules": urgent[at] > 0, **found, "verdict": fusion.strength(seen) >= fusion.least}


def compare(rows: Batch, attacks: Mapping[str, Attack], variants: int, setup: Judging) -> dict[str, dict[str, Any]]:
    """By attack and part: precision, recall, F1, the share of variants of which an attacked row was found, and of the
    rows of others that were found fault with."""
    return {name: figured(weighed(rows, name, one, variants, setup)) for name, one in attacks.items()}


def figured(worlds: Iterator[Weighed], fusion: Fusion | None = None) -> dict[str, Any]:
    """The figures of one attack by part."""
    counts, seen, others = ({part: [] for part in PARTS} for _ in range(3))  # type: ignore[var-annotated]
    for world, at, flags, known in worlds:
        own, mask = world.variant[at] != BYSTANDER, world.mask[at]
        for part, verdict in parts_of(flags, at, known, fusion or Fusion()).items():
            counts[part].append(counted(mask[own], verdict[own]))
            seen[part] += [bool((verdict & mask & (world.variant[at] == n)).any()) for n in world.severity]
            others[part].append(verdict[~own])
    return {
        part: {
            **figures(sum(counts[part], Counts())), "found": round(float(np.mean(seen[part])), 2),
            "false_share": round(float(np.concatenate(others[part]).mean()), 5),
        }
        for part in PARTS
    }  # fmt: skip


def tuned(rows: Batch, variants: int, setup: Judging) -> Fusion:
    """Weights and threshold that the attacks planted in these rows give."""
    some = [one for name, attack in SET_A.items() for one in weighed(rows, name, attack, variants, setup)]
    truth = np.concatenate([world.mask[at] for world, at, _, _ in some])
    return calibrated(np.concatenate([known for *_, known in some]), truth, FALSE_SHARE, Fusion())


def _engine(setup: Judging, **more: Any) -> Any:
    classes = more.pop("classes", setup.classes)
    return Engine(classes, {}, setup.resources, 2.0, **more)


def rows_from(data: Path, name: str) -> Batch:
    """The part of a recording that attacks are planted in, as it is heard there."""
    one = ATTACKED[name]
    return at_cadence(one.between(of(data, one)()), one.cadences[-1])


def main(data: Path, calibrate: bool = False, variants: int = VARIANTS) -> None:
    """Print a line for each attack on each recording that is judged; or what the one for tuning gives."""
    setup = judging(no_reference=True)
    if calibrate:
        (name,) = (name for name, one in ATTACKED.items() if one.role == "tuning")
        print(tuned(rows_from(data, name), variants, setup))
        return
    for name in (name for name, one in ATTACKED.items() if one.role == "judged"):
        for attack, by in compare(rows_from(data, name), SET_A, variants, setup).items():
            told = "; ".join(
                f"{part} {one['f1']} ({one['found']:.2f}, {one['false_share']})" for part, one in by.items()
            )
            print(f"{name} {attack}: F1 (share of variants found, of rows of others): {told}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), "--calibrate" in sys.argv[2:])
