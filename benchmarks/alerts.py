"""Alerts: an observation is received, and some time later the alert that it fires has arrived at a webhook."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, time
from typing import Any

import asyncpg
import numpy as np

from benchmarks.alert_stages import Stamped, Stamps
from benchmarks.machine import machine
from benchmarks.receiver import receiving
from benchmarks.world import snapshot
from cli.deliver import Delivering, dispatching
from cli.inputs import Judging
from cli.watching import watched
from delivery._registry import kinds
from delivery.vault import Vault
from geo.batch import Batch, checked
from geo.schema import COLUMNS
from pipeline.engine import Engine
from pipeline.journal import Journal
from store import accounts
from store.writer import Writer

FIRST = 0x700000
VISITORS = 5
"""New aircraft a second, each in another area."""

DESTINATIONS = 50
WARM_S, DRAIN_S = 35, 10.0
"""Nobody visits until the feed's lateness is learned, as it is of a service that runs."""

PLACES = 40
"""Areas lie on a grid of so many columns, a degree apart, over the empty South Pacific."""


@dataclass(frozen=True)
class Plan:
    """What is measured: `aircraft` at 1 Hz for WARM_S and `seconds`, `subscriptions` each with an area of its own."""

    url: str
    state: Path
    aircraft: int
    seconds: int
    subscriptions: int
    lateness_s: float


@dataclass
class Visits:
    """A live source at 1 Hz on the wall clock: a background, and visitors that are first heard inside an area."""

    rows: Batch
    plan: Plan
    received: dict[str, float]
    """By address: when, on the wall clock in seconds."""

    name: str = "visits"

    async def poll(self) -> AsyncIterator[Batch]:
        began = monotonic()
        for second in range(WARM_S + self.plan.seconds):
            now = int(time() * 1000)
            calm = self.rows.with_columns(time=np.full(len(self.rows), now), position_time=np.full(len(self.rows), now))
            count = VISITORS * max(0, second + 1 - WARM_S)
            arrived = range(max(0, count - VISITORS), count)
            self.received |= {f"{FIRST + n:06x}": time() for n in arrived}
            yield Batch.concat([calm, _visitors(count, now, self.plan.subscriptions)])
            await asyncio.sleep(max(0.0, began + second + 1 - monotonic()))

    def health(self) -> dict[str, Any]:
        return {"name": self.name, "format": "visits", "live": True, "state": "ok"}


def _visitors(count: int, now: int, areas: int) -> Batch:
    numbers = np.arange(count)
    lon, lat = _place(numbers % areas)
    columns = {
        "icao24": FIRST + numbers, "time": np.full(count, now), "position_time": np.full(count, now), "lat": lat,
        "lon": lon, "baro_altitude": np.full(count, 30_000.0), "on_ground": np.zeros(count),
    }  # fmt: skip
    return checked({name: np.asarray(values).astype(COLUMNS[name].dtype) for name, values in columns.items()})


def _place(numbers: Any) -> tuple[Any, Any]:
    return -160.0 + numbers % PLACES, -60.0 + numbers // PLACES


def run(plan: Plan, setup: Judging) -> dict[str, Any]:
    """Milliseconds from the row to the webhook, p50 and p99, and of each stage between them (`alert_stages.STAGES`).
    `lateness_s` is what it may be at most."""
    return asyncio.run(_measured(plan, setup))


async def _measured(plan: Plan, setup: Judging) -> dict[str, Any]:
    stamps = Stamps()
    source = Visits(snapshot(None, plan.aircraft), plan, stamps.at["received"])
    engine = setup.engine(plan.lateness_s, adapts=True)
    with receiving() as receiver, dispatching(Delivering(plan.state, 0, True, (), plan.url)):
        await _subscribe(plan, receiver.url, stamps)
        await _watch(plan, setup, engine, source, stamps)
        until = monotonic() + DRAIN_S
        while len(receiver.heard()) < len(source.received) and monotonic() < until:
            await asyncio.sleep(0.2)
        arrived = stamps.at["arrived"] = receiver.heard()
    await _stamped(plan, stamps)
    took = [arrived[one] - at for one, at in source.received.items() if one in arrived]
    return {
        "alerts": len(took), "missed": len(source.received) - len(took), "aircraft": plan.aircraft,
        "subscriptions": plan.subscriptions, "lateness_s": plan.lateness_s,
        "lateness_learned_ms": engine.arrivals.wait_ms(0), "late_rows": engine.counts["late"],
        **{f"p{share}_ms": round(float(np.percentile(took, share)) * 1000) for share in (50, 99)},
        **stamps.told(), "machine": machine(),
    }  # fmt: skip


async def _watch(plan: Plan, setup: Judging, engine: Engine, source: Visits, stamps: Stamps) -> None:
    """The live loop as `serve` runs it, with its journal and its checkpoints."""
    writer = await Writer.open(plan.url)
    kept = plan.state / "engine.npz"
    async with watched(plan.url, setup) as watch:
        more: dict[str, Any] = {"watch": watch, "journal": Journal(kept.with_suffix(".journal")), "stamps": stamps}
        await Stamped(engine, [source], writer, kept, **more).run()
    await writer.close()


async def _stamped(plan: Plan, stamps: Stamps) -> None:
    connection = await asyncpg.connect(plan.url)
    await stamps.read(connection)
    await connection.close()


async def _subscribe(plan: Plan, address: str, stamps: Stamps) -> None:
    """An account whose subscriptions each watch an area, told at one of DESTINATIONS webhooks."""
    kind = kinds()["webhook"]
    reach = Delivering(plan.state, 0, True, ()).reach
    sealed = Vault.of(plan.state).seal(kind.taken({"url": address}, reach))
    connection = await asyncpg.connect(plan.url)
    own = await accounts.add(connection, "bench", "analyst")
    lon, lat = _place(np.arange(plan.subscriptions))
    await connection.execute(_AREAS, own, list(map(float, lon)), list(map(float, lat)))
    await connection.execute(_DESTINATIONS, own, sealed, DESTINATIONS)
    await connection.execute(_SUBSCRIPTIONS, own)
    await connection.execute(_JOIN, DESTINATIONS)
    await stamps.prepare(connection)
    await connection.close()


_AREAS = """
INSERT INTO areas (owner, name, geom)
SELECT $1, 'area', ST_Multi(ST_Buffer(ST_SetSRID(ST_MakePoint(lon, lat), 4326), 0.3))
FROM unnest($2::float8[], $3::float8[]) AS place (lon, lat)
"""
_DESTINATIONS = """
INSERT INTO destinations (owner, name, kind, shown, secret)
SELECT $1, 'hook', 'webhook', '', $2 FROM generate_series(1, $3::int)
"""
_SUBSCRIPTIONS = """
INSERT INTO subscriptions (owner, name, area, trigger) SELECT $1, 'watch', id, 'enters' FROM areas WHERE owner = $1
"""
_JOIN = """
INSERT INTO subscription_destinations (subscription, destination)
SELECT s.id, d.id FROM (SELECT id, row_number() OVER (ORDER BY id) % $1::int AS n FROM subscriptions) s
JOIN (SELECT id, row_number() OVER (ORDER BY id) % $1::int AS n FROM destinations) d USING (n)
"""
