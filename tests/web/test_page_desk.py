"""The anomaly desk: list, detail, keyboard, links; and that nothing from the air can become markup."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.web.fake_server import FakeServer
from tests.web.fake_world import NOW, utc
from tests.web.sight import APP, MAP, Sight, drawn, until

HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'


@pytest.fixture
def sight(look: Callable[..., Sight]) -> Sight:
    opened = look("#view=40,15,1.2")
    until(opened.page, "document.querySelectorAll('#list .row').length > 5")
    return opened


def test_the_list_is_sorted_by_priority(sight: Sight) -> None:
    found = sight.page.eval_on_selector_all("#list .row .priority", "all => all.map(e => e.textContent)")
    assert found == sorted(found, key=["critical", "high", "medium", "low"].index)


def test_a_click_on_a_row_opens_sentence_evidence_and_chart(sight: Sight) -> None:
    row = sight.page.locator("#list .row", has_text="Rapid descent").first
    sentence = row.locator(".sentence").text_content() or ""
    row.click()
    detail = sight.page.locator("#detail")
    assert detail.locator(".lead").inner_text().lower() == sentence.lower()
    assert "-4,300 ft/min" in detail.inner_text() and "-3,000 ft/min" in detail.inner_text()
    assert detail.locator(".samples tbody tr").count() == 5
    until(sight.page, "document.querySelector('#detail .u-wrap canvas')")
    until(sight.page, f"{MAP}.getSource('track').serialize().data.features.length > 0")
    until(sight.page, "location.hash.includes('sel=anomaly')")


def test_what_is_known_around_it_is_told(sight: Sight) -> None:
    sight.page.locator("#list .row", has_text="Rapid descent").first.click()
    told = sight.page.locator("#detail .context").inner_text()
    assert "12 nmi NE of" in told and "3.7 nmi SW of EGLL · Heathrow" in told and "London · EGTT" in told
    assert "G-ABCD · A320 · Airbus A320-214 · British Airways · limited display" in told
    assert "wind 220° 4 kt, gusts 15 kt · visibility 10 km or more · 28 °C · QNH 1009 hPa" in told
    assert "A0596/26: POSS INTRP" in told and "and 2 more in force here" in told
    assert "[object" not in sight.page.locator("#detail").inner_text()


def test_a_click_on_a_marker_of_the_map_opens_it(sight: Sight) -> None:
    one = "a => a.cls === 'gps-jamming'"
    until(sight.page, drawn("gps-jamming"))
    place = until(
        sight.page,
        f"(() => {{ const m = {MAP}, a = {APP}.anomalies.all().find({one}); return m.project(a.anchor); }})()",
    )
    sight.page.mouse.click(place["x"], place["y"])
    until(sight.page, "!document.querySelector('#detail').hidden")
    assert sight.page.locator("#detail .lead").inner_text()


def test_the_keyboard_walks_opens_and_closes(sight: Sight) -> None:
    rows = sight.page.eval_on_selector_all("#list .row", "all => all.map(e => e.dataset.id)")
    for _ in range(2):
        sight.page.keyboard.press("j")
    assert sight.page.evaluate("document.activeElement.dataset.id") == rows[1]
    sight.page.keyboard.press("k")
    assert sight.page.evaluate("document.activeElement.dataset.id") == rows[0]
    sight.page.keyboard.press("Enter")
    assert sight.page.locator("#detail").is_visible()
    # Opening flies there, and the walk goes on through the list that it began in.
    until(sight.page, f"{MAP}.getZoom() > 5 && !{MAP}.isMoving()")
    sight.page.wait_for_timeout(600)
    sight.page.keyboard.press("j")
    until(sight.page, f"{APP}.state.get().selected.id === {json.dumps(rows[1])}")
    sight.page.keyboard.press("Escape")
    assert sight.page.locator("#detail").is_hidden()


def test_the_list_follows_the_view_again_once_nothing_is_open(sight: Sight) -> None:
    before = sight.page.locator("#list .row").count()
    sight.page.locator("#list .row").first.click()
    until(sight.page, f"{MAP}.getZoom() > 5 && !{MAP}.isMoving()")
    sight.page.keyboard.press("Escape")
    until(sight.page, f"document.querySelectorAll('#list .row').length < {before}")


def test_a_link_opens_the_same_anomaly_again(look: Callable[..., Sight], sight: Sight) -> None:
    one = next(iter(sight.server.world.anomalies.values()))
    again = look(f"#sel=anomaly:{one['id']}")
    assert again.page.locator("#detail .lead").inner_text().lower() == one["properties"]["explanation"].lower()


def test_a_link_to_nothing_says_so(look: Callable[..., Sight]) -> None:
    opened = look("#sel=anomaly:no-such-thing")
    until(opened.page, "document.querySelector('#detail').textContent.includes('cannot be shown')")


def test_what_did_not_come_is_asked_for_again_by_hand_and_with_the_connection(
    look: Callable[..., Sight], server: FakeServer
) -> None:
    old = min(server.world.anomalies.values(), key=lambda one: one["properties"]["end"])
    server.broken = {f"/collections/anomalies/items/{old['id']}"}
    try:
        sight = look(f"#sel=anomaly:{old['id']}")
        sight.page.locator("#detail").get_by_role("button", name="Try again").wait_for()
    finally:
        server.broken = set()
    server.drop_streams()
    sight.page.locator("#detail .lead", has_text=old["properties"]["explanation"]).wait_for()


def hostile_context() -> dict[str, object]:
    """Every text of a context, from people who wish ill; and what is none where a text should be."""
    text = {name: HOSTILE for name in ("name", "code", "id", "registration", "type_code", "model", "operator", "text")}
    watched = {"category": HOSTILE, "link": "javascript:window.hacked=1"}
    craft = {**text, "flags": [HOSTILE, 3, None], "state": {"name": HOSTILE}, "watch_list": watched}
    notam = {"id": HOSTILE, "text": HOSTILE, "schedule": HOSTILE, "until": HOSTILE}
    return {
        "place": text, "airport": {**text, "distance_nmi": "x", "bearing_deg": {}}, "fir": [1, 2], "country": text,
        "aircraft": craft, "others": [craft, None, 7], "metar": {**text, "weather": HOSTILE, "wind_kt": HOSTILE},
        "notams": [notam, None, 5], "notams_in_force": HOSTILE,
    }  # fmt: skip


def test_hostile_text_stays_text(sight: Sight) -> None:
    one = json.loads(json.dumps(next(iter(sight.server.world.anomalies.values()))))
    one["id"] = "hostile"
    evidence = {"values": {HOSTILE: HOSTILE}, "samples": [{HOSTILE: HOSTILE}], "context": hostile_context()}
    changes = {
        "callsign": HOSTILE,
        "explanation": HOSTILE,
        "priority": "critical",
        "end": utc(NOW + 60_000),
        "evidence": evidence,
        "h3": HOSTILE,
    }
    one["properties"] |= changes | {"icao24": HOSTILE, "members": [HOSTILE], "class": "loiter"}
    sight.server.push("anomaly", one)
    until(sight.page, "document.querySelector('#list .row[data-id=hostile]')")
    sight.page.locator("#list .row[data-id=hostile]").click()
    until(sight.page, "document.querySelector('#detail .samples')")
    sight.server.push(
        "aircraft",
        {
            "time": sight.server.now(),
            "columns": ["icao24", "lat", "lon", "callsign"],
            "rows": [[HOSTILE, 1, 1, HOSTILE]],
        },
    )
    sight.page.fill(".search-input", "<img")
    assert HOSTILE in sight.page.locator("#detail .lead").inner_text()
    assert HOSTILE in sight.page.locator("#detail .context").inner_text()
    assert sight.page.locator("#detail .context a").count() == 0
    assert sight.page.evaluate("document.querySelectorAll('img[src=x], #detail script').length") == 0
    assert not sight.page.evaluate("window.hacked")


def test_search_finds_an_aircraft_by_callsign_and_a_place_by_coordinates(sight: Sight) -> None:
    flight = sight.server.world.flights[3]
    sight.page.keyboard.press("/")
    sight.page.keyboard.type(flight.callsign)
    sight.page.keyboard.press("Enter")
    until(sight.page, f"{APP}.state.get().selected?.id === '{flight.icao24}'")
    assert flight.icao24 in sight.page.locator("#detail").inner_text()
    sight.page.fill(".search-input", "51.5, -0.12")
    sight.page.keyboard.press("Enter")
    until(sight.page, f"Math.abs({MAP}.getCenter().lat - 51.5) < 0.01")


def test_search_says_when_each_anomaly_was(sight: Sight) -> None:
    one = next(a for a in sight.server.world.anomalies.values() if a["properties"]["icao24"])
    sight.page.fill(".search-input", one["properties"]["icao24"])
    until(sight.page, "document.querySelector('.found .found-kind')")
    kinds = sight.page.locator(".found .found-kind").all_inner_texts()
    assert any(" · " in kind and (" ago" in kind or "now" in kind) for kind in kinds)


def test_the_list_follows_the_extent(sight: Sight) -> None:
    before = sight.page.locator("#list .row").count()
    sight.page.evaluate(f"{MAP}.jumpTo({{center: [-150, -50], zoom: 6}})")
    until(sight.page, "document.querySelector('#list .empty').textContent.includes('Nothing in view')")
    sight.page.get_by_role("button", name="Show everywhere").click()
    until(sight.page, f"document.querySelectorAll('#list .row').length >= {before}")


def test_new_counts_of_the_classes_leave_rows_folds_and_focus_alone(sight: Sight) -> None:
    sight.page.locator("#layers summary").first.click()
    sight.page.keyboard.press("j")
    kept = "[document.activeElement.dataset.id, document.querySelector('#layers details').open]"
    before = sight.page.evaluate(kept)
    counted = f"{APP}.classes = {APP}.classes.map(one => ({{...one, count: {{open: 1, last_24h: 2}}}}))"
    sight.page.evaluate(f"(() => {{ {counted}; {APP}.bus.emit('classes'); }})()")
    sight.page.evaluate(f"{APP}.state.set({{off: new Set(['loiter'])}})")
    gone = "![...document.querySelectorAll('#list .title')].some(e => e.textContent === 'Loiter')"
    until(sight.page, gone)
    ids = sight.page.eval_on_selector_all("#list .row", "all => all.map(e => e.dataset.id)")
    assert len(ids) == len(set(ids))
    assert sight.page.evaluate(kept) == before and before[1] is False


def test_rows_are_whole_in_a_narrow_list(look: Callable[..., Sight]) -> None:
    page = look("#view=40,15,1.2", width=1024, height=768).page
    until(page, "document.querySelectorAll('#list .row').length > 5")
    told = "all => all.forEach(e => Object.assign(e, { textContent: 'Monitor', hidden: false }))"
    # In one go: a list that is drawn anew says its own words again.
    cut = f"""all => {{
      ({told})(all.map(e => e.querySelector('.band')));
      const right = e => e.getBoundingClientRect().right;
      return all.filter(e => right(e.querySelector('.state')) > right(e) - 12).length;
    }}"""
    assert page.eval_on_selector_all("#list .row", cut) == 0
