"""Where an alert's time goes: stamps on the wall clock at every stage from the observation to the webhook."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from time import monotonic, process_time, thread_time, time
from typing import Any

import asyncpg
import numpy as np

from geo.alert import Alert
from geo.anomaly import Anomaly
from geo.batch import Batch
from geo.incident import Incident
from pipeline.engine import Step
from pipeline.live import Live
from pipeline.safekeeping import Safekeeping
from pipeline.storing import Storing

STAGES = ("received", "taken", "judged", "watched", "kept", "stored", "leased", "arrived")
"""In turn: the row came in; the tick began that lets it go; the engine was done; the alert was made; beside it the rows
were written; the alert was committed; the dispatcher took its delivery; the webhook had it."""

_STAMPING = """
CREATE TABLE bench_leased (alert text NOT NULL, at float8 NOT NULL);
CREATE FUNCTION bench_lease() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO bench_leased VALUES (NEW.alert, extract(epoch FROM clock_timestamp()));
  RETURN NULL;
END $$;
CREATE TRIGGER bench_lease AFTER UPDATE OF due ON deliveries FOR EACH ROW
WHEN (OLD.state = 'due' AND NEW.state = 'due') EXECUTE FUNCTION bench_lease();
"""
_LEASED = "SELECT a.icao24, min(l.at) AS at FROM bench_leased l JOIN alerts a ON a.key = l.alert GROUP BY 1"


@dataclass
class Stamps:
    """By stage, by address (hex text): epoch seconds. `cpu` are processor seconds of this process by what did it."""

    at: dict[str, dict[str, float]] = field(default_factory=lambda: {stage: {} for stage in STAGES})
    cpu: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    longest: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    """Seconds by the clock that each of the pieces took at most."""

    ticks: int = 0

    @asynccontextmanager
    async def timed(self, name: str) -> AsyncIterator[None]:
        """Note how long a piece of the tick, or of what is done behind it, takes."""
        began = monotonic()
        yield
        self.longest[name] = max(self.longest[name], monotonic() - began)

    def note(self, stage: str, alerts: Sequence[Alert], at: float) -> None:
        """These alerts have come so far; the first time counts."""
        for one in alerts:
            self.at[stage].setdefault(f"{one.icao24:06x}", at)

    def told(self) -> dict[str, Any]:
        """Milliseconds of each stage, p50 and p99, of the alerts that arrived; and processor milliseconds a tick."""
        whole = [one for one in self.at["arrived"] if all(one in self.at[stage] for stage in STAGES)]
        out: dict[str, Any] = {}
        for before, stage in pairwise(STAGES):
            took = [self.at[stage][one] - self.at[before][one] for one in whole]
            for name, share in (("p50", 0.5), ("p99", 0.99)):
                out[f"to_{stage}_{name}_ms"] = round(float(np.quantile(took, share)) * 1000) if took else None
        per_tick = 1000 / max(self.ticks, 1)
        out |= {f"tick_cpu_{name}_ms": round(seconds * per_tick, 1) for name, seconds in self.cpu.items()}
        return out | {f"longest_{name}_ms": round(seconds * 1000) for name, seconds in self.longest.items()}

    async def prepare(self, connection: asyncpg.Connection) -> None:
        """Let the database note when a delivery is taken."""
        await connection.execute(_STAMPING)

    async def read(self, connection: asyncpg.Connection) -> None:
        """What it noted."""
        rows = await connection.fetch(_LEASED)
        self.at["leased"] = {f"{row['icao24']:06x}": row["at"] for row in rows}


@dataclass
class Watched:
    """A watch that says when its alerts were made."""

    own: Any
    live: Stamped | None = None

    def feed(self, rows: Batch, anomalies: Sequence[Anomaly], now: int, within: Any) -> Sequence[Alert]:
        began = thread_time()
        alerts: Sequence[Alert] = self.own.feed(rows, anomalies, now, within)
        if self.live:
            self.live.stamps.cpu["watching"] += thread_time() - began
            self.live.watched(alerts)
        return alerts

    def note(self, troubles: Mapping[str, str]) -> None:
        self.own.note(troubles)

    def state(self) -> Any:
        return self.own.state()

    def restore(self, stored: Any) -> None:
        self.own.restore(stored)


@dataclass
class StampedStoring(Storing):
    """What is done behind and beside the loop, with stamps."""

    stamps: Stamps = field(default_factory=Stamps)

    async def _show(self, step: Step, now: int, newest: int) -> None:
        async with self.stamps.timed("rows_stored"):
            await super()._show(step, now, newest)

    async def drawn(self) -> None:
        async with self.stamps.timed("tracks_drawn"):
            await super().drawn()


@dataclass
class StampedSafekeeping(Safekeeping):
    """Checkpoints with stamps."""

    stamps: Stamps = field(default_factory=Stamps)

    def keep(self) -> None:
        began = monotonic()
        super().keep()
        self.stamps.longest["checkpoint"] = max(self.stamps.longest["checkpoint"], monotonic() - began)


@dataclass
class Stamped(Live):
    """The live loop with stamps."""

    stamps: Stamps = field(default_factory=Stamps)
    taken: float = 0.0
    judged: float = 0.0
    began: float = field(default_factory=process_time)

    def __post_init__(self) -> None:
        self.watch = Watched(self.watch, self)
        super().__post_init__()
        days = self.keep_days, self.hourly_days
        self.storing = StampedStoring(self.sink, self.cells, self.sessions, *days, stamps=self.stamps)
        kept = self.engine, self.checkpoint, self.journal, self.safe.beside
        self.safe = self.pulse.safe = StampedSafekeeping(*kept, stamps=self.stamps)

    async def tick(self) -> None:
        async with self.stamps.timed("tick"):
            await super().tick()
        self.stamps.ticks += 1
        # What is done beside the ticks included.
        self.stamps.cpu["all"] = process_time() - self.began

    def watched(self, alerts: Sequence[Alert]) -> None:
        """The alerts of the step that was judged last."""
        now = time()
        for stage, at in (("taken", self.taken), ("judged", self.judged), ("watched", now)):
            self.stamps.note(stage, alerts, at)

    def _judged(self, batch: Batch, posted: Sequence[int]) -> Step:
        self.taken, began = time(), thread_time()
        step = super()._judged(batch, posted)
        self.judged = time()
        self.stamps.cpu["judging"] += thread_time() - began
        return step

    async def _keep(self, anomalies: Sequence[Anomaly], incidents: Sequence[Incident], alerts: Sequence[Alert]) -> None:
        self.stamps.note("kept", alerts, time())
        await super()._keep(anomalies, incidents, alerts)
        self.stamps.note("stored", alerts, time())

    async def _duties(self) -> None:
        async with self.stamps.timed("duties"):
            await super()._duties()
