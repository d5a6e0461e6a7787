"""Chromium with software rendering, and what it says of a page: time on its main thread, heap, bytes, requests."""

from __future__ import annotations

import asyncio
import importlib
import os
import shutil
import tempfile
import time
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

ARGUMENTS = (
    "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
    "--disable-quic", "--disable-default-apps", "--disable-extensions", "--enable-precise-memory-info",
    "--disable-gpu-compositing",
)  # fmt: skip
"""WebGL by SwiftShader, and pages put together by the processor: so does Chromium where there is no graphics card."""

SIZE = {"width": 1440, "height": 900}
WINDOW = "1440,987"
"""The same page with what Chromium puts above it."""

CALM_S = 2.0
"""A browser is still busy with itself when it says that it is there."""

PATIENCE_S = 120.0
ROOT = "document.querySelector('#map').skysift"


class NoBrowser(Exception):
    """Playwright or Chromium is missing."""


class Page:
    """A page and its DevTools session. Every look at it costs it a little: look seldom while something is measured."""

    def __init__(self, page: Any, devtools: Any) -> None:
        self.page, self.devtools = page, devtools
        self.finished: dict[str, int] = {}
        self.addresses: dict[str, str] = {}
        self.began: dict[str, float] = {}
        self.took: list[tuple[float, str]] = []
        self.errors: list[str] = []

    async def watch(self) -> None:
        """Note requests, their bytes as they were sent, and errors; times are of the main thread's processor."""
        tools = self.devtools
        tools.on("Network.requestWillBeSent", self._sent)
        tools.on("Network.loadingFinished", self._done)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        await tools.send("Network.enable")
        await tools.send("Performance.enable", {"timeDomain": "threadTicks"})
        await tools.send("HeapProfiler.enable")

    def _sent(self, event: dict[str, Any]) -> None:
        self.addresses[event["requestId"]] = event["request"]["url"]
        self.began[event["requestId"]] = event["timestamp"]

    def _done(self, event: dict[str, Any]) -> None:
        own = event["requestId"]
        if own in self.addresses:
            self.finished[own] = round(event["encodedDataLength"])
            self.took.append(((event["timestamp"] - self.began[own]) * 1000, self.addresses[own]))

    async def metrics(self) -> dict[str, float]:
        """Seconds of processor time: TaskDuration, ScriptDuration, LayoutDuration and others."""
        found = await self.devtools.send("Performance.getMetrics")
        return {one["name"]: one["value"] for one in found["metrics"]}

    async def heap(self) -> float:
        """MB that live JavaScript holds, typed arrays included, after the garbage was collected."""
        for _ in range(2):
            await self.devtools.send("HeapProfiler.collectGarbage")
        used = await self.devtools.send("Runtime.getHeapUsage")
        return float(used["usedSize"] + used.get("backingStorageSize", 0)) / 1e6

    async def until(self, expression: str, every_s: float = 0.1) -> Any:
        """The first truthy value. Raises TimeoutError."""
        deadline = time.monotonic() + PATIENCE_S
        while not (value := await self.page.evaluate(expression)):
            if time.monotonic() > deadline:
                raise TimeoutError(f"never true: {expression}; {'; '.join(self.errors[:3])}")
            await asyncio.sleep(every_s)
        return value


def _executable() -> str:
    found = os.environ.get("SKYSIFT_CHROMIUM") or shutil.which("chromium")
    if found is None:
        raise NoBrowser("there is no chromium: install it (apt-get install chromium) or name it in SKYSIFT_CHROMIUM")
    return found


def _driver() -> Any:
    try:
        # A tool of development: the service runs without it, so it is no dependency of its own.
        return importlib.import_module("playwright.async_api").async_playwright()
    except ImportError:
        raise NoBrowser("playwright is missing: pip install -r requirements-dev.lock") from None


def _arguments() -> list[str]:
    return [*ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


async def alone(url: str, expression: str, loading_s: float) -> tuple[dict[str, float], Any]:
    """A page in a new browser that nobody listens to while it loads, for to tell of two hundred requests is work, too;
    after `loading_s` its own marks, ms since it was asked for, and what the expression is then. Raises NoBrowser,
    TimeoutError."""
    with tempfile.TemporaryDirectory(prefix="skysift-bench-", ignore_cleanup_errors=True) as folder:
        more = ("--headless=new", "--remote-debugging-port=0", f"--user-data-dir={folder}", f"--window-size={WINDOW}")
        process = await asyncio.create_subprocess_exec(
            _executable(), *_arguments(), *more, "about:blank", stdout=DEVNULL, stderr=DEVNULL
        )
        try:
            port = await _port(Path(folder, "DevToolsActivePort"))
            await asyncio.sleep(CALM_S)
            ask = Request(f"http://127.0.0.1:{port}/json/new?{url}", method="PUT")
            (await asyncio.to_thread(urlopen, ask)).close()
            await asyncio.sleep(loading_s)
            return await _read(port, url, expression)
        finally:
            process.terminate()
            await process.wait()


async def _port(told: Path) -> int:
    async with asyncio.timeout(PATIENCE_S):
        while not told.is_file() or not told.read_text():
            await asyncio.sleep(0.1)
    return int(told.read_text().split()[0])


async def _read(port: int, url: str, expression: str) -> tuple[dict[str, float], Any]:
    async with _driver() as driver:
        browser = await driver.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        page = next(page for context in browser.contexts for page in context.pages if page.url.startswith(url))
        own = Page(page, None)
        await own.until("performance.getEntriesByName('ready').length")
        marks = await page.evaluate("performance.getEntriesByType('mark').map(one => [one.name, one.startTime])")
        return dict(marks), await page.evaluate(expression)


@asynccontextmanager
async def opened() -> AsyncIterator[Any]:
    """A browser with an empty cache. Raises NoBrowser."""
    async with _driver() as driver:
        browser = await driver.chromium.launch(executable_path=_executable(), headless=True, args=_arguments())
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def looking(browser: Any) -> AsyncIterator[Page]:
    """A new page that has loaded nothing yet."""
    context = await browser.new_context(viewport=SIZE)
    try:
        page = await context.new_page()
        found = Page(page, await context.new_cdp_session(page))
        await found.watch()
        yield found
    finally:
        await context.close()
