"""The symbols of every shape of anomaly on the map, open and over, by night and by day, as they were last looked at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FloatRect

from tests.web.fake_classes import CLASS_IDS, SHAPES
from tests.web.fake_server import FakeServer
from tests.web.fake_world import NOW, World, utc
from tests.web.picture import assert_picture
from tests.web.sight import MAP, Sight, drawn, until

VIEW = "#view=0,-150,6&flip=aircraft,labels,graticule"
WIDE, TALL = 440, 200


def row_of_shapes() -> World:
    """On the open sea, one anomaly of each class, side by side; below them the same, over."""
    world = World(aircraft=2, per_class=1)
    for i, one in enumerate(world.anomalies.values()):
        shape = SHAPES[one["properties"]["class"]]
        one["geometry"] = geometry(shape, -151.75 + 0.5 * i, 0.4)
        one["properties"] |= {"state": "open", "priority": "high", "start": utc(NOW - 600_000), "end": utc(NOW)}
    for one in list(world.anomalies.values()):
        lon, lat = anchor(one["geometry"])
        props = one["properties"] | {"state": "closed", "priority": "medium", "end": utc(NOW - 300_000)}
        own = geometry(SHAPES[props["class"]], lon, lat - 0.8)
        over = one | {"id": one["id"][::-1], "properties": props, "geometry": own}
        world.anomalies[over["id"]] = over
    return world


def geometry(shape: str, lon: float, lat: float) -> dict[str, object]:
    """A small one whose first corner is at the point."""
    ring = [[lon, lat], [lon + 0.3, lat], [lon + 0.3, lat + 0.25], [lon, lat + 0.25], [lon, lat]]
    if shape in ("area", "cell"):
        return {"type": "Polygon", "coordinates": [ring]}
    if shape == "point":
        return {"type": "Point", "coordinates": ring[0]}
    return {"type": "LineString" if shape == "path" else "MultiPoint", "coordinates": [ring[0], ring[2]]}


def anchor(geometry: dict[str, object]) -> tuple[float, float]:
    at = geometry["coordinates"]
    while isinstance(at, list) and isinstance(at[0], list):
        at = at[0]
    assert isinstance(at, list)
    return at[0], at[1]


@pytest.fixture(scope="module")
def shapes() -> Iterator[FakeServer]:
    with FakeServer(row_of_shapes()) as server:
        yield server


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_shape_looks_as_it_did(chromium: Browser, shapes: FakeServer, tmp_path: Path, theme: str) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    sight = Sight(context.new_page(), shapes).open(f"{VIEW}&theme={theme}")
    for id_ in CLASS_IDS:
        if id_ != "ghost":
            until(sight.page, f"{drawn(id_)} > 0", timeout=120)
    until(sight.page, f"{MAP}.loaded() && !{MAP}.isMoving()", timeout=120)
    x, y = sight.page.evaluate(f"(({{x, y}}) => [x, y])({MAP}.project([-150, 0]))")
    clip: FloatRect = {"x": round(x - WIDE / 2), "y": round(y - TALL / 2), "width": WIDE, "height": TALL}
    shot = sight.page.screenshot(clip=clip, animations="disabled", timeout=120_000)
    assert_picture(sight.page, f"shapes-{theme}", shot, tmp_path)
    context.close()
