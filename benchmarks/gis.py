"""Skysift beside tipg and pygeoapi over one database: requests per second, latencies, memory, and the same answers."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg

from benchmarks import gis_export, gis_load, gis_more, gis_servers, gis_world
from benchmarks.gis_agree import compare
from benchmarks.gis_questions import QUESTIONS, TILE, Question
from benchmarks.gis_servers import Running
from benchmarks.gis_world import Places
from benchmarks.machine import machine

WARM_UP_S, IDLE_S, CANCELLED_S = 2.0, 20.0, 10.0
_BUSY = "application_name <> 'skysift-bench' AND state = 'active' AND backend_type = 'client backend'"


@dataclass(frozen=True)
class Plan:
    """What to measure: `scale` 1 is 5 million positions; each server gets `rounds` times `seconds` of each question."""

    url: str
    folder: Path
    scale: float = 1.0
    seconds: float = 6.0
    rounds: int = 1
    say: Callable[[str], None] = print


def run(plan: Plan) -> dict[str, Any]:
    """Everything. Raises NoWrk."""
    gis_load.check()
    plan = replace(plan, say=_timed(plan.say))
    python = gis_servers.environment(plan.folder, plan.say)
    plan.say("storing positions and the first anomalies")
    rows = asyncio.run(gis_world.fill_positions(plan.url, plan.scale))
    few = asyncio.run(gis_world.fill_anomalies(plan.url, (0, 0)))
    places = asyncio.run(gis_world.places(plan.url, rows, plan.scale))
    found: dict[str, Any] = {"scale": plan.scale, "positions": rows, "anomalies": few, "load_before": os.getloadavg()}
    with _servers(plan, python) as servers:
        plan.say("comparing the answers")
        found["agreement"] = compare(servers, places)
        found["questions"] = {one.name: _measure(plan, one, servers, places) for one in QUESTIONS}
        peaks = {one.name: one.peak_mb() for one in servers}
    plan.say("storing the other anomalies")
    many = asyncio.run(gis_world.fill_anomalies(plan.url, (1, 4)))
    # Started anew: what is stored meanwhile is news, which Skysift would be busy handing out.
    with _servers(plan, python) as servers:
        found["questions"][TILE.name] = _measure(plan, TILE, servers, places)
        found["tile_repeat"] = gis_more.repeated(servers[0], places, plan.seconds)
        found["peak_memory_mb"] = {one.name: max(peaks[one.name], one.peak_mb()) for one in servers}
        found["pages"] = gis_more.pages(servers[0], asyncio.run(gis_more.last_token(plan.url)))
    plan.say("exporting")
    found["export"] = gis_export.measure(plan.url, many, ("geojson",))
    return found | {"anomalies_tiles": many, "load_after": os.getloadavg(), "machine": machine()}


def _timed(say: Callable[[str], None]) -> Callable[[str], None]:
    """With how long it has taken so far: what takes long is seen to go on."""
    began = time.monotonic()
    return lambda text: say(f"{(time.monotonic() - began) / 60:5.1f} min: {text}")


@contextmanager
def _servers(plan: Plan, python: Path) -> Iterator[Sequence[Running]]:
    """All three, Skysift first."""
    with ExitStack() as stack:
        plan.say("starting Skysift, tipg and pygeoapi")
        yield [
            stack.enter_context(gis_servers.skysift(plan.url)),
            stack.enter_context(gis_servers.tipg(plan.url, python)),
            stack.enter_context(gis_servers.pygeoapi(plan.url, python, plan.folder)),
        ]


def _measure(plan: Plan, question: Question, servers: Sequence[Running], places: Places) -> dict[str, Any]:
    """The servers by turns, so that what else the machine does meets all of them."""
    plan.say(question.name)
    asked = [(one, question.paths(one.name, places)) for one in servers if one.name in question.servers]
    for one, paths in asked:
        gis_load.load(one.url, paths, min(WARM_UP_S, plan.seconds))
        asyncio.run(_idle(plan.url))
    took: dict[str, list[Mapping[str, float]]] = {one.name: [] for one, _ in asked}
    for _ in range(plan.rounds):
        for one, paths in asked:
            took[one.name].append(gis_load.load(one.url, paths, plan.seconds * question.longer))
            asyncio.run(_idle(plan.url))
    found: dict[str, Any] = {name: _middle(runs) for name, runs in took.items()}
    return found | _beside(found["skysift"], found["tipg"], question)


def _middle(runs: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: median(run[name] for run in runs) for name in runs[0]}


def _beside(own: Mapping[str, float], peer: Mapping[str, float], question: Question) -> dict[str, Any]:
    """Ratios to tipg; None where tipg answered nothing."""
    ratio = round(own["requests_s"] / peer["requests_s"], 1) if peer["requests_s"] else None
    p99 = round(own["p99_ms"] / peer["p99_ms"], 2) if peer["p99_ms"] else None
    return {"ratio": ratio, "p99_ratio": p99, "wanted": question.ratio}


async def _idle(url: str) -> None:
    """Wait until nobody computes any more: servers go on with what nobody waits for. After a while they are told, and
    whoever does not listen then is waited for no longer."""
    connection = await asyncpg.connect(url, server_settings={"application_name": "skysift-bench"})
    try:
        until = time.monotonic() + IDLE_S
        while await connection.fetchval(f"SELECT count(*) FROM pg_stat_activity WHERE {_BUSY}"):
            if time.monotonic() > until + CANCELLED_S:
                return
            if time.monotonic() > until:
                await connection.execute(f"SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE {_BUSY}")
            await asyncio.sleep(0.1)
    finally:
        await connection.close()
