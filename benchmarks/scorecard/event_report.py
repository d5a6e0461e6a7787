"""Real and planted events: found or missed, and how soon; and GPSJam's published colours from its published counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import shapely.geometry

from benchmarks.scorecard.answers import MET
from benchmarks.scorecard.corpora import recorded
from benchmarks.scorecard.events import UNKNOWABLE, Event
from benchmarks.scorecard.measures import delays, rounded, share
from benchmarks.scorecard.scoring import LATENESS_S, TICK_S, Flags, MakeEngine, judge
from benchmarks.scorecard.worlds import clean
from detectors._registry import Detector
from feeds._synthetic_actor import Truth
from feeds.synthetic import START_MS, Synthetic
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.interference import gpsjam_band
from geo.schema import icao24_text

NEAR_DEG, SOON_MS = 2.0, 60_000

WithResources = Callable[[Mapping[str, Path], Sequence[str]], MakeEngine]
"""Files by option and class names in, a maker of engines with them out."""


def event_entry(event: Event, data: Path, build: WithResources, classes: Mapping[str, Detector]) -> dict[str, Any]:
    """One listed event: found or missed, by whom, how soon."""
    chosen = {n: classes[n] for n in event.classes if n in classes}
    make = build({n: data / p for n, p in event.resources.items()}, list(chosen))
    flags = judge(clean(event.what, recorded(data / event.path)), make, chosen, TICK_S)
    standing = [a for a in flags.anomalies if not a.cleared and near(a, event.place)]
    alone: list[tuple[str, ...]] = [(a,) for a in event.aircraft]
    wanted = [tuple(event.aircraft)] if event.together or not alone else alone
    found = [[a for a in standing if set(group) <= addresses(a)] for group in wanted]
    first = [min(ones, key=lambda a: flags.first_told[a.id]) for ones in found if ones]
    return {
        "event": event.what, "recording": event.path, "classes": list(chosen), "events": len(wanted),
        "found": sum(bool(ones) for ones in found), "delays_s": [delay(flags, a, chosen[a.class_id]) for a in first],
        "since_start_s": [since_start(flags, a) for a in first],
        "found_by": sorted({a.class_id for ones in found for a in ones}),
    }  # fmt: skip


def near(anomaly: Anomaly, place: tuple[float, float] | None) -> bool:
    if place is None:
        return True
    if anomaly.geometry is None:
        return False
    centre = shapely.geometry.shape(anomaly.geometry).centroid
    return bool(abs(centre.y - place[0]) <= NEAR_DEG and abs(centre.x - place[1]) <= NEAR_DEG)


def involved(anomaly: Anomaly) -> set[int]:
    """The addresses of everyone; none of a cell."""
    return {k for k in (anomaly.icao24, *anomaly.members) if k is not None}


def addresses(anomaly: Anomaly) -> set[str | None]:
    """The same as texts."""
    return {icao24_text(k) for k in involved(anomaly)}


def delay(flags: Flags, anomaly: Anomaly, spec: Detector) -> float:
    """Seconds of data time from the moment at which the definition is met to the first report.

    It is not met before it can be (unless the class begins its episodes there), nor before the slices that were judged
    with that report: an earlier one would have told it.
    """
    told = flags.first_told[anomaly.id]
    every = spec.every_s * 1000
    judged = int(told - (TICK_S + LATENESS_S) * 1000) // every * every
    met = anomaly.start + met_s(spec) * 1000
    return (told - max(met if met <= told else anomaly.start, judged)) / 1000.0


def since_start(flags: Flags, anomaly: Anomaly) -> float:
    """Seconds of data time from the first evidence to the first report."""
    return (flags.first_told[anomaly.id] - anomaly.start) / 1000.0


def met_s(spec: Detector) -> float:
    """How long the behaviour must last by definition."""
    need = MET.get(spec.id, 0.0)
    return float(need) if not isinstance(need, str) else spec.params[need].default if need in spec.params else 0.0


def planted_entries(
    world: Synthetic, hours: float, step_s: float, make: MakeEngine, classes: Mapping[str, Detector]
) -> dict[str, dict[str, Any]]:
    """Per class that has planted episodes: found, missed, false, delays; with and without clearing."""
    end = START_MS + round(hours * 3_600_000)
    rows = Batch.concat(world.batches(START_MS, end, step_s))
    flags = judge(clean("planted", rows), make, dict(classes), TICK_S)
    truth = world.truth(START_MS, end)
    there = {t.class_id for t in truth if not t.innocent} & set(classes)
    return {c: _planted(classes[c], flags, [t for t in truth if t.class_id == c], end) for c in sorted(there)}


def _planted(spec: Detector, flags: Flags, truth: Sequence[Truth], end: int) -> dict[str, Any]:
    """Precision over alerts, recall over the episodes that lie wholly in the recording."""
    mine = [a for a in flags.anomalies if a.class_id == spec.id]
    guilty = [t for t in truth if not t.innocent]
    whole = [t for t in guilty if t.start >= START_MS and t.end <= end]
    out: dict[str, Any] = {}
    for key, alerts in (("standing", [a for a in mine if not a.cleared]), ("with_cleared", mine)):
        right = sum(any(matches(a, t) for t in guilty) for a in alerts)
        found = [[a for a in alerts if matches(a, t)] for t in whole]
        late = [min(delay(flags, a, spec) for a in ones) for ones in found if ones]
        hits = sum(bool(ones) for ones in found)
        precision, recall = share(right, len(alerts)), share(hits, len(whole))
        out[key] = {
            "planted": len(whole), "found": hits, "alerts": len(alerts), "right": right,
            "precision": rounded(precision), "recall": rounded(recall), "f1": f1(precision, recall), **delays(late),
        }  # fmt: skip
    return out


def f1(precision: float | None, recall: float | None) -> float | None:
    """Harmonic mean; None where one of them is not known."""
    if precision is None or recall is None:
        return None
    return rounded(2 * precision * recall / (precision + recall)) if precision + recall else 0.0


def matches(anomaly: Anomaly, truth: Truth) -> bool:
    """Same aircraft (or no aircraft: a cell), at the same time."""
    mine = involved(anomaly)
    same = not mine or bool(mine & set(truth.icao24s))
    return same and anomaly.start <= truth.end + SOON_MS and anomaly.end >= truth.start - SOON_MS


def gpsjam_entries(data: Path) -> dict[str, Any]:
    """Cells of each published day whose colour our arithmetic gives as exact fractions do."""
    days = sorted((data / "gpsjam").glob("*-h3_4.csv"))
    cells, same, colours = 0, 0, Counter[int]()
    for day in days:
        good, bad = np.genfromtxt(day, delimiter=",", skip_header=1, usecols=(1, 2), dtype=int).T
        band = gpsjam_band(good, bad)
        cells, same = cells + len(band), same + int((band == _exact(good.tolist(), bad.tolist())).sum())
        colours.update(band.tolist())
    return {"days": len(days), "cells": cells, "same_colour": same, "green_yellow_red": [colours[k] for k in range(3)]}


def _exact(good: Iterable[int], bad: Iterable[int]) -> Any:
    shares = [Fraction(max(b - 1, 0), max(g + b, 1)) for g, b in zip(good, bad, strict=True)]
    return np.array([(s >= Fraction(1, 50)) + (s >= Fraction(1, 10)) for s in shares])


def unknowable() -> list[dict[str, str]]:
    return [{"event": what, "why": why} for what, why in UNKNOWABLE.items()]
