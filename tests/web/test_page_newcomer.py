"""Under a minute for a newcomer, without a mouse: from the map to a subscription, over the real service."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.api.conftest import Live, seed, start
from tests.api.test_destinations import dispatching
from tests.web.conftest import COARSE
from tests.web.sight import APP, MAP, Sight, until


def fill(url: str) -> None:
    """The database of the API's own tests: loiters over one place."""
    asyncio.run(seed(url))


@pytest.fixture
def service(migrated_url: str, tmp_path: Path) -> Iterator[tuple[Live, str]]:
    """The service as a demo, and the address of a webhook that answers; alerts are sent."""
    with ThreadPoolExecutor(1) as other:  # Playwright has an event loop in this thread
        other.submit(fill, migrated_url).result()
    live = start(migrated_url, f"demo=True, state=Path({str(tmp_path)!r}), reach=Reach(everything=True)")
    with dispatching(migrated_url, tmp_path, ["200 OK"] * 9) as hook:
        yield live, hook
    live.stop()


def circle(sight: Sight) -> None:
    """Draw one, with keys alone, around the middle of the map."""
    page = sight.page
    page.keyboard.press("d")
    page.get_by_label("Draw: Circle").press("Enter")
    until(page, f"{APP}.draw.busy && document.activeElement.matches('.maplibregl-canvas')")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    until(page, f"!{MAP}.isMoving()")
    page.keyboard.press("Enter")
    until(page, f"{APP}.state.get().area?.kind === 'circle'")
    page.get_by_label("Close the drawing tools").press("Enter")


def test_a_newcomer_watches_an_area_with_the_keyboard_alone(chromium: Browser, service: tuple[Live, str]) -> None:
    live, hook = service
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, device_scale_factor=COARSE)
    sight = Sight(context.new_page(), live).open("#view=50,10,7")
    page = sight.page
    began = time.monotonic()
    circle(sight)
    page.get_by_role("button", name="Watch this area").press("Enter")
    page.locator("#watchform").get_by_role("button", name="Start watching").press("Enter")  # the demo's login
    until(page, "document.querySelector('#watchform .rate')?.textContent.includes('alert')")
    form = page.locator("#watchform")
    page.keyboard.type("Loiterers")  # the name has the focus
    form.locator(".classes summary").press("Enter")
    form.get_by_label("Loiter", exact=True).press(" ")
    form.get_by_role("button", name="Add a destination").press("Enter")
    form.get_by_label("Address", exact=True).fill(hook)
    form.get_by_role("button", name="Save").press("Enter")
    form.get_by_role("button", name="Send a test").press("Enter")
    until(page, "document.querySelector('#watchform .good-note')?.textContent.includes('arrived')")
    form.get_by_role("button", name="Start watching").press("Enter")
    until(page, "document.querySelector('#watch .watch-row')?.textContent.includes('Loiterers')")
    took_s = time.monotonic() - began
    context.close()

    assert sight.refused == [] and sight.errors == []
    assert took_s < 60
