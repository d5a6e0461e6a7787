"""The table of all aircraft in view: its order, its few rows, keys and screen readers; receivers and their rings."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import pytest

from tests.web.fake_server import FakeServer
from tests.web.fake_world import Json, World
from tests.web.sight import APP, MAP, Sight, until

ROWS = "document.querySelectorAll('#table tbody tr:not(.pad)')"
FIRST = "document.querySelector('#table tbody tr:not(.pad)')"
SEEN = f"""(() => {{
  const bounds = {MAP}.getBounds();
  return {APP}.fleet.all().filter(({{lat}}) => lat <= bounds.getNorth() && lat >= bounds.getSouth()).length;
}})()"""
"""How many lie in a view that shows all longitudes."""

ALL = "#view=0,10,0.6&table="


class Heard(World):
    """A sky of which something was heard all around the receiver."""

    def overlays(self, collection: str) -> list[Json]:
        if collection != "coverage":
            return []
        turns = [math.radians(5 * i) for i in range(72)]
        return [cell(8.55 + 2 * math.sin(turn), 47.45 + 1.3 * math.cos(turn)) for turn in turns]


def cell(lon: float, lat: float) -> Json:
    ring = [[lon + x, lat + y] for x, y in ((-0.1, -0.1), (0.1, -0.1), (0.1, 0.1), (-0.1, 0.1), (-0.1, -0.1))]
    return {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


@pytest.fixture(scope="module")
def server() -> Iterator[FakeServer]:
    world = Heard(aircraft=400, per_class=2)
    world.receiver = {"lat": 47.45, "lon": 8.55}
    world.receivers = [{"lat": 52.0, "lon": 5.0}]
    world.flights[7].rssi, world.flights[7].registration = -1.5, "G-LOUD"
    with FakeServer(world) as fake:
        yield fake


def filled(sight: Sight) -> Sight:
    until(sight.page, f"{ROWS}.length > 5")
    return sight


def test_it_opens_by_key_counts_and_stands_in_the_address(look: Callable[..., Sight]) -> None:
    sight = look("#view=0,10,0.6")
    sight.page.keyboard.press("b")
    filled(sight)
    assert int(sight.page.locator("#table .badge").inner_text()) == sight.page.evaluate(SEEN) > 300
    until(sight.page, "location.hash.includes('table=callsign')")
    sight.page.keyboard.press("Escape")
    until(sight.page, "!document.querySelector('#table').checkVisibility() && !location.hash.includes('table=')")
    assert sight.errors == []


def test_few_rows_stand_for_all_and_scrolling_brings_the_others(look: Callable[..., Sight]) -> None:
    sight = filled(look(f"{ALL}callsign"))
    assert sight.page.evaluate(f"{ROWS}.length") < 40
    count = str(sight.page.evaluate(SEEN) + 1)
    assert sight.page.get_by_role("grid").get_attribute("aria-rowcount") == count
    sight.page.evaluate("document.querySelector('.craft-scroll').scrollTop = 1e6")
    until(sight.page, f"[...{ROWS}].at(-1).getAttribute('aria-rowindex') === '{count}'")
    names = sight.page.evaluate(f"[...{ROWS}].map(row => row.cells[0].textContent)")
    assert names == sorted(names)


def test_a_head_sorts_and_says_so(look: Callable[..., Sight]) -> None:
    sight = filled(look(f"{ALL}callsign"))
    sight.page.get_by_role("button", name="Signal").click()
    until(sight.page, f"{FIRST}.textContent.includes('G-LOUD')")
    assert sight.page.get_by_role("columnheader", name="Signal").get_attribute("aria-sort") == "descending"
    assert "-1.5 dBFS" in sight.page.evaluate(f"{FIRST}.textContent")
    until(sight.page, "location.hash.includes('table=-rssi')")
    sight.page.get_by_role("button", name="Distance").click()
    until(sight.page, "document.querySelector('#table th[aria-sort]').textContent === 'Distance'")
    away = sight.page.evaluate(f"[...{ROWS}].map(row => parseFloat(row.cells[10].textContent.replace(',', '')))")
    assert away == sorted(away) and away[0] < 400


def test_keys_walk_through_rows_and_choose_one(look: Callable[..., Sight]) -> None:
    sight = filled(look(f"{ALL}callsign"))
    count = sight.page.locator("#table .badge").inner_text()
    sight.page.evaluate(f"{FIRST}.focus()")
    for _ in range(30):
        sight.page.keyboard.press("ArrowDown")
    until(sight.page, "document.activeElement.getAttribute('aria-rowindex') === '32'")
    icao24 = sight.page.evaluate("document.activeElement.cells[1].textContent")
    sight.page.keyboard.press("Enter")
    until(sight.page, f"{APP}.state.get().selected?.id === '{icao24}'")
    assert sight.page.evaluate("document.activeElement.getAttribute('aria-selected')") == "true"
    until(sight.page, f"!{MAP}.isMoving() && {MAP}.getZoom() >= 6.9")
    sight.page.evaluate(f"{APP}.state.set({{table: '-callsign'}})")  # all rows are looked for anew at once
    assert sight.page.locator("#table .badge").inner_text() == count  # the rows that it was chosen from are still there
    sight.page.evaluate(f"{APP}.state.set({{selected: null, table: 'callsign'}})")
    assert sight.page.locator("#table .badge").inner_text() != count


def test_enter_chooses_the_row_with_the_focus_after_scrolling_too(look: Callable[..., Sight]) -> None:
    sight = filled(look(f"{ALL}callsign"))
    sight.page.evaluate(f"{FIRST}.focus()")
    sight.page.keyboard.press("ArrowDown")
    sight.page.evaluate("document.querySelector('.craft-scroll').scrollTop = 2000")
    until(sight.page, "Number(document.activeElement.getAttribute('aria-rowindex')) > 30")
    icao24 = sight.page.evaluate("document.activeElement.cells[1].textContent")
    sight.page.keyboard.press("Enter")
    until(sight.page, f"{APP}.state.get().selected?.id === '{icao24}'")


def test_it_obeys_the_extent_and_the_filter(look: Callable[..., Sight]) -> None:
    sight = filled(look(f"{ALL}callsign"))
    sight.page.evaluate(f"{APP}.state.set({{craft: {{...{APP}.state.get().craft, text: 'G-LOUD'}}}})")
    until(sight.page, f"{ROWS}.length === 1")
    sight.page.evaluate(f"{MAP}.jumpTo({{center: [-150, -60], zoom: 6}})")
    sight.page.get_by_text("No aircraft in view").wait_for()
    assert sight.page.get_by_role("button", name="Show where they are").is_visible()
    sight.page.get_by_role("button", name="Show all aircraft").click()
    until(sight.page, f"{APP}.fleet.shown === 400")


def test_on_a_phone_the_table_is_a_sheet(look: Callable[..., Sight]) -> None:
    sight = look("#view=47,9,3", width=390, height=844, has_touch=True)
    sight.page.get_by_label("Table of aircraft (B)").click()
    filled(sight)
    until(sight.page, f"{FIRST}.getBoundingClientRect().height >= 40")
    assert sight.page.evaluate("document.documentElement.scrollWidth") == 390
    sight.page.locator("#table .grip").click()
    assert sight.page.locator("#table").is_hidden()


def test_rings_stand_around_the_receiver_in_the_units_of_the_reader(look: Callable[..., Sight]) -> None:
    sight = look("#view=47,9,5&units=metric")
    sight.page.locator("[data-layer=receiver]").click()
    rings = f"{MAP}.getSource('rings')?.serialize().data.features ?? []"
    until(sight.page, f"({rings}).some(one => one.properties.text === '100 km')")
    until(sight.page, f"({rings}).filter(one => one.properties.kind === 'range').length === 1")
    assert sight.page.evaluate(f"({rings}).filter(one => one.properties.kind === 'receiver').length") == 2
    assert sight.page.locator("[data-layer=receiver] .count").inner_text() == "2"
    sight.page.locator("[data-layer=receiver]").click()
    until(sight.page, f"{MAP}.getLayoutProperty('rings/ring', 'visibility') === 'none'")
    assert sight.errors == []
