"""The time machine: to any time, from anomaly to anomaly, and two times side by side."""

from __future__ import annotations

from collections.abc import Callable

from tests.web.sight import APP, MAP, Sight, until

AT = f"{APP}.time.at()"
PAST = "#view=45,10,3&at=2026-11-20T11:00:00Z&end=2026-11-20T11:30:00Z"


def test_any_time_is_a_field_away(look: Callable[..., Sight]) -> None:
    sight = look()
    sight.page.keyboard.press("t")
    sight.page.get_by_label("Date and time to show").fill("2026-11-20T09:15")
    with sight.page.expect_request(lambda one: "/aircraft/items" in one.url and "at=2026-11-20T09%3A15" in one.url):
        sight.page.get_by_role("button", name="Show", exact=True).click()
    assert sight.page.evaluate(f"new Date({AT}).toISOString()") == "2026-11-20T09:15:00.000Z"
    until(sight.page, "location.hash.includes('at=2026-11-20T09:15:00Z&end=2026-11-20T09:15:00Z')")
    assert sight.page.locator(".date").inner_text().startswith("20 Nov · UTC · ")
    sight.page.get_by_role("button", name="Show 7 d").click()
    sight.page.locator(".scrubber").hover(position={"x": 5, "y": 20})
    assert sight.page.locator(".scrub-hint").inner_text().startswith("13 Nov ")


def test_from_one_anomaly_to_the_next_and_back(look: Callable[..., Sight]) -> None:
    sight = look(PAST)
    selected = f"{APP}.state.get().selected?.id"
    sight.page.keyboard.press(".")
    first = until(sight.page, selected)
    start = sight.page.evaluate(f"{APP}.anomalies.get('{first}').start")
    assert sight.page.evaluate(AT) == start + 1000
    sight.page.keyboard.press(".")
    second = until(sight.page, f"{selected} !== '{first}' && {selected}")
    assert sight.page.evaluate(f"{APP}.anomalies.get('{second}').start") >= start
    sight.page.keyboard.press(",")
    until(sight.page, f"{selected} === '{first}'")
    until(sight.page, f"location.hash.includes('sel=anomaly:{first}')")


def test_two_times_lie_side_by_side_under_one_camera(look: Callable[..., Sight]) -> None:
    sight = look(f"{PAST}&compare=-86400&win=86400")
    until(sight.page, "document.querySelector('.compare-tag.there span').textContent.startsWith('19 Nov 11:00')")
    assert "20 Nov 11:00" in sight.page.locator(".compare-tag.here").inner_text()
    asked = "2026-11-18T11%3A30%3A00Z%2F2026-11-19T11%3A30%3A00Z"
    until(sight.page, f"{APP}.compare.isOpen")
    assert [r for r in sight.server.requests if "/anomalies/items" in r and asked in r]
    line = sight.page.get_by_role("slider", name="Line between the two times")
    line.press("ArrowLeft")
    assert line.get_attribute("aria-valuenow") == "48"
    sight.page.get_by_label("End the comparison").click()
    assert sight.page.locator("#compare").is_hidden()
    until(sight.page, "!location.hash.includes('compare')")
    assert sight.errors == []


def test_interference_is_asked_for_by_the_half_hour_and_once(look: Callable[..., Sight]) -> None:
    sight = look(f"{PAST}&flip=cells")
    until(sight.page, f"{APP}.overlays.count.has('cells')")
    asked = [r for r in sight.server.requests if "/collections/cells/items" in r]
    assert "2026-11-20T10%3A00%3A00Z%2F2026-11-20T10%3A59%3A59Z" in asked[-1]
    for minute in (10, 20, 50, 20):
        sight.page.evaluate(f"{APP}.time.scrub(Date.UTC(2026, 10, 20, 11, {minute}))")
        sight.page.wait_for_timeout(700)
    new = [r for r in sight.server.requests if "/collections/cells/items" in r][len(asked) :]
    assert len(new) == 2
    assert "11%3A29%3A59Z" in new[0] and "11%3A59%3A59Z" in new[1]


def test_everything_is_touchable_on_a_small_screen(look: Callable[..., Sight]) -> None:
    sight = look(PAST, width=390, height=844, has_touch=True)
    small = """() => [...document.querySelectorAll('.timebar button, .controls button, .tabs button')]
      .filter(e => e.checkVisibility()).map(e => [e.getBoundingClientRect(), e.ariaLabel || e.textContent])
      .filter(([r]) => r.width < 30 || r.height < 30 || r.right > innerWidth || r.left < 0).map(([r, name]) => name)"""
    assert sight.page.evaluate(small) == []
    sight.page.get_by_label("Draw an area").tap()
    sight.page.get_by_label("Draw: Circle").tap()
    until(sight.page, f"{APP}.draw.busy")
    sight.page.touchscreen.tap(200, 420)
    sight.page.touchscreen.tap(260, 420)
    until(sight.page, f"{APP}.state.get().area?.kind === 'circle'")
    sight.page.get_by_role("button", name="Done").tap()
    until(sight.page, "document.querySelector('#area').checkVisibility()")


def test_an_open_aircraft_tells_of_the_time_that_is_shown(look: Callable[..., Sight]) -> None:
    sight = look(PAST)
    first = until(sight.page, f"{APP}.fleet.all()[0]?.id")
    sight.page.evaluate(f"{APP}.state.set({{selected: {{kind: 'aircraft', id: '{first}'}}}})")
    told = "document.querySelector('.chart-readout')?.textContent"
    until(sight.page, f"{told}.includes('to 11:1')")
    sight.page.evaluate(f"{APP}.time.scrub(Date.UTC(2026, 10, 20, 5))")
    until(sight.page, f"{told}.includes('to 05:1')")
    sight.page.keyboard.press("l")
    until(sight.page, f"{told}.includes('positions, 10:5')")
    until(sight.page, f"{APP}.fleet.clear() ?? document.querySelector('#detail .notice')?.textContent")
    until(sight.page, f"{APP}.session.loadAircraft() && !document.querySelector('#detail .notice')")
    assert sight.errors == []


def test_home_is_where_something_is_now_not_where_something_was_looked_at(look: Callable[..., Sight]) -> None:
    sight = look()
    sight.page.evaluate(
        f"""{APP}.anomalies.take(Array.from({{length: 99}}, (_, i) => ({{
          type: 'Feature', id: `old${{i}}`, geometry: {{type: 'Point', coordinates: [-150, -40]}},
          properties: {{class: 'loiter', state: 'closed', start: '2025-06-01T10:00:00Z', end: '2025-06-01T10:10:00Z'}},
        }})))"""
    )
    sight.page.keyboard.press("h")
    until(sight.page, f"!{MAP}.isMoving()")
    assert sight.page.evaluate(f"{MAP}.getBounds().getWest()") > -150


def test_at_twice_the_size_the_day_that_is_shown_is_still_said(look: Callable[..., Sight]) -> None:
    sight = look(PAST, width=720, height=450)
    date = sight.page.locator(".date")
    assert date.is_visible() and date.inner_text().startswith("20 Nov · UTC")
    bar, own = (sight.page.locator(one).bounding_box() for one in ("#timebar", ".date"))
    assert bar and own and bar["y"] <= own["y"] and own["y"] + own["height"] <= bar["y"] + bar["height"]
