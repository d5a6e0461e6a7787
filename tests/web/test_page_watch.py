"""Watching: from an area to a subscription, alerts as they come, what is kept; and reviews of incidents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.web.fake_incidents import Desk
from tests.web.fake_server import FakeServer
from tests.web.fake_watch import Watchers
from tests.web.sight import APP, Sight, until
from tests.web.test_page_access import violations

BAY = "#view=51.4,-0.2,6&area=circle:51.47,-0.46;60"


@pytest.fixture
def watchers(server: FakeServer) -> Watchers:
    """Somebody who is logged in and has nothing yet."""
    server.watchers = Watchers(server.world, signed_in=True)
    return server.watchers


@pytest.fixture
def kept(watchers: Watchers) -> Watchers:
    """An area, a destination that works, one that does not, and a subscription."""
    watchers.change("POST", "/areas", {"name": "Bay", "shape": {"circle": {"center": [-0.46, 51.47], "radius_m": 6e4}}})
    for name in ("Desk", "Broker"):
        watchers.change("POST", "/destinations", {"name": name, "kind": "webhook", "values": {}})
    watchers.destinations[3]["health"] |= {"failures": 4, "last_error": "connection refused"}
    said = {"name": "Loiterers", "area": 1, "trigger": "anomaly-starts", "destinations": [2, 3]}
    watchers.change("POST", "/subscriptions", said)
    watchers.sent.clear()
    return watchers


def last(watchers: Watchers, path: str) -> Any:
    return next(body for _, sent, body in reversed(watchers.sent) if sent == path)


def form(sight: Sight) -> Any:
    sight.page.get_by_role("button", name="Watch this area").press("Enter")
    until(sight.page, "document.querySelector('#watchform .rate')")
    return sight.page.locator("#watchform")


def test_an_area_becomes_a_subscription_with_its_past_and_a_destination(
    look: Callable[..., Sight], watchers: Watchers
) -> None:
    sight = look(BAY)
    made = form(sight)
    made.get_by_label("Name", exact=True).fill("Loiterers")
    made.locator(".classes summary").press("Enter")
    made.get_by_label("Loiter").press(" ")
    made.get_by_role("button", name="Set").press("Enter")
    until(sight.page, "document.querySelector('#watchform .field .percent').textContent === '60 %'")
    made.get_by_role("button", name="Add a destination").press("Enter")
    made.get_by_label("Address", exact=True).fill("https://example.net/hook")
    made.get_by_role("button", name="Save").press("Enter")
    made.get_by_role("button", name="Send a test").press("Enter")
    until(sight.page, "document.querySelector('#watchform .good-note')?.textContent.includes('84 ms')")
    made.get_by_role("button", name="Start watching").press("Enter")
    until(sight.page, "document.querySelector('#watch .watch-row')?.textContent.includes('Loiterers')")
    assert last(watchers, "/areas")["shape"] == {"circle": {"center": [-0.46, 51.47], "radius_m": 60_000}}
    sent = last(watchers, "/subscriptions")
    assert sent["classes"] == ["loiter"] and sent["confidence"] == 0.6 and len(sent["destinations"]) == 1
    assert sight.errors == []


def test_a_refusal_stands_at_the_field_that_it_names(look: Callable[..., Sight], watchers: Watchers) -> None:
    made = form(look(BAY))
    watchers.refuse = {"detail": "'xyz' is no address of six hex digits", "parameter": "fleet.icao24[1]"}
    made.get_by_role("button", name="Start watching").press("Enter")
    fault = made.locator("[data-field='fleet.icao24'] .fault")
    fault.wait_for()
    assert fault.inner_text() == "'xyz' is no address of six hex digits"
    assert made.locator("[data-field='fleet.icao24'] input").evaluate("e => e === document.activeElement")
    made.get_by_label("Alerts an hour, at most").fill("99999")
    watchers.sent.clear()
    made.get_by_role("button", name="Start watching").press("Enter")
    assert made.locator("[data-field='delivery.budget_per_hour'] .fault").inner_text() == "A number from 1 to 1,000."
    assert not [path for _, path, _ in watchers.sent if path == "/subscriptions"]


def test_nobody_comes_in_with_one_click_and_goes_on_where_he_was(
    look: Callable[..., Sight], server: FakeServer
) -> None:
    server.watchers = Watchers(server.world)
    sight = look(BAY)
    sight.page.get_by_role("button", name="Watch this area").press("Enter")
    sight.page.locator("#watchform").get_by_role("button", name="Start watching").press("Enter")
    until(sight.page, "document.querySelector('#watchform .rate')")


def test_an_alert_rings_counts_and_leads_to_its_evidence(look: Callable[..., Sight], kept: Watchers) -> None:
    sight = look("#view=40,15,2")
    until(sight.page, f"{APP}.alerts.seen !== null")
    one = kept.alert(4)
    sight.server.push("alert", one, seq=1)
    sight.page.get_by_role("button", name="Alerts, 1 unseen").press("Enter")
    sight.page.locator("#watch .row", has_text="circled over London").press("Enter")
    until(sight.page, f"{APP}.state.get().selected?.id === '{one['properties']['anomaly']}'")
    sight.page.keyboard.press("w")
    assert sight.page.get_by_role("button", name="Alerts", exact=True).first.is_visible()


def test_what_is_kept_shows_its_health_and_obeys(look: Callable[..., Sight], kept: Watchers) -> None:
    sight = look("#view=40,15,2")
    sight.page.keyboard.press("w")
    panel = sight.page.locator("#watch")
    panel.get_by_role("button", name="Watching").press("Enter")
    row = panel.locator(".watch-row")
    assert "4 alerts in 24 h · 1 held back" in row.inner_text() and "Broker: connection refused" in row.inner_text()
    row.get_by_label("What to do with Loiterers").press("Enter")
    row.get_by_role("button", name="Pause").press("Enter")
    until(sight.page, "document.querySelector('#watch .watch-row.paused')")
    until(sight.page, "document.activeElement.textContent === 'Resume'")  # the focus stays where it was
    row.get_by_role("button", name="Delete").press("Enter")
    row.get_by_role("button", name="Delete it?").press("Enter")
    until(sight.page, "!document.querySelector('#watch .watch-row')")
    panel.get_by_role("button", name="Destinations").press("Enter")
    panel.get_by_label("What to do with Desk").press("Enter")
    panel.get_by_role("button", name="Log").first.press("Enter")
    until(sight.page, "document.querySelector('#watch .delivery.dead')")


def test_a_kept_area_opens_with_what_happened_in_it_also_when_it_is_on_the_map(
    look: Callable[..., Sight], kept: Watchers
) -> None:
    sight = look("#view=40,15,2")
    for _ in range(2):
        sight.page.keyboard.press("w")
        sight.page.locator("#watch").get_by_role("button", name="Areas", exact=True).press("Enter")
        sight.page.get_by_role("button", name="Show Bay").press("Enter")
        sight.page.get_by_role("heading", name="What happened here?").wait_for()
        assert sight.page.locator("#watch").is_hidden()
        assert sight.page.locator("#area .area-name").input_value() == "Bay"
    sight.page.locator("#area").get_by_role("button", name="Clear", exact=True).click()
    until(sight.page, f"{APP}.state.get().area === null")
    assert len(kept.areas) == 1


def test_incidents_are_reviewed_by_keyboard_alone(look: Callable[..., Sight], watchers: Watchers) -> None:
    watchers.desk = Desk(watchers.world)
    sight = look("#view=40,15,2&list=all&win=86400")
    until(sight.page, "document.querySelector('#list .band')")
    sight.page.get_by_label("Urgency", exact=True).select_option("review")
    until(sight.page, "document.querySelectorAll('#list .row').length === 1")
    sight.page.locator("body").press("j")
    sight.page.keyboard.press("x")
    until(sight.page, "document.querySelector('#detail .review-form')")
    sight.page.keyboard.press("T")
    sight.page.keyboard.press("Enter")
    sight.page.locator("#detail .review-form").get_by_role("button", name="Save").press("Enter")
    until(sight.page, "document.querySelector('#detail .status-tag.dismissed')")
    assert last(watchers, "/incidents/i-1/review")["reason"].startswith("T")
    sight.page.keyboard.press("n")
    sight.page.locator("#detail .review-form textarea").fill("x" * 300)
    sight.page.locator("#detail .review-form").get_by_role("button", name="Save").press("Enter")
    until(sight.page, "document.querySelector('#detail .review-log')?.textContent.includes('xxx')")
    found = "[...document.querySelectorAll('#detail, #detail .review .button')]"
    panel, *buttons = sight.page.evaluate(f"{found}.map((one) => one.getBoundingClientRect().right)")
    assert buttons and max(buttons) <= panel, "a word without an end pushes the buttons beyond the edge"
    assert violations(sight) == []


def test_a_row_of_several_classes_is_called_as_its_summary_begins(
    look: Callable[..., Sight], watchers: Watchers
) -> None:
    watchers.desk = Desk(watchers.world)
    told = watchers.desk.incidents["i-1"]["properties"]
    lead, *others = (one["class"] for one in told["timeline"])
    weightiest = next(one for one in others if one != lead)
    told |= {"classes": [weightiest, lead], "summary": "The weightiest; the others"}
    sight = look("#view=40,15,2&list=all&win=86400")
    until(sight.page, "document.querySelector('#list .band')")
    row = sight.page.locator("#list .row", has_text="The weightiest; the others")

    title = sight.page.evaluate(f"{APP}.classOf({weightiest!r}).title")

    assert row.locator(".title").inner_text() == title


@pytest.mark.parametrize(("theme", "width"), [("dark", 390), ("light", 1440)])
def test_everybody_can_watch(look: Callable[..., Sight], kept: Watchers, theme: str, width: int) -> None:
    kept.alert(4)
    sight = look(f"{BAY}&theme={theme}", width=width, height=844)
    made = form(sight)
    made.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    assert violations(sight) == []
    sight.page.get_by_role("button", name="Cancel").last.press("Enter")
    sight.page.get_by_role("button", name="Alerts").first.press("Enter")
    kept.change("POST", "/ignores", {"kind": "callsign", "value": "TEST*", "reason": "ours", "until": None})
    for part in ("Alerts", "Watching", "Destinations", "Areas", "Ignored"):
        sight.page.locator("#watch .panel-head").get_by_role("button", name=part).press("Enter")
        sight.page.locator("#watch details").evaluate_all("all => all.forEach(one => one.open = true)")
        assert violations(sight) == []


def opened(sight: Sight, part: str) -> Any:
    sight.page.get_by_role("button", name="Alerts").first.press("Enter")
    sight.page.locator("#watch .panel-head").get_by_role("button", name=part).press("Enter")
    return sight.page.locator("#watch .watch-body")


def test_what_is_ignored_is_seen_added_and_taken_back_by_keyboard(look: Callable[..., Sight], kept: Watchers) -> None:
    sight = look(BAY)
    panel = opened(sight, "Ignored")
    panel.get_by_label("Address").fill("3c6444")
    panel.get_by_label("Why").fill("ours")
    panel.get_by_role("button", name="Ignore", exact=True).press("Enter")
    until(sight.page, "document.querySelector('#watch .watch-row h2')?.textContent === '3c6444'")
    assert last(kept, "/ignores") == {
        "kind": "aircraft", "value": "3c6444", "reason": "ours", "until": None, "everyone": False,
    }  # fmt: skip

    panel.get_by_label("What").select_option("area")
    panel.get_by_role("button", name="Ignore", exact=True).press("Enter")
    until(sight.page, "document.querySelectorAll('#watch .watch-row').length === 2")
    assert last(kept, "/ignores")["area"] == 1
    panel.get_by_role("button", name="Stop ignoring 3c6444").press("Enter")
    until(sight.page, "document.querySelectorAll('#watch .watch-row').length === 1")
    assert [one["kind"] for one in kept.ignores.values()] == ["area"] and sight.errors == []


def test_what_cannot_be_ignored_is_said_at_its_field(look: Callable[..., Sight], kept: Watchers) -> None:
    sight = look(BAY)
    panel = opened(sight, "Ignored")
    kept.refuse = {"detail": "'xyz' is no address of six hex digits", "parameter": "value"}
    panel.get_by_label("Address").fill("xyz")
    panel.get_by_role("button", name="Ignore", exact=True).press("Enter")
    until(sight.page, "document.querySelector('#watch [data-field=value] .fault')?.textContent.includes('no address')")


def test_a_proposal_of_an_area_is_accepted_for_it_alone(look: Callable[..., Sight], kept: Watchers) -> None:
    sight = look(BAY)
    panel = opened(sight, "Areas")
    panel.locator("summary").first.press("Enter")
    panel.get_by_role("button", name="Reviews here").press("Enter")
    panel.get_by_role("button", name="Accept: Loiter").press("Enter")
    until(sight.page, "document.querySelector('.area-reviews button:not(:disabled)')")
    assert panel.locator(".area-reviews li").count() == 1  # what nobody reviewed is not listed
    assert violations(sight) == []
    sent = last(kept, "/rules")
    assert (sent["class"], sent["area"], sent["confidence"]) == ("loiter", 1, 0.6)


CUT = """() => [...document.querySelectorAll('.review-filters select')].filter(one => {
  const pen = document.createElement('canvas').getContext('2d');
  pen.font = getComputedStyle(one).font;
  const { paddingInlineStart: a, paddingInlineEnd: b } = getComputedStyle(one);
  return pen.measureText(one.selectedOptions[0].text).width + parseFloat(a) + parseFloat(b) + 20 > one.clientWidth;
}).map(one => one.selectedOptions[0].text)"""
"""Choices whose word does not fit beside the arrow."""


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_the_filters_of_the_list_are_not_cut(look: Callable[..., Sight], watchers: Watchers, width: int) -> None:
    watchers.desk = Desk(watchers.world)
    sight = look("#view=40,15,1.2", width=width, height=844)
    if width < 760:
        sight.page.locator("#tabs button", has_text="Anomalies").click()
    sight.page.locator(".review-filters").wait_for()
    assert sight.page.evaluate(CUT) == []


def test_a_link_holds_the_filters_of_the_desk_and_they_can_be_left(
    look: Callable[..., Sight], watchers: Watchers
) -> None:
    watchers.desk = Desk(watchers.world)
    sight = look("#view=40,15,2&list=all&win=86400&desk=review,resolved,")
    urgency = sight.page.get_by_label("Urgency", exact=True)
    urgency.wait_for()
    assert urgency.input_value() == "review"
    sight.page.get_by_role("button", name="Show all of them").click()
    until(sight.page, "document.querySelectorAll('#list .row').length > 1")
    assert urgency.input_value() == ""
    until(sight.page, "!location.hash.includes('desk=')")
