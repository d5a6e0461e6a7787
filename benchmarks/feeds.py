"""Many observations from four feeds at once, through the whole service: what came, was stored and was dropped."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import httpx
import numpy as np
import orjson
import psutil
import pyarrow as pa

from benchmarks.machine import machine
from benchmarks.receivers import HTTP, SBS, Air, Receivers, Sky, receivers
from benchmarks.service import Running, cpu_s, database, served, state_folder
from store import accounts, credentials
from store.cluster import Cluster

FEEDS = ("roof", "hill", "mast")
KINDS = (HTTP, HTTP, SBS)
POSTED = "POST /ingest"
WARM_S = 20.0
"""In the first seconds every aircraft is new to every class; the feeds are open, nothing is counted yet."""

SETTLE_S, STILL_S, LONGEST_S = 10.0, 12.0, 180.0
"""After the last row: until what has come must have been counted (it is told every 5 s) and no more is stored."""

ROLE = "ingest"
ARROW = "application/vnd.apache.arrow.stream"

_ENGINE = "SELECT value::text FROM meta WHERE key = 'engine'"


@dataclass(frozen=True)
class Plan:
    """`rate` observations a second of all feeds together, for `seconds`; rows are stored `store_every_s` apart."""

    rate: int
    seconds: int
    store_every_s: float
    say: Callable[[str], None] = print


@dataclass
class Seen:
    """What was measured while it ran: seconds from an observation to its row, processor seconds by process."""

    lag_s: list[float] = field(default_factory=list)
    cpu: dict[str, float] = field(default_factory=dict)
    lasted_s: float = 0.0
    posted: int = 0
    refused: int = 0


def run(plan: Plan) -> dict[str, Any]:
    """Three receivers (two aircraft.json over http, one BaseStation port) and a program that posts; what one hears two
    others hear too, as far as they overlap. `lost` are rows that were judged, and not stored.

    What was heard in the last seconds waits for what may still come late, and is neither."""
    sky = Sky.of(time.time(), len(KINDS) + 1, plan.rate // (len(KINDS) + 1))
    with state_folder("feeds") as state, receivers(sky, KINDS) as heard:
        named = zip(FEEDS, heard.addresses, strict=True)
        options = [word for name, address in named for word in ("--feed", f"{name}={address}")]
        with served(state, None, *options, "--store-every", f"{plan.store_every_s:g}") as own:
            plan.say(f"{sky.aircraft:,} aircraft, {sky.each:,} heard by each of {len(KINDS) + 1} feeds")
            seen = _measured(plan, own, heard, Air(sky, len(KINDS)))
            return _counted(plan, own, heard, seen) | _shown(seen) | {"machine": machine()}


def _measured(plan: Plan, own: Running, heard: Receivers, air: Air) -> Seen:
    """Everything runs for WARM_S and then for as long as was asked; then the feeds fall silent, and it is waited."""
    seen, over = Seen(), threading.Event()
    key = asyncio.run(api_key(Cluster(own.state).url))
    posting = threading.Thread(target=_post, args=(own.base, key, air, over, seen), daemon=True)
    posting.start()
    time.sleep(WARM_S)
    before, began = _cpu(own), time.monotonic()
    while (left := plan.seconds - (time.monotonic() - began)) > 0:
        time.sleep(min(1.0, left))
        seen.lag_s.append(asyncio.run(_lag(Cluster(own.state).url)))
    seen.lasted_s = time.monotonic() - began
    seen.cpu = {name: used - before.get(name, 0.0) for name, used in _cpu(own).items()}
    over.set()
    heard.over.set()
    posting.join()
    _await_still(Cluster(own.state).url)
    return seen


def _cpu(own: Running) -> dict[str, float]:
    """Processor seconds so far, by process of the service; the load's own besides."""
    found = {name: cpu_s(process) for name, process in own.parts().items()}
    load = [psutil.Process(), *psutil.Process().children()]
    mine = sum(map(cpu_s, load)) - cpu_s(own.process)
    return found | {"database": sum(map(cpu_s, database(own.state))), "the load itself": mine}


def _post(base: str, key: str, air: Air, over: threading.Event, seen: Seen) -> None:
    """A program that sends each second what its own receiver has heard in it, as Arrow."""
    since = time.time()
    with httpx.Client(headers={"authorization": f"Bearer {key}"}, timeout=60.0) as client:
        while not over.wait(1.0):
            until = time.time()
            answer = client.post(f"{base}ingest", content=_arrow(air, since, until), headers={"content-type": ARROW})
            told = answer.json()
            seen.posted += told.get("accepted", 0)
            seen.refused += told.get("refused", 0) if answer.status_code < 500 else air.sky.each
            since = until


def _arrow(air: Air, since: float, until: float) -> bytes:
    """The transmissions in (since, until]; whoever sent twice has its last one in it."""
    at = air.sent(until)
    which = np.flatnonzero(at > since)
    lon, lat = air.places(at[which], which)
    ms = np.round(at[which] * 1000).astype(np.int64)
    table = pa.table({
        "icao24": [air.hex[k] for k in which.tolist()], "time": ms, "position_time": ms, "lat": lat, "lon": lon,
        "callsign": [air.callsign[k] for k in which.tolist()], "squawk": [air.squawk[k] for k in which.tolist()],
        "baro_altitude": air.height[which].astype(float), "ground_speed": air.speed[which], "track": air.track[which],
    })  # fmt: skip
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    out: bytes = sink.getvalue().to_pybytes()
    return out


async def api_key(url: str) -> str:
    """The API key of a program that may send."""
    connection = await asyncpg.connect(url)
    try:
        account = await accounts.add(connection, "bench", ROLE)
        return (await credentials.give(connection, account, credentials.KEY, "bench", ROLE, None))[1]
    finally:
        await connection.close()


async def _asked(url: str, sql: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def _lag(url: str) -> float:
    """Seconds that the newest stored row lies behind the clock."""
    sql = "SELECT extract(epoch FROM now() - max(time))::float8 FROM positions WHERE time > now() - interval '1 hour'"
    return float(await _asked(url, sql) or 3_600.0)


def _await_still(url: str) -> None:
    """Until nothing waits any more and for STILL_S no row has been judged; a service that is far behind is left."""
    time.sleep(SETTLE_S)
    until, seen, since = time.monotonic() + LONGEST_S, (-1, -1), time.monotonic()
    while time.monotonic() < until and (seen[1] or time.monotonic() - since < STILL_S):
        told = orjson.loads(asyncio.run(_asked(url, _ENGINE)))
        waits = told["inbox_rows"] + asyncio.run(_asked(url, "SELECT count(*) FROM posted"))
        if (now := (told["rows"], waits)) != seen:
            seen, since = now, time.monotonic()
        time.sleep(1.0)


def _counted(plan: Plan, own: Running, heard: Receivers, seen: Seen) -> dict[str, Any]:
    """Where every observation went."""
    url, names = Cluster(own.state).url, (*FEEDS, POSTED)
    feeds = {one["name"]: one for one in httpx.get(f"{own.base}feeds", timeout=30.0).json()["feeds"]}
    engine = orjson.loads(asyncio.run(_asked(url, _ENGINE)))
    stored = asyncio.run(_asked(url, "SELECT count(*) FROM positions"))
    given = [*heard.given[:], seen.posted]
    received, dropped = sum(feeds[name]["delivered"] for name in names), engine["dropped"]
    out = {
        "wanted observations/s": plan.rate, "seconds": round(seen.lasted_s, 1), "given": sum(given),
        **{f"given by {name}": n for name, n in zip(names, given, strict=True)}, "refused posts' rows": seen.refused,
        "received": received, "dropped": dropped, "dropped share": round(dropped / max(received, 1), 6),
        **{name: engine[name] for name in ("fused", "duplicate", "late")},
        "waiting at the end": received - dropped - engine["fused"] - engine["rows"], "stored": stored,
    }  # fmt: skip
    if plan.store_every_s == 0:
        out["lost"] = engine["rows"] - engine["duplicate"] - stored
    judged = max(engine["rows"] + engine["fused"], 1)
    out["engine's processor time, us an observation"] = round(engine["cpu_s"] / judged * 1e6, 1)
    return out


def _shown(seen: Seen) -> dict[str, Any]:
    """Delays and processor time."""
    lag = {"p50": 0.5, "p99": 0.99, "longest": 1.0}
    out = {f"stored after, {name}, s": round(float(np.quantile(seen.lag_s, q)), 2) for name, q in lag.items()}
    return out | {f"cores: {name}": round(used / seen.lasted_s, 3) for name, used in seen.cpu.items()}
