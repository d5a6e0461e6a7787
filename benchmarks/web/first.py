"""The first view of the page: when it can be used, when it is whole, what it sends, and how soon a hand is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from benchmarks.web.browser import ROOT, Page, alone

DETAILED = ("land10m", "borders10m", "admin1")
"""The basemap's detailed tier: fetched when somebody comes closer."""

_READY = """(aircraft, anomalies) => {
  const look = setInterval(() => {
    const { app } = document.querySelector('#map')?.skysift ?? {};
    if (document.body?.dataset.ready !== 'true' || app.fleet.size < aircraft) return;
    if (app.anomalies.all().length < anomalies) return;
    clearInterval(look);
    requestAnimationFrame(() => (globalThis.firstView = performance.now()));
  }, 20);
}"""
_COUNTED = f"[{ROOT}.app.fleet.size, {ROOT}.app.anomalies.all().length, document.querySelectorAll('#list .row').length]"
_MOVED = f"""() => {{
  const {{ map }} = {ROOT};
  const gl = map.getCanvas().getContext('webgl2');
  let began;
  addEventListener('mousemove', event => event.buttons && (began ??= event.timeStamp), true);
  map.once('move', () => map.once('render', () => {{
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4)); // waits until it is drawn
    globalThis.dragged = performance.now() - began;
  }}));
}}"""
_OPENED = """() => {
  addEventListener('click', ({ timeStamp }) => {
    const look = () => document.querySelector('#detail').hidden ? requestAnimationFrame(look)
      : (globalThis.opened = performance.now() - timeStamp);
    look();
  }, { capture: true, once: true });
}"""


async def seen(url: str, least: tuple[int, int], visits: int, loading_s: float) -> dict[str, float]:
    """Seconds from nothing, medians of visits in browsers that nobody listens to: `interactive_s` until all aircraft
    and markers stand on the screen and the list has its rows, `first_view_s` until all else that can be seen does."""
    made = [await alone(url, _COUNTED, loading_s) for _ in range(visits)]
    for _, (flying, found, rows) in made:
        if flying < least[0] or found < least[1] or not rows:
            raise RuntimeError(f"the page showed {flying} aircraft, {found} anomalies and {rows} rows of its list")
    return {"interactive_s": _middle(made, "usable"), "first_view_s": _middle(made, "whole")}


def _middle(visits: Sequence[tuple[Mapping[str, float], Any]], mark: str) -> float:
    return median(marks[mark] for marks, _ in visits) / 1000


async def sent(page: Page, url: str, aircraft: int, anomalies: int) -> dict[str, float]:
    """Until everything is on the page, listened to: its main thread's time, and bytes as they were sent."""
    await page.page.add_init_script(f"({_READY})({aircraft}, {anomalies})")
    await page.page.goto(url)
    await page.until("globalThis.firstView ?? 0")
    bytes_of = {page.addresses[own]: size for own, size in page.finished.items()}
    page_bytes = sum(size for address, size in bytes_of.items() if "/static/" in address or address == url)
    detailed = sum(size for address, size in bytes_of.items() if any(name in address for name in DETAILED))
    return {
        "first_view_main_thread_s": (await page.metrics())["TaskDuration"],
        "page_mb": (page_bytes - detailed) / 1e6, "data_mb": (sum(bytes_of.values()) - page_bytes) / 1e6,
        "first_view_requests": len(bytes_of),
    }  # fmt: skip


async def answered(page: Page, url: str) -> dict[str, float]:
    """Milliseconds from a hand's move, made as soon as the page can be used, to what it asked for: the map dragged,
    with that picture on the screen, and an anomaly of the list opened."""
    await page.page.goto(url)
    await page.until("document.body?.dataset.usable", 0.02)
    await page.page.evaluate(_MOVED)
    mouse = page.page.mouse
    await mouse.move(700, 450)
    await mouse.down()
    await mouse.move(730, 460, steps=3)
    drag_ms = await page.until("globalThis.dragged", 0.02)
    await mouse.up()
    await page.page.evaluate(_OPENED)
    await page.page.locator("#list .row").nth(1).click()
    list_ms = await page.until("globalThis.opened", 0.02)
    await asyncio.sleep(1)
    return {"drag_answer_ms": drag_ms, "list_answer_ms": list_ms}
