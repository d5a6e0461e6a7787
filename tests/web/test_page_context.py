"""The browser takes the map its drawing context: all is drawn again with another one; that none comes is said."""

from __future__ import annotations

import copy
from collections.abc import Callable

from tests.web.fake_world import NOW, Json, World, utc
from tests.web.sight import APP, MAP, Sight, drawn, until

LOSE = f"""() => {{
  globalThis.drawing = {MAP}.getCanvas().getContext('webgl2').getExtension('WEBGL_lose_context');
  globalThis.drawing.loseContext();
}}"""
BACK = "() => globalThis.drawing.restoreContext()"
MAPLIBRE = "cannot be restored after WebGL context loss"
"""It says of layers that are not its own that somebody else must bring them again."""

REDRAWN = f"() => {{ {APP}.anomalyLayers.redraw(); return new Promise(done => setTimeout(done, 250)); }}"
"""What is put off for 250 ms at most has been done when a timer that was set later goes off."""

OWN = f"['ground', 'aircraft', 'anomaly/anchor'].filter(id => {MAP}.style && {MAP}.getLayer(id)).join()"
AIRCRAFT = f"{MAP}.getLayoutProperty('aircraft', 'visibility')"


def fresh(world: World) -> Json:
    """An anomaly that nobody has heard of yet."""
    one: Json = copy.deepcopy(next(one for one in world.anomalies.values() if one["properties"]["class"] == "loiter"))
    one["properties"] |= {"state": "open", "end": utc(NOW + 60_000)}
    return one | {"id": "fresh"}


def test_all_is_drawn_again_with_another_context(look: Callable[..., Sight]) -> None:
    sight = look("#off=squawk&flip=aircraft&view=40,15,2")
    until(sight.page, "document.querySelector('.pill').textContent.includes('Live')")
    marked = sight.page.evaluate(f"{APP}.anomalyLayers.markers.drawn.length")
    sight.page.evaluate(LOSE)
    until(sight.page, f"!{MAP}.style")
    sight.server.push("anomaly", fresh(sight.server.world))
    until(sight.page, f"{APP}.anomalies.get('fresh')?.id")
    sight.page.evaluate(REDRAWN)
    sight.page.evaluate(f"{APP}.anomalyLayers.markers.drawn = []")
    sight.page.evaluate(BACK)
    until(sight.page, f"{OWN} === 'ground,aircraft,anomaly/anchor'")
    until(sight.page, f"{APP}.anomalyLayers.markers.drawn.length === {marked + 1} && {drawn('loiter')}")
    assert marked and sight.page.evaluate(AIRCRAFT) == "none"
    assert not sight.page.locator("#fatal").is_visible()
    assert not [text for text in sight.errors if MAPLIBRE not in text]


def test_a_context_that_stays_away_is_said(look: Callable[..., Sight]) -> None:
    sight = look()
    sight.page.evaluate(LOSE)
    until(sight.page, "!document.querySelector('#fatal').hidden")
    assert "can no longer be drawn" in sight.page.locator("#fatal h1").inner_text()
    sight.page.evaluate(BACK)
    until(sight.page, "document.querySelector('#fatal').hidden")
