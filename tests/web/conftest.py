"""The fake server and a way to look at its page: the real page, a real browser, real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from tests.web.fake_server import WEB, FakeServer
from tests.web.fake_world import World
from tests.web.sight import Sight, until

COARSE = 0.5
"""Pixels of the screen to one of the page: a quarter of the work of drawing, where no test looks at the picture."""


class Desk:
    """Pages, each as if nobody had been there before. A module keeps them, and with them the process of the page, files
    that were fetched and scripts that were compiled: that is half of what it costs to open the page."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.contexts: list[BrowserContext] = []
        self.resting: dict[str, list[Page]] = {}
        self.open: list[tuple[str, Page]] = []

    def page(self, width: int, height: int, **options: Any) -> Page:
        """A page of that size in a context with no other page: one behind another would not be drawn."""
        key = repr((width, height, sorted(options.items())))
        resting = self.resting.setdefault(key, [])
        page = resting.pop() if resting else self._new({"width": width, "height": height}, options)
        self.open.append((key, page))
        return page

    def _new(self, size: ViewportSize, options: dict[str, Any]) -> Page:
        context = self.browser.new_context(viewport=size, **{"device_scale_factor": COARSE} | options)
        self.contexts.append(context)
        return context.new_page()

    def clear(self) -> None:
        """Leave what is open, and forget what pages wrote down and what was done to them."""
        for key, page in self.open:
            page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
            page.context.clear_cookies()
            page.context.clear_permissions()
            page.unroute_all()
            page.goto("about:blank")
            page.mouse.move(-1, -1)
            self.resting[key].append(page)
        self.open.clear()


@pytest.fixture(scope="module")
def server() -> Iterator[FakeServer]:
    with FakeServer(World(aircraft=40, per_class=3)) as fake:
        yield fake


@pytest.fixture(scope="module")
def contexts(chromium: Browser) -> Iterator[Desk]:
    assert (WEB / "vendor" / "maplibre-gl.mjs").exists(), "web/vendor is not built: ./run --setup-only does it"
    desk = Desk(chromium)
    yield desk
    for context in desk.contexts:
        context.close()


@pytest.fixture
def desk(contexts: Desk) -> Iterator[Desk]:
    yield contexts
    contexts.clear()


@pytest.fixture
def look(desk: Desk, server: FakeServer) -> Callable[..., Sight]:
    """look(fragment, width=, height=) opens the page; all that it opened is closed at the end."""

    def opened(fragment: str = "", width: int = 1280, height: int = 800, **options: Any) -> Sight:
        return Sight(desk.page(width, height, **options), server).open(fragment)

    return opened


@pytest.fixture
def report(desk: Desk, server: FakeServer) -> Callable[..., Sight]:
    """report(fragment, width=, height=) opens the statistics page."""

    def opened(fragment: str = "", width: int = 1280, height: int = 900) -> Sight:
        sight = Sight(desk.page(width, height), server)
        sight.page.goto(f"{server.url}/statistics{fragment}")
        until(sight.page, "document.body.dataset.ready === 'true'")
        return sight

    return opened
