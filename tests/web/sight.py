"""Looking at the page from a test: opening it, waiting for what it does, and noting all that goes wrong or out."""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import Page

APP = "document.querySelector('#map').skysift.app"
MAP = "document.querySelector('#map').skysift.map"

OWN = "GPU stall due to ReadPixels"
"""What Chromium says of itself when, drawing in software, it fetches the picture of the map."""


def until(page: Page, expression: str, timeout: float = 30) -> Any:
    """The first truthy value of a JavaScript expression. The page's policy forbids eval, so it is polled from here."""
    deadline = time.monotonic() + timeout
    while True:
        if value := page.evaluate(expression):
            return value
        assert time.monotonic() < deadline, f"never true: {expression}"
        time.sleep(0.1)


def drawn(class_id: str) -> str:
    """The expression that counts the markers of a class that were drawn with the last frame of the map."""
    cells = f"{MAP}.queryRenderedFeatures({{layers: ['anomaly/cell'], filter: ['==', ['get', 'cls'], '{class_id}']}})"
    return f"({cells}.length + {APP}.anomalyLayers.markers.drawn.filter(({{cls}}) => cls === '{class_id}').length)"


class Sight:
    """A page together with all that went wrong or out while it was open. `server` is anything with a `url`."""

    def __init__(self, page: Page, server: Any) -> None:
        self.page = page
        self.server = server
        self.errors: list[str] = []
        self.hosts: set[str] = set()
        self.refused: list[str] = []
        page.on(
            "console",
            lambda m: self.errors.append(m.text) if m.type in ("error", "warning") and OWN not in m.text else None,
        )
        page.on("pageerror", lambda e: self.errors.append(str(e)))
        page.on("response", lambda r: self.refused.append(f"{r.status} {r.url}") if r.status >= 400 else None)
        page.on("request", lambda r: self.hosts.add(r.url.split("/")[2]) if r.url.startswith("http") else None)

    def open(self, fragment: str = "") -> Sight:
        """Load the page and wait until it is at work."""
        self.page.goto(f"{self.server.url}/{fragment}")
        until(self.page, "document.body.dataset.ready === 'true'")
        until(self.page, f"{APP}.anomalies.covered !== null")
        return self
