"""Planted behaviours judged by their class alone: precision over its alerts, recall over the episodes, delays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.scorecard.behaviours.plan import Behaviour
from benchmarks.scorecard.event_report import SOON_MS, f1, involved
from benchmarks.scorecard.measures import delays, interval, rounded, share
from benchmarks.scorecard.scoring import TICK_S, Flags, judge
from benchmarks.scorecard.staging import Episode, Stage, staged
from detectors._registry import Detector
from geo.anomaly import Anomaly
from geo.batch import Batch
from pipeline.engine import Engine

MakeWith = Callable[[Mapping[str, Any]], Callable[..., Engine]]
"""Resources by name in, a maker of engines out."""


def behaviour_entry(
    spec: Detector, behaviour: Behaviour, worlds: Mapping[str, Batch], count: int, make: MakeWith, data: Path | None
) -> dict[str, Any]:
    """All figures of one class on recordings by name: `count` episodes and as many twins, shared among them."""
    given = behaviour.given(data)
    judged: list[tuple[Stage, Flags]] = []
    for k, (name, rows) in enumerate(worlds.items()):
        for stage in staged(f"{spec.id} {name}", behaviour, rows, count, given, (k, len(worlds))):
            judged.append((stage, judge(stage.world, make(given), {spec.id: spec}, TICK_S)))
    return {
        "class": spec.id, "recordings": list(worlds), "severity": [behaviour.low, behaviour.high, behaviour.unit],
        "asked": behaviour.asked, "twin": behaviour.twin, "twins": _count(judged, innocent=True),
        "standing": _figures(judged, cleared=False), "with_cleared": _figures(judged, cleared=True),
        "missed": _missed(judged),
        "other_alerts": sum(not _touches(a, s.episodes) for s, f in judged for a in f.anomalies if not a.cleared),
    }  # fmt: skip


def _count(judged: Sequence[tuple[Stage, Flags]], innocent: bool) -> int:
    return sum(e.draw.innocent == innocent for stage, _ in judged for e in stage.episodes)


def _figures(judged: Sequence[tuple[Stage, Flags]], cleared: bool) -> dict[str, Any]:
    """Precision over the class's alerts on attacked and twin tracks, recall over the episodes."""
    alerts = right = hits = innocent = 0
    late: list[float] = []
    for stage, flags in judged:
        guilty = [e for e in stage.episodes if not e.draw.innocent]
        mine = [a for a in flags.anomalies if (cleared or not a.cleared) and _touches(a, stage.episodes)]
        alerts += len(mine)
        right += sum(any(shows(a, e) for e in guilty) for a in mine)
        innocent += sum(any(shows(a, e) for e in stage.episodes if e.draw.innocent) for a in mine)
        for episode in guilty:
            told = [flags.first_told[a.id] for a in mine if shows(a, episode)]
            hits += bool(told)
            late += [max(min(told) - episode.planted.met, 0) / 1000.0] if told else []
    planted = _count(judged, innocent=False)
    precision, recall = share(right, alerts), share(hits, planted)
    return {
        "planted": planted, "found": hits, "alerts": alerts, "right": right, "on_twins": innocent,
        "precision": rounded(precision), "recall": rounded(recall), "recall_interval": interval(hits, planted),
        "f1": f1(precision, recall) if alerts or not planted else 0.0, **delays(late),
    }  # fmt: skip


def shows(anomaly: Anomaly, episode: Episode) -> bool:
    """The anomaly is of one of the episode's aircraft, at its time: as for the demo's planted episodes."""
    one = episode.planted
    same = bool(involved(anomaly) & set(one.members))
    return same and anomaly.start <= one.end + SOON_MS and anomaly.end >= one.start - SOON_MS


def _touches(anomaly: Anomaly, episodes: Sequence[Episode]) -> bool:
    """The anomaly is of a track in which something was planted, an episode or a twin."""
    mine = involved(anomaly)
    return any(mine & set(e.planted.members) for e in episodes)


def _missed(judged: Sequence[tuple[Stage, Flags]]) -> list[list[float]]:
    """Number and severity of the episodes of which the class said nothing."""
    out = []
    for stage, flags in judged:
        standing = [a for a in flags.anomalies if not a.cleared]
        missed = (e.draw for e in stage.episodes if not e.draw.innocent and not any(shows(a, e) for a in standing))
        out += [[d.number, round(d.severity, 3)] for d in missed]
    return sorted(out)
