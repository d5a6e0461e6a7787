"""The evidence panel: charts, doubts, what is like it, replay, permalink and the bundle; and events in the list."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Route

from tests.web.fake_server import FakeServer
from tests.web.fake_world import NOW, World, utc
from tests.web.sight import APP, Sight, until

SELECTED = f"{APP}.state.get().selected?.id"


def cell(id_: str, west: float) -> dict[str, Any]:
    """One cell of a disturbed area, a degree wide."""
    ring = [[west, 20], [west + 1, 20], [west + 1, 21], [west, 21], [west, 20]]
    properties = {
        "class": "gps-jamming", "icao24": None, "members": [], "callsign": None, "start": utc(NOW - 600_000),
        "end": utc(NOW), "state": "open", "priority": "critical", "confidence": 0.9, "explanation": f"cell {id_}",
        "cleared": None, "h3": None, "evidence": {},
    }  # fmt: skip
    return {
        "type": "Feature",
        "id": id_,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": properties,
    }


@pytest.fixture(scope="module")
def server() -> Iterator[FakeServer]:
    world = World(aircraft=40, per_class=3)
    world.anomalies |= {id_: cell(id_, west) for id_, west in (("one", 3.0), ("two", 4.0), ("three", 5.0))}
    with FakeServer(world) as fake:
        yield fake


@pytest.fixture
def opened(look: Callable[..., Sight]) -> Sight:
    """The page with a rapid descent open, and everything about it loaded."""
    sight = look("#view=40,15,1.2")
    until(sight.page, "document.querySelectorAll('#list .row').length > 5")
    sight.page.locator("#list .row", has_text="Rapid descent").first.click()
    until(sight.page, "document.querySelector('#detail .chart-readout')?.textContent.includes('position')")
    return sight


def test_neighbouring_cells_are_one_row_that_unfolds(look: Callable[..., Sight]) -> None:
    sight = look("#view=40,15,1.2")
    row = sight.page.locator("#list li", has_text="cell ")
    row.first.wait_for()
    assert row.count() == 1
    row.locator(".unfold").click()
    until(sight.page, "document.querySelectorAll('#list .within').length === 2")
    sight.page.locator("#list .within .row").last.click()
    assert "One event of 3 anomalies" in sight.page.locator("#detail").inner_text()


def test_charts_show_what_was_sent_and_mark_the_stretch(opened: Sight) -> None:
    heads = opened.page.locator("#detail .chart-head").all_inner_texts()
    assert [head.split()[0] for head in heads] == ["Altitude", "Speed", "Turn"], "what nobody sent has no chart"
    until(opened.page, "document.querySelector('#detail .envelope')")
    until(opened.page, "document.querySelector('#detail .envelope-block').textContent.includes('Among')")
    opened.page.locator("#detail .chart .u-over").first.hover()
    until(opened.page, "/\\d ft · \\d+ kt/.test(document.querySelector('#detail .chart-readout').textContent)")


def test_doubts_and_similar_events_are_told(opened: Sight) -> None:
    assert "3 notices are in force here" in opened.page.locator("#detail .doubts").inner_text()
    until(opened.page, "document.querySelector('#detail .similar .link-row')")
    assert "The same class nearby" in opened.page.locator("#detail .similar").inner_text()
    before = opened.page.evaluate(SELECTED)
    opened.page.locator("#detail .similar .link-row").first.click()
    assert opened.page.evaluate(SELECTED) != before


def test_replay_plays_the_stretch_and_stops_at_its_end(opened: Sight) -> None:
    found = f"{APP}.anomalies.get({SELECTED})"
    end = opened.page.evaluate(f"{found}.end")
    opened.page.get_by_role("button", name="Replay").click()
    until(opened.page, f"!{APP}.state.get().live && {APP}.state.get().speed > 1")
    assert opened.page.evaluate(f"{APP}.time.at()") < end
    opened.page.evaluate(f"{APP}.clock.play({end} - 1000, {APP}.state.get().speed)")
    until(opened.page, f"{APP}.state.get().speed === 0")
    assert opened.page.evaluate(f"{APP}.time.at()") >= end


def test_the_bundle_holds_anomaly_track_and_class(opened: Sight) -> None:
    with opened.page.expect_download() as download:
        opened.page.get_by_role("button", name="Download").click()
    found = json.loads(download.value.path().read_text())
    kinds = {feature["geometry"]["type"] for feature in found["features"]}
    assert found["type"] == "FeatureCollection" and kinds == {"LineString", "Point"}
    assert found["features"][0]["id"] == found["skysift"]["anomaly"] == opened.page.evaluate(SELECTED)
    assert found["skysift"]["class"]["id"] == "rapid-descent" and len(found["skysift"]["from"]) == 2


def test_the_link_leads_to_its_own_time(look: Callable[..., Sight], opened: Sight) -> None:
    opened.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened.page.get_by_role("button", name="Link").click()
    until(opened.page, "document.querySelector('#detail .actions').textContent.includes('Copied')")
    link = opened.page.evaluate("navigator.clipboard.readText()")
    end = opened.page.evaluate(f"{APP}.anomalies.get({SELECTED}).end")
    again = look("#" + link.split("#")[1])
    assert abs(again.page.evaluate(f"{APP}.time.at()") - end) < 2000
    assert again.page.evaluate(SELECTED) == opened.page.evaluate(SELECTED)


def test_a_track_that_grows_does_not_stop_charts_that_are_on_their_way(opened: Sight) -> None:
    page, held = opened.page, list[Route]()
    page.route("**/collections/positions/items?*", lambda route: held.append(route))
    page.evaluate(f"{APP}.state.set({{units: 'metric'}})")
    while not held:
        page.wait_for_timeout(20)
    page.evaluate(f"for (let second = 0; second < 30; second += 1) {APP}.detail.tick()")
    for route in held:
        route.continue_()
    until(page, "document.querySelector('#detail .chart-head')?.textContent.includes('Altitude m')")


def test_settings_change_words_and_stay(opened: Sight) -> None:
    page = opened.page
    page.get_by_role("button", name="Settings").click()
    page.locator("[data-choice=metric]").click()
    page.locator("[data-choice=light]").click()
    page.keyboard.press("Escape")
    assert page.locator("#detail").is_visible(), "Escape closes the dialog, and nothing behind it"
    until(page, "document.querySelector('#detail .chart-head')?.textContent.includes('Altitude m')")
    until(page, "location.hash.includes('theme=light&units=metric')")
    assert page.evaluate("getComputedStyle(document.querySelector('#desk')).backgroundColor") == "rgb(255, 255, 255)"
    page.goto(f"{opened.server.url}/statistics")
    assert page.evaluate("document.documentElement.dataset.units") == "metric"
