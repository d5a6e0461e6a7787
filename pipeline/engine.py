"""The engine: batches in, released rows and changed anomalies out. Live, replay and backfill are this one loop.

Rows wait until the watermark (the newest data time less `lateness_s`) has passed them; then flights are assigned and
every class judges the slices [t0, t1) that are complete, t0 and t1 being multiples of its `every_s` since the epoch.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any

import numpy as np

from detectors._registry import BASE_COLUMNS, Detector
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.flights import DERIVED, Flights
from geo.schema import COLUMNS, NO_TIME, SYNTHETIC, Array, missing, present
from geo.tracks import Mask
from pipeline.arrivals import Arrivals
from pipeline.evaluate import ClassRun, Witness
from pipeline.history import History
from pipeline.lateness import Lateness
from pipeline.merge import Known
from pipeline.privacy import MARK


@dataclass(frozen=True)
class Step:
    """What one call gave: rows in (icao24, time) order with derived columns, rows too late to be judged, anomalies."""

    rows: Batch
    late: Batch
    anomalies: Sequence[Anomaly]
    watermark: int


@dataclass
class Engine:
    """The state of all detection. `feed` takes batches of any size and order within `lateness_s`.

    `tolerant`: a class that raises is stopped, visibly, and the others go on; else the error goes to the caller.
    `skew_s`: of several feeds the fastest waits so long for the slower ones, or their rows would come too late.
    `adapts`: rows are waited for no longer than their feed's have been late, `lateness_s` at most. For live feeds: rows
    that are late for the first time may be too late, and are only stored.
    `enrich` adds what is known about an anomaly's place and aircraft; `witness` sees what each class found, and where.
    """

    classes: Mapping[str, Detector]
    overrides: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    resources: Mapping[str, Any] = field(default_factory=dict)
    lateness_s: float = 2.0
    tolerant: bool = False
    enrich: Callable[[Anomaly], Anomaly] | None = None
    witness: Witness | None = None
    skew_s: float = 0.0
    adapts: bool = False

    def __post_init__(self) -> None:
        self.arrivals = self._arrivals()
        self.flights = Flights()
        self.seen: set[str] = set()
        self.counts: Counter[str] = Counter()
        self.by_feed: dict[int, Counter[str]] = {}
        self.labels: dict[int, str] = {}
        self.released = int(NO_TIME)
        self.runs = {
            name: ClassRun(spec, spec.configured(self.overrides.get(name)), self.resources, self.witness)
            for name, spec in self.classes.items()
        }
        self.histories = self._histories()

    def feed(self, batch: Batch) -> Step:
        """Take rows; judge what the watermark has now passed."""
        self.arrivals.add(batch)
        self.labels |= batch.labels
        return self._advance()

    def finish(self) -> Step:
        """The data has ended: judge everything, whatever the lateness."""
        return self._advance(final=True)

    def renew(self, overrides: Mapping[str, Mapping[str, float]]) -> list[str]:
        """Judge with these thresholds from the next slices on; the classes for which that is another. Raises ValueError
        for a bad value, and changes nothing then."""
        wanted = {name: spec.configured(overrides.get(name)) for name, spec in self.classes.items()}
        self.overrides = overrides
        changed = [name for name, params in wanted.items() if params != self.runs[name].params]
        for name in changed:
            self.runs[name].renew(wanted[name])
        return changed

    def rewind(self) -> list[Anomaly]:
        """The data's clock went back for good: close what is open and judge from the next row on, as at a start. What
        was learned and counted stays; the anomalies that this closed."""
        closed = [a for run in self.runs.values() for a in run.rewind()]
        self.arrivals = self._arrivals()
        self.flights, self.histories, self.released = Flights(), self._histories(), int(NO_TIME)
        self.counts["rewound"] += 1
        return closed

    def _arrivals(self) -> Arrivals:
        lateness_ms = int(self.lateness_s * 1000)
        return Arrivals(lateness_ms, int(self.skew_s * 1000), learned=Lateness(lateness_ms) if self.adapts else None)

    def know(self, known: Sequence[Known]) -> None:
        """What was found before a start that remembers nothing: found again, it goes on and is not found twice."""
        for name, run in self.runs.items():
            run.merger.known = [one for one in known if one.class_id == name]

    def open_ids(self) -> list[str]:
        """The episodes that may still go on."""
        return [e.id for run in self.runs.values() for episodes in run.merger.open.values() for e in episodes]

    @property
    def judged_s(self) -> float:
        """How long all classes have judged, in seconds."""
        return sum(run.seconds for run in self.runs.values())

    def judged_until(self, step: Step) -> int:
        """Data time (epoch ms) as far as it was judged with this step; the end of the data at the end."""
        newest = int(self.arrivals.newest)
        return newest if step.watermark == NO_TIME else min(int(step.watermark), newest)

    def status(self) -> dict[str, str]:
        """Why each class is inactive or still silent; '' for one that speaks."""
        return {name: self._idle(run) or run.learning() for name, run in self.runs.items()}

    def _idle(self, run: ClassRun) -> str:
        groups = run.spec.missing(self.seen, set(self.resources))
        return run.failed or (f"no {'; no '.join(groups)} in the data" if groups else "")

    def _advance(self, final: bool = False) -> Step:
        rows, late = self._in_order(*self.arrivals.release(everything=final))
        if len(rows):
            rows = rows.with_columns(**self.flights.assign(rows.columns))
            self._remember(rows)
        found = [self._named(a) for run in self.runs.values() for a in self._judge(run, final)]
        self._forget()
        return Step(rows, late, [self.enrich(a) for a in found] if self.enrich else found, self.arrivals.cut)

    def _named(self, anomaly: Anomaly) -> Anomaly:
        """Where the source has no icao24: the flight id or file name that stands for it, and that it does."""
        nameless = [k for k in (anomaly.icao24, *anomaly.members) if k is not None and k >= SYNTHETIC]
        if not nameless:
            return anomaly
        identity = [self.labels.get(k, "unknown") for k in nameless]
        note = "the source has no icao24: this is its flight id, or the name of the file"
        if any(label.startswith(MARK) for label in identity):
            note = "identifiers are pseudonyms here: the same one is the same aircraft"
        return replace(anomaly, evidence={**anomaly.evidence, "identity": identity, "identity_note": note})

    def _in_order(self, batch: Batch, passed: Mask) -> tuple[Batch, Batch]:
        """The released rows by (icao24, time) without duplicates; and those older than what was released before."""
        order = _order(batch)
        order = order[passed[order]]
        again = np.zeros(len(order), dtype=bool)
        again[1:] = np.logical_and.reduce([np.diff(values[order]) == 0 for values in _identity(batch)])
        late = batch["time"][order] < self.released
        if late.any():
            again |= late & (batch["time"][order] == self.flights.last_time(batch["icao24"][order]))
            late &= ~again
        self.released = self.arrivals.cut
        self._count(batch["feed"][order], again, late)
        return batch.take(order[~again & ~late]), batch.take(order[late])

    def _count(self, feed: Array, again: Mask, late: Mask) -> None:
        """Rows, duplicates and late ones, in all and by feed; and those that several feeds told of."""
        self.counts.update(rows=len(feed), duplicate=int(again.sum()), late=int(late.sum()))
        for name, some in (("rows", feed), ("duplicate", feed[again]), ("late", feed[late])):
            found = np.bincount(some)
            for number in np.flatnonzero(found).tolist():
                self.by_feed.setdefault(number, Counter())[name] += int(found[number])
        fused = self.arrivals.fusion.fused
        self.counts["fused"] = fused.total()
        for number, count in fused.items():
            self.by_feed.setdefault(number, Counter())["fused"] = count

    def _remember(self, rows: Batch) -> None:
        """Into the histories, by flight; note which columns the feeds really fill."""
        self.seen |= {
            name for name, values in rows.columns.items()
            if name in COLUMNS and name not in self.seen and bool(present(name, values).any())
        }  # fmt: skip
        order = np.argsort(rows.columns["flight"], kind="stable")
        names = {n for h in self.histories.values() for n in h.names}
        sorted_rows = {n: _column(rows, n).take(order) for n in names}
        for history in self.histories.values():
            history.extend(sorted_rows)

    def _histories(self) -> dict[int, History]:
        """One per sampling interval, with the columns and the reach that its classes need."""
        out = {}
        for sample_s in {run.spec.sample_s for run in self.runs.values()}:
            specs = [run.spec for run in self.runs.values() if run.spec.sample_s == sample_s]
            names = dict.fromkeys((*BASE_COLUMNS, *DERIVED, *(c for s in specs for c in s.columns)))
            out[sample_s] = History(tuple(names), int(max(s.lookback_s for s in specs) * 1000), sample_s)
        return out

    def _judge(self, run: ClassRun, final: bool) -> Sequence[Anomaly]:
        """The complete slices of one class, as one: the verdict on a row does not depend on how far it reaches."""
        first, cut = self.arrivals.first, self.arrivals.cut
        if first == NO_TIME:
            return ()
        if self._idle(run):
            return run.skip(first, cut)
        began = perf_counter()
        try:
            found = run.judge(self.histories[run.spec.sample_s], first, cut, final)
        except Exception as error:
            # Any error at all: a class is somebody's code, and a service that runs for years outlives its mistakes.
            if not self.tolerant:
                raise
            run.failed = f"stopped by an error: {type(error).__name__}: {error}"
            _log.exception("class stopped", extra={"class_id": run.spec.id})
            return ()
        finally:
            run.seconds += perf_counter() - began
        return [*found, *run.end()] if final else found

    def _forget(self) -> None:
        """Rows that no class can ask for any more, and aircraft long gone."""
        for sample_s, history in self.histories.items():
            judged = [r.judged for r in self.runs.values() if r.spec.sample_s == sample_s]
            history.forget(min(judged) - history.keep_ms)
        self.flights.forget(self.arrivals.cut - int(self.flights.gap_s * 1000))


_log = logging.getLogger("skysift.engine")

_SAME = ("icao24", "time", "source", "position_time", "lat", "lon")
"""Rows equal in these are one observation. The place is among them: two aircraft may share an address and a second."""


def _order(batch: Batch) -> Array:
    """By aircraft and time; rows of one moment by source and position time, so that no order of arrival matters."""
    aircraft, time = batch["icao24"], batch["time"]
    order = np.lexsort((time, aircraft))
    tied = np.diff(aircraft[order]) == 0
    tied &= np.diff(time[order]) == 0
    return np.lexsort(tuple(reversed(_identity(batch)))) if tied.any() else order


def _identity(batch: Batch) -> list[Array]:
    """The columns of _SAME, where no position equals no position."""
    columns = (batch[name] for name in _SAME)
    return [np.nan_to_num(values, nan=999.0) if values.dtype.kind == "f" else values for values in columns]


def _column(rows: Batch, name: str) -> Array:
    return rows.columns[name] if name in rows.columns else missing(name, len(rows))
