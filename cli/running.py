"""The engine's process: what was recorded goes into history, then the live feeds are polled and judged."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np

from cli.history import note_sources, store_and_judge
from cli.inputs import Judging, judging
from cli.joining import joined
from cli.outage import Outage
from cli.outside import outside
from cli.posted import Posted
from cli.raw import keeping
from cli.reading import feed_of, opened, read
from cli.resume import Others, checkpoint_path, resumed, stored_span
from cli.served import Service
from cli.thresholds import Watched
from cli.ui import err
from cli.watching import watched
from feeds import Feed, told_apart
from pipeline.cells import CellCounts
from pipeline.garbage import settle
from pipeline.journal import Journal
from pipeline.leaving import leave_out
from pipeline.live import Live
from pipeline.outside import Outside
from pipeline.polls import Polled
from store.writer import Writer

HOUR_MS = 3_600_000
LATE = ("onnx", "onnxruntime", "pandas", "h3ronpy", "scipy.sparse.csgraph")
"""Packages that only the first rows would import."""

DEMO_STEP_S = 10.0
"""History of the demo is made at this interval: 24 h of 350 aircraft are three million rows."""


def run(url: str, service: Service, again: bool, ready: Any) -> None:
    """Watch until SIGTERM. `ready` is set when what was recorded is stored; `again`: it has been, by the one before."""
    from api.logs import configure

    configure(service.config["log.level"], service.config["log.json"])
    feeds = told_apart([feed_of(one) for one in service.feeds])
    heard = [f"{lat},{lon}" for lat, lon in (one.receiver for one in feeds if one.receiver)]
    given = {**service.judging, "receivers": [*service.judging["receivers"], *heard]}
    setup = judging(config=service.config, **given)
    services = outside(service.config, setup.context) if setup.context else None
    _prepare(url, setup, service, [] if again else feeds)
    ready.set()
    with suppress(asyncio.CancelledError):
        asyncio.run(_watch(url, setup, service, feeds, services))


def warm() -> None:
    """Everything that comes with Skysift and takes long to load; what is a user's own is read when it begins."""
    from detectors._registry import registry
    from geo.airports import Airports
    from geo.places import Places
    from geo.registers import Registers

    for name in LATE:
        import_module(name)
    registry()
    Registers.builtin()
    Airports.builtin().nearest(np.zeros(1), np.zeros(1))
    Places.builtin().nearest(0.0, 0.0)


async def _until_told(work: Coroutine[Any, Any, None]) -> None:
    """Cancelled by SIGTERM: a tick ends whole, and what was seen is kept. Before and after, the signal ends the process
    as it is: what was kept is there for the next one."""
    task, loop = asyncio.ensure_future(work), asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        await task
    finally:
        # On the way out there is nothing left to cancel, and a signal that nobody takes would keep it for ever.
        loop.remove_signal_handler(signal.SIGTERM)


def _prepare(url: str, setup: Judging, service: Service, feeds: Sequence[Feed]) -> None:
    """Zones and regions into the database; recorded files, and the demo's past, into history."""
    asyncio.run(_show_zones(url, setup))
    if service.demo:
        _demo_past(url, setup, service)
        return
    recorded = [s for s in opened(feeds) if not s.live]
    batches = read(recorded, empty=True)  # a recording of no use keeps nobody from watching
    if batches:
        doing = "judging and storing recordings"
        asyncio.run(_tell_starting(url, doing))
        found = asyncio.run(store_and_judge(url, setup, batches, service.store_every_s, doing))
        err.print(f"{sum(map(len, batches)):,} recorded rows: {found:,} anomalies")
        asyncio.run(note_sources(url, recorded))


def _starting(doing: str = "") -> dict[str, Any]:
    """What the engine says of itself before it watches; `doing` is what takes its time, in words."""
    return {"state": "starting", "at": time.time(), "doing": doing}


async def _tell_starting(url: str, doing: str) -> None:
    writer = await Writer.open(url)
    try:
        await writer.meta("engine", _starting(doing))
    finally:
        await writer.close()


async def _show_zones(url: str, setup: Judging) -> None:
    from store.zones import zone_rows

    writer = await Writer.open(url)
    try:
        await writer.meta("engine", _starting())
        await writer.zones(zone_rows(setup.resources["zones"]) if "zones" in setup.resources else [])
        await writer.firs(setup.resources.get("firs"))
    finally:
        await writer.close()


def _demo_past(url: str, setup: Judging, service: Service) -> None:
    """What the demo has not lived through yet, at most `demo_hours`, up to now."""
    from feeds.synthetic import Synthetic

    now = int(time.time() * 1000)
    stored = asyncio.run(stored_span(url))
    start = max(now - int(service.demo_hours * HOUR_MS), stored[1] + 1 if stored else 0)
    if now - start < 60_000:
        return
    batches = Synthetic(seed=1).batches(start, now, step_s=DEMO_STEP_S)
    doing = f"making {(now - start) / HOUR_MS:.1f} h of demo traffic"
    asyncio.run(_tell_starting(url, doing))
    asyncio.run(store_and_judge(url, setup, batches, 0.0, doing))
    asyncio.run(_tell_starting(url, ""))


async def _watch(
    url: str, setup: Judging, service: Service, feeds: Sequence[Feed], services: Outside | None = None
) -> None:
    """Poll the live feeds until interrupted; with recordings alone there is only the map to serve."""
    sources: list[Polled] = [s for s in opened(feeds or ["demo"]) if s.live]
    records = keeping(service.config, service.keep_raw, sources)
    writer = await Writer.open(url, service.store_every_s)
    if setup.privacy:
        await writer.forget(setup.privacy.addresses.tolist())
    if not sources:
        # There is nothing to be silent about, and only the map to serve, until a program sends something.
        await writer.meta("engine", {"state": "none"})
        await Posted(writer.pool).waits()
    thresholds = Watched(service.config, setup.classes)
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, thresholds.again)
    try:
        kept = checkpoint_path(url)
        cells = CellCounts()
        async with watched(url, setup) as watch, joined(writer, int(time.time() * 1000)) as joiner:
            adapts = not service.config["judging.lateness_fixed"]
            make = partial(setup.engine, service.lateness_s, True, service.patience_s, adapts)
            journal = Journal(kept.with_suffix(".journal"))
            others = Others(cells, joiner, watch, journal)
            went_on = await resumed(make, kept, url, others)
            engine = went_on.engine
            await went_on.save(writer)
            if setup.privacy:
                # Once more: what the journal and the checkpoint held of them came in again.
                leave_out(engine, setup.privacy.addresses.tolist())
                others.sessions.leave_out(setup.privacy.addresses.tolist())
                await writer.forget(setup.privacy.addresses.tolist())
            await writer.close_others(engine.open_ids())
            followers: dict[str, Any] = {"outside": services, "joiner": joiner, "watch": watch, "journal": journal,
                                         "sessions": others.sessions}  # fmt: skip
            sources.append(Posted(writer.pool, journal.posted))
            followers["numbers"] = await writer.feed_numbers([source.name for source in sources])
            followers |= {"thresholds": thresholds, "outage": Outage(url), "cells": cells}
            days = service.keep_days, service.config["storage.hourly_days"]
            live = Live(engine, sources, writer, kept, *days, **followers)
            live.inbox.privacy = setup.privacy
            settle()
            await _until_told(live.run())
    finally:
        await writer.close()
        if records:
            records.close()
