"""Alerts: an observation is received, and some time later the alert that it fires has arrived at a webhook."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, time
from typing import Any

import asyncpg
import numpy as np

from benchmarks.machine import machine
from benchmarks.world import snapshot
from cli.deliver import Delivering, dispatching
from cli.inputs import Judging
from cli.watching import watched
from delivery._registry import kinds
from delivery.vault import Vault
from geo.batch import Batch, checked
from geo.schema import COLUMNS
from pipeline.live import Live
from store import accounts
from store.writer import Writer

FIRST = 0x700000
VISITORS = 5
"""New aircraft a second, each in another area."""

DESTINATIONS = 50
WARM_S, DRAIN_S = 5, 10.0
PLACES = 40
"""Areas lie on a grid of so many columns, a degree apart, over the empty South Pacific."""


@dataclass(frozen=True)
class Plan:
    """What is measured: `aircraft` at 1 Hz for `seconds`, `subscriptions` each with an area of its own."""

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
    name: str = "visits"
    received: dict[str, float] = field(default_factory=dict)
    """By address: when, on the wall clock in seconds."""

    async def poll(self) -> AsyncIterator[Batch]:
        began = monotonic()
        for second in range(self.plan.seconds):
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
    """Milliseconds from the row to the webhook, and of that to the alert in the outbox (`to_stored`) and from there
    (`to_sent`): p50, p99. `lateness_s` is part of it."""
    return asyncio.run(_measured(plan, setup))


async def _measured(plan: Plan, setup: Judging) -> dict[str, Any]:
    source = Visits(snapshot(None, plan.aircraft), plan)
    arrived: dict[str, float] = {}
    receiver = await asyncio.start_server(_taking(arrived), "127.0.0.1", 0)
    await _subscribe(plan, f"http://127.0.0.1:{receiver.sockets[0].getsockname()[1]}/")
    writer = await Writer.open(plan.url)
    with dispatching(Delivering(plan.state, 0, True, (), plan.url)):
        async with watched(plan.url, setup) as watch:
            await Live(setup.engine(plan.lateness_s), [source], writer, watch=watch).run()
        until = monotonic() + DRAIN_S
        while len(arrived) < len(source.received) and monotonic() < until:
            await asyncio.sleep(0.1)
    receiver.close()
    await writer.close()
    stored = await _stored(plan)
    came = [one for one in source.received if one in arrived]
    stages = {
        "": [arrived[one] - source.received[one] for one in came],
        "to_stored_": [stored[one] - source.received[one] for one in came],
        "to_sent_": [arrived[one] - stored[one] for one in came],
    }
    return {
        "alerts": len(came), "missed": len(source.received) - len(came), "aircraft": plan.aircraft,
        "subscriptions": plan.subscriptions, "lateness_s": plan.lateness_s,
        **{f"{stage}{name}_ms": round(float(np.quantile(some, share)) * 1000)
           for stage, some in stages.items() for name, share in (("p50", 0.5), ("p99", 0.99))},
        "machine": machine(),
    }  # fmt: skip


async def _stored(plan: Plan) -> dict[str, float]:
    """By address: when the transaction that stored its alert began, epoch seconds."""
    connection = await asyncpg.connect(plan.url)
    rows = await connection.fetch(
        "SELECT icao24, extract(epoch FROM min(created))::float8 AS at FROM alerts GROUP BY 1"
    )
    await connection.close()
    return {f"{row['icao24']:06x}": row["at"] for row in rows}


def _taking(arrived: dict[str, float]) -> Any:
    """A receiver that answers 204 and notes when each aircraft was first told of."""

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length: ")[1].split("\r\n")[0])
        event = json.loads(await reader.readexactly(length))
        arrived.setdefault(event["data"]["properties"]["icao24"], time())
        writer.write(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    return take


async def _subscribe(plan: Plan, address: str) -> None:
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
