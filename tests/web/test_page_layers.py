"""The layers panel: a loop over /classes, whatever is in it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest

from tests.web.fake_classes import a_class
from tests.web.fake_server import FakeServer
from tests.web.fake_world import World
from tests.web.sight import APP, MAP, Sight, drawn, until

MADE_UP = a_class(
    "left-turns-only", "Left turns only", style={"shape": "point", "color": "#12ab89", "icon": "no-such-icon"}
)


@pytest.fixture(scope="module")
def server() -> Iterator[FakeServer]:
    world = World(aircraft=40, per_class=3)
    world.classes.append(MADE_UP)
    one = world.episode("squawk", random.Random(1), **{"class": MADE_UP["id"]})
    world.anomalies[one["id"]] = one | {"geometry": {"type": "Point", "coordinates": [10, 45]}}
    with FakeServer(world) as fake:
        yield fake


def test_every_class_of_the_server_has_a_switch(look: Callable[..., Sight]) -> None:
    sight = look("#view=40,15,2")
    names = sight.page.eval_on_selector_all("#layers [data-class]", "all => all.map(e => e.dataset.class)")
    assert sorted(names) == sorted(c["id"] for c in sight.server.world.classes)


def test_a_link_that_looks_closely_shows_rivers_and_towns_and_fine_coasts(look: Callable[..., Sight]) -> None:
    sight = look("#view=57,15,3.9")
    shown = f"(id) => ({MAP}.getLayer(id) ?? {{ visibility: 'none' }}).visibility !== 'none'"
    until(sight.page, f"['rivers', 'places', 'glow50', 'countries'].every({shown})")


def test_one_click_shows_interference_alone_and_another_everything_again(look: Callable[..., Sight]) -> None:
    sight = look("#view=40,15,2")
    shown = f"(({{off, layers}}) => [off.size > 3, layers.aircraft, layers.cells])({APP}.state.get())"
    sight.page.get_by_role("button", name="Interference", exact=True).click()
    assert sight.page.evaluate(shown) == [True, False, True]
    sight.page.get_by_role("button", name="Everything", exact=True).click()
    assert sight.page.evaluate(shown) == [False, True, False]


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_all_four_views_lie_within_their_panel(look: Callable[..., Sight], width: int) -> None:
    sight = look("#view=40,15,2", width=width)
    over = """[...document.querySelectorAll('.quick button')].map((one) => [
      one.scrollWidth - one.clientWidth,
      one.getBoundingClientRect().right - one.parentElement.getBoundingClientRect().right])"""

    assert [[a <= 0, b <= 0] for a, b in sight.page.evaluate(over)] == [[True, True]] * 4


def test_a_class_nobody_has_heard_of_is_drawn_and_hidden_like_any_other(look: Callable[..., Sight]) -> None:
    sight = look("#view=40,15,2")
    until(sight.page, drawn(MADE_UP["id"]))
    switch = sight.page.locator(f"[data-class='{MADE_UP['id']}']")
    switch.click()
    assert switch.get_attribute("aria-checked") == "false"
    until(sight.page, f"!{drawn(MADE_UP['id'])}")
    until(sight.page, f"location.hash.includes('off={MADE_UP['id']}')")


def test_an_inactive_class_says_why(look: Callable[..., Sight]) -> None:
    sight = look()
    assert "no feed sends rssi" in sight.page.locator(".layer-row.inactive .why").inner_text()


def test_alt_click_shows_one_class_alone_and_again_shows_all(look: Callable[..., Sight]) -> None:
    sight = look()
    switch = sight.page.locator("[data-class='loiter']")
    switch.click(modifiers=["Alt"])
    checked = "all => all.filter(e => e.ariaChecked === 'true').map(e => e.dataset.class)"
    assert sight.page.eval_on_selector_all("#layers [data-class]", checked) == ["loiter"]
    switch.click(modifiers=["Alt"])
    assert len(sight.page.eval_on_selector_all("#layers [data-class]", checked)) == len(sight.server.world.classes)


def test_a_link_brings_the_switches_back(look: Callable[..., Sight]) -> None:
    sight = look("#off=loiter,squawk&flip=zones")
    off = sight.page.eval_on_selector_all(
        "#layers [data-class]", "all => all.filter(e => e.ariaChecked === 'false').map(e => e.dataset.class)"
    )
    assert sorted(off) == ["loiter", "squawk"]
    assert sight.page.locator("[data-layer='zones']").get_attribute("aria-checked") == "true"


def test_the_card_of_a_class_shows_meaning_and_parameters_with_units(look: Callable[..., Sight]) -> None:
    sight = look()
    sight.page.get_by_label("About Loiter").click()
    card = sight.page.locator("#card")
    assert card.is_visible()
    assert "900 s" in card.inner_text() and "Observable characteristics" in card.inner_text()
    tiles = card.locator(".tile").all_inner_texts()
    assert tiles[0].startswith("96 %") and tiles[2].startswith("15 s") and tiles[3].startswith("0.25")
    assert "7 of 8 found · with cleared ones: 90 % right, 88 % found" in card.locator(".tiles-note").inner_text()
    heads = card.locator("h3").all_inner_texts()
    assert heads[:3] == ["Definition", "Observable characteristics", "Who needs this detection"]
    assert heads[3:5] == ["Review priority", "Real-world context"]
    sight.page.keyboard.press("Escape")
    assert card.is_hidden()
    assert sight.page.evaluate("document.activeElement.getAttribute('aria-label')") == "About Loiter"


def test_zones_are_asked_for_only_when_switched_on(look: Callable[..., Sight]) -> None:
    sight = look()
    sight.server.requests.clear()
    assert not [r for r in sight.server.requests if "/collections/zones" in r]
    sight.page.locator("[data-layer='zones']").click()
    until(sight.page, f"{APP}.overlays.count.has('zones')")
    assert [r for r in sight.server.requests if "/collections/zones/items" in r and "bbox=" in r]


def test_a_class_added_later_appears_when_its_first_anomaly_comes(look: Callable[..., Sight]) -> None:
    sight = look("#view=40,15,2")
    server = sight.server
    server.world.classes.append(a_class("brand-new", "Brand new"))
    one = server.world.episode("squawk", random.Random(2), **{"class": "brand-new"})
    server.world.anomalies[one["id"]] = one
    server.drop_streams()
    until(sight.page, "document.querySelector('[data-class=brand-new]')")


CHECKED = "all => all.filter(e => e.ariaChecked === 'true').map(e => e.dataset.class)"


def test_one_class_alone_by_keyboard_and_from_its_card(look: Callable[..., Sight]) -> None:
    sight = look()
    sight.page.locator("[data-class='squawk']").press("s")
    assert sight.page.eval_on_selector_all("#layers [data-class]", CHECKED) == ["squawk"]
    sight.page.get_by_label("About Loiter").click()
    sight.page.locator("#card").get_by_role("button", name="This class alone").click()
    assert sight.page.eval_on_selector_all("#layers [data-class]", CHECKED) == ["loiter"]


def test_a_layer_is_faint_on_the_map_and_in_the_address(look: Callable[..., Sight]) -> None:
    sight = look("#flip=zones")
    sight.page.get_by_label("Opacity: Zones").fill("0.5")
    until(sight.page, "location.hash.includes('faint=zones:50')")
    assert abs(sight.page.evaluate(f"{MAP}.getPaintProperty('zones/fill', 'fill-opacity')") - 0.035) < 1e-6
    sight = look("#faint=anomalies:30,zones:999,__proto__:50&view=40,15,2")
    assert sight.page.evaluate(f"{APP}.state.get().opacity") == {"anomalies": 0.3}
    until(sight.page, drawn("loiter"))


def test_a_set_is_saved_used_and_forgotten(look: Callable[..., Sight]) -> None:
    sight = look("#off=loiter,squawk&flip=graticule&view=40,15,2")
    sight.page.locator("summary", has_text="Saved sets").click()
    sight.page.get_by_label("Name of the set").fill("Mine")
    sight.page.get_by_label("Name of the set").press("Enter")
    sight.page.get_by_role("button", name="All", exact=True).click()
    assert sight.page.evaluate(f"{APP}.state.get().off.size") == 0
    sight.page.reload()
    until(sight.page, "document.body.dataset.ready === 'true'")
    sight.page.locator("summary", has_text="Saved sets").click()
    sight.page.get_by_role("button", name="Mine", exact=True).click()
    assert sight.page.evaluate(f"[...{APP}.state.get().off]") == ["loiter", "squawk"]
    assert sight.page.evaluate(f"{APP}.state.get().layers.graticule") is False
    sight.page.get_by_label("Forget Mine").click()
    assert sight.page.get_by_role("button", name="Mine", exact=True).count() == 0


def test_a_country_is_all_that_is_shown_and_counted(look: Callable[..., Sight], server: FakeServer) -> None:
    one = next(a for a in server.world.anomalies.values() if a["properties"]["class"] == "squawk")
    one["properties"]["evidence"]["context"]["country"] = {"code": "FR", "name": "France"}
    sight = look("#list=all&win=86400")
    sight.page.locator("summary", has_text="Where").click()
    until(sight.page, "document.querySelector('.places li')")
    ends = "['.places', '#layers'].map((one) => document.querySelector(one).getBoundingClientRect().bottom)"
    until(sight.page, f"(([list, panel]) => list <= panel)({ends})")
    sight.page.locator(".places button", has_text="France").click()
    until(sight.page, "document.querySelectorAll('#list .row').length === 1")
    until(sight.page, "location.hash.includes('only=country:FR')")
    assert "Only France" in sight.page.locator("#where").inner_text()
    ones = "[...document.querySelectorAll('#layers [data-class] .count')].map(e => e.textContent).filter(t => t > '0')"
    until(sight.page, f"{ones}.join() === '1,–' || {ones}.join() === '1'")
    told = "one.querySelector('summary .count').textContent"
    summed = "[...one.querySelectorAll('[data-class] .count')].reduce((sum, row) => sum + Number(row.textContent), 0)"
    groups = "[...document.querySelectorAll('#layers .groups .group')].filter((one) => !one.querySelector('.inactive'))"
    pairs = sight.page.evaluate(f"{groups}.map((one) => [{told}, String({summed})])")
    assert "1" in [head for head, _ in pairs] and all(head == total for head, total in pairs)


def test_tiles_come_only_while_their_layer_is_on(look: Callable[..., Sight]) -> None:
    sight = look()
    assert not [r for r in sight.server.requests if "/xyz/" in r]
    sight.page.locator("[data-layer='tracks']").click()
    until(sight.page, f"{MAP}.getLayer('tracks/line')")
    sight.page.wait_for_timeout(1500)
    assert [r for r in sight.server.requests if r.startswith("/collections/tracks/xyz/") and "datetime=" in r]
    sight.page.locator("[data-layer='tracks']").click()
    assert sight.page.evaluate(f"{MAP}.getLayer('tracks/line') === undefined")


@pytest.mark.parametrize("width", [1440, 1024])
def test_each_class_has_its_curve_where_panels_are_narrow_too(look: Callable[..., Sight], width: int) -> None:
    sight = look("#view=40,15,2", width=width, height=900)
    curve = "document.querySelector('#layers .spark:has([d^=M])')"
    until(sight.page, curve + " !== null")
    box = sight.page.evaluate(f"(({{width, height}}) => [width, height])({curve}.getBoundingClientRect())")
    assert box[0] >= 20 and box[1] >= 8
