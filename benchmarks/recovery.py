"""kill -9 of each process of the service in turn: seconds until it answers /ready and stores rows again."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import psutil

from benchmarks.machine import machine
from benchmarks.receivers import HTTP, Sky, receivers
from benchmarks.service import KEEPER, PARTS, Running, begun, ended, served, state_folder
from store.cluster import Cluster
from store.connect import UNREACHABLE

WANTED_S = 5.0
LONGEST_S = 120.0
"""A service that is not back after so long counts as lost."""

LOOK_S = 0.05
DATABASE = "the private database"
NOBODY = "nobody"
"""Killed for comparison: what is heard is stored after the time that late rows are given, and the feed's interval."""

VICTIMS = (NOBODY, *PARTS, DATABASE, KEEPER)

_NEWEST = "SELECT coalesce(extract(epoch FROM max(time)), 0) FROM positions WHERE time > now() - interval '1 hour'"
_LISTENS = (
    "SELECT count(*) FROM pg_stat_activity WHERE query ILIKE 'LISTEN%' AND extract(epoch FROM backend_start) > {}"
)


@dataclass(frozen=True)
class Plan:
    """`warm_s` before the first kill and `calm_s` before each other one, seconds; `rounds` kills of each process but
    the keeper, which is killed once."""

    aircraft: int
    warm_s: float
    calm_s: float
    rounds: int
    say: Callable[[str], None] = print


@dataclass
class Found:
    """Seconds from each kill until /ready, and until rows from after it are stored; None: never within LONGEST_S."""

    ready: list[float | None] = field(default_factory=list)
    stored: list[float | None] = field(default_factory=list)


def run(plan: Plan) -> dict[str, Any]:
    """One receiver, all classes, a private database of its own. The median and the longest of each process."""
    found = {name: Found() for name in VICTIMS}
    sky = Sky.of(time.time(), 1, plan.aircraft)
    with (
        state_folder("recovery") as state,
        receivers(sky, (HTTP,)) as heard,
        served(state, None, *(options := ("--feed", f"roof={heard.addresses[0]}"))) as own,
    ):
        time.sleep(plan.warm_s)
        for _ in range(plan.rounds):
            for name in VICTIMS[:-1]:
                _note(plan, own, name, found[name], options)
                time.sleep(plan.calm_s)
        _note(plan, own, KEEPER, found[KEEPER], options)
    return {**{f"{name}: {k}": v for name, one in found.items() for k, v in _told(one).items()}, "machine": machine()}


def _told(one: Found) -> Mapping[str, Any]:
    whole = [None if None in pair else max(pair) for pair in zip(one.ready, one.stored, strict=True)]  # type: ignore[type-var]
    never = sum(value is None for value in whole)
    back = [value for value in whole if value is not None]
    return {
        "kills": len(whole), "back within 5 s": sum(value <= WANTED_S for value in back), "never back": never,
        "median s": round(median(back), 2) if back else None, "longest s": round(max(back), 2) if back else None,
        "ready, longest s": _longest(one.ready), "stored, longest s": _longest(one.stored),
    }  # fmt: skip


def _longest(values: list[float | None]) -> float | None:
    there = [value for value in values if value is not None]
    return round(max(there), 2) if there else None


def _note(plan: Plan, own: Running, name: str, found: Found, options: Sequence[str]) -> None:
    ready, stored = _killed(own, name, options)
    found.ready.append(ready)
    found.stored.append(stored)
    plan.say(f"{name}: ready after {_shown(ready)}, storing after {_shown(stored)}")


def _shown(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds:.2f} s"


def _killed(own: Running, name: str, options: Sequence[str]) -> tuple[float | None, float | None]:
    """Kill one, and watch. The keeper does not come back by itself: as systemd would, without its 5 s of waiting."""
    cluster = Cluster(own.state)
    if name == NOBODY:
        return _back(own, cluster, name, time.time(), time.monotonic())
    pid = cluster.pid() if name == DATABASE else own.parts()[name].pid
    assert pid, f"{name} does not run"
    children = own.process.children(recursive=True) if name == KEEPER else []
    os.kill(pid, signal.SIGKILL)
    at, began = time.time(), time.monotonic()
    if name != KEEPER:
        psutil.wait_procs([one for one in (_process(pid),) if one], timeout=LONGEST_S)
        return _back(own, cluster, name, at, began)
    psutil.wait_procs([own.process, *children], timeout=LONGEST_S)
    again = begun(own.state, None, *options, port=urlsplit(own.base).port or 0)
    try:
        return _back(own, cluster, name, at, began)
    finally:
        ended(again)


def _process(pid: int) -> psutil.Process | None:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid)
    return None


def _back(own: Running, cluster: Cluster, name: str, at: float, began: float) -> tuple[float | None, float | None]:
    """Seconds since `began` until it is ready, and until what was heard after `at` (epoch seconds) is stored."""
    ready = stored = None
    while (ready is None or stored is None) and time.monotonic() - began < LONGEST_S:
        if ready is None and own.ready() and _serves(cluster, name, at):
            ready = time.monotonic() - began
        if stored is None and _asked(cluster, _NEWEST) > at:
            stored = time.monotonic() - began
        time.sleep(LOOK_S)
    return ready, stored


def _serves(cluster: Cluster, name: str, at: float) -> bool:
    """/ready says nothing of the dispatcher: it works when it listens to the database again."""
    return name != "sky-dispatcher" or _asked(cluster, _LISTENS.format(at)) > 0


def _asked(cluster: Cluster, sql: str) -> float:
    """One number of the database; 0 while it is away."""
    return asyncio.run(_number(cluster.url, sql))


async def _number(url: str, sql: str) -> float:
    try:
        connection = await asyncpg.connect(url, timeout=5)
    except UNREACHABLE:
        return 0.0
    try:
        return float(await connection.fetchval(sql))
    except UNREACHABLE:
        return 0.0
    finally:
        connection.terminate()
