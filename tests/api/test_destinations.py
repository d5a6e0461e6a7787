"""Destinations, tests with their results, the log, and alerts for those whose they are: pushed, paged, as a feed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import asyncpg
import httpx
import orjson
import pytest
from litestar import Litestar
from litestar.exceptions import WebSocketDisconnect
from litestar.testing import TestClient
from websockets.asyncio.client import connect

from api import deliveries
from api.app import create_app
from api.settings import Settings
from delivery.dispatcher import Dispatcher
from delivery.vault import Vault
from store import outbox
from store.connect import open_pool
from tests.api.conftest import Live, start
from tests.delivery.conftest import ANYWHERE, FEATURE, answering, http

Client = TestClient[Litestar]
Headers = Mapping[str, dict[str, str]]
HOOK = {"name": "hook", "kind": "webhook", "values": {"url": "https://hooks.example/secret-path"}}


async def SEED(url: str) -> None:
    """No traffic: the tables are enough."""


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def client(seeded_url: str, state: Path) -> Iterator[Client]:
    settings = Settings(seeded_url, pool_size=3, open_reading=True, state=state, reach=ANYWHERE)
    with TestClient(create_app(settings)) as client:
        yield client


def made(client: Client, headers: dict[str, str], **more: Any) -> dict[str, Any]:
    answer = client.post("/destinations", json=HOOK | more, headers=headers)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def run(url: str, sql: str, *values: Any) -> Any:
    async def go() -> Any:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(sql, *values)
        finally:
            await connection.close()

    return asyncio.run(go())


def test_kinds_are_told_for_a_form(client: Client, keys: Headers) -> None:
    kinds = client.get("/destination-kinds", headers=keys["analyst"]).json()["kinds"]
    assert [one["id"] for one in kinds] == ["webhook", "apprise", "mqtt", "cot"]
    assert all(field["title"] for one in kinds for field in one["fields"])


def test_a_secret_goes_in_and_never_comes_out(client: Client, keys: Headers, seeded_url: str) -> None:
    key = "a signing key of mine"
    own = made(client, keys["analyst"], values=HOOK["values"] | {"signing_key": key})
    changed = client.put(
        f"/destinations/{own['id']}", json=HOOK | {"name": "other", "values": {}}, headers=keys["analyst"]
    )
    told = [own, changed.json(), client.get("/destinations", headers=keys["analyst"]).json()]
    noted = run(seeded_url, "SELECT string_agg(detail::text, ' ') FROM audit")
    row = run(seeded_url, "SELECT t::text FROM destinations t WHERE id = $1", own["id"])

    assert changed.json()["secrets"] == ["url", "signing_key"]
    assert changed.json()["shown"] == "https://hooks.example/..."
    assert all(key not in str(one) and "secret-path" not in str(one) for one in (*told, noted, row))


@pytest.mark.parametrize(
    ("wrong", "parameter"),
    [
        ({"kind": "pigeon"}, "kind"),
        ({"values": {"url": "ftp://a.b"}}, "values.url"),
        ({"values": HOOK["values"] | {"nothing": 1}}, "values.nothing"),  # type: ignore[operator]
        ({"concurrency": 99}, "concurrency"),
        ({"name": " "}, "name"),
        ({"extra": 1}, "extra"),
    ],
)
def test_what_is_wrong_is_named(client: Client, keys: Headers, wrong: dict[str, Any], parameter: str) -> None:
    answer = client.post("/destinations", json=HOOK | wrong, headers=keys["analyst"])
    assert (answer.status_code, answer.json()["parameter"]) == (400, parameter)


def test_somebody_elses_is_not_there(client: Client, keys: Headers, seeded_url: str) -> None:
    own = made(client, keys["admin"])
    path = f"/destinations/{own['id']}"
    asked = [("GET", ""), ("DELETE", ""), ("POST", "/pause"), ("POST", "/test"), ("GET", "/deliveries")]

    assert [client.request(m, path + p, headers=keys["analyst"]).status_code for m, p in asked] == [404] * 5
    assert client.delete(path, headers=keys["admin"]).status_code == 200


def test_without_a_dispatcher_a_test_says_so(
    client: Client, keys: Headers, monkeypatch: pytest.MonkeyPatch, seeded_url: str
) -> None:
    monkeypatch.setattr(deliveries, "WAIT_S", 0.1)
    own = made(client, keys["analyst"])
    result = client.post(f"/destinations/{own['id']}/test", headers=keys["analyst"]).json()
    run(seeded_url, "DELETE FROM alerts")

    assert result["ok"] is None
    assert "no result within" in result["status"]


@contextmanager
def dispatching(url: str, state: Path, statuses: list[str]) -> Iterator[str]:
    """A dispatcher and a receiver in a thread of their own; the receiver's address."""
    ready, stop = threading.Event(), threading.Event()
    address: list[str] = []

    async def go() -> None:
        async with answering(lambda *_: http(statuses.pop(0))) as own:
            address.append(own)
            running = asyncio.ensure_future(Dispatcher(url, Vault(state), ANYWHERE).run())
            ready.set()
            await asyncio.to_thread(stop.wait)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    thread = threading.Thread(target=asyncio.run, args=(go(),))
    thread.start()
    ready.wait()
    try:
        yield address[0]
    finally:
        stop.set()
        thread.join()


def test_tests_show_what_the_receiver_says_and_the_log_keeps_it(
    client: Client, keys: Headers, seeded_url: str, state: Path
) -> None:
    headers = keys["analyst"]
    with dispatching(seeded_url, state, ["200 OK", "503 Service Unavailable", "204 No Content"]) as url:
        own = made(client, headers, values={"url": url})
        path = f"/destinations/{own['id']}"
        good, bad = (client.post(f"{path}/test", headers=headers).json() for _ in range(2))
        log = client.get(f"{path}/deliveries", headers=headers).json()["deliveries"]
        again = client.post(f"/deliveries/{log[0]['id']}/replay", headers=headers)
        for _ in range(100):
            if client.get(f"{path}/deliveries?state=sent", headers=headers).json()["deliveries"][1:]:
                break
            threading.Event().wait(0.05)
        health = client.get(path, headers=headers).json()["health"]

    assert (good["ok"], good["status"]) == (True, "200 OK")
    assert (bad["ok"], bad["status"]) == (False, "503 Service Unavailable")
    assert [one["state"] for one in log] == ["dead", "sent"]
    assert again.status_code == 202
    assert (health["sent_24h"], health["failures"]) == (2, 0)


async def subscription(url: str, account: str) -> int:
    connection = await asyncpg.connect(url)
    found = await connection.fetchval(
        "INSERT INTO subscriptions (owner, name, trigger) SELECT id, 'Über & <Home>', 'enters' FROM accounts "
        "WHERE name = $1 RETURNING id",
        account,
    )
    await connection.close()
    return int(found)


async def tell(url: str, own: int, *names: str) -> None:
    pool = await open_pool(url)
    for key in names:
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", outbox.ORDER_LOCK)
            await connection.execute(
                "INSERT INTO alerts (key, subscription, trigger, time, feature) VALUES ($1, $2, 'enters', now(), $3)",
                key, own, orjson.dumps(FEATURE | {"id": key}).decode(),
            )  # fmt: skip
            await connection.execute("SELECT pg_notify('skysift', 'alert')")
    await pool.close()


def test_alerts_come_by_cursor_to_those_whose_they_are(client: Client, keys: Headers, seeded_url: str) -> None:
    own = asyncio.run(subscription(seeded_url, "the-analyst"))
    asyncio.run(tell(seeded_url, own, "p1", "p2", "p3"))

    first = client.get("/alerts", params={"subscription": own, "limit": 2}, headers=keys["analyst"]).json()
    rest = client.get("/alerts", params={"subscription": own, "since": first["next"]}, headers=keys["admin"]).json()

    assert [one["id"] for one in (*first["features"], *rest["features"])] == ["p1", "p2", "p3"]
    assert client.get("/alerts").json()["features"] == []
    assert client.get("/alerts", headers=keys["viewer"]).json()["features"] == []


def test_a_feed_with_places(client: Client, keys: Headers, seeded_url: str) -> None:
    own = asyncio.run(subscription(seeded_url, "the-analyst"))
    asyncio.run(tell(seeded_url, own, "f1", "f2"))
    path = f"/subscriptions/{own}/alerts.atom"
    answer = client.get(path, headers=keys["analyst"])
    feed = ElementTree.fromstring(answer.content)
    name = {"a": "http://www.w3.org/2005/Atom", "g": "http://www.georss.org/georss"}

    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert feed.findtext("a:title", "", name) == "Über & <Home>"
    assert [one.text for one in feed.findall("a:entry/a:id", name)] == ["urn:skysift:alert:f2", "urn:skysift:alert:f1"]
    assert feed.findtext("a:entry/g:point", "", name) == "47.4 8.5"
    assert client.get(path, headers=keys["viewer"]).status_code == 404


@pytest.fixture(scope="module")
def server(seeded_url: str) -> Iterator[Live]:
    live = start(seeded_url)
    yield live
    live.stop()


async def _ids(lines: AsyncIterator[str], count: int) -> list[tuple[int, str]]:
    """Cursor and id of the next alerts."""
    found: list[tuple[int, str]] = []
    cursor = 0
    async for line in lines:
        if line.startswith("id: "):
            cursor = int(line[4:])
        elif line.startswith("data: ") and line != "data: {}":
            found.append((cursor, orjson.loads(line[6:])["id"]))
            if len(found) == count:
                return found
    pytest.fail("the stream ended")


def test_the_stream_resumes_exactly(server: Live, keys: Headers, seeded_url: str) -> None:
    async def go() -> list[str]:
        own, other = await subscription(seeded_url, "the-analyst"), await subscription(seeded_url, "the-admin")
        async with httpx.AsyncClient(timeout=20, headers=keys["analyst"]) as asking:
            async with asking.stream("GET", f"{server.url}/alerts/stream") as answer:
                lines = answer.aiter_lines()
                while not (await anext(lines)).startswith("data"):
                    pass
                await tell(seeded_url, other, "not-mine")
                await tell(seeded_url, own, "s1", "s2")
                first = await _ids(lines, 2)
            await tell(seeded_url, own, "s3")
            headers = {"last-event-id": str(first[-1][0])}
            async with asking.stream("GET", f"{server.url}/alerts/stream", headers=headers) as answer:
                await tell(seeded_url, own, "s4")
                later = await _ids(answer.aiter_lines(), 2)
        return [one for _, one in (*first, *later)]

    assert asyncio.run(go()) == ["s1", "s2", "s3", "s4"]


def test_the_websocket_resumes_exactly(server: Live, keys: Headers, seeded_url: str) -> None:
    async def go() -> list[Any]:
        own = await subscription(seeded_url, "the-analyst")
        address = server.url.replace("http", "ws") + f"/alerts/ws?subscription={own}"
        async with connect(address, additional_headers=keys["analyst"]) as socket:
            hello = orjson.loads(await socket.recv())
            await tell(seeded_url, own, "w1")
            first = orjson.loads(await socket.recv())
        await tell(seeded_url, own, "w2")
        async with connect(f"{address}&since={first['seq']}", additional_headers=keys["analyst"]) as socket:
            await socket.recv()
            await tell(seeded_url, own, "w3")
            later = [orjson.loads(await socket.recv()) for _ in range(2)]
        return [hello["type"], *(one["feature"]["id"] for one in (first, *later))]

    assert asyncio.run(go()) == ["hello", "w1", "w2", "w3"]


def test_a_websocket_with_a_wrong_question_is_closed(client: Client, keys: Headers) -> None:
    with (
        pytest.raises(WebSocketDisconnect) as closed,
        client.websocket_connect("/alerts/ws?since=x", headers=keys["analyst"]) as socket,
    ):
        socket.receive()
    assert closed.value.code == 4400
