"""One function for each figure of the page: do something as a user would, and read what it cost."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.web.browser import ROOT, Page
from benchmarks.web.world import HOUR_MS, NOW

SETTLE_S = 1.5
"""Before a look at the heap: the map's workers still hold what they were just given."""

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

_MARKED = f"{ROOT}.app.anomalyLayers.markers.drawn"
_TOGGLE = f"""() => new Promise(resolve => {{
  const {{ map, app }} = {ROOT};
  const one = (globalThis.toggled ??= {_MARKED}[0].cls);
  const gl = map.getCanvas().getContext('webgl2');
  const began = performance.now();
  const off = new Set(app.state.get().off);
  const shown = off.delete(one);
  if (!shown) off.add(one);
  app.state.set({{ off }});
  const drawn = () => {{
    if (!map.areTilesLoaded() || {_MARKED}.some(({{ cls }}) => cls === one) !== shown) return;
    map.off('render', drawn);
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4)); // waits until it is drawn
    requestAnimationFrame(() => resolve(performance.now() - began));
  }};
  map.on('render', drawn);
  map.triggerRepaint();
}})"""
_AXE_RUN = """async tags => {
  const found = await axe.run(document, { runOnly: tags, resultTypes: ['violations'] });
  return found.violations.map(one => one.id);
}"""
Tick = Callable[..., Awaitable[None]]


async def ticks(page: Page, tick: Tick, count: int) -> dict[str, float]:
    """Milliseconds of the main thread for a second with a tick, all that the page does included, and without one."""
    await tick(1)
    await asyncio.sleep(2)
    quiet = await _busy(page, lambda k: asyncio.sleep(0), count)
    busy = await _busy(page, lambda k: tick(2 + k, changed=0), count)
    more = await _busy(page, lambda k: tick(2 + count + k), count)
    told = await page.page.evaluate(f"{ROOT}.app.clock.live()")
    if told < NOW + 2 * count * 1000:
        raise RuntimeError(f"the page heard nothing of the ticks: its clock stands at {told}")
    return {
        "tick_ms": busy["TaskDuration"], "tick_script_ms": busy["ScriptDuration"],
        "tick_with_anomalies_ms": more["TaskDuration"], "second_without_tick_ms": quiet["TaskDuration"],
    }  # fmt: skip


async def _busy(page: Page, act: Callable[[int], Awaitable[None]], count: int) -> dict[str, float]:
    """Milliseconds of processor time for each of `count` seconds."""
    before, loop = await page.metrics(), asyncio.get_running_loop()
    began = loop.time()
    for k in range(count):
        await act(k)
        await asyncio.sleep(max(0.0, began + k + 1 - loop.time()))
    await asyncio.sleep(0.5)
    after = await page.metrics()
    return {name: (after[name] - before[name]) * 1000 / count for name in ("TaskDuration", "ScriptDuration")}


async def toggles(page: Page, count: int) -> dict[str, float]:
    """Milliseconds from switching a class off or on to the picture on which its markers are gone, or there."""
    await page.until(f"{ROOT}.map.areTilesLoaded() && {_MARKED}.length")
    took = [await page.page.evaluate(_TOGGLE) for _ in range(count)]
    return {"toggle_ms": median(took), "toggle_longest_ms": max(took)}


async def scrubbing(page: Page, hours: int, steps: int) -> dict[str, Any]:
    """A day walked through by hand: the slowest request that the page sent."""
    live = await page.page.evaluate(f"{ROOT}.app.clock.live()")
    page.took.clear()
    for k in range(1, steps + 1):
        await page.page.evaluate(f"{ROOT}.app.time.scrub({live} - {round(k * hours * HOUR_MS / (steps + 1))})")
        await asyncio.sleep(0.35)
    await asyncio.sleep(2)
    asked = [one for one in page.took if "/static/" not in one[1]]
    await page.page.evaluate(f"{ROOT}.app.time.goLive()")
    slowest, address = max(asked)
    middle = median(ms for ms, _ in asked)
    found = {"scrub_slowest_ms": slowest, "scrub_median_ms": middle, "scrub_requests": len(asked)}
    return found | {"scrub_slowest_request": address.split("/", 3)[3].partition("&")[0]}


async def memory(page: Page, tick: Tick, start_s: int, seconds: int, step_s: int, looks: int) -> dict[str, float]:
    """MB of heap after so many seconds of simulated life, and its slope: the first sixth is left out as warm-up."""
    held: list[tuple[float, float]] = []
    ticks = max(looks, seconds // step_s)
    for k in range(ticks):
        at = start_s + (k + 1) * step_s
        await tick(at)
        await page.until(f"{ROOT}.app.clock.live() >= {NOW + at * 1000 - 500}", 0.02)
        if (k + 1) % (ticks // looks) == 0:
            await asyncio.sleep(SETTLE_S)
            held.append(((k + 1) * step_s / 3600, await page.heap()))
    hours, heap = np.array(held[len(held) // 6 :]).T
    slope = float(np.polyfit(hours, heap, 1)[0])
    grew = slope * float(hours[-1]) / float(heap[0])
    return {"heap_mb": float(np.median(heap)), "heap_slope_mb_per_hour": slope, "heap_grew_share": grew}


async def accessibility(page: Page) -> dict[str, Any]:
    """What axe finds; Lighthouse is only looked for."""
    found: dict[str, Any] = {"lighthouse": "found, not run" if shutil.which("lighthouse") else "not on this machine"}
    if not AXE.is_file():
        return found | {"axe": "not run: node_modules/axe-core is missing"}
    await page.page.evaluate(AXE.read_text())
    return found | {"axe": await page.page.evaluate(_AXE_RUN, _TAGS)}
