"""The statistics page: figures, rates and the scorecard, with what is not known said as such."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.web.sight import Sight, until


def test_figures_say_what_they_count_and_what_nobody_knows(report: Callable[..., Sight]) -> None:
    sight = report()
    tiles = sight.page.locator("#kpis").inner_text()
    assert "No reviews yet" in tiles and "17 s" in tiles and "95 %" in tiles
    assert "99.99 %" in tiles, "what is not all never reads as all"
    assert sight.errors == [] and sight.refused == []
    assert sight.hosts == {sight.server.url.split("/")[2]}


def test_classes_by_hour_add_up(report: Callable[..., Sight]) -> None:
    sight = report()
    cells = "all => all.reduce((sum, e) => sum + Number(e.dataset.n), 0)"
    shown = sight.page.eval_on_selector_all("#heat td[data-n]", cells)
    total = sight.page.locator("#heat tr:last-child .sum").last.inner_text()
    assert shown == int(total) > 0


def test_areas_and_aircraft_lead_to_the_map_and_longer_spans_are_asked_for(report: Callable[..., Sight]) -> None:
    sight = report()
    assert (sight.page.locator("#areas a").first.get_attribute("href") or "").startswith("/#view=51.47,-0.46,")
    assert "/#sel=aircraft:" in (sight.page.locator("#craft a").first.get_attribute("href") or "")
    sight.server.requests.clear()
    sight.page.get_by_role("button", name="7 days").click()
    until(sight.page, "location.search === '?hours=168'")
    for _ in range(300):
        if any("/stats?hours=168" in one for one in sight.server.requests):
            break
        sight.page.wait_for_timeout(100)
    else:
        pytest.fail("the longer span was not asked for")
    until(sight.page, "document.querySelectorAll('#heat thead th').length < 32")


def test_hot_spots_lead_to_the_map(report: Callable[..., Sight]) -> None:
    sight = report()
    first, second = sight.page.locator("#hotspots tbody tr").all_inner_texts()
    assert first.split("\t")[1:4] == ["30", "7", "31.5 nmi"] and second.split("\t")[1] == "10"
    assert (sight.page.locator("#hotspots a").first.get_attribute("href") or "").startswith("/#view=51.47,-0.46,")


def test_a_surge_stands_out_among_the_hours(report: Callable[..., Sight]) -> None:
    sight = report()
    chart = sight.page.locator("#forecast svg")
    assert (chart.get_attribute("aria-label") or "") == "1 hour of 48 brought more than expected"
    assert chart.locator(".band").count() == 48 and chart.locator(".came").count() == 24
    surge, usual = chart.locator(".surge").bounding_box(), chart.locator(".came").first.bounding_box()
    assert surge and usual and surge["width"] == pytest.approx(usual["width"])
    assert surge["height"] / usual["height"] == pytest.approx(40 / 3, rel=0.02), "bars are as high as what they count"
    (row,) = sight.page.locator("#forecast tbody tr").all_inner_texts()
    assert row.split("\t")[2:] == ["40", "3.25", "1 in 10,000"]


def test_drift_names_the_features_that_moved(report: Callable[..., Sight]) -> None:
    sight = report()
    assert sight.page.locator("#drift p.facts").inner_text() == "Shifted over 12,345 rows."
    first, second = sight.page.locator("#drift tbody tr").all_inner_texts()
    assert first.split("\t") == ["turn rate deg per s", "deg/s", "0.41", "shifted"] and second.endswith("stable")


def test_the_scorecard_holds_every_class_and_why_one_is_not_running(report: Callable[..., Sight]) -> None:
    sight = report()
    assert sight.page.locator("#card tbody tr").count() == len(sight.server.world.classes)
    assert "not running: no feed sends rssi" in sight.page.locator("#card tr.off").inner_text()


def test_a_receiver_says_how_far_behind_it_is_and_what_it_refused(report: Callable[..., Sight]) -> None:
    sight = report()
    feed, reason = sight.page.locator("#feeds tbody").all_inner_texts()
    assert feed.split("\t")[4:] == ["4 s", "1,204,331", "3", "0", "0", "7"]
    assert reason.split("\t") == ["demo", "lat out of range", "3"]


def test_a_part_that_fails_leaves_the_others(report: Callable[..., Sight]) -> None:
    sight = report()
    sight.server.broken = {"/kpis"}
    sight.page.reload()
    until(sight.page, "document.querySelector('#kpis .notice')?.textContent.includes('Database unreachable')")
    until(sight.page, "document.querySelectorAll('#heat td[data-n]').length > 0")
    sight.server.broken = set()
