"""The page over the real service: the real application, its own headers, a real database."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Browser

from detectors._registry import registry
from tests.api.conftest import Live, seed, start
from tests.web.conftest import COARSE
from tests.web.sight import APP, Sight, drawn, until


def fill(url: str) -> None:
    """The database of the API's own tests."""
    asyncio.run(seed(url))


@pytest.fixture(scope="module")
def service(migrated_url: str) -> Iterator[Live]:
    with ThreadPoolExecutor(1) as other:  # Playwright has an event loop in this thread
        other.submit(fill, migrated_url).result()
    live = start(migrated_url)
    yield live
    live.stop()


@pytest.fixture
def sight(chromium: Browser, service: Live) -> Iterator[Sight]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, device_scale_factor=COARSE)
    yield Sight(context.new_page(), service).open("#view=40,10,2")
    context.close()


def test_classes_aircraft_and_anomalies_of_the_service_are_shown(sight: Sight) -> None:
    page = sight.page
    shown = page.eval_on_selector_all("#layers [data-class]", "all => all.map(e => e.dataset.class)")
    assert sorted(shown) == sorted(registry())
    until(page, f"{APP}.fleet.size === 2")
    until(page, drawn("loiter"))
    until(
        page, f"{APP}.anomalies.all().filter(a => a.cls === 'loiter').length === 6"
    )  # so many have begun by data time
    event = page.locator("#list li", has_text="5 more of the same event")
    event.wait_for()
    assert event.count() == 1
    page.locator("#layers summary", has_text="Not running").click()
    assert "no zones loaded" in page.locator(".layer-row.inactive", has_text="zone").inner_text()
    until(page, "document.querySelector('.pill').textContent.includes('Live')")


def test_an_anomaly_opens_with_its_evidence_and_nothing_is_refused(sight: Sight) -> None:
    page = sight.page
    page.locator("#list .row").first.click()
    until(page, "document.querySelector('#detail .evidence').textContent.includes('2.5')")
    until(page, "document.querySelector('#detail .chart-readout').textContent !== ''")
    for layer in ("zones", "cells", "cleared"):
        page.locator(f"[data-layer={layer}]").click()
    until(page, f"{APP}.overlays.count.size === 2 && {APP}.overlays.failed.size === 0")
    until(page, f"{APP}.anomalies.all().some(a => a.cleared)")
    page.locator(".scrubber").focus()
    page.keyboard.press("ArrowLeft")
    until(page, f"!{APP}.state.get().live && {APP}.fleet.size === 0")  # none is in this view
    assert sight.refused == []
    assert sight.errors == []
    assert sight.hosts == {sight.server.url.split("/")[2]}
