"""One class at work: gate, view, detect, merge, for the slices that are complete."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from detectors._registry import Detector, params_hash
from geo.anomaly import Anomaly
from geo.flights import DERIVED
from geo.schema import NO_TIME, Array
from geo.tracks import Tracks
from pipeline.history import History
from pipeline.merge import Merger, anomalies


class ClassRun:
    """A detector with its parameter values, its resources, its open episodes and how far it has judged."""

    def __init__(self, spec: Detector, params: SimpleNamespace, resources: Mapping[str, Any]) -> None:
        self.spec, self.params = spec, params
        self.names = tuple(dict.fromkeys((*DERIVED, *spec.columns)))
        self.judged = int(NO_TIME)
        self.failed = ""
        self.merger = Merger(spec, params, params_hash(params))
        self._detect = _bound(spec.detect, params, resources)
        self._gate = _bound(spec.gate, params, resources) if spec.gate else None

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

    def end(self) -> Sequence[Anomaly]:
        """Nothing more will come: what has not been joined for long enough is closed."""
        return anomalies(self.merger, self.merger.close(self.judged))

    def _span(self, first: int, cut: int, final: bool) -> tuple[int, int]:
        every = self.spec.every_s * 1000
        t0 = self.judged if self.judged != NO_TIME else first // every * every
        return t0, (cut + every - 1 if final else cut) // every * every

    def _found(self, history: History, t0: int, t1: int) -> Sequence[Any]:
        flights = self._interesting(history, t0, t1)
        if flights is not None and not len(flights):
            return ()
        tracks = history.view(self.names, t0, t1, int(self.spec.lookback_s * 1000), flights)
        if not tracks.fresh.any():
            return ()
        tracks.merge_gap_s = self.spec.merge_gap_s
        return self.merger.add(self._detect(tracks))

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
