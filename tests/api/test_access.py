"""Every route asks for the role that it declares, of nobody, keys and logins alike."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator, Mapping

import asyncpg
import pytest
from litestar import Litestar, WebSocket, websocket
from litestar.exceptions import WebSocketDisconnect
from litestar.handlers.base import BaseRouteHandler
from litestar.routes import HTTPRoute, WebSocketRoute
from litestar.testing import TestClient

from api.app import ROUTES, create_app
from api.caller import ACCOUNT, GRANTS, PUBLIC, VIEWER
from api.settings import Settings
from store import credentials
from tests.api.test_login import SAME, logged_in

Client = TestClient[Litestar]
Headers = Mapping[str, Mapping[str, str]]
WANDERERS = ("nobody", "reader", "viewer", "analyst", "ingest", "admin")


@pytest.fixture(scope="module")
def closed(seeded_url: str) -> Iterator[Client]:
    """The service where nobody may read."""
    with TestClient(create_app(Settings(seeded_url, pool_size=2, open_reading=False))) as client:
        yield client


def handlers() -> list[tuple[str, str, BaseRouteHandler]]:
    """Method, path and handler of every route."""
    found: list[tuple[str, str, BaseRouteHandler]] = []
    for one in create_app(Settings("postgresql://nowhere")).routes:
        if isinstance(one, HTTPRoute):
            named = [(method, own) for own in one.route_handlers for method in own.http_methods if method != "OPTIONS"]
            found += [(str(method), one.path, own) for method, own in named]
        elif isinstance(one, WebSocketRoute):
            found.append(("WEBSOCKET", one.path, one.route_handler))
        else:
            pytest.fail(f"{one.path} is neither HTTP nor a WebSocket: who guards it?")
    return found


def test_every_route_declares_the_role_it_needs() -> None:
    declared = {(method, path): own.opt.get("role") for method, path, own in handlers()}

    assert len(declared) > 60
    assert {where: role for where, role in declared.items() if role not in {*GRANTS, ACCOUNT}} == {}
    assert {method for method, _, own in handlers() if own.opt.get("changes")} <= {"POST", "PUT", "DELETE"}


def test_what_is_public_is_little() -> None:
    public = {path for _, path, own in handlers() if own.opt["role"] == PUBLIC}

    assert public == {"/static/{path:path}", "/health", "/ready", "/login", "/login/demo", "/logout", "/me"}


@pytest.mark.parametrize("who", WANDERERS)
def test_the_declared_role_decides(who: str, client: Client, closed: Client, keys: Headers) -> None:
    """Everything is asked with a parameter that no route knows: whoever is let in hears 400 or 404, nothing is done."""
    asking, headers = (client if who == "reader" else closed), keys.get(who, {})
    granted = GRANTS[{"nobody": PUBLIC, "reader": VIEWER}.get(who, who)]
    wrong = []
    for method, path, own in handlers():
        if method == "WEBSOCKET":
            continue  # asked by itself below
        answer = asking.request(method, example(path), params={"no-such": "1"}, headers=headers)
        open_ = own.opt["role"] in granted or (own.opt["role"] == ACCOUNT and who in keys)
        if who not in keys and own.opt.get("changes") and own.opt["role"] != PUBLIC:
            open_ = False
        refused = answer.status_code in (401, 403)
        if refused == open_ or (refused and answer.status_code != (403 if who in keys else 401)):
            wrong.append((method, path, answer.status_code))
    assert wrong == []


def example(path: str) -> str:
    """A path with something in place of its parameters."""
    for kind in ("int", "str", "path"):
        while f":{kind}}}" in path:
            before, _, after = path.partition(f":{kind}}}")
            path = f"{before.rpartition('{')[0]}{'9' if kind == 'int' else 'x'}{after}"
    return path


@pytest.mark.parametrize("form", ["bearer", "password", "name"])
def test_a_key_opens_in_every_form(closed: Client, keys: Headers, form: str) -> None:
    key = keys["viewer"]["authorization"].removeprefix("Bearer ")
    pair = {"password": f"anything:{key}", "name": f"{key}:"}.get(form, "")
    header = f"Bearer {key}" if form == "bearer" else f"Basic {base64.b64encode(pair.encode()).decode()}"

    assert closed.get("/collections", headers={"authorization": header}).status_code == 200


@pytest.mark.parametrize("header", ["Bearer sky_wrong", "Bearer ", "Basic %%", "Basic eDp5", "Digest x", "sky_"])
def test_a_wrong_key_is_told_even_where_nobody_may_read(client: Client, header: str) -> None:
    answer = client.get("/collections", headers={"authorization": header})

    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")


def test_a_program_is_told_how_to_prove_itself_and_a_browser_is_sent_to_the_login(closed: Client) -> None:
    program = closed.get("/collections")
    fetched = closed.get("/collections", headers={"sec-fetch-site": "same-origin"})
    browser = closed.get("/collections?f=html&x=1", headers={"accept": "text/html"}, follow_redirects=False)

    assert program.headers["www-authenticate"].startswith('Bearer realm="Skysift", Basic')
    assert "Basic" not in fetched.headers["www-authenticate"]
    assert browser.status_code == 303
    assert browser.headers["location"].endswith("/login?next=%2Fcollections%3Ff%3Dhtml%26x%3D1")


def test_a_revoked_key_works_no_more_and_its_use_is_noted(seeded_url: str, closed: Client, keys: Headers) -> None:
    own = closed.post("/keys", json={"name": "gone soon"}, headers=keys["analyst"]).json()
    header = {"authorization": f"Bearer {own['key']}"}
    before = closed.get("/me", headers=header).json()
    (noted,) = (k for k in closed.get("/keys", headers=header).json()["keys"] if k["id"] == own["id"])
    closed.delete(f"/keys/{own['id']}", headers=keys["analyst"])

    assert (before["name"], before["role"]) == ("the-analyst", "analyst")
    assert noted["used"] is not None and "key" not in noted
    assert closed.get("/collections", headers=header).status_code == 401


def test_a_key_that_may_less_than_its_account_makes_and_ends_no_keys(closed: Client, keys: Headers) -> None:
    own = closed.post("/keys", json={"name": "reads", "role": "viewer"}, headers=keys["analyst"]).json()
    header = {"authorization": f"Bearer {own['key']}"}

    made = closed.post("/keys", json={"name": "outlives"}, headers=header)
    ended = closed.delete(f"/keys/{own['id']}", headers=header)

    assert (made.status_code, ended.status_code) == (403, 403)
    assert closed.delete(f"/keys/{own['id']}", headers=keys["analyst"]).status_code == 200


def test_nobody_gives_more_than_they_have(closed: Client, keys: Headers) -> None:
    answer = closed.post("/keys", json={"name": "x", "role": "admin"}, headers=keys["analyst"])

    assert (answer.status_code, answer.json()["parameter"]) == (400, "role")


def test_an_answer_to_somebody_is_not_for_shared_caches(closed: Client, client: Client, keys: Headers) -> None:
    assert closed.get("/collections", headers=keys["viewer"]).headers["cache-control"] == "private, no-cache"
    assert client.get("/collections").headers["cache-control"] == "no-cache"


def test_secrets_are_not_stored(seeded_url: str, keys: Headers) -> None:
    secret = keys["admin"]["authorization"].removeprefix("Bearer ")

    async def stored() -> list[bytes]:
        connection = await asyncpg.connect(seeded_url)
        rows = await credentials.keys(connection)
        hashes = [row["hash"] for row in await connection.fetch("SELECT hash FROM credentials")]
        await connection.close()
        assert rows and all(secret not in str(dict(row)) for row in rows)
        return hashes

    assert all(len(one) == 32 and secret.encode() not in one for one in asyncio.run(stored()))


@websocket("/ws", opt={"role": VIEWER})
async def _greet(socket: WebSocket) -> None:  # type: ignore[type-arg]
    await socket.accept()
    await socket.send_text("hello")
    await socket.close()


@pytest.fixture(scope="module")
def sockets(seeded_url: str) -> Iterator[Client]:
    ROUTES.append(_greet)  # type: ignore[arg-type]
    try:
        app = create_app(Settings(seeded_url, pool_size=2, open_reading=False))
    finally:
        ROUTES.pop()
    with TestClient(app) as client:
        yield client


def test_a_websocket_is_guarded_like_everything(sockets: Client, keys: Headers) -> None:
    with sockets.websocket_connect("/ws", headers=dict(keys["viewer"])) as socket:
        assert socket.receive_text() == "hello"
    for headers, code in (({}, 4_401), (dict(keys["ingest"]), 4_403)):
        with pytest.raises(WebSocketDisconnect) as refused, sockets.websocket_connect("/ws", headers=headers):
            pass
        assert refused.value.code == code


def test_a_page_of_another_site_gets_no_websocket_on_a_login(seeded_url: str, sockets: Client) -> None:
    cookie = logged_in(sockets, seeded_url, "socketeer")

    with sockets.websocket_connect("/ws", headers=SAME | cookie) as socket:
        assert socket.receive_text() == "hello"
    with (
        pytest.raises(WebSocketDisconnect),
        sockets.websocket_connect("/ws", headers={"origin": "https://evil.test"} | cookie),
    ):
        pass
