"""Rows that somebody asks about, judged at once: rules, learned scores, one verdict; and windows kept by aircraft."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from detectors._registry import Detector, registry
from geo.anomaly import PRIORITIES, Anomaly
from geo.batch import Batch
from geo.doubts import doubtful, reading, stated
from geo.feature_rows import Places, usable
from geo.feature_stream import FeatureStream
from geo.features import Features, features
from geo.learned import PointScorer, SequenceScorer
from geo.tracks import Tracks
from models.verdict import Fusion, Rule, Verdict, verdict
from pipeline.engine import Engine

WINDOW_ROWS, MOST_AIRCRAFT = 600, 2_000
"""Rows of an aircraft that are kept (ten minutes at 1 Hz), and aircraft; the one asked about longest ago goes first."""

_log = logging.getLogger("skysift.scoring")

LEARNED = ("ml-point", "ml-sequence")
"""Classes that speak for the models: here their scores are given as they are."""


@dataclass(frozen=True)
class Judgement:
    """Of one aircraft. `point` and `sequence` are the scores within the fusion's window, None where nothing could be
    scored; `rows` how many rows had features."""

    verdict: Verdict
    rules: Sequence[Rule]
    point: float | None
    point_words: str
    sequence: float | None
    rows: int


@dataclass
class Scorer:
    """Classes with their resources, and the models that speak. Classes that learn for days say nothing here."""

    resources: Mapping[str, Any]
    point: PointScorer | None = None
    sequence: SequenceScorer | None = None
    overrides: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    fusion: Fusion = field(default_factory=Fusion)

    def __post_init__(self) -> None:
        self.classes: dict[str, Detector] = {n: one for n, one in registry().items() if n not in LEARNED}
        self.places = Places(*(self.resources.get(n) for n in ("airports", "firs", "zones", "aircraft")))

    def alerts(self, rows: Batch, since: int = 0) -> Mapping[int, Sequence[Rule]]:
        """What rules find in the rows, by address, with evidence from `since` (epoch ms) on."""
        engine = Engine(self.classes, self.overrides, self.resources, lateness_s=0.0, tolerant=True)
        found = {a.id: a for step in (engine.feed(rows), engine.finish()) for a in step.anomalies}
        out: dict[int, list[Rule]] = {}
        newest = int(rows["time"].max()) if len(rows) else 0
        for one in found.values():
            for address in {k for k in (one.icao24, *one.members) if k is not None}:
                if one.state != "cleared" and one.end >= since:
                    out.setdefault(address, []).append(_rule(one, newest))
        return out

    def points(self, rows: Batch) -> tuple[Features, np.ndarray[Any, Any], Sequence[str]]:
        """Features of every usable row, their scores (n,) and what is odd about each. Rows of one aircraft follow each
        other: a row's changes are those since the row before, whatever the slots. `row` counts in `rows`."""
        assert self.point is not None
        order = np.lexsort((rows["time"], rows["icao24"]))
        order = order[_distinct(rows, order)]
        view = _view(rows.take(order))
        found = features(view, self.point.names, self.places)
        scores = self.point.scores(found)
        words = self.point.told(found) if len(found) <= MOST_WORDS else [""] * len(found)
        return Features(**{**vars(found), "row": order[found.row]}), scores, words

    def judge(self, rows: Batch) -> Judgement:
        """One aircraft's rows, in any order: the verdict at the newest of them."""
        rows = rows.take(np.argsort(rows["time"], kind="stable"))
        since = int(rows["time"][-1]) - int(self.fusion.window_s * 1000)
        rules = [one for some in self.alerts(rows, since).values() for one in some]
        point, words = self._point(rows, since)
        sequence = self._sequence(rows, since)
        told = verdict(rules, point, words, sequence, self.fusion)
        return Judgement(told, rules, point, words, max(sequence) if sequence else None, int(usable(_view(rows)).sum()))

    def _point(self, rows: Batch, since: int) -> tuple[float | None, str]:
        """The largest score of the window's rows, and in words why."""
        if self.point is None:
            return None, ""
        _, found = FeatureStream(reading(self.point.names), self.places).extend(rows)
        found = stated(found).take((found.time >= since) & ~doubtful(found))
        if not len(found):
            return None, ""
        scores = self.point.scores(found)
        at = int(scores.argmax())
        return float(scores[at]), self.point.told(found.take(np.array([at])))[0]

    def _sequence(self, rows: Batch, since: int) -> list[float]:
        """Scores of the windows that end within the fusion's window, oldest first."""
        if self.sequence is None:
            return []
        _, found = FeatureStream(reading(self.sequence.names), self.places).extend(rows)
        ends, scores = self.sequence.scores(found)
        scored: list[float] = scores[found.time[ends] >= since].tolist()
        return scored


MOST_WORDS = 500
"""Rows of one question that words are found for: each costs as much as scoring some twenty rows."""


Key = tuple[int | None, int]
"""Whose window: the account that asks (None: nobody's), and the address of the aircraft."""


@dataclass
class Windows:
    """The newest rows of each aircraft that somebody asks about, by account and address. Safe to be used by threads."""

    most_aircraft: int = MOST_AIRCRAFT
    rows: int = WINDOW_ROWS
    kept: OrderedDict[Key, Batch] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def all(self) -> Sequence[tuple[Key, Batch]]:
        """Every window with its key, the one asked about longest ago first."""
        with self.lock:
            return list(self.kept.items())

    def add(self, key: Key, rows: Batch) -> Batch:
        """Take rows; all that are kept of the aircraft now, in time order, each moment once."""
        with self.lock:
            before = self.kept.pop(key, None)
            joined = rows if before is None else Batch.concat([before, rows])
            _, first = np.unique(joined["time"][::-1], return_index=True)
            newest = (len(joined) - 1 - first)[-self.rows :]
            self.kept[key] = joined.take(newest)
            if len(self.kept) > self.most_aircraft:
                self.kept.popitem(last=False)
            return self.kept[key]


def _view(rows: Batch) -> Tracks:
    """Every address is one flight; all rows are fresh."""
    names = {name: rows[name] for name in rows.columns}
    for name in ("lat", "lon", "ground_speed", "track", "baro_altitude"):
        names.setdefault(name, rows[name])
    return Tracks({**names, "flight": rows["icao24"]}, np.ones(len(rows), dtype=bool))


def _distinct(rows: Batch, order: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The first row of each address and moment: two at once have no change between them."""
    address, time = rows["icao24"][order], rows["time"][order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = (np.diff(address) != 0) | (np.diff(time) != 0)
    return new


NOW_S = 30.0
"""What a rule found that ended no longer ago than this before the newest row still holds: three slots."""


def _rule(one: Anomaly, newest: int) -> Rule:
    now = one.end >= newest - NOW_S * 1000
    lasted_s = (one.end - one.start) / 1000
    return Rule(one.class_id, one.explanation, one.priority, round(one.confidence, 3), now, lasted_s)


def told(rule: Rule) -> dict[str, Any]:
    """A rule's alert as JSON."""
    return {
        "class": rule.class_id, "priority": PRIORITIES[rule.priority], "confidence": rule.confidence,
        "explanation": rule.text,
    }  # fmt: skip


def default(
    state: Any, overrides: Mapping[str, Mapping[str, float]], reference: Mapping[str, Any] | None = None
) -> Scorer:
    """With the reference data given, else what is built in, and the models that speak; a model that does not fit this
    version is left out."""
    from geo.airports import Airports
    from geo.registers import Registers
    from models.active import RESOURCES, active
    from models.folder import ModelError

    models: dict[str, Any] = {}
    for kind in RESOURCES:
        try:
            models[kind] = active(state, kind)
        except ModelError:
            _log.exception("a learned model does not fit: it says nothing")
    resources = reference or {"airports": Airports.builtin(), "registers": Registers.builtin()}
    return Scorer(resources, models.get("point"), models.get("sequence"), overrides)
