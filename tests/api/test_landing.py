"""The landing page, conformance, the OpenAPI document, and the map page with its files."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api.app import create_app
from api.settings import Settings

Client = TestClient[Litestar]
SCRIPT = '{"imports": {}}'


@pytest.fixture(scope="module")
def page_client(seeded_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    web = tmp_path_factory.mktemp("web")
    (web / "index.html").write_text(
        f'<script type="importmap">{SCRIPT}</script><script src="/static/js/a.js"></script>'
    )
    for folder in ("js", "basemap"):
        (web / folder).mkdir()
    (web / "secret.txt").write_text("secret")
    (web / "js" / "a.mjs").write_text("export default 1\n" * 200)
    (web / "js" / "way-out.js").symlink_to("/etc/hostname")
    (web / "basemap" / "land.json").write_text("[" + "1," * 1000 + "1]")
    (web / "basemap" / "land.json.gz").write_bytes(gzip.compress(b"packed before"))
    with TestClient(create_app(Settings(seeded_url, web=web, open_reading=True))) as client:
        yield client


def test_a_program_gets_links(client: Client) -> None:
    found = client.get("/", headers={"accept": "application/json"}).json()
    assert {"self", "conformance", "data", "service-desc", "classes", "stream"} <= {
        link["rel"] for link in found["links"]
    }
    for link in found["links"]:
        if link["rel"] not in ("stream", "alternate"):
            assert client.get(link["href"].replace("http://testserver.local", "")).status_code == 200


def test_a_link_that_others_added_to_still_opens_the_map_for_a_person(page_client: Client) -> None:
    added = {"fbclid": "x", "utm_source": "mail"}
    assert "importmap" in page_client.get("/", params=added, headers={"accept": "text/html,*/*"}).text
    assert page_client.get("/", params=added, headers={"accept": "application/json"}).status_code == 400
    assert page_client.get("/", params={**added, "f": "html"}, headers={"accept": "text/html"}).status_code == 400


def test_a_browser_gets_the_page_and_a_policy_for_its_import_map(page_client: Client) -> None:
    answer = page_client.get("/", headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert f"script-src 'self' 'sha256-{digest}';" in answer.headers["content-security-policy"]


def test_files_are_packed_and_tagged(page_client: Client) -> None:
    whole = page_client.get("/static/js/a.mjs")
    again = page_client.get("/static/js/a.mjs", headers={"if-none-match": whole.headers["etag"]})
    assert whole.headers["content-type"].startswith("text/javascript")
    assert (whole.headers["content-encoding"], again.status_code) == ("gzip", 304)
    assert whole.text.startswith("export default")


def test_a_copy_packed_beside_is_served_as_it_is(page_client: Client) -> None:
    assert page_client.get("/static/basemap/land.json").text == "packed before"
    assert page_client.get("/static/basemap/land.json", headers={"accept-encoding": "identity"}).text.startswith("[1,1")


@pytest.mark.parametrize(
    "path",
    ["secret.txt", "js/../secret.txt", "js/%2e%2e/secret.txt", "js/way-out.js", "js", "js/", "js/.a"],
)
def test_nothing_else_is_served(page_client: Client, path: str) -> None:
    assert page_client.get(f"/static/{path}").status_code == 404


def test_the_openapi_document_names_what_each_collection_takes(client: Client) -> None:
    answer = client.get("/api")
    document = answer.json()
    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
    assert document["openapi"].startswith("3.0")
    assert document["components"]["parameters"]["limit"]["schema"] == {
        "type": "integer", "minimum": 1, "maximum": 10_000, "default": 100,
    }  # fmt: skip
    for one in client.get("/collections").json()["collections"]:
        taken = document["paths"][f"/collections/{one['id']}/items"]["get"]["parameters"]
        names = {p.get("name") or p["$ref"].rsplit("/", 1)[1] for p in taken}
        refused = client.get(f"/collections/{one['id']}/items?foo=1").json()["detail"]
        assert set(refused.split("there are: ")[1].split(", ")) == names


def test_every_reference_leads_somewhere(client: Client) -> None:
    document = client.get("/api").json()

    def walk(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            yield from ([node["$ref"]] if "$ref" in node else [])
        for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            yield from walk(child)

    for reference in set(walk(document)):
        found: Any = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]


def test_the_real_page_is_there(client: Client) -> None:
    assert Path(Settings("").web, "index.html").is_file()
    assert client.get("/", headers={"accept": "text/html"}).status_code == 200
