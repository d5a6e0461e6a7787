"""What holds for every route: a declared role, headers, problems, absolute links; no address beyond this machine."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api.app import create_app
from api.middleware import end_with_client
from api.settings import Settings
from store.connect import open_pool

Client = TestClient[Litestar]


def test_unknown_paths_and_methods_are_problems(client: Client) -> None:
    for answer, status in ((client.get("/nowhere"), 404), (client.post("/classes"), 405)):
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_unknown_parameters_are_refused_everywhere(client: Client) -> None:
    for path in ("/", "/api", "/classes", "/collections", "/conformance", "/feeds", "/health", "/stats", "/stream"):
        assert client.get(path, params={"foo": "1"}).status_code == 400, path


def test_other_sites_may_read(client: Client) -> None:
    answer = client.get("/classes", headers={"origin": "https://example.org"})
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("headers", "root"),
    [
        ({"host": "sky.test:81"}, "http://sky.test:81"),
        (
            {"x-forwarded-host": "a.test", "x-forwarded-proto": "https", "x-forwarded-prefix": "/sky"},
            "https://a.test/sky",
        ),
        ({"forwarded": 'for=1.2.3.4;host="b.test";proto=https, for=5.6.7.8;host=c.test'}, "https://b.test"),
        ({"forwarded": 'For=1.2.3.4;Proto=HTTPS;Host="b.test:8443"'}, "https://b.test:8443"),
        ({"host": "sky_sift:8080"}, "http://sky_sift:8080"),
        ({"x-forwarded-host": "evil.test/<script>"}, "http://localhost"),
        ({"host": "sky.test", "x-forwarded-prefix": "//evil.test"}, "http://sky.test"),
    ],
)
def test_links_are_as_the_client_sees_them(client: Client, headers: dict[str, str], root: str) -> None:
    links = client.get("/", headers={"accept": "application/json", **headers}).json()["links"]
    assert links[0]["href"] == f"{root}/"


def test_a_client_that_leaves_takes_its_query_along(seeded_url: str) -> None:
    asyncio.run(_leave(seeded_url))


async def _leave(url: str) -> None:
    pool = await open_pool(url)

    async def handler(scope: Any, receive: Any, send: Any) -> None:
        await pool.fetch("SELECT pg_sleep(30)")

    messages: AsyncIterator[dict[str, Any]] = _request_then_gone()
    started = time.monotonic()
    scope: Any = {"type": "http", "method": "GET", "path": "/"}
    await end_with_client(handler)(scope, messages.__anext__, None)  # type: ignore[arg-type]
    assert time.monotonic() - started < 5
    left = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'"
    assert await pool.fetchval(left) == 0
    await pool.close()


async def _request_then_gone() -> AsyncIterator[dict[str, Any]]:
    yield {"type": "http.request", "body": b"", "more_body": False}
    await asyncio.sleep(0.5)
    yield {"type": "http.disconnect"}


def test_a_handler_gets_the_request_whole_and_hears_once_that_its_client_has_gone() -> None:
    heard = asyncio.run(_hear())

    assert heard == [{"type": "http.request", "body": b"a cut body", "more_body": False}, "ended"]


async def _hear() -> list[Any]:
    heard: list[Any] = []

    async def handler(scope: Any, receive: Any, send: Any) -> None:
        heard.append(await receive())
        try:
            await receive()
        except asyncio.CancelledError:
            heard.append("ended")
            raise

    messages: AsyncIterator[dict[str, Any]] = _body_in_parts_then_gone()
    scope: Any = {"type": "http"}
    await end_with_client(handler)(scope, messages.__anext__, None)  # type: ignore[arg-type]
    await asyncio.sleep(0)
    return heard


async def _body_in_parts_then_gone() -> AsyncIterator[dict[str, Any]]:
    yield {"type": "http.request", "body": b"a cut ", "more_body": True}
    yield {"type": "http.request", "body": b"body", "more_body": False}
    await asyncio.sleep(0.05)
    yield {"type": "http.disconnect"}


def test_an_answer_that_is_soon_there_asks_nothing_of_its_client() -> None:
    async def never() -> Any:
        raise AssertionError("nobody needs the body")

    async def handler(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start"})

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope: Any = {"type": "http"}
    asyncio.run(end_with_client(handler)(scope, never, send))  # type: ignore[arg-type]

    assert sent == [{"type": "http.response.start"}]


def test_a_slow_query_is_a_503_that_says_what_to_do(seeded_url: str, tmp_path: Path) -> None:
    with TestClient(
        create_app(Settings(seeded_url, statement_timeout_s=0.001, web=tmp_path, open_reading=True))
    ) as client:
        statuses = {client.get("/collections/positions/items?limit=10000").status_code for _ in range(5)}
    assert statuses <= {200, 503}
