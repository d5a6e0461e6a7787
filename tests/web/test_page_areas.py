"""Areas: drawn with the mouse and without one, imported, counted, filtered by, and in the address."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.web.sight import APP, MAP, Sight, until
from tests.web.test_page_care import NAMELESS, PALE

VIEW = "#view=45,10,4"
AREA = f"{APP}.state.get().area"
KML = """<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><name>Bay</name><Polygon><outerBoundaryIs><LinearRing>
<coordinates>5,40,0 15,40,0 15,50,0 5,50,0 5,40,0</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>
</kml>"""


def draw(sight: Sight, kind: str, *points: tuple[int, int]) -> None:
    sight.page.get_by_label("Draw an area").click()
    sight.page.get_by_label(f"Draw: {kind}").click()
    until(sight.page, f"{APP}.draw.busy")
    for x, y in points:
        sight.page.mouse.move(x, y)
        sight.page.mouse.click(x, y)


def paste(sight: Sight, text: str) -> None:
    sight.page.evaluate(f"{APP}.importer.open()")
    sight.page.get_by_label("GeoJSON or KML").fill(text)
    sight.page.get_by_role("button", name="Show it").click()


def test_a_polygon_is_drawn_asked_about_and_in_the_address(look: Callable[..., Sight]) -> None:
    sight = look(VIEW)
    draw(sight, "Polygon", (500, 250), (700, 260), (690, 450))
    sight.page.get_by_role("button", name="Finish").click()
    assert until(sight.page, f"{AREA}?.parts[0][0].length") == 3
    until(sight.page, "document.querySelector('#area .area-table')")
    asked = [parse_qs(urlsplit(r).query) for r in sight.server.requests if "S_INTERSECTS" in r]
    assert asked and asked[-1]["filter"][0].startswith("S_INTERSECTS(geometry,POLYGON((")
    links = sight.page.eval_on_selector_all("#area a[download]", "all => all.map(e => e.search)")
    assert [parse_qs(link[1:])["f"][0] for link in links] == ["geojson", "csv", "kml", "gpkg"]
    until(sight.page, "location.hash.includes('area=polygon:')")
    assert sight.page.evaluate("document.querySelectorAll('#card:not([hidden]), #detail:not([hidden])').length") == 0
    assert sight.errors == []


def test_what_draws_is_fetched_before_the_first_corner(look: Callable[..., Sight]) -> None:
    sight = look()
    with sight.page.expect_response(lambda one: "terra-draw-maplibre" in one.url):
        sight.page.get_by_label("Draw an area").click()


def test_a_circle_is_drawn_without_a_mouse_and_left_with_escape(look: Callable[..., Sight]) -> None:
    sight = look(VIEW)
    sight.page.keyboard.press("d")
    sight.page.get_by_label("Draw: Circle").press("Enter")
    until(sight.page, f"{APP}.draw.busy")
    until(sight.page, "document.activeElement.matches('.maplibregl-canvas')")
    sight.page.keyboard.press("Enter")
    sight.page.keyboard.press("ArrowRight")
    until(sight.page, f"!{MAP}.isMoving()")
    sight.page.keyboard.press("Enter")
    assert until(sight.page, f"{AREA}?.kind") == "circle"
    assert sight.page.evaluate(f"{AREA}.size") > 10
    for _ in range(2):
        sight.page.keyboard.press("Escape")
    assert sight.page.locator("#draw").is_hidden()
    assert sight.page.evaluate(f"{AREA}.kind") == "circle"


def test_a_corner_is_dragged_and_the_area_is_deleted(look: Callable[..., Sight]) -> None:
    sight = look(f"{VIEW}&area=rectangle:40,5;50,15")
    until(sight.page, f"{APP}.areaPanel.isOpen")
    sight.page.locator("#area").get_by_role("button", name="Change").click()
    until(sight.page, f"{APP}.draw.busy")
    corner = sight.page.evaluate(f"(({{x, y}}) => [x, y])({MAP}.project([15, 50]))")
    sight.page.wait_for_timeout(500)
    sight.page.mouse.move(*corner)
    sight.page.mouse.down()
    sight.page.mouse.move(corner[0] + 40, corner[1] - 20, steps=6)
    sight.page.mouse.up()
    until(sight.page, f"{AREA}.points[1][0] > 16")
    sight.page.locator("#area").get_by_role("button", name="Clear", exact=True).click()
    assert sight.page.evaluate(AREA) is None
    assert sight.page.locator("#area").is_hidden()
    until(sight.page, "!location.hash.includes('area=')")


def test_the_outer_ring_of_a_part_is_changed_and_its_hole_and_the_other_part_stay(look: Callable[..., Sight]) -> None:
    hole, other = "43,8;43,12;47,10", "40,20;40,22;42,22"
    sight = look(f"{VIEW}&area=polygon:40,5;40,15;50,15;50,5/{hole}|{other}")
    until(sight.page, f"{APP}.areaPanel.isOpen")
    sight.page.locator("#area").get_by_role("button", name="Change").click()
    until(sight.page, f"{APP}.draw.busy")
    corner = sight.page.evaluate(f"(({{x, y}}) => [x, y])({MAP}.project([15, 50]))")
    sight.page.wait_for_timeout(500)
    sight.page.mouse.move(*corner)
    sight.page.mouse.down()
    sight.page.mouse.move(corner[0] + 40, corner[1] - 20, steps=6)
    sight.page.mouse.up()
    until(sight.page, f"{AREA}.parts[0][0].some(([lng]) => lng > 16)")
    until(sight.page, f"location.hash.includes('/{hole}|{other}')")
    assert sight.errors == []


def test_over_the_antimeridian_it_is_asked_in_two_parts(look: Callable[..., Sight]) -> None:
    sight = look("#view=0,179,3")
    middle = sight.page.evaluate(f"(({{x, y}}) => [x, y])({MAP}.project([179, 0]))")
    x, y = map(int, middle)
    draw(sight, "Rectangle", (x - 80, y - 60), (x + 90, y + 70))
    until(sight.page, f"{AREA}?.points[1][0] > 180")
    until(sight.page, "document.querySelector('#area .area-table')")
    assert [r for r in sight.server.requests if "MULTIPOLYGON" in r and "-180" in r]


def test_kml_comes_in_and_hostile_files_say_what_is_wrong(look: Callable[..., Sight]) -> None:
    sight = look(VIEW)
    paste(sight, "<!DOCTYPE kml><kml/>")
    assert "DOCTYPE" in sight.page.locator(".import .notice").inner_text()
    paste_again = sight.page.get_by_label("GeoJSON or KML")
    paste_again.fill("<kml><broken></kml>")
    sight.page.get_by_role("button", name="Show it").click()
    assert "broken" in sight.page.locator(".import .notice").inner_text()
    paste_again.fill(KML)
    sight.page.get_by_role("button", name="Show it").click()
    assert sight.page.evaluate(f"{AREA}.name") == "Bay"
    assert sight.page.evaluate(f"{AREA}.parts[0][0].length") == 4


def test_only_here_narrows_map_list_and_counts_until_it_is_taken_off(look: Callable[..., Sight]) -> None:
    sight = look("#view=35,35,4&list=all&win=86400&off=loiter")
    all_ = until(sight.page, f"{APP}.anomalies.all().length")
    paste(sight, json.dumps({"type": "Polygon", "coordinates": [[[32, 32], [38, 32], [38, 37], [32, 37], [32, 32]]]}))
    sight.page.get_by_role("button", name="Only here").click()
    few = until(sight.page, f"{APP}.anomalies.all().length")
    assert few < all_
    until(sight.page, "location.hash.includes('only=area:here')")
    assert "Only Polygon" in sight.page.locator("#where").inner_text()
    sight.page.locator("#where button").click()
    assert sight.page.evaluate(f"{APP}.anomalies.all().length") == all_


def test_when_it_cannot_be_counted_the_panel_says_so_and_tries_again(look: Callable[..., Sight]) -> None:
    sight = look()
    sight.server.broken.add("/collections/anomalies")
    try:
        paste(sight, KML)
        until(sight.page, "document.querySelector('#area .empty')?.textContent.includes('could not be counted')")
    finally:
        sight.server.broken.clear()
    sight.page.locator("#area").get_by_role("button", name="Try again").click()
    until(sight.page, "document.querySelector('#area .area-table')")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_panel_tools_places_and_times_have_names_and_contrast(look: Callable[..., Sight], theme: str) -> None:
    sight = look(f"#theme={theme}&flip=zones,density&area=circle:46,12;200")
    until(sight.page, "document.querySelector('#area .area-table')")
    sight.page.evaluate(f"{APP}.draw.open()")
    sight.page.keyboard.press("t")
    assert sight.page.evaluate(NAMELESS) == []
    assert sight.page.evaluate(PALE) == []
    sight.page.locator("#area").get_by_label("Close").click()
    for name in ("Where", "Saved sets"):
        sight.page.locator("summary", has_text=name).click()
    assert sight.page.evaluate(NAMELESS) == []
    assert sight.page.evaluate(PALE) == []
