"""The OpenAPI document against the real server: what it allows or forbids is answered as it says, never by a 500."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.testing import TestClient
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from api.catalogue import collections
from api.openapi import document
from api.settings import Settings
from detectors._registry import registry
from tests.api.conftest import Live
from tests.size import daily

Client = TestClient[Litestar]
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = settings(
    max_examples=daily(5, 10), derandomize=True, database=None, deadline=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
"""The same ones in every run."""

CLASSES = registry()
DOCUMENT = document(collections(CLASSES), Settings(""), "http://127.0.0.1")
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
ENDLESS = "/stream"
ONE_CLASS = "loiter"


def is_another_class(path: str) -> bool:
    """The collections of classes differ in nothing but a value: one stands for all."""
    words = path.split("/")
    return words[1] == "collections" and len(words) > 2 and words[2] in CLASSES and words[2] != ONE_CLASS


PATHS = [path for path in DOCUMENT["paths"] if path != ENDLESS and not is_another_class(path)]


def taken(path: str) -> set[str]:
    """The names of the query parameters that the document declares for a path."""
    references = "#/components/parameters/"
    parameters = DOCUMENT["paths"][path]["get"]["parameters"]
    named = {one["name"] for one in parameters if one.get("in") == "query"}
    return named | {one["$ref"].removeprefix(references) for one in parameters if "$ref" in one}


def refused(context: Any, response: Any, case: Any) -> bool | None:
    """What the schema forbids is, but for a limit over the maximum: that is clamped, as the standard wants it."""
    if re.fullmatch(r"[0-9]{5,}", str((case.query or {}).get("limit"))):
        return None
    found: bool | None = negative_data_rejection(context, response, case)
    return found


def modes(path: str) -> list[GenerationMode]:
    """What is wrong by the schema can only be sent where there is a parameter."""
    schemas = [one.get("schema", {"enum": []}) for one in DOCUMENT["paths"][path]["get"]["parameters"]]
    choosy = any(schema != {"type": "string"} for schema in schemas)
    return list(GenerationMode) if choosy else [GenerationMode.POSITIVE]


@pytest.mark.parametrize(("path", "mode"), [(path, mode) for path in PATHS for mode in modes(path)])
def test_every_answer_is_declared(live: Live, path: str, mode: GenerationMode) -> None:
    checks = [*CHECKS, *([refused] if mode.is_negative else [])]

    with requests.Session() as session:

        @given(case=SCHEMA[path]["GET"].as_strategy(mode))
        @EXAMPLES
        def answered(case: Any) -> None:
            case.call_and_validate(base_url=live.url, session=session, checks=checks, timeout=20)

        answered()


@pytest.mark.parametrize("own", [own for own in collections(CLASSES) if own not in CLASSES or own == ONE_CLASS])
def test_real_features_are_as_the_document_says(live: Live, own: str) -> None:
    path = f"/collections/{own}/items"
    page = requests.get(f"{live.url}{path}?limit=3", timeout=20)
    SCHEMA[path]["GET"].validate_response(page)

    for one in page.json()["features"]:
        single = requests.get(f"{live.url}{path}/{quote(str(one['id']), safe='')}", timeout=20)
        SCHEMA[f"{path}/{{featureId}}"]["GET"].validate_response(single)


def test_every_answer_to_a_posted_filter_is_declared(live: Live) -> None:
    @given(case=SCHEMA["/collections/anomalies/items"]["POST"].as_strategy())
    @EXAMPLES
    def answered(case: Any) -> None:
        case.call_and_validate(base_url=live.url, checks=CHECKS, timeout=20, allow_redirects=False)

    answered()


def shape(path: str) -> str:
    """A path without the names of its variables."""
    return re.sub(r"\{[^}]*\}", "{}", path)


def test_every_route_is_in_the_document(client: Client) -> None:
    """But for files, WebSockets, and the routes of all collections that are there once for each."""
    served = {shape(route.path) for route in client.app.routes if isinstance(route, HTTPRoute)} - {"/static/{}"}
    declared = {shape(path) for path in client.get("/api?f=json").json()["paths"]}
    for own in collections(CLASSES):
        declared |= {path.replace(f"/collections/{own}", "/collections/{}") for path in declared}

    assert served - declared == set()


def test_a_route_says_which_role_it_needs(client: Client) -> None:
    own = client.get("/api?f=json").json()["paths"]["/destinations/{destination_id}"]

    assert set(own) == {"get", "put", "delete"}
    assert (own["put"]["x-role"], own["put"]["parameters"][0]["schema"]) == ("analyst", {"type": "integer"})


@pytest.mark.parametrize("path", ["/", "/api", "/classes", "/collections", "/stats", "/stream", "/statistics",
    "/statistics/hotspots", "/statistics/forecast",
    "/tileMatrixSets", "/tileMatrixSets/WebMercatorQuad", "/collections/loiter", "/collections/loiter/items",
    "/collections/loiter/items/l01", "/collections/tracks/moving", "/collections/loiter/tiles",
    "/collections/loiter/queryables", "/collections/loiter/sortables", "/collections/loiter/schema"])  # fmt: skip
def test_the_document_names_each_parameter_that_is_taken(client: Client, path: str) -> None:
    said = client.get(path, params={"foo": "1"}).json()["detail"].partition("there are: ")[2].split(", ")
    templates = {re.sub(r"\{[^}]*\}", "[^/]+", one): one for one in DOCUMENT["paths"]}
    own = path if path in DOCUMENT["paths"] else next(one for it, one in templates.items() if re.fullmatch(it, path))

    assert taken(own) == set(said)


@pytest.mark.parametrize(
    "path", ["/collections/loiter/items", "/collections/aircraft/items", "/collections/tracks/export"]
)
def test_the_document_names_the_forms_that_there_are(client: Client, path: str) -> None:
    offered = client.get(path, params={"f": "?"}).json()["detail"].partition("there are ")[2].split(", ")
    parameters = DOCUMENT["paths"][path.replace("tracks/export", "{collectionId}/export")]["get"]["parameters"]
    own = next((one for one in parameters if one.get("name") == "f"), DOCUMENT["components"]["parameters"]["f"])

    assert set(own["schema"]["enum"]) - {"json"} == set(offered)
