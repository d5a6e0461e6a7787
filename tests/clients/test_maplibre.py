"""MapLibre's recipe of docs/gis.md in a browser: the layer is added as it stands there, and shows anomalies."""

from __future__ import annotations

from playwright.sync_api import Browser

from tests.api.conftest import Live
from tests.clients.test_recipes import ADDRESS, recipe

START = """
async () => {
  const {Map} = await import("/static/vendor/maplibre-gl.mjs");
  document.body.innerHTML = '<div id="map" style="width: 600px; height: 400px"></div>';
  const style = {version: 8, sources: {}, layers: []};
  window.map = new Map({container: "map", style, center: [10, 50], zoom: 5});
  await map.once("load");
}
"""
SHOWN = "() => new Set(map.queryRenderedFeatures({layers: ['anomalies']}).map((f) => f.properties.class)).has('loiter')"


def test_the_recipe_shows_anomalies(live: Live, chromium: Browser) -> None:
    # The service's own pages allow no script of others: this page stands for one somewhere else.
    with chromium.new_context(bypass_csp=True) as context, context.new_page() as page:
        page.goto(f"{live.url}/health")
        page.evaluate(START)
        page.evaluate(f"() => {{ {recipe('js').replace(ADDRESS, live.url)} }}")
        page.wait_for_function(SHOWN, timeout=60_000)
