"""Airports, kinds of geometry, and cells at every size: counts by hour and day that add up to what was kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely
from litestar import Litestar
from litestar.testing import TestClient

from geo.cells import FINEST, GPSJAM, cell_text, cells_of, parents
from geo.firs import Firs
from geo.interference import BANDS, gpsjam_band, wilson
from store.writer import Writer
from tests.api.conftest import ONE, seed
from tests.api.test_tiles import features, place, url

Client = TestClient[Litestar]
DAY = 1_700_092_800_000
"""The start of 2023-11-16, UTC."""

HALF_HOUR = 1_800_000
LAT, LON = np.array([46.0, 46.3, 47.5]), np.array([8.0, 8.3, 9.5])
NEAR = cells_of(LAT, LON, GPSJAM)


def _heard(at: int, cells: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Ten aircraft around each of three places, two of them bad, and one that says nothing."""
    h3, here = np.unique(cells, return_counts=True)
    who = np.arange(30)
    told = {
        "h3": cells[who // 10],
        "day": np.full(30, at // 86_400_000 * 86_400_000),
        "icao24": who,
        "bad": who % 5 == 0,
    }
    counts = {"good": here * 8, "bad": here * 2, "aircraft": here * 11, "seconds": here * 11 * 900}
    return {"h3": h3, "bucket_start": np.full(len(h3), at), **counts}, told


async def _counted(database: str) -> None:
    """Three cells for four half hours; a line and an area beside the seeded points."""
    await seed(database)
    writer = await Writer.open(database)
    for i in range(4):
        at = DAY + 23 * 3_600_000 + i * HALF_HOUR
        for size in range(FINEST + 1):
            await writer.cells(*_heard(at, cells_of(LAT, LON, FINEST) if size == FINEST else parents(NEAR, size)))
    line = {"type": "LineString", "coordinates": [[5.0, 5.0], [6.0, 6.0]]}
    ring = [[[5.0, 5.0], [6.0, 5.0], [6.0, 6.0], [5.0, 5.0]]]
    shapes = [("g1", line), ("g2", {"type": "Polygon", "coordinates": ring})]
    await writer.save([replace(ONE, id=own, geometry=shape) for own, shape in shapes])
    areas = [shapely.box(-10, 50, -5, 55), shapely.box(-30, 50, -15, 55)]
    await writer.firs(Firs.of(["EGGX", "EGGX"], areas, ["Shannon", "Shanwick"], [False, True]))
    await writer.clock(DAY + 25 * 3_600_000, DAY + 25 * 3_600_000)
    await writer.close()


SEED = _counted


def items(client: Client, path: str) -> list[Any]:
    answer = client.get(f"/collections/{path}")
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["features"]
    return found


def test_airports_are_those_built_in(client: Client) -> None:
    zurich = client.get("/collections/airports/items/LSZH").json()
    assert zurich["properties"]["iata"] == "ZRH"
    assert zurich["properties"]["elevation"] == pytest.approx(1416, abs=2)
    assert zurich["geometry"]["coordinates"] == pytest.approx([8.56, 47.46], abs=0.02)
    assert items(client, "airports/items?kind=airline&bbox=8.4,47.4,8.7,47.5")[0]["id"] == "LSZH"
    assert client.get("/collections/airports/items?resulttype=hits").json()["numberMatched"] == 28_298


def test_regions_are_those_loaded_and_may_have_an_oceanic_part(client: Client) -> None:
    found = items(client, "firs/items?limit=1")
    assert [one["id"] for one in found] == ["EGGX"]
    assert [one["id"] for one in items(client, "firs/items?bbox=-30,50,-20,51")] == ["EGGX/oceanic"]
    sea = client.get("/collections/firs/items/EGGX%2Foceanic").json()
    assert sea["properties"] == {"region": "EGGX", "name": "Shanwick", "oceanic": True}
    assert [one["id"] for one in items(client, "firs/items?filter=oceanic=true")] == ["EGGX/oceanic"]
    assert client.get("/collections/firs/items/NONE").status_code == 404


@pytest.mark.parametrize(
    ("path", "expect"),
    [
        ("anomalies/items?geometry_kind=line", {"g1"}),
        ("anomalies/items?geometry_kind=polygon,line", {"g1", "g2"}),
        ("anomalies-lines/items", {"g1"}),
        ("anomalies-areas/items", {"g2"}),
        ("loiter/items?geometry_kind=polygon", {"g2"}),
    ],
)
def test_one_kind_of_geometry_at_a_time(client: Client, path: str, expect: set[str]) -> None:
    assert {one["id"] for one in items(client, path)} == expect


def test_points_are_points(client: Client) -> None:
    assert {one["geometry"]["type"] for one in items(client, "anomalies-points/items?limit=1000")} == {"Point"}
    assert client.get("/collections/anomalies/items?geometry_kind=cube").status_code == 400


@pytest.mark.parametrize("size", range(FINEST + 1))
def test_interference_at_every_size(client: Client, size: int) -> None:
    """Aircraft of the larger cells are those of the smaller ones; the interval is Wilson's, the colour GPSJam's."""
    path = f"interference/items?datetime=2023-11-16T12:00:00Z&resolution={size}"
    found = {one["properties"]["h3"]: one["properties"] for one in items(client, path)}
    larger = cells_of(LAT, LON, FINEST) if size == FINEST else parents(NEAR, size)
    assert set(found) == {cell_text(cell) for cell in larger.tolist()}
    for cell in np.unique(larger):
        one, here = found[cell_text(cell)], int((larger == cell).sum())
        assert (one["good"], one["bad"], one["resolution"]) == (8 * here, 2 * here, size)
        low, high = map(float, wilson(2 * here, 10 * here))
        assert (one["share"], one["low"], one["high"]) == pytest.approx((0.2, low, high), abs=1e-4)
        assert one["level"] == BANDS[int(gpsjam_band(8 * here, 2 * here))] == "high"


def test_a_day_is_met_by_any_time_in_it(client: Client) -> None:
    for text, days in (("2023-11-17T00:00:00Z", 1), ("2023-11-16T23:00:00Z/2023-11-17T00:30:00Z", 2)):
        found = items(client, f"density/items?datetime={text}&resolution=4&limit=100")
        assert len({one["properties"]["start"] for one in found}) == days
    assert items(client, "density/items?datetime=2023-11-18T00:00:00Z") == []


def test_density_and_coverage(client: Client) -> None:
    (day,) = items(client, "density/items?datetime=2023-11-16T00:00:00Z&resolution=0")
    shown = {name: day["properties"][name] for name in ("aircraft_hours", "most", "half_hours")}
    assert shown == {"aircraft_hours": 16.5, "most": 33, "half_hours": 2}
    hours = items(client, "coverage/items?datetime=2023-11-16T23:30:00Z/2023-11-17T00:10:00Z")
    assert len(hours) == 6
    assert {(one["properties"]["aircraft"], one["properties"]["aircraft_hours"]) for one in hours} == {(11, 5.5)}
    assert {one["properties"]["start"] for one in hours} == {"2023-11-16T23:00:00.000Z", "2023-11-17T00:00:00.000Z"}


def test_a_cell_of_any_size_can_be_looked_up(client: Client) -> None:
    for size in (1, FINEST):
        for one in items(client, f"interference/items?resolution={size}"):
            single = client.get(f"/collections/interference/items/{one['id']}").json()
            assert single["properties"] == one["properties"]
    small = cell_text(int(cells_of(np.array([46.0]), np.array([8.0]), 6)[0]))
    assert client.get(f"/collections/interference/items/{small}-{DAY}").status_code == 404


def test_filters_and_orders_of_computed_values(client: Client) -> None:
    found = items(client, "interference/items?filter=share > 0.1 AND low < 0.2&sortby=-bad&resolution=3&limit=2")
    assert found and found[0]["properties"]["bad"] >= found[-1]["properties"]["bad"]
    assert client.get("/collections/interference/items?resolution=6").status_code == 400


def test_tiles_show_the_latest_day_in_cells_that_suit_the_zoom(client: Client, tmp_path: Any) -> None:
    for zoom, size in ((0, 0), (3, 2), (7, 4), (8, 5)):
        at = place(8.1, 46.1, zoom)
        found = features(tmp_path, client.get(url(at, "interference")).content)
        assert {one["properties"]["resolution"] for one in found} == {size}
        assert {one["properties"]["start"] for one in found} == {"2023-11-17T00:00:00.000Z"}
        assert {one["geometry"]["type"] for one in found} <= {"Polygon", "MultiPolygon"}
    asked = client.get(url(place(8.1, 46.1, 3), "interference"), params={"resolution": "4", "datetime": "../.."})
    found = features(tmp_path, asked.content)
    assert {one["properties"]["resolution"] for one in found} == {4}
    assert len({one["properties"]["start"] for one in found}) == 2
