"""Hot spots over the API: what gathers, what is said of it, and questions that are refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from store.writer import Writer
from tests.api.conftest import ONE, T0, seed

Client = TestClient[Litestar]
MINUTE = 60_000


async def _gathered(database: str) -> None:
    """Beside the twelve loiters of one aircraft: seven ghosts across the antimeridian, the first of three
    aircraft together, and a cleared one."""
    await seed(database)
    writer = await Writer.open(database, store_every_s=0)
    ghosts = [
        replace(
            ONE, id=f"g{i}", class_id="ghost", icao24=0xA00000 + i, start=T0 + i * MINUTE, end=T0 + i * MINUTE,
            state="cleared" if i == 7 else "closed", confidence=0.9,
            geometry={"type": "Point", "coordinates": [(179.85 + i / 20 + 180) % 360 - 180, -17.0]},
        )
        for i in range(8)
    ]  # fmt: skip
    ghosts[0] = replace(ghosts[0], icao24=None, members=[0xA00001, 0xA00010, 0xA00011])
    await writer.save(ghosts)
    await writer.clock(T0 + 120 * MINUTE, T0 + 120 * MINUTE)
    await writer.close()


SEED = _gathered


def test_the_largest_comes_first_with_who_was_there(client: Client) -> None:
    answer = client.get("/statistics/hotspots")
    whole = answer.json()
    loiters, ghosts = (one["properties"] for one in whole["features"])
    assert answer.headers["content-type"] == "application/geo+json" and whole["all"] and whole["counted"] == 12 + 1 + 7
    assert (loiters["count"], loiters["aircraft"], loiters["classes"]) == (12, 1, {"loiter": 12})
    assert (ghosts["count"], ghosts["aircraft"], ghosts["classes"]) == (7, 8, {"ghost": 7})
    assert abs(ghosts["lon"]) == pytest.approx(180, abs=0.01) and ghosts["near"]["country"] == "FJ"
    assert (ghosts["first"], ghosts["last"]) == ("2023-11-14T22:20:00Z", "2023-11-14T22:26:00Z")


def test_its_area_is_cut_at_the_antimeridian(client: Client) -> None:
    (one,) = client.get("/statistics/hotspots?class=ghost").json()["features"]
    assert one["geometry"]["type"] == "MultiPolygon" and len(one["geometry"]["coordinates"]) == 2


@pytest.mark.parametrize(
    ("query", "counts"),
    [
        ("bbox=0,40,20,60", [12]), ("bbox=170,-20,-170,-10", [7]), ("min_confidence=0.8", [7]), ("fewest=8", [12]),
        ("radius=1", [12]), ("limit=1", [12]), ("fewest=100", []),
        ("filter=S_INTERSECTS(geometry,POLYGON((9 49,11 49,11 51,9 51,9 49)))", [12]),
        ("datetime=2020-01-01T00:00:00Z/2020-01-02T00:00:00Z", []),
        ("datetime=2023-11-14T22:25:00Z/2023-11-14T23:00:00Z&fewest=2", [7, 2]),
    ],
)  # fmt: skip
def test_the_filters_of_the_anomalies_say_which_count(client: Client, query: str, counts: list[int]) -> None:
    found = client.get(f"/statistics/hotspots?{query}").json()["features"]
    assert [one["properties"]["count"] for one in found] == counts


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("radius=0", "radius"), ("radius=nan", "radius"), ("radius=500", "radius"), ("fewest=1", "fewest"),
        ("limit=0", "limit"), ("class=none", "class"), ("bbox=1,2", "bbox"), ("state=open", "state"),
        ("datetime=2023-01-01T00:00:00Z/2023-06-01T00:00:00Z", "datetime"), ("filter=nothing=1", "filter"),
    ],
)  # fmt: skip
def test_broken_questions_name_their_parameter(client: Client, query: str, parameter: str) -> None:
    answer = client.get(f"/statistics/hotspots?{query}")
    assert (answer.status_code, answer.json()["parameter"]) == (400, parameter)
