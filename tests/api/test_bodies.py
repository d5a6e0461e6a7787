"""Bodies of requests: typed values, or a problem that names the field."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api.bodies import body
from api.problems import HANDLERS, AnyRequest
from api.routes import action


class Fleet(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    icao24: list[str] = []


class Body(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    fleet: Fleet = Fleet()


@action("/echo", "POST", "public")
async def echo(request: AnyRequest) -> str:
    return (await body(request, Body, most=2_000)).name


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient[Litestar]]:
    with TestClient(Litestar([echo], exception_handlers=HANDLERS, openapi_config=None)) as client:
        yield client


def test_a_body_is_read(client: TestClient[Litestar]) -> None:
    assert client.post("/echo", json={"name": "x"}).text == "x"


@pytest.mark.parametrize(
    ("content", "status", "field"),
    [
        (b'{"name":"x","fleet":{"icao24":["a",3]}}', 400, "fleet.icao24[1]"),
        (b'{"name":"x","foo":1}', 400, "foo"),
        (b"{}", 400, "name"),
        (b"{", 400, None),
        (b"\xff", 400, None),
        (b"[" * 90, 400, None),
        (b'"' + b"x" * 2_000 + b'"', 413, None),
    ],
)
def test_a_broken_body_names_its_field(
    client: TestClient[Litestar], content: bytes, status: int, field: str | None
) -> None:
    answer = client.post("/echo", content=content, headers={"content-type": "application/json"})

    assert (answer.status_code, answer.json().get("parameter")) == (status, field)


def test_only_json_is_taken(client: TestClient[Litestar]) -> None:
    assert client.post("/echo", data={"name": "x"}).status_code == 415


def test_a_field_that_there_is_not_is_answered_with_those_that_there_are(client: TestClient[Litestar]) -> None:
    told = client.post("/echo", json={"name": "x", "nmae": 1}).json()["detail"]

    assert told == "there is no field 'nmae' here; there are: name, fleet"
    told = client.post("/echo", json={"name": "x", "fleet": {"colour": 1}}).json()["detail"]
    assert told == "there is no field 'colour' in fleet; there are: icao24"
    assert "missing required" in client.post("/echo", json={}).json()["detail"]


def test_a_name_that_looks_like_a_place_is_not_looked_at_to_its_end(client: TestClient[Litestar]) -> None:
    told = client.post("/echo", json={"name": "x", "a - at `$" + "[" * 1_500: 1}).json()

    assert told["detail"].endswith("; there are: name, fleet") and len(told["parameter"]) <= 100
