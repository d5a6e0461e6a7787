"""Flights as moving points, held to the rules of MF-JSON (OGC 19-045r3): times, coordinates, systems, interpolation."""

from __future__ import annotations

import re
from datetime import datetime
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api.parameters import token
from geo.batch import Batch
from store.writer import Writer
from tests.api.conftest import T0, rows, seed

Client = TestClient[Litestar]
LARGE = 2**63 - 2
"""Flights have numbers of 63 bits: nine of ten have nineteen digits."""
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
INTERPOLATIONS = ("Discrete", "Step", "Linear", "Quadratic", "Cubic")


async def _flown(database: str) -> None:
    """Beside the seeded flights one over the antimeridian, for half an hour and so in several pieces."""
    await seed(database)
    writer = await Writer.open(database, store_every_s=0)
    n = 180
    lon = 179.004 + np.arange(n) / 90
    over = {
        "icao24": np.full(n, 0xC80001, "i8"), "time": T0 + np.arange(n, dtype="i8") * 10_000,
        "lat": np.full(n, -20.0), "lon": np.where(lon > 180, lon - 360, lon), "flight": np.full(n, LARGE, "i8"),
        "sub": np.zeros(n, "i1"), "baro_altitude": np.full(n, 35_000, "f4"), "callsign": np.full(n, b"ANZ1", "S8"),
    }  # fmt: skip
    await writer.segments(Batch(over))
    late = rows()
    await writer.segments(late.with_columns(sub=np.ones(len(late), "i1")))
    await writer.close()


SEED = _flown


def hold_times(texts: list[str]) -> None:
    """7.2.2: times are RFC 3339, each later than the one before, none twice."""
    assert texts and all(RFC3339.fullmatch(text) for text in texts)
    moments = [datetime.fromisoformat(text.replace("Z", "+00:00")) for text in texts]
    assert all(a < b for a, b in pairwise(moments))


def hold_moving_point(value: Any) -> None:
    """As many positions as times, each of longitude and latitude within the world."""
    assert value["type"] == "MovingPoint" and value["interpolation"] in INTERPOLATIONS
    hold_times(value["datetimes"])
    assert len(value["coordinates"]) == len(value["datetimes"])
    assert all(len(at) == 2 and -180 <= at[0] <= 180 and -90 <= at[1] <= 90 for at in value["coordinates"])
    lon = np.array([at[0] for at in value["coordinates"]])
    assert (np.abs(np.diff(lon)) < 180).all(), "between two positions the way goes round the world"


def hold_feature(value: Any) -> None:
    """MF-JSON Prism: a GeoJSON feature with a temporal geometry, temporal properties and its time."""
    assert value["type"] == "Feature" and value["id"] and isinstance(value["properties"], dict)
    moving = value["temporalGeometry"]
    parts = moving["prisms"] if moving["type"] == "MovingGeometryCollection" else [moving]
    for part in parts:
        hold_moving_point(part)
    assert value["time"] == [parts[0]["datetimes"][0], parts[-1]["datetimes"][-1]]
    for group in value["temporalProperties"]:
        hold_times(group["datetimes"])
        for name, measured in group.items():
            if name != "datetimes":
                assert measured["type"] == "Measure" and measured["interpolation"] in INTERPOLATIONS
                assert len(measured["values"]) == len(group["datetimes"])


def hold_systems(value: Any) -> None:
    assert value["crs"]["type"] == "Name" and value["crs"]["properties"]["name"].startswith("urn:ogc:def:crs:")
    assert value["trs"]["type"] == "Link" and value["trs"]["properties"]["href"].startswith("http")


def flights(client: Client, query: str = "") -> list[Any]:
    answer = client.get(f"/collections/tracks/moving{query}")
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["features"]
    return found


def test_flights_follow_the_rules(client: Client) -> None:
    whole = client.get("/collections/tracks/moving").json()
    assert whole["type"] == "FeatureCollection"
    hold_systems(whole)
    assert [one["id"] for one in whole["features"]] == ["77", "77-1", "78", "78-1", str(LARGE)]
    for one in whole["features"]:
        hold_feature(one)


def test_one_flight_with_its_times_and_heights(client: Client) -> None:
    one = client.get("/collections/tracks/moving/77").json()
    hold_systems(one)
    hold_feature(one)
    assert one["properties"]["icao24"] == "4ca7b5"
    # What is flown straight on within half a minute, its ends tell.
    assert one["temporalGeometry"]["datetimes"][:2] == ["2023-11-14T22:20:00Z", "2023-11-14T22:20:20Z"]
    assert one["temporalGeometry"]["coordinates"][:2] == [[-6, 53], [-5.98, 53]]
    assert one["temporalProperties"][0]["pressure_altitude"]["values"][0] == pytest.approx(31_000 * 0.3048)
    assert one["geometry"]["type"] == "LineString"


def test_a_flight_over_the_antimeridian_is_two_movements(client: Client) -> None:
    one = client.get(f"/collections/tracks/moving/{LARGE}").json()
    hold_feature(one)
    parts = one["temporalGeometry"]["prisms"]
    assert [part["coordinates"][0][0] > 0 for part in parts] == [True, False]
    assert (parts[0]["coordinates"][-1][0], parts[1]["coordinates"][0][0]) == (180, -180)
    assert (parts[0]["datetimes"][0], parts[-1]["datetimes"][-1]) == ("2023-11-14T22:20:00Z", "2023-11-14T22:49:50Z")
    assert max(len(part["datetimes"]) for part in parts) > 180 // 3
    assert one["geometry"]["type"] == "MultiLineString"


@pytest.mark.parametrize(
    ("query", "expect"),
    [
        ("?icao24=c80001", [str(LARGE)]),
        ("?flight=78", ["78", "78-1"]),
        ("?bbox=-7,52,-5,54&icao24=4ca7b5", ["77", "77-1"]),
        ("?bbox=170,-30,-170,-10", [str(LARGE)]),
        ("?datetime=2023-11-14T22:40:00Z/..", [str(LARGE)]),
        ("?datetime=2024-01-01T00:00:00Z/..", []),
        ("?filter=callsign = 'ANZ1'", [str(LARGE)]),
    ],
)
def test_flights_are_found_by_the_filters_of_tracks(client: Client, query: str, expect: list[str]) -> None:
    assert [one["id"] for one in flights(client, query)] == expect


def test_pages_give_every_flight_once(client: Client) -> None:
    found, path = [], "/collections/tracks/moving?limit=2"
    while path:
        page = client.get(path).json()
        found += [one["id"] for one in page["features"]]
        following = [one["href"] for one in page["links"] if one["rel"] == "next"]
        path = "?".join(urlsplit(following[0])[2:4]) if following else ""
    assert found == ["77", "77-1", "78", "78-1", str(LARGE)]
    assert flights(client, f"?after={token([str(LARGE), '0'])}") == []


def test_what_is_not_there_or_broken_is_said(client: Client) -> None:
    for own in ("5", "abc", "77-9", "9" * 19, "9" * 30):
        assert client.get(f"/collections/tracks/moving/{own}").status_code == 404
    for query in (
        "?after=zzz",
        f"?after={token(['x', '1'])}",
        f"?after={token([None, '1'])}",
        "?limit=0",
        "?foo=1",
        "?flight=x",
    ):
        answer = client.get(f"/collections/tracks/moving{query}")
        assert (answer.status_code, answer.json()["parameter"]) == (400, query[1:].partition("=")[0])
