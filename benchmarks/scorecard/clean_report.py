"""Ordinary traffic judged: rows that are flagged, alerts, coverage by tier; innocent flights and disturbed feeds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.scorecard.answers import ANSWERS, answering, tier_of
from benchmarks.scorecard.attack_report import flagged
from benchmarks.scorecard.baselines import baselines
from benchmarks.scorecard.corpora import recorded
from benchmarks.scorecard.judgements import judged
from benchmarks.scorecard.measures import rounded, share
from benchmarks.scorecard.negatives import DISTURBED
from benchmarks.scorecard.scoring import MakeEngine, judge
from benchmarks.scorecard.tracks import clean_tracks
from benchmarks.scorecard.worlds import clean, flight_hours
from detectors._registry import Detector
from geo.anomaly import PRIORITIES, Anomaly
from geo.batch import Batch
from geo.schema import COLUMNS, present
from models.verdict import INTEGRITY
from pipeline.recording import run_recording

BULK_S = 600.0
"""Where no delay is measured, rows come in batches of ten minutes: the verdicts are the same, and it is quicker."""

DAY_H = 24.0


def clean_entry(name: str, rows: Batch, make: MakeEngine, classes: Mapping[str, Detector]) -> dict[str, Any]:
    """Shares of the clean tracks' rows that are flagged: by class, and by what answers each attack."""
    everyone = {**classes, **baselines()}
    tracks = clean_tracks(rows)
    world = clean(name, Batch.concat(tracks))
    flags = judge(world, make, everyone, BULK_S)
    n = len(world.rows)
    unions = {a: answering(a, classes) for a in ANSWERS} | {"integrity": [c for c in INTEGRITY if c in classes]}
    return {
        "tracks": len(tracks), "rows": n, "hours": rounded(world.hours, 1),
        "fpr_rows": {a: rounded(share(flagged(flags, c, "standing", 0, n).sum(), n), 5) for a, c in unions.items()},
        "fpr_rows_with_cleared": {
            a: rounded(share(flagged(flags, c, "everything", 0, n).sum(), n), 5) for a, c in unions.items()
        },
        "classes": {
            c: rounded(share((flags.standing[c] > 0).sum(), n), 5) for c in everyone if (flags.standing[c] > 0).any()
        },
        "alerts": tally(flags.anomalies), "alerts_per_100h": per_100h(flags.anomalies, world.hours),
    }  # fmt: skip


def tally(anomalies: Iterable[Anomaly]) -> dict[str, dict[str, int]]:
    """Anomalies by class and priority; cleared ones apart."""
    out: dict[str, Counter[str]] = {}
    for a in anomalies:
        out.setdefault(a.class_id, Counter())["cleared" if a.cleared else PRIORITIES[a.priority]] += 1
    return {name: dict(count) for name, count in sorted(out.items())}


def per_100h(anomalies: Iterable[Anomaly], hours: float) -> dict[str, float | None]:
    """Alerts per 100 flight hours by class, cleared ones left out; the baselines show what a coin would give."""
    count = Counter(a.class_id for a in anomalies if not a.cleared)
    return {name: rounded(share(100 * n, hours), 2) for name, n in sorted(count.items())}


def innocent_entry(name: str, path: Path, make: MakeEngine) -> dict[str, Any]:
    """Innocent flights, each file alone. High, critical and medium are false, but where a hand judged otherwise."""
    files = sorted(p for p in path.iterdir() if p.is_file()) if path.is_dir() else [path]
    if any(p.suffix == ".json" for p in files):
        files = [path]
    found: list[Anomaly] = []
    hours = 0.0
    for file in files:
        rows = recorded(file)
        hours += flight_hours(rows)
        found += run_recording(make(), [rows])
    urgent = Counter(PRIORITIES[a.priority] for a in found if not a.cleared)
    return {
        "set": name, "files": len(files), "hours": rounded(hours, 1), "alerts": tally(found),
        **{p: urgent[p] for p in PRIORITIES[1:]}, "cleared": sum(bool(a.cleared) for a in found),
        "judged": judged(name, found),
    }  # fmt: skip


def disturbed_entries(name: str, rows: Batch, make: MakeEngine, seed: int = 1) -> list[dict[str, Any]]:
    """What a disturbance adds to the alerts of the undisturbed recording, by class."""
    usual = _alerts(rows, make)
    hours = flight_hours(rows)
    out = []
    for k, (what, disturb) in enumerate(DISTURBED.items()):
        more = _alerts(disturb(rows, np.random.default_rng([seed, k])), make) - usual
        urgent = sum(n for (_, priority), n in more.items() if priority > 1)
        added = {f"{c} ({PRIORITIES[p]})": n for (c, p), n in sorted(more.items())}
        out.append({"set": what, "recording": name, "added": added, "added_urgent": urgent,
                    "added_per_100h": rounded(share(100 * more.total(), hours), 2)})  # fmt: skip
    return out


def _alerts(rows: Batch, make: MakeEngine) -> Counter[tuple[str, int]]:
    return Counter((a.class_id, a.priority) for a in run_recording(make(), [rows]) if not a.cleared)


def city_entry(name: str, rows: Batch, make: MakeEngine, classes: Mapping[str, Detector]) -> dict[str, Any]:
    """Everything over one place: alerts a day by priority, and what share of the aircraft could be analysed."""
    engine = make()
    found = run_recording(engine, [rows])
    days = float(rows["time"].max() - rows["time"].min()) / 3_600_000 / DAY_H
    count = Counter(PRIORITIES[a.priority] for a in found if not a.cleared)
    urgent = count["medium"] + count["high"] + count["critical"]
    return {
        "aircraft": len(np.unique(rows["icao24"])), "days": rounded(days, 3), "alerts": tally(found),
        "alerts_per_day": rounded(sum(count.values()) / days, 1), "urgent_per_day": rounded(urgent / days, 1),
        "high_per_day": rounded((count["high"] + count["critical"]) / days, 1),
        "coverage": coverage(rows, classes, set(engine.resources)), "judged": judged(name, found),
    }  # fmt: skip


def coverage(rows: Batch, classes: Mapping[str, Detector], resources: set[str]) -> dict[str, float | None]:
    """Share of aircraft that a class of each tier can analyse: its columns are sent, in three rows or more."""
    _, who = np.unique(rows["icao24"], return_inverse=True)
    heard = {c: _aircraft(rows, c, who) for c in COLUMNS if c in rows.columns}
    tiers: dict[str, Any] = {}
    for spec in classes.values():
        can = np.bincount(who) >= (1 if spec.single_row else 3)
        for group in spec.needs:
            can &= bool(set(group) & resources) | _any([heard[c] for c in group if c in heard], len(can))
        for tier in (tier_of(spec.id), "any"):
            tiers[tier] = tiers.get(tier, False) | can
    return {tier: rounded(can.mean()) for tier, can in sorted(tiers.items())}


def _aircraft(rows: Batch, column: str, who: Any) -> Any:
    """Whether each aircraft ever sent the column."""
    return np.bincount(who, weights=present(column, rows[column])) > 0


def _any(masks: Sequence[Any], n: int) -> Any:
    return np.logical_or.reduce(masks) if masks else np.zeros(n, dtype=bool)
