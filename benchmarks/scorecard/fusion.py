"""The verdict on attacked flights beside its parts, rules, point scores and windows; rows are the attacked aircraft's.

`python -m benchmarks.scorecard.fusion DATA` prints it, of the recordings in that folder.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.scorecard.attacks import SET_A
from benchmarks.scorecard.corpora import ATTACKED, of
from benchmarks.scorecard.measures import Counts, counted, figures
from benchmarks.scorecard.scoring import Flags, judge
from benchmarks.scorecard.tracks import Attack
from benchmarks.scorecard.worlds import BYSTANDER, World, attacked
from cli.inputs import Judging, judging
from geo.batch import Batch
from geo.schema import Array
from models.verdict import Fusion

LEARNED = ("ml-point", "ml-sequence")
PARTS = ("rules", *LEARNED, "verdict")
TICK_S = 60.0


def parts_of(flags: Flags, rows: int) -> dict[str, Array]:
    """Rows (n,) that each part finds fault with: rules of medium priority and up, each learned class, and the verdict:
    any of these, or several rules however low."""
    rules = [name for name in flags.standing if name not in LEARNED]
    found = {name: flags.standing[name] > 0 if name in flags.standing else np.zeros(rows, bool) for name in LEARNED}
    urgent, several = np.zeros(rows, dtype=bool), np.zeros(rows, dtype=np.int64)
    for name in rules:
        urgent |= flags.urgent[name] > 0
        several += flags.standing[name] > 0
    either = urgent | found["ml-point"] | found["ml-sequence"] | (several >= Fusion().hits)
    return {"rules": urgent, **found, "verdict": either}


def compare(rows: Batch, attacks: Mapping[str, Attack], variants: int, setup: Judging) -> dict[str, dict[str, Any]]:
    """By attack and part: precision, recall, F1 and the share of variants of which an attacked row was found."""
    return {name: _attack(attacked(name, one, rows, variants), setup) for name, one in attacks.items()}


def _attack(worlds: Any, setup: Judging) -> dict[str, Any]:
    counts, seen = {part: Counts() for part in PARTS}, {part: [] for part in PARTS}  # type: ignore[var-annotated]
    for world in worlds:
        flags = judge(world, lambda **more: _engine(setup, **more), dict(setup.classes), TICK_S)
        for part, verdict in parts_of(flags, len(world.rows)).items():
            own = world.variant != BYSTANDER
            counts[part] += counted(world.mask[own], verdict[own])
            seen[part] += _seen(world, verdict)
    return {part: {**figures(counts[part]), "found": round(float(np.mean(seen[part])), 2)} for part in PARTS}


def _engine(setup: Judging, **more: Any) -> Any:
    from pipeline.engine import Engine

    classes = more.pop("classes", setup.classes)
    return Engine(classes, {}, setup.resources, 2.0, **more)


def _seen(world: World, verdict: Array) -> list[bool]:
    """For each variant whether any of its attacked rows was found."""
    return [bool((verdict & world.mask & (world.variant == n)).any()) for n in world.severity]


def main(data: Path, variants: int = 10) -> None:
    """Print a table for each attacked recording that is judged."""
    setup = judging(no_reference=True)
    for name in ("paris", "switzerland"):
        recording = ATTACKED[name]
        for attack, by in compare(recording.between(of(data, recording)()), SET_A, variants, setup).items():
            told = "; ".join(f"{part} {one['f1']} ({one['found']:.2f})" for part, one in by.items())
            print(f"{name} {attack}: F1 (share of variants found): {told}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
