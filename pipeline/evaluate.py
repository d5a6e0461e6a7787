"""One class at work: gate, view, detect, merge, for the slices that are complete."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._registry import Detector, params_hash
from geo.anomaly import Anomaly
from geo.flights import DERIVED
from geo.memory import Memory
from geo.schema import NO_TIME, Array
from geo.stretches import Stretches
from geo.tracks import Tracks
from pipeline.history import History
from pipeline.merge import Merger, anomalies

Witness = Callable[[str, Tracks, Stretches], None]
"""Sees what a class was shown and what it found, before merging: how a scorecard knows which rows were flagged."""


class ClassRun:
    """A detector with its parameter values, its resources, its open episodes and how far it has judged."""

    def __init__(
        self, spec: Detector, params: SimpleNamespace, resources: Mapping[str, Any], witness: Witness | None = None
    ) -> None:
        self.spec = spec
        self.names = tuple(dict.fromkeys((*DERIVED, *spec.columns)))
        self.judged = int(NO_TIME)
        self.failed, self.seconds = "", 0.0
        self.merger = Merger(spec, params, params_hash(params))
        self.memory = Memory(spec.memory) if spec.memory else None
        self._resources = resources if self.memory is None else {**resources, "memory": self.memory}
        self._witness = witness
        self.renew(params)

    def renew(self, params: SimpleNamespace) -> None:
        """Judge with these values from the next slice on; what is open and what was learned stays."""
        self.params = self.merger.params = params
        self.merger.params_hash = params_hash(params)
        self._detect = _bound(self.spec.detect, params, self._resources)
        self._gate = _bound(self.spec.gate, params, self._resources) if self.spec.gate else None

    def judge(self, history: History, first: int, cut: int, final: bool = False) -> Sequence[Anomaly]:
        """Judge every complete slice up to `cut` (`final`: the incomplete last one too); the anomalies that changed."""
        t0, t1 = self._span(first, cut, final)
        if t1 <= t0:
            return ()
        self.judged = t1
        changed = self._found(history, t0, t1)
        return anomalies(self.merger, [*changed, *self.merger.close(t1)])

    def skip(self, first: int, cut: int) -> Sequence[Anomaly]:
        """Move on without judging: the class is inactive."""
        t0, t1 = self._span(first, cut, False)
        self.judged = max(t0, t1)
        return ()

    def rewind(self) -> Sequence[Anomaly]:
        """Close every episode; the next slice is the first one."""
        episodes = [one for several in self.merger.open.values() for one in several]
        for one in episodes:
            one.state = "closed"
        self.merger.open, self.judged = {}, int(NO_TIME)
        return anomalies(self.merger, episodes)

    def end(self) -> Sequence[Anomaly]:
        """Nothing more will come: what has not been joined for long enough is closed."""
        return anomalies(self.merger, self.merger.close(self.judged))

    def _span(self, first: int, cut: int, final: bool) -> tuple[int, int]:
        every = self.spec.every_s * 1000
        t0 = self.judged if self.judged != NO_TIME else first // every * every
        return t0, (cut + every - 1 if final else cut) // every * every

    def learning(self) -> str:
        """How far a class that learns has come; '' where it knows enough, or does not learn."""
        if self.memory is None:
            return ""
        keep, seen, unit = self.memory.keep, float(len(self.memory.days)), "days"
        name = keep.learn or keep.until
        if keep.progress is not None:
            seen, unit = keep.progress(self.memory), self.spec.params[name].unit
        wanted = getattr(self.params, name) if name else 0
        return f"learning, {seen:,.10g} of {wanted:,.10g} {unit}" if seen < wanted else ""

    def _found(self, history: History, t0: int, t1: int) -> Sequence[Any]:
        if self.memory is not None:
            if not self.spec.spans:
                return self._remembering(self.memory, history, t0, t1)
            self.memory.forget(t0)
        flights = self._interesting(history, t0, t1)
        if flights is not None and not len(flights):
            return ()
        return self._judged(history.view(self.names, t0, t1, int(self.spec.lookback_s * 1000), flights))

    def _judged(self, tracks: Tracks) -> Sequence[Any]:
        if not tracks.fresh.any():
            return ()
        tracks.merge_gap_s = self.spec.merge_gap_s
        found = self._detect(tracks)
        if self._witness:
            self._witness(self.spec.id, tracks, found)
        return self.merger.add(found)

    def _remembering(self, memory: Memory, history: History, t0: int, t1: int) -> Sequence[Any]:
        """Slice by slice: what is remembered after each is the same however many slices come at once."""
        every, back = self.spec.every_s * 1000, int(self.spec.lookback_s * 1000)
        overlapping = self._overlapping(history, t0, t1, every, back) if back else None
        changed: list[Any] = []
        for start, piece in overlapping or history.slices(self.names, t0, t1, every, self._gate):
            memory.forget(start)
            memory.note_day(start)
            changed += self._judged(piece)
        return changed

    def _overlapping(self, history: History, t0: int, t1: int, every: int, back: int) -> Iterator[tuple[int, Tracks]]:
        """Start and rows of each slice that has any, with those of `back` ms before it."""
        whole = history.view(self.names, t0, t1, back, None)
        order = np.argsort(whole.time, kind="stable")
        time = whole.time[order]
        for start in (np.unique(time[np.searchsorted(time, t0) :] // every) * every).tolist():
            piece = whole.take(np.sort(order[slice(*np.searchsorted(time, [start - back, start + every]))]))
            yield start, Tracks(piece.columns, piece.time >= start)

    def _interesting(self, history: History, t0: int, t1: int) -> Array | None:
        """The flights that the gate lets through, sorted; None where the class has no gate."""
        if self._gate is None:
            return None
        fresh = history.fresh(self.names, t0, t1)
        passed = self._gate(Tracks(fresh, np.ones(len(fresh["time"]), dtype=bool)))
        return np.unique(fresh["flight"][passed])


def _bound(
    function: Callable[..., Any], params: SimpleNamespace, resources: Mapping[str, Any]
) -> Callable[[Tracks], Any]:
    """The function with its parameters and the resources that its signature names."""
    names = [n for n in inspect.signature(function).parameters if n in resources]
    given = {n: resources[n] for n in names}
    return lambda tracks: function(tracks, params, **given)
