"""Attacks planted in a recording, judged: per attack the union of its answering classes, each class, and baselines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks.scorecard.answers import answering
from benchmarks.scorecard.baselines import baselines
from benchmarks.scorecard.measures import Counts, counted, delays, f1_interval, figures, interval, rounded
from benchmarks.scorecard.scoring import Flags, MakeEngine, judge
from benchmarks.scorecard.tracks import Attack, polled
from benchmarks.scorecard.worlds import World, attacked
from detectors._registry import Detector
from geo.batch import Batch
from geo.schema import Array
from models.verdict import INTEGRITY

DRIFT_SEEN_M = 926.0
"""Half a nautical mile: offsets beyond it are those that a drift is held to."""

TICK_S = 10.0
"""Rows come in batches of this much data time: delays are at most so much too long."""

CURVE = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)

Judged = Sequence[tuple[World, Flags]]


def attack_entry(
    name: str, attack: Attack, rows: Batch, count: int, make: MakeEngine, classes: Mapping[str, Detector]
) -> dict[str, Any]:
    """All figures of one attack on one recording."""
    everyone = {**classes, **baselines()}
    judged = [(w, judge(w, make, everyone, TICK_S)) for w in attacked(name, attack, rows, count)]
    expected = answering(name, classes)
    entry: dict[str, Any] = {
        "attack": name, "variants": count, "rows": sum(len(w.rows) for w, _ in judged),
        "attacked_rows": int(sum(w.mask.sum() for w, _ in judged)), "severity": [attack.low, attack.high, attack.unit],
        "expected": expected, "answered_by": _answered(judged, classes),
        "found": union(judged, expected), "with_cleared": union(judged, expected, "everything"),
        "integrity": union(judged, [c for c in INTEGRITY if c in classes]), "all_classes": union(judged, list(classes)),
        "curve": [{"confidence": at} | _part(union(judged, expected, least=at)) for at in CURVE],
        "classes": {c: union(judged, [c]) for c in (*expected, *baselines())},
    }  # fmt: skip
    if name == "position_drift":
        entry["beyond_926_m"] = union(judged, expected, beyond=DRIFT_SEEN_M)
    return entry


def union(
    judged: Judged, names: Sequence[str], sheet: str = "standing", least: float = 0.0, beyond: float = -1.0
) -> dict[str, Any]:
    """The classes together: a row is flagged where one of them flags it with at least this confidence.

    Rows are the variants' own (the victim's and the attacker's); `beyond` takes only variants of greater severity.
    """
    parts, told, first, chosen = [], [], [], []
    for world, flags in judged:
        verdict = flagged(flags, names, sheet, least, len(world.rows))
        for number in (n for n, s in world.severity.items() if s > beyond):
            rows = world.variant == number
            parts.append(counted(world.mask[rows], verdict[rows]))
            chosen.append(number)
            told += _delay(flags, names, number, world.onset[number])
            hit = world.rows["time"][rows & world.mask & verdict]
            first += [(int(hit.min()) - world.onset[number]) / 1000.0] if len(hit) else []
    low, high = f1_interval(parts)
    found = sum(p.tp > 0 for p in parts)
    return {
        **figures(sum(parts, Counts())), "f1_interval": [low, high], "variants": len(parts),
        "never": len(parts) - found,
        "found_share": rounded(found / max(len(parts), 1)), "found_interval": interval(found, len(parts)),
        **delays(told), "first_flag_median_s": delays(first)["delay_median_s"],
    }  # fmt: skip


def flagged(flags: Flags, names: Sequence[str], sheet: str, least: float, n: int) -> Array:
    """Rows that one of the classes flags."""
    verdict = np.zeros(n, dtype=bool)
    for name in names:
        sure = getattr(flags, sheet)[name]
        verdict |= (sure > 0) & (sure >= least)
    return verdict


def _delay(flags: Flags, names: Sequence[str], number: int, onset: int) -> list[float]:
    """Seconds of data time from the onset to the first report by one of the classes; none where there was none."""
    told = [flags.told[n][number] for n in names if number in flags.told[n]]
    return [(min(told) - onset) / 1000.0] if told else []


def _answered(judged: Judged, classes: Mapping[str, Detector]) -> dict[str, float]:
    """Every class that flagged attacked rows, and of what share of the variants."""
    total = sum(len(w.severity) for w, _ in judged)
    found = {c: sum(len(f.told[c]) for _, f in judged) for c in classes}
    return {c: round(n / total, 3) for c, n in sorted(found.items(), key=lambda i: -i[1]) if n}


def _part(figures_: Mapping[str, Any]) -> dict[str, Any]:
    return {k: figures_[k] for k in ("precision", "recall", "f1", "fpr")}


def at_cadence(rows: Batch, cadence: str) -> Batch:
    """The recording as polled every 15 s, or ("native") as it was recorded."""
    return polled(rows) if cadence == "15 s" else rows
