"""Logging in: by password, by link, in the demo; what a login may do and who may not use it for something else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping

import asyncpg
import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api.app import create_app
from api.attempts import WINDOW_S
from api.login import BY_NAME
from api.settings import Settings
from store import accounts, credentials

Client = TestClient[Litestar]
SAME = {"origin": "http://testserver.local"}
GOOD = "correct horse 7"


@pytest.fixture
def closed(seeded_url: str) -> Iterator[Client]:
    with TestClient(create_app(Settings(seeded_url, pool_size=2, open_reading=False))) as client:
        yield client


async def link(url: str, name: str, role: str = "analyst", life_s: float = 60) -> str:
    """The secret of a link for an account, made if there is none."""
    connection = await asyncpg.connect(url)
    found = await accounts.named(connection, name)
    own = found["id"] if found else await accounts.add(connection, name, role)
    secret = await credentials.new_link(connection, own, role, life_s)
    await connection.close()
    return secret


def logged_in(client: Client, url: str, name: str, password: str = "") -> dict[str, str]:
    """The cookie header of a new login; the client itself keeps none."""
    secret = asyncio.run(link(url, name))
    answer = client.post("/login", json={"link": secret, "password": password})
    assert answer.status_code == 200, answer.text
    client.cookies.clear()
    return {"cookie": answer.headers["set-cookie"].partition(";")[0]}


def test_a_link_works_once_and_sets_a_password(seeded_url: str, closed: Client) -> None:
    secret = asyncio.run(link(seeded_url, "ada"))
    answers = []
    for _ in range(2):
        answers.append(closed.post("/login", json={"link": secret, "password": GOOD}))
        closed.cookies.clear()
    again = closed.post("/login", json={"name": "ada", "password": GOOD})

    assert [one.status_code for one in answers] == [200, 401]
    assert (again.status_code, again.json()["name"], again.json()["role"]) == (200, "ada", "analyst")


def test_looking_at_a_link_uses_nothing_up(seeded_url: str, closed: Client) -> None:
    secret = asyncio.run(link(seeded_url, "bea"))
    closed.get("/login", headers={"accept": "text/html"})

    assert closed.post("/login", json={"link": secret}).status_code == 200


def test_an_old_link_and_a_bad_password_are_refused(seeded_url: str, closed: Client) -> None:
    old, short = asyncio.run(link(seeded_url, "cyd", life_s=-1)), asyncio.run(link(seeded_url, "dee"))
    refused = closed.post("/login", json={"link": short, "password": "short"})

    assert closed.post("/login", json={"link": old}).status_code == 401
    assert (refused.status_code, refused.json()["parameter"]) == (400, "password")
    assert closed.post("/login", json={"link": short}).status_code == 200, "a refused password burns no link"


@pytest.mark.parametrize(
    ("proxied", "wanted"),
    [({}, "Path=/;"), ({"x-forwarded-proto": "https", "x-forwarded-prefix": "/sky"}, "Path=/sky;")],
)
def test_the_cookie_is_for_this_service_and_no_script(
    seeded_url: str, closed: Client, proxied: Mapping[str, str], wanted: str
) -> None:
    secret = asyncio.run(link(seeded_url, "eve"))
    cookie = closed.post("/login", json={"link": secret}, headers=proxied).headers["set-cookie"]

    assert wanted in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert ("Secure" in cookie) == bool(proxied)


def test_a_login_reads_and_changes_from_the_own_page_alone(seeded_url: str, closed: Client) -> None:
    cookie = logged_in(closed, seeded_url, "fay")

    def make(headers: Mapping[str, str]) -> httpx.Response:
        return closed.post("/keys", json={"name": "k"}, headers={**cookie, **headers})

    assert closed.get("/collections", headers=cookie).status_code == 200
    assert make(SAME).status_code == 201
    assert make({"sec-fetch-site": "same-origin"}).status_code == 201
    for foreign in ({}, {"origin": "https://evil.test"}, {"origin": "null"}, {"sec-fetch-site": "cross-site", **SAME}):
        assert make(foreign).status_code == 403, foreign


def test_after_the_logout_the_cookie_is_worth_nothing(seeded_url: str, closed: Client) -> None:
    cookie = logged_in(closed, seeded_url, "gus")
    ended = closed.post("/logout", headers=cookie | SAME)

    assert "Max-Age=0" in ended.headers["set-cookie"]
    assert closed.get("/collections", headers=cookie).status_code == 401


def test_a_new_password_wants_the_old_one_and_ends_other_logins(seeded_url: str, closed: Client) -> None:
    other = logged_in(closed, seeded_url, "hal", GOOD)
    cookie = {"cookie": _by_password(closed, "hal", GOOD)}

    def change(current: str) -> int:
        body = {"current": current, "password": "battery staple 9"}
        return closed.put("/me/password", json=body, headers=cookie | SAME).status_code

    assert change("a guess") == 400
    assert change(GOOD) == 200
    assert closed.get("/collections", headers=cookie).status_code == 200
    assert closed.get("/collections", headers=other).status_code == 401


def _by_password(client: Client, name: str, password: str) -> str:
    answer = client.post("/login", json={"name": name, "password": password})
    client.cookies.clear()
    return answer.headers["set-cookie"].partition(";")[0]


def test_a_key_changes_no_password(closed: Client, keys: Mapping[str, Mapping[str, str]]) -> None:
    answer = closed.put("/me/password", json={"password": GOOD}, headers=keys["admin"])
    assert answer.status_code == 403


def test_guessing_ends_soon(seeded_url: str, closed: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.passwords.matches", lambda password, stored: False)
    answers = [closed.post("/login", json={"name": "ivy", "password": "?"}) for _ in range(BY_NAME + 2)]

    assert [one.status_code for one in answers] == [401] * BY_NAME + [429] * 2
    assert WINDOW_S - 60 < int(answers[-1].headers["retry-after"]) <= WINDOW_S


LOCAL = {"host": "127.0.0.1:8080"}
RELAYED: list[Mapping[str, str]] = [
    {"host": "evil.test"},
    {**LOCAL, "x-forwarded-for": "1.2.3.4"},
    {**LOCAL, "forwarded": "for=1.2.3.4"},
    {**LOCAL, "x-forwarded-prefix": "/sky"},
    {**LOCAL, "origin": "https://evil.test"},
]


@pytest.fixture(scope="module")
def at_home(seeded_url: str) -> Iterator[Client]:
    """The demo, as it is asked from its own machine."""
    app = create_app(Settings(seeded_url, pool_size=2, demo=True))

    async def from_loopback(scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        await app({**scope, "client": ("127.0.0.1", 5)} if "client" in scope else scope, receive, send)

    with TestClient(from_loopback) as client:  # type: ignore[type-var]
        yield client  # type: ignore[misc]


def test_at_the_machine_itself_nobody_needs_a_login_to_read(at_home: Client) -> None:
    assert at_home.get("/collections", headers=LOCAL).status_code == 200
    assert at_home.post("/accounts", json={"name": "x", "role": "admin"}, headers=LOCAL).status_code == 401


@pytest.mark.parametrize("headers", RELAYED)
def test_a_proxy_or_a_foreign_page_is_not_the_machine_itself(at_home: Client, headers: Mapping[str, str]) -> None:
    assert at_home.get("/collections", headers=headers).status_code == 401
    assert at_home.post("/login/demo", headers=headers).status_code == 403


def test_one_click_logs_in_to_the_demo(at_home: Client) -> None:
    assert at_home.get("/me", headers=LOCAL).json()["may_demo"]
    answer = at_home.post("/login/demo", headers=LOCAL | {"origin": "http://127.0.0.1:8080"})

    assert (answer.status_code, answer.json()["role"]) == (200, "analyst")


def test_without_demo_data_there_is_no_click(closed: Client) -> None:
    assert closed.post("/login/demo").status_code == 403
