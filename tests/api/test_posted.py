"""A filter in the body of a POST: sent on to the GET that asks the same, answered where it is too long, or refused."""

from __future__ import annotations

import asyncio
import gc
import json
import re
import weakref
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
import orjson
import pytest
import shapely
from litestar import Litestar, Response
from litestar.testing import TestClient
from shapely.affinity import scale, translate

from api import items, middleware, near, query
from api.asked import Asked
from api.catalogue import collections
from api.middleware import end_with_client
from detectors._registry import registry

Client = TestClient[Litestar]
SQUAWK = {"op": "=", "args": [{"property": "class"}, "squawk"]}
AS_JSON = {"content-type": "application/json"}
ITEMS = "/collections/anomalies/items"


def test_a_posted_filter_leads_to_its_features(client: Client) -> None:
    sent_on = client.post(f"{ITEMS}?limit=1", json=SQUAWK, follow_redirects=False)
    answer = client.get(sent_on.headers["location"].removeprefix("http://testserver.local"))

    assert sent_on.status_code == 303
    assert [one["id"] for one in answer.json()["features"]] == ["s1"]


def test_a_posted_filter_may_be_as_long_as_one_in_the_address(client: Client) -> None:
    area = shapely.Point(10, 50).buffer(2, quad_segs=200)
    body = {"op": "s_intersects", "args": [{"property": "geometry"}, orjson.loads(shapely.to_geojson(area))]}
    sent_on = client.post(ITEMS, content=shortened(body), headers=AS_JSON, follow_redirects=False)
    answer = client.get(sent_on.headers["location"].removeprefix("http://testserver.local"))

    assert answer.json()["numberMatched"] == 12


def shortened(body: Any) -> bytes:
    """As JSON with coordinates of six digits."""
    text = json.dumps(body)
    return re.sub(r"\d+\.\d+", lambda one: f"{float(one[0]):.6f}", text).encode()


def coast(vertices: int, turn: float = 0.0) -> Any:
    """A polygon around the loiters at 10 50, with a hole beside them and so many vertices in all."""
    angle = np.linspace(0, 2 * np.pi, vertices - 5, endpoint=False)[:-1] + turn
    far = 3 + 0.2 * np.cos(50 * angle)
    hole = shapely.box(9, 49, 9.5, 49.5).exterior
    return shapely.Polygon(np.column_stack([10 + far * np.cos(angle), 50 + far * np.sin(angle)]), [hole])


def as_json(area: Any, op: str = "s_intersects") -> Any:
    return {"op": op, "args": [{"property": "geometry"}, orjson.loads(shapely.to_geojson(area))]}


def as_text(area: Any) -> str:
    return f"S_INTERSECTS(geometry, {shapely.to_wkt(area, rounding_precision=6)})"


def crossed(area: Any) -> Any:
    """The same with a stretch of its ring turned round: it crosses itself at longitude 13."""
    ring = shapely.get_coordinates(area.exterior)
    return shapely.Polygon(np.concatenate([ring[:9], ring[20:8:-1], ring[21:]]))


TEXT = {"content-type": "text/plain"}
FAR = shapely.MultiPolygon([coast(5_000), shapely.box(170, -10, 180, 10), shapely.box(-180, -10, -170, 10)])


@pytest.mark.parametrize(
    ("more", "sent"),
    [
        ("", {"json": as_json(coast(10_000))}),
        ("", {"content": as_text(coast(10_000)), "headers": TEXT}),
        ("&filter-lang=cql2-text", {"content": as_text(coast(10_000))}),
        ("", {"data": {"filter": as_text(coast(10_000))}}),
        ("", {"data": {"filter": orjson.dumps(as_json(coast(9_000))).decode(), "filter-lang": "cql2-json"}}),
        ("&filter-crs=EPSG:4326", {"json": as_json(shapely.transform(coast(9_000), lambda one: one[:, ::-1]))}),
    ],
    ids=["json", "text", "language", "form", "form of json", "system"],
)
def test_a_country_is_asked_for(client: Client, more: str, sent: Any) -> None:
    answer = client.post(f"{ITEMS}?limit=100{more}", **sent)

    assert answer.status_code == 200, answer.text[:500]
    assert sorted(one["id"] for one in answer.json()["features"]) == [f"l{i:02}" for i in range(12)]


def test_a_filter_of_many_parts_reaches_both_sides_of_the_antimeridian(client: Client) -> None:
    answer = client.post(f"{ITEMS}?class=squawk", json=as_json(FAR))
    assert [one["id"] for one in answer.json()["features"]] == ["s1"]


def test_what_is_disjoint_from_a_country(client: Client) -> None:
    answer = client.post(ITEMS, json=as_json(coast(10_000), "s_disjoint"))
    assert [one["id"] for one in answer.json()["features"]] == ["s1"]


@pytest.mark.parametrize("form", ["geojson", "csv"])
def test_further_pages_are_posted_again_and_hold_the_rest(client: Client, form: str) -> None:
    body, path, found = as_json(coast(3_000)), f"{ITEMS}?limit=5&f={form}", []
    for _ in range(3):
        answer = client.post(path, json=body)
        found += re.findall(r"\bl\d\d\b", answer.text)
        path = _next(answer).removeprefix("http://testserver.local")

    assert list(dict.fromkeys(found)) == [f"l{i:02}" for i in range(11, -1, -1)]
    assert not path


def _next(answer: Any) -> str:
    """The address of the next page, which says that it is to be posted to, and is short; empty for none."""
    if "json" in answer.headers["content-type"]:
        links = [one for one in answer.json()["links"] if one["rel"] == "next"]
        assert all((one["method"], one["merge"]) == ("POST", True) for one in links)
        address = links[0]["href"] if links else ""
    else:
        match = re.search(r'<([^>]*)>; rel="next"[^,]*; method="POST"', answer.headers.get("link", ""))
        address = match[1] if match else ""
    assert len(address) < 300
    return address


def test_a_further_page_without_the_filter_or_with_another_is_refused(client: Client) -> None:
    further = _next(client.post(f"{ITEMS}?limit=5", json=as_json(coast(3_000)))).removeprefix("http://testserver.local")

    alone, other = client.get(further), client.post(further, json=as_json(coast(3_000, 0.1)))

    assert (alone.status_code, other.status_code) == (400, 400)
    assert "POST the same body" in alone.json()["detail"] and "another filter" in other.json()["detail"]


def test_large_filters_take_turns(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    under_way, most = 0, 0

    async def answer(*_: Any) -> Response[bytes]:
        nonlocal under_way, most
        under_way, most = under_way + 1, max(most, under_way + 1)
        await asyncio.sleep(0.05)
        under_way -= 1
        return Response(b"")

    monkeypatch.setattr(items, "answer", answer)
    with ThreadPoolExecutor() as threads:
        answers = list(threads.map(lambda _: client.post(ITEMS, json=as_json(coast(3_000))), range(3)))

    assert [one.status_code for one in answers] == [200] * 3
    assert most == 1  # of a pool of two


def test_an_answer_to_a_body_is_kept_by_nobody(client: Client) -> None:
    body = as_json(coast(3_000))
    answer = client.post(ITEMS, json=body, headers={"if-none-match": client.post(ITEMS, json=body).headers["etag"]})
    assert answer.status_code == 200 and "last-modified" not in answer.headers


def fan(blades: int) -> Any:
    """A square with holes that all meet in one point."""
    turn = np.linspace(0, 6, blades + 1)
    tips = np.column_stack([np.cos(turn), np.sin(turn)])
    return shapely.Polygon(
        shapely.box(-3, -3, 3, 3).exterior, [[(0, 0), one, one * 0.99 + two * 0.01] for one, two in pairwise(tips)]
    )


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"json": as_json(coast(10_001))}, "10,001 vertices in all; at most 10,000"),
        ({"content": as_text(coast(10_001)), "headers": TEXT}, "10,001 vertices in all; at most 10,000"),
        ({"json": {"op": "or", "args": [as_json(coast(6_000))] * 2}}, "12,000 vertices in all; at most 10,000"),
        ({"json": as_json(crossed(coast(3_000)))}, "not valid: Self-intersection[12.9"),
        ({"json": as_json(fan(2_000))}, "4,000 vertices lie at 0 0 (longitude, latitude)"),
        ({"json": as_json(translate(coast(3_000), 169))}, "175.8 46.8063 to 182.2 53.1937 reaches beyond 180"),
        (
            {"content": as_text(coast(3_000))[:-9], "headers": TEXT},
            "at character 24: expected a geometry whose brackets",
        ),
        ({"data": {"filter": "TRUE", "limit": "1"}}, "'limit' belongs into the address"),
        ({"data": {"filter-lang": "cql2-text"}}, "a form has a filter"),
        ({"content": "filter=1&filter=2", "headers": {"content-type": "application/x-www-form-urlencoded"}}, "once"),
        ({"content": "class = 'a\0'", "headers": TEXT}, "NUL"),
        ({"content": "[" * 1_000_000}, "not JSON"),
        ({"content": "[" + "1," * 1_000_000 + "1]"}, "too large"),
        ({"content": "," * 1_000_000, "headers": TEXT}, "at character 1"),
        ({"json": {"op": "in", "args": [{"property": "class"}, ["a"] * 30_000]}}, "too large"),
        ({"json": {"op": "like", "args": [{"property": "class"}, "%a" * 1_000_000]}}, "too large"),
    ],
)
def test_a_body_that_cannot_be_honoured_is_refused_with_the_reason(client: Client, sent: Any, says: str) -> None:
    answer = client.post(ITEMS, **sent)

    assert answer.status_code == 400, answer.text[:500]
    assert says in answer.json()["detail"]


def test_a_body_beyond_all_bounds_is_refused(client: Client) -> None:
    assert client.post(ITEMS, content=b" " * 4_000_000, headers=AS_JSON).status_code == 413


def test_where_a_geometry_in_metres_is_broken_is_said_in_degrees(client: Client) -> None:
    answer = client.post(f"{ITEMS}?filter-crs=EPSG:3857", json=as_json(scale(crossed(coast(3_000)), 1e4, 1e4)))
    assert "(in degrees, longitude first)" in answer.json()["detail"]


def test_a_filter_that_never_comes_again_is_not_held() -> None:
    """Five hundred of them had been, a megabyte each."""
    own = collections(registry())["anomalies"]
    asked = Asked.of(own, {"filter": as_text(coast(500))})
    near.squares(own, asked), query.whole_page(own, asked)
    gone = weakref.ref(asked)
    del asked
    gc.collect()
    assert gone() is None


def test_a_filter_in_an_address_stays_short(client: Client) -> None:
    answer = client.get(ITEMS, params={"filter": as_text(coast(2_000))})
    assert answer.status_code == 400 and "body of a POST" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (ITEMS, b"{", 400),
        (f"{ITEMS}?filter=TRUE", orjson.dumps(SQUAWK), 400),
        (f"{ITEMS}?nope=1", orjson.dumps(SQUAWK), 400),
        (ITEMS, b'"' + b"a" * 30_000 + b'"', 400),
        (ITEMS, b"\xff", 400),
        ("/collections/nope/items", orjson.dumps(SQUAWK), 404),
    ],
)
def test_what_is_no_filter_is_refused(client: Client, path: str, body: bytes, status: int) -> None:
    answer = client.post(path, content=body, headers=AS_JSON)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_a_feature_is_no_filter(client: Client) -> None:
    answer = client.post(ITEMS, content=b"{}", headers={"content-type": "application/geo+json"})
    assert answer.status_code == 415


def test_a_body_in_pieces_comes_whole_and_no_longer_than_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "LONGEST", 1_000)
    assert asyncio.run(_heard([b"a" * 3, b"b" * 3])) == b"aaabbb"
    assert len(asyncio.run(_heard([b"a" * 1_000] * 50))) == 1_000
    assert len(asyncio.run(_heard([b"a"] * 3_000))) == 1_000


async def _heard(pieces: list[bytes]) -> bytes:
    """The body that a handler hears behind the middleware."""
    messages = iter(
        {"type": "http.request", "body": one, "more_body": i < len(pieces) - 1} for i, one in enumerate(pieces)
    )
    heard: list[bytes] = []

    async def receive() -> Any:
        return next(messages, None) or await asyncio.sleep(60)

    async def handler(scope: Any, receive: Any, send: Any) -> None:
        heard.append((await receive())["body"])

    scope: Any = {"type": "http", "method": "POST", "path": "/"}
    await end_with_client(handler)(scope, receive, None)  # type: ignore[arg-type]
    return heard[0]
