"""Everybody can use it: axe finds nothing against WCAG 2.2 AA, on wide and narrow screens, by day and by night."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.web.fake_server import FakeServer
from tests.web.fake_watch import Watchers
from tests.web.sight import APP, Sight, until

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async () => {
  const passing = document.getAnimations().filter(one => one.effect.getTiming().iterations !== Infinity);
  await Promise.all(passing.map(one => one.finished.catch(() => null)));
  const rules = { 'color-contrast': { enabled: true }, 'target-size': { enabled: true } };
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const found = await axe.run(document, { runOnly: tags, rules, resultTypes: ['violations'] });
  const said = n => `${n.target.join(' ')} ${n.any[0]?.message ?? n.failureSummary}`;
  return found.violations.flatMap(v => v.nodes.map(n => `${v.id}: ${said(n)}`));
}"""


def violations(sight: Sight) -> list[str]:
    """What axe says of the page as it stands."""
    assert AXE.is_file(), "node_modules/axe-core is missing: ./run --setup-only brings it"
    sight.page.evaluate(AXE.read_text())
    found: list[str] = sight.page.evaluate(RUN)
    return found


def rows(sight: Sight) -> None:
    until(sight.page, "document.querySelectorAll('#list .row').length > 3")


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_list_and_evidence(look: Callable[..., Sight], width: int, height: int, theme: str) -> None:
    sight = look(f"#view=40,15,2&theme={theme}", width=width, height=height)
    rows(sight)
    sight.page.evaluate(f"{APP}.state.set({{sheet: 'desk'}})")
    assert violations(sight) == []
    sight.page.evaluate("document.querySelector('#list .row').click()")
    until(sight.page, "document.querySelector('#detail .chart-readout')?.textContent.includes('position')")
    until(sight.page, "document.querySelector('#detail .similar h3')")
    assert violations(sight) == []


@pytest.mark.parametrize(("theme", "width"), [("dark", 390), ("light", 1440)])
def test_layers_card_and_settings(look: Callable[..., Sight], theme: str, width: int) -> None:
    sight = look(f"#view=40,15,2&theme={theme}", width=width, height=844)
    rows(sight)
    sight.page.evaluate(f"{APP}.state.set({{sheet: 'layers'}})")
    assert violations(sight) == []
    sight.page.get_by_label("About Loiter").click()
    assert violations(sight) == []
    sight.page.keyboard.press("Escape")
    sight.page.get_by_role("button", name="Settings").click()
    assert violations(sight) == []


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("width", [1440, 390])
def test_statistics(report: Callable[..., Sight], width: int, theme: str) -> None:
    assert violations(report(f"#theme={theme}", width=width, height=844)) == []


@pytest.mark.parametrize(("theme", "width"), [("dark", 390), ("light", 1280)])
@pytest.mark.parametrize(
    ("path", "shown"),
    [("/login", "form button"), ("/login#link=secret", "input[type=password]"), ("/account", "#audit table")],
)
def test_doors_and_the_own_account(
    look: Callable[..., Sight], server: FakeServer, path: str, shown: str, theme: str, width: int
) -> None:
    server.watchers = Watchers(server.world, signed_in=path == "/account")
    sight = look(width=width, height=844, color_scheme=theme)
    sight.page.goto(f"{server.url}{path}")
    until(sight.page, f"document.querySelector({shown!r})")
    assert violations(sight) == []


@pytest.mark.parametrize(("width", "height", "theme"), [(1440, 900, "dark"), (390, 844, "light")])
def test_choosing_aircraft_and_the_table_of_them(
    look: Callable[..., Sight], width: int, height: int, theme: str
) -> None:
    sight = look(f"#view=40,15,2&theme={theme}&ac=kinds:jet~where:air&table=callsign", width=width, height=height)
    sight.page.get_by_label("Filter aircraft (A)").click()
    sight.page.locator("#filter").wait_for()
    assert violations(sight) == []
    sight.page.locator("#filter").get_by_label("Close the filter").click()
    if width < 760:
        sight.page.get_by_label("Table of aircraft (B)").click()
    until(sight.page, "document.querySelectorAll('#table tbody tr:not(.pad)').length > 3")
    assert violations(sight) == []


@pytest.mark.parametrize("width", [390, 1280])
def test_a_key_that_was_just_made_is_shown_once_and_can_be_copied_anywhere(
    look: Callable[..., Sight], server: FakeServer, width: int
) -> None:
    server.watchers = Watchers(server.world, signed_in=True)
    sight = look(width=width, height=844)
    sight.page.goto(f"{server.url}/account")
    sight.page.get_by_label("What it is for").fill("roof")
    sight.page.locator("#keys form button").click()
    secret = sight.page.locator(".once code")
    secret.wait_for()
    assert violations(sight) == []
    assert sight.page.evaluate("document.documentElement.scrollWidth") <= width
    # As on a page that is not secure: there is no clipboard.
    sight.page.evaluate("() => { Object.defineProperty(navigator, 'clipboard', { value: undefined }); }")
    sight.page.locator(".once button").click()
    until(sight.page, "getSelection().toString() === document.querySelector('.once code').textContent")
    assert "Ctrl+C" in sight.page.locator(".once button").inner_text()
