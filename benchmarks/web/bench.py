"""All figures of the page, in one run over a private database; everything that it starts, it ends."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from api.settings import Settings
from benchmarks.machine import machine
from benchmarks.web import first, measures, world
from benchmarks.web.browser import looking, opened
from cli.web import api_process
from store.writer import Writer

TARGETS = {
    "interactive_s": 2.0, "first_view_s": 2.0, "page_mb": 1.5, "tick_ms": 50.0, "toggle_ms": 200.0,
    "scrub_slowest_ms": 300.0, "heap_grew_share": 0.05,
}  # fmt: skip
"""What each figure should stay below."""

LIMIT_S = 1_500


@dataclass(frozen=True)
class Plan:
    """How much: aircraft, anomalies, hours of history at `step_s`, ticks, scrubs, seconds of simulated life with looks
    at the heap, and visits that nobody looks at for so many seconds."""

    url: str
    aircraft: int = 10_000
    anomalies: int = 5_000
    hours: int = 24
    step_s: float = 5.0
    ticks: int = 20
    toggles: int = 9
    scrubs: int = 48
    life_s: int = 3_600
    looks: int = 12
    visits: int = 3
    loading_s: float = 15.0
    say: Callable[[str], None] = print


def run(plan: Plan) -> dict[str, Any]:
    """The figures, each by its name, beside TARGETS. Raises NoBrowser, TimeoutError."""
    load = os.getloadavg()
    with api_process(Settings(database_url=plan.url, port=0)) as address:
        found = asyncio.run(_measured(plan, address))
    return {**found, "targets": TARGETS, "load": [load[0], os.getloadavg()[0]], "machine": machine()}


async def _measured(plan: Plan, address: str) -> dict[str, Any]:
    async with asyncio.timeout(LIMIT_S):
        return await _of_all(plan, address)


async def _of_all(plan: Plan, address: str) -> dict[str, Any]:
    writer = await Writer.open(plan.url, store_every_s=0)
    try:
        rows = world.sky(plan.aircraft)
        found = world.anomalies(rows, plan.anomalies)
        plan.say("storing the sky, its anomalies and its history")
        stored = await world.fill(writer, rows, found, plan.hours, plan.step_s)
        tick = partial(world.tick, writer, rows, found)
        size = {"aircraft": len(rows), "anomalies": len(found), "history_rows": stored, "history_step_s": plan.step_s}
        return size | await _looked(plan, address, tick, len(rows))
    finally:
        await writer.close()


async def _looked(plan: Plan, address: str, tick: measures.Tick, aircraft: int) -> dict[str, Any]:
    """The figures in the order in which a user would come to them."""
    plan.say("first view")
    figures: dict[str, Any] = await first.seen(address, (aircraft, plan.anomalies), plan.visits, plan.loading_s)
    async with opened() as browser, looking(browser) as page:
        async with looking(browser) as hasty:
            figures |= await first.answered(hasty, address)
        figures |= await first.sent(page, address, aircraft, plan.anomalies)
        plan.say("ticks")
        figures |= await measures.ticks(page, tick, plan.ticks)
        plan.say("a class off and on")
        figures |= await measures.toggles(page, plan.toggles)
        figures |= await measures.accessibility(page)
        plan.say("through the day")
        figures |= await measures.scrubbing(page, plan.hours, plan.scrubs)
        plan.say("an hour of life, faster")
        figures |= await measures.memory(page, tick, 2 * plan.ticks + 10, plan.life_s, 10, plan.looks)
        figures["page_errors"] = page.errors
    return figures
