"""Live and past: the stream, what happens when it breaks, and the time machine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.web.fake_server import FakeServer
from tests.web.fake_world import NOW, World, utc
from tests.web.sight import APP, MAP, Sight, until

PLAYED = {"name": "rec.json", "state": "ended", "rows": 5}
"""A recording that was replayed and is over: nothing ails it."""


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(World(aircraft=30, per_class=2)) as fake:
        yield fake


def test_aircraft_move_between_updates(look: Callable[..., Sight]) -> None:
    sight = look("#view=47,9,5")
    where = f"{APP}.fleet.where({APP}.fleet.all()[0].id)"
    before = until(sight.page, where)
    until(
        sight.page,
        f"(() => {{ const [x, y] = {where}; return Math.hypot(x - {before[0]}, y - {before[1]}) > 0.001; }})()",
    )
    assert sight.page.evaluate(f"{APP}.fleet.size") == 30


def test_an_anomaly_appears_and_is_updated_in_place(look: Callable[..., Sight]) -> None:
    sight = look("#view=40,15,1.2")
    one = json.loads(json.dumps(next(iter(sight.server.world.anomalies.values()))))
    one["id"] = "fresh"
    one["properties"] |= {
        "explanation": "first words",
        "priority": "critical",
        "state": "open",
        "end": utc(NOW + 60_000),
    }
    sight.server.push("anomaly", one, seq=7)
    row = sight.page.locator("#list .row[data-id=fresh]")
    row.wait_for()
    one["properties"] |= {"explanation": "second words", "state": "closed"}
    sight.server.push("anomaly", one, seq=8)
    until(sight.page, "document.querySelector('#list .row[data-id=fresh]')?.textContent.includes('second words')")
    assert row.count() == 1
    assert "New critical anomaly" in sight.page.locator("#announce").inner_text()


def test_after_the_stream_broke_it_comes_back_and_catches_up(look: Callable[..., Sight]) -> None:
    sight = look()
    server = sight.server
    sight.server.push("clock", {"data_time": utc(server.now())}, seq=41)
    until(sight.page, "document.querySelector('.pill').textContent.includes('Live')")
    server.refuse_streams = True
    server.drop_streams()
    until(sight.page, "document.querySelector('.pill').textContent.includes('Reconnecting')")
    server.requests.clear()
    server.refuse_streams = False
    until(sight.page, "document.querySelector('.pill').textContent.includes('Live')", timeout=40)
    until(sight.page, f"{APP}.anomalies.loading === false")
    asked = " ".join(server.requests)
    assert "/collections/anomalies/items" in asked and "/collections/aircraft/items" in asked
    assert "since=41" in asked or "/stream?aircraft=columns after 41" in asked


def test_a_service_that_is_too_busy_is_not_a_lost_connection(look: Callable[..., Sight]) -> None:
    sight = look()
    until(sight.page, "document.querySelector('.pill').textContent.includes('Live')")
    busy = [True]
    refusal = {"status": 429, "headers": {"Retry-After": "7"}, "body": "<h1>429</h1>"}
    sight.page.route("**/health", lambda route: route.fulfill(**refusal) if busy[0] else route.continue_())
    sight.server.refuse_streams = True
    sight.server.drop_streams()
    until(sight.page, "document.querySelector('.strip').textContent.includes('asks to wait 7 s')")
    assert sight.page.locator(".pill-word").inner_text() == "Busy"

    busy[0] = sight.server.refuse_streams = False
    until(sight.page, "document.querySelector('.pill').textContent.includes('Live')", timeout=40)
    assert sight.page.locator(".strip").is_hidden()


def test_a_service_that_answers_but_sends_nothing_is_said(look: Callable[..., Sight]) -> None:
    sight = look()
    until(sight.page, "document.querySelector('.pill').textContent.includes('Live')")
    sight.server.refuse_streams = True
    sight.server.drop_streams()
    until(sight.page, "document.querySelector('.strip').textContent.includes('answers but sends no updates')")


def test_a_network_that_is_gone_is_a_lost_connection_before_the_line_knows(look: Callable[..., Sight]) -> None:
    sight = look()
    until(sight.page, "document.querySelector('.pill').textContent.includes('Live')")
    sight.page.route("**/health", lambda route: route.abort("internetdisconnected"))
    sight.server.stopping.set()
    later = "const now = performance.now.bind(performance); performance.now = () => now() + 9000;"
    sight.page.evaluate(f"(() => {{ {later} {APP}.bus.emit('awake', 0) }})()")
    until(sight.page, "document.querySelector('.strip').textContent.startsWith('Connection lost')")
    assert sight.page.locator(".pill-word").inner_text() == "Reconnecting"


def test_a_service_that_fails_is_shown_with_a_way_to_try_again(look: Callable[..., Sight]) -> None:
    sight = look("#view=40,15,1.2")
    sight.server.broken = {"/collections/anomalies"}
    sight.page.evaluate(f"{APP}.anomalies.load(0, 1)")
    until(sight.page, f"{APP}.anomalies.error !== null")
    sight.page.evaluate(f"{APP}.state.set({{off: new Set({APP}.classes.map(c => c.id))}})")
    until(sight.page, "document.querySelector('#list .empty').textContent.includes('Database unreachable')")
    sight.server.broken = set()
    sight.page.get_by_role("button", name="Try again").click()
    until(sight.page, f"{APP}.anomalies.error === null")


def test_scrubbing_asks_for_the_sky_of_that_time_and_live_comes_back(look: Callable[..., Sight]) -> None:
    sight = look("#view=47,9,4")
    sight.server.requests.clear()
    box = sight.page.locator(".scrubber").bounding_box()
    assert box
    sight.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 20)
    until(sight.page, f"!{APP}.state.get().live")
    at = sight.page.evaluate(f"{APP}.time.at()")
    assert abs(at - (NOW - 1_800_000)) < 120_000
    until(sight.page, "location.hash.includes('at=2026-11-20T11:')")
    until(sight.page, f"Math.abs({APP}.fleet.all()[0]?.time - {at}) < 2000")
    assert any("at=2026-11-20T11" in r for r in sight.server.requests)
    sight.page.get_by_role("button", name="Live", exact=True).click()
    until(sight.page, f"{APP}.state.get().live && {APP}.fleet.all()[0]?.time > {NOW}")


def test_the_past_plays(look: Callable[..., Sight]) -> None:
    sight = look(f"#at={utc(NOW - 1_800_000)}&end={utc(NOW)}")
    sight.page.get_by_label("Play", exact=True).click()
    until(sight.page, f"{APP}.time.at() > {NOW - 1_800_000 + 60_000}")
    sight.page.get_by_label("Pause", exact=True).click()
    held = sight.page.evaluate(f"{APP}.time.at()")
    sight.page.wait_for_timeout(600)
    assert sight.page.evaluate(f"{APP}.time.at()") == held


def test_the_slider_obeys_the_keyboard(look: Callable[..., Sight]) -> None:
    sight = look()
    sight.page.locator(".scrubber").focus()
    sight.page.keyboard.press("Home")
    until(sight.page, f"!{APP}.state.get().live")
    assert sight.page.evaluate(f"{APP}.time.at() - {APP}.span()[0]") < 1000
    assert "UTC" in sight.page.locator(".scrubber").get_attribute("aria-valuetext")
    sight.page.keyboard.press("End")
    until(sight.page, f"{APP}.state.get().live")


def test_a_silent_feed_is_called_silent(look: Callable[..., Sight]) -> None:
    sight = look()
    sight.server.stopping.set()
    # Half a minute passes for the page, and none for us.
    later = "const now = performance.now.bind(performance); performance.now = () => now() + 30_000;"
    sight.page.evaluate(f"(() => {{ {later} }})()")
    until(sight.page, "document.querySelector('.pill').textContent.includes('Feed silent')", timeout=45)


def test_an_empty_list_does_not_call_silence_quiet(look: Callable[..., Sight], server: FakeServer) -> None:
    server.world.anomalies.clear()
    sight = look()
    said = "document.querySelector('#list .empty').textContent"
    until(sight.page, f"{said}.includes('Nothing unusual')")
    server.stopping.set()
    later = "const now = performance.now.bind(performance); performance.now = () => now() + 30_000;"
    sight.page.evaluate(f"(() => {{ {later} }})()")
    until(sight.page, f"{said}.includes('No aircraft received')", timeout=45)


def test_who_asks_for_less_motion_sees_aircraft_where_they_were_heard_only(look: Callable[..., Sight]) -> None:
    sight = look("#view=47,9,11", reduced_motion="reduce")
    until(sight.page, f"{MAP}.loaded() && {MAP}.areTilesLoaded()")
    sight.page.evaluate(f"(() => {{ let n = 0; {MAP}.on('render', () => n++); {APP}.frames = () => n; }})()")
    sight.page.wait_for_timeout(3000)
    drawn = sight.page.evaluate(f"{APP}.frames()")
    assert 1 <= drawn <= 10, drawn  # it glides in 40


def test_an_aircraft_is_followed_until_the_map_is_moved_by_hand(look: Callable[..., Sight]) -> None:
    sight = look("#view=45,15,5")
    own = sight.page.evaluate(f"{APP}.fleet.all().find(one => !one.on_ground).id")
    sight.page.evaluate(f"{APP}.state.set({{selected: {{kind: 'aircraft', id: '{own}'}}}})")
    sight.page.get_by_role("button", name="Follow").click()
    off = f"(([lng, lat], c) => Math.hypot(lng - c.lng, lat - c.lat))({APP}.fleet.where('{own}'), {MAP}.getCenter())"
    until(sight.page, f"{MAP}.getZoom() > 7.9 && {off} < 0.05")
    sight.page.mouse.move(640, 300)
    sight.page.mouse.down()
    sight.page.mouse.move(500, 380, steps=5)
    sight.page.mouse.up()
    assert sight.page.get_by_role("button", name="Follow").get_attribute("aria-pressed") == "false"


@pytest.mark.parametrize(
    ("health", "word", "why"),
    [
        ({"engine": {"state": "starting", "doing": "making 6.0 h of demo traffic"}}, "Starting", "it is making 6.0 h"),
        ({"configuration": {"state": "refused", "fault": "line 3"}}, "Degraded", "was refused; the previous one"),
        ({"feeds": [{"name": "roof", "state": "silent", "rows": 0}]}, "Degraded", "Feed roof has sent nothing yet."),
        ({"feeds": [PLAYED, {"name": "roof", "state": "silent", "rows": 9}]}, "Degraded", "Feed roof is silent."),
        ({"database": {"ok": True, "listening": False}}, "Degraded", "lost its connection to the database"),
    ],
)
def test_a_service_that_is_not_wholly_well_says_what_it_is(
    look: Callable[..., Sight], server: FakeServer, health: dict[str, Any], word: str, why: str
) -> None:
    server.health = {"status": "degraded", **health}
    sight = look()
    until(sight.page, f"document.querySelector('.pill').textContent.includes('{word}')")
    said = sight.page.locator(".strip").inner_text()
    assert why in said and "rec.json" not in said


def test_many_feeds_of_long_names_stay_in_their_box_and_in_the_window(
    look: Callable[..., Sight], server: FakeServer
) -> None:
    server.health = {"status": "ok", "feeds": [{**PLAYED, "name": "/recordings/of-a-day.json, " * 20}] * 30}
    sight = look()
    sight.page.locator(".pill").first.click()
    right, bottom = "getBoundingClientRect().right", "getBoundingClientRect().bottom"
    until(sight.page, "document.querySelectorAll('#feeds .feed').length === 30")
    states = sight.page.evaluate(f"[...document.querySelectorAll('.feed-state')].map(one => one.{right})")
    box = "document.querySelector('#feeds')"
    assert max(states) <= sight.page.evaluate(f"{box}.{right}")
    assert sight.page.evaluate(f"{box}.{bottom}") <= sight.page.viewport_size["height"]  # type: ignore[index]


def test_what_is_said_covers_no_button_at_twice_the_size(look: Callable[..., Sight], server: FakeServer) -> None:
    server.health = {"status": "degraded", "feeds": [{"name": "roof", "state": "silent", "rows": 9}]}
    sight = look(width=720, height=450)
    sight.page.locator(".strip").wait_for()
    end = "document.querySelector('.strip').getBoundingClientRect().right"
    lefts = "[...document.querySelectorAll('.controls button')].map(one => one.getBoundingClientRect().left)"
    assert sight.page.evaluate(end) <= min(sight.page.evaluate(lefts))


def test_a_finger_on_an_aircraft_opens_it_and_leaves_no_tip_behind(look: Callable[..., Sight]) -> None:
    sight = look("#view=47,9,8&flip=labels", width=390, height=844, has_touch=True)
    own = sight.page.evaluate(f"{APP}.fleet.all()[0].id")
    sight.page.evaluate(f"{MAP}.jumpTo({{center: {APP}.fleet.where('{own}'), zoom: 9}})")
    there = f"{{...{MAP}.project({APP}.fleet.where('{own}')), top: {MAP}.getCanvas().getBoundingClientRect().top}}"
    spot = sight.page.evaluate(f"({there})")
    sight.page.touchscreen.tap(spot["x"], spot["y"] + spot["top"])
    until(sight.page, f"{APP}.state.get().selected")
    assert sight.page.locator(".tip").is_hidden()
