"""Choosing aircraft: filters as chips and in the address, live and past, for the map and for what is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.web.fake_server import FakeServer
from tests.web.fake_world import World
from tests.web.sight import APP, Sight, until

SHOWN = f"{APP}.fleet.shown"


@pytest.fixture(scope="module")
def server() -> Iterator[FakeServer]:
    world = World(aircraft=30, per_class=2)
    for flight, source in zip(world.flights, ("mlat", "tisb_other", "adsr_icao"), strict=False):
        flight.source = source
    world.flights[4].registration = "G-TEST"
    with FakeServer(world) as fake:
        yield fake


def opened(sight: Sight) -> Sight:
    """With the panel of filters."""
    sight.page.keyboard.press("a")
    sight.page.locator("#filter").wait_for()
    return sight


def test_a_filter_counts_is_a_chip_and_stands_in_the_address(look: Callable[..., Sight]) -> None:
    sight = opened(look("#view=47,9,4"))
    sight.page.locator("#filter").get_by_role("button", name="MLAT").click()
    until(sight.page, f"{SHOWN} === 1")
    chip = sight.page.locator(".chips .pill", has_text="MLAT")
    chip.wait_for()
    until(sight.page, "location.hash.includes('ac=sources:mlat')")
    until(sight.page, "document.querySelector('#filter .facts').textContent === '1 of 30 aircraft'")
    until(sight.page, "document.querySelector('[data-layer=aircraft] .count').textContent === '1 of 30'")
    chip.click()
    until(sight.page, f"{SHOWN} === 30")
    until(sight.page, "!location.hash.includes('ac=')")
    assert sight.page.locator(".chips").is_hidden()


def test_altitudes_are_chosen_in_the_units_of_the_reader(look: Callable[..., Sight]) -> None:
    sight = opened(look("#view=47,9,4&units=metric"))
    lowest = sight.page.get_by_label("Lowest altitude, m")
    lowest.fill("11000")
    lowest.press("Tab")
    until(sight.page, "location.hash.includes('ac=low:36089')")
    high = f"{APP}.fleet.all().filter(one => one.baro_altitude >= 36089).length"
    assert sight.page.evaluate(f"0 < {SHOWN} && {SHOWN} < 30 && {SHOWN} === {high}")
    assert "From 11,000 m" in sight.page.locator(".chips").inner_text()


def test_a_link_opens_filtered_and_goes_back_in_time_filtered(look: Callable[..., Sight]) -> None:
    sight = look("#view=47,9,4&at=2026-11-20T11:00:00Z&end=2026-11-20T12:00:00Z&ac=text:G-TEST")
    until(sight.page, f"{SHOWN} === 1 && {APP}.fleet.size > 10")
    until(sight.page, "document.querySelector('.chips')?.textContent.includes('“G-TEST”')")
    sight.page.keyboard.press("l")
    until(sight.page, f"{APP}.state.get().live && {SHOWN} === 1 && {APP}.fleet.size === 30")


def test_only_those_with_anomalies(look: Callable[..., Sight]) -> None:
    sight = look("#view=47,9,4&ac=odd")
    shown = f"{APP}.anomalies.shown({APP}.state.get())"
    some = f"new Set({shown}.flatMap(one => [one.icao24, ...one.members]).filter(Boolean))"
    until(sight.page, f"{some}.size > 1 && {some}.size < 30 && {SHOWN} === {some}.size")


def test_the_panel_is_named_and_goes_with_escape(look: Callable[..., Sight]) -> None:
    sight = opened(look("#view=47,9,4"))
    assert sight.page.evaluate("document.activeElement.closest('#filter') !== null")
    sight.page.keyboard.press("Escape")
    until(sight.page, "!document.querySelector('#filter').checkVisibility()")
    assert sight.page.evaluate("document.activeElement.getAttribute('aria-expanded')") == "false"
    assert sight.errors == []


def test_on_a_phone_the_filter_is_a_sheet(look: Callable[..., Sight]) -> None:
    sight = look("#view=47,9,4", width=390, height=844, has_touch=True)
    sight.page.get_by_label("Filter aircraft (A)").click()
    sheet = sight.page.locator("#filter")
    sheet.wait_for()
    box = sheet.bounding_box()
    assert box is not None and box["width"] == 390
    sheet.get_by_role("button", name="Helicopter").click()
    until(sight.page, f"{SHOWN} < 30")
    sight.page.locator("#tabs button", has_text="Layers").click()
    assert sheet.is_hidden() and sight.page.locator("#layers").is_visible()
