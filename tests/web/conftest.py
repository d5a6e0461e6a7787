"""The fake server and a way to look at its page: the real page, a real browser, real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, ViewportSize

from tests.web.fake_server import WEB, FakeServer
from tests.web.fake_world import World
from tests.web.sight import Sight, until


COARSE = 0.5
"""Pixels of the screen to one of the page: a quarter of the work of drawing, where no test looks at the picture."""


@pytest.fixture(scope="module")
def server() -> Iterator[FakeServer]:
    with FakeServer(World(aircraft=40, per_class=3)) as fake:
        yield fake


@pytest.fixture
def look(chromium: Browser, server: FakeServer) -> Iterator[Callable[..., Sight]]:
    """look(fragment, width=, height=) opens the page; all that it opened is closed at the end."""
    assert (WEB / "vendor" / "maplibre-gl.mjs").exists(), "web/vendor is not built: ./run --setup-only does it"
    contexts = []

    def opened(fragment: str = "", width: int = 1280, height: int = 800, **options: Any) -> Sight:
        size: ViewportSize = {"width": width, "height": height}
        context = chromium.new_context(viewport=size, **{"device_scale_factor": COARSE} | options)
        contexts.append(context)
        return Sight(context.new_page(), server).open(fragment)

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def report(chromium: Browser, server: FakeServer) -> Iterator[Callable[..., Sight]]:
    """report(fragment, width=, height=) opens the statistics page."""
    contexts = []

    def opened(fragment: str = "", width: int = 1280, height: int = 900) -> Sight:
        context = chromium.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        sight = Sight(context.new_page(), server)
        sight.page.goto(f"{server.url}/statistics{fragment}")
        until(sight.page, "document.body.dataset.ready === 'true'")
        return sight

    yield opened
    for context in contexts:
        context.close()
