"""A filter in the body of a POST: sent on to the GET that asks the same, or refused."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import orjson
import pytest
import shapely
from litestar import Litestar
from litestar.testing import TestClient

from api import middleware
from api.middleware import end_with_client

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
