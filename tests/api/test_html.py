"""The pages that people browse: everything is linked, nothing runs that came from data, and the small maps draw."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any, Literal

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from playwright.sync_api import Browser, Page

from api.markup import Markup, anchor, tag
from tests.size import daily

Client = TestClient[Litestar]
HERE = "http://testserver.local"
BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
PAGES = (
    "/?f=html", "/conformance", "/collections", "/api", "/collections/anomalies", "/collections/anomalies/items",
    "/collections/anomalies/queryables", "/collections/zones/sortables", "/collections/zones/schema",
    "/collections/zones/items/R%2F1%20%C3%A4", "/collections/anomalies/items/l03", "/collections/aircraft/items",
    "/classes", "/feeds", "/health", "/stats", "/tileMatrixSets", "/tileMatrixSets/WebMercatorQuad",
    "/collections/loiter/tiles", "/collections/loiter/tiles/WebMercatorQuad?state=open",
    "/collections/tracks/moving", "/collections/tracks/moving?icao24=4ca7b5&limit=1", "/collections/tracks/moving/77",
    "/statistics?f=html", "/statistics?by=cell", "/statistics?by=fir", "/statistics?by=hour&class=loiter",
    "/statistics/hotspots", "/statistics/hotspots?class=loiter&radius=5", "/statistics/forecast",
)  # fmt: skip
DRAWN = (
    "/?f=html", "/collections", "/collections/anomalies/items", "/collections/zones/items/R%2F1%20%C3%A4",
    "/collections/loiter/tiles/WebMercatorQuad?state=open", "/collections/tracks/moving", "/statistics?by=cell",
    "/statistics/hotspots",
)  # fmt: skip
"""Of each kind one, with each kind of map: these are seen whole, by day and in the dark. Nightly all are."""


class Reader(HTMLParser):
    """Tags with attributes, the text, and whether every element was closed."""

    VOID = ("meta", "link", "input", "img", "br")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def links(self) -> set[str]:
        return {str(attrs["href"]) for name, attrs in self.tags if name == "a"}


def get(client: Client, path: str) -> tuple[Any, Reader]:
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == 200, (path, answer.text)
    reader = Reader(answer.text)
    assert reader.open == []
    return answer, reader


@pytest.mark.parametrize("path", PAGES)
def test_every_resource_has_a_page(client: Client, path: str) -> None:
    """Requirements html/definition and html/content: text/html on request, with all that the JSON says."""
    answer, page = get(client, path)

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text.startswith("<!doctype html>\n<html lang=")
    assert [name for name, _ in page.tags].count("h1") == 1


@pytest.mark.parametrize("path", PAGES)
def test_no_page_runs_anything_of_its_own(client: Client, path: str) -> None:
    answer, page = get(client, path)
    policy = answer.headers["content-security-policy"]

    assert "script-src 'self';" in policy and "default-src 'none'" in policy
    assert all(attrs.get("src") for name, attrs in page.tags if name == "script")
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on") or name == "style"]


def test_every_link_leads_somewhere(client: Client) -> None:
    """From the landing page on, all that a person can click; of the classes' collections, one."""
    waiting, seen = [f"{HERE}/?f=html"], set[str]()
    while waiting:
        path = waiting.pop()
        answer = client.get(path.removeprefix(HERE), headers=BROWSER)
        assert answer.status_code == 200, path
        if not answer.headers["content-type"].startswith("text/html") or path == f"{HERE}/":
            continue
        for link in Reader(answer.text).links - seen:
            seen.add(link)
            of = re.match(rf"{HERE}/collections/([^/?]+)", link)
            if link.startswith(HERE) and (of is None or of[1] in ("zones", "loiter")) and "/stream" not in link:
                waiting.append(link)

    assert len(seen) > 60


def test_a_page_says_what_the_json_says(client: Client) -> None:
    for path in ("/collections/zones/items/R%2F1%20%C3%A4", "/collections/anomalies/items/l03"):
        _, page = get(client, path)
        text = "".join(page.words)
        for name, value in client.get(path).json()["properties"].items():
            assert name in text
            assert not isinstance(value, str) or value in text


def test_a_table_has_a_row_for_each_feature_and_leads_on(client: Client) -> None:
    path, ids = "/collections/anomalies/items?f=html&limit=5", []
    while path:
        answer, page = get(client, path)
        ids += re.findall(r"/items/([a-z0-9]+)\?f=html", answer.text)
        further = [attrs["href"] for name, attrs in page.tags if name == "a" and attrs.get("rel") == "next"]
        path = str(further[0]).removeprefix(HERE) if further else ""

    assert len(ids) == len(set(ids)) == 13


def test_what_was_typed_stands_in_the_form_again_and_empty_fields_ask_nothing(client: Client) -> None:
    query = {"f": "html", "bbox": "", "filter": "class = 'loiter'", "datetime": "", "sortby": "", "limit": "2"}
    answer = client.get("/collections/anomalies/items", params=query)
    fields = {attrs["name"]: attrs["value"] for name, attrs in Reader(answer.text).tags if name == "input"}

    assert answer.status_code == 200
    assert (fields["filter"], fields["limit"], fields["bbox"], fields["f"]) == ("class = 'loiter'", "2", "", "html")
    assert client.get("/collections/anomalies/items", params=query | {"filter": "class ="}).status_code == 400


@pytest.mark.parametrize("path", ["/statistics?by=cell", "/collections/tracks/moving?icao24=4ca7b5"])
def test_every_form_may_be_sent_as_it_stands(client: Client, path: str) -> None:
    _, page = get(client, path)
    fields = {str(attrs["name"]): str(attrs["value"] or "") for name, attrs in page.tags if name == "input"}

    answer = client.get(path.partition("?")[0], params=fields)
    assert answer.status_code == 200 and len(fields) >= 4
    assert client.get(path + "&datetime=").status_code == 400


def test_rates_are_a_table_with_what_was_flown(client: Client) -> None:
    _, page = get(client, "/statistics?by=class&f=html")
    text = " ".join(page.words)

    assert "loiter" in text and "12" in text and "Flight hours" in text
    assert [attrs["value"] for name, attrs in page.tags if name == "meter"]
    _, none = get(client, "/statistics?by=fir")
    assert "skysift reference add firs" in "".join(none.words)


def test_a_tile_sets_map_shows_its_tiles(client: Client) -> None:
    _, page = get(client, "/collections/loiter/tiles/WebMercatorQuad?state=open")
    (shown,) = [attrs for _, attrs in page.tags if attrs.get("class") == "map"]

    told = client.get(str(shown["data-style"]).removeprefix(HERE)).json()
    assert told["sources"]["loiter"]["tiles"][0].endswith("?state=open")
    assert {one["source-layer"] for one in told["layers"]} == {"loiter"}


def test_data_is_text_and_never_markup(client: Client) -> None:
    answer = client.get("/collections/zones/items", params={"f": "html", "filter": "name = '<script>\"&'"})

    assert answer.status_code == 200
    assert "<script>" not in answer.text and "&lt;script&gt;&quot;&amp;" in answer.text


def test_markup_escapes_everything_that_is_not_markup() -> None:
    assert tag("p", "<b>", Markup("<i>"), ["&", None], title='"x"') == (
        '<p title="&quot;x&quot;">&lt;b&gt;<i>&amp;</p>'
    )
    assert anchor("javascript:alert(1)", "x") == '<a href="#">x</a>'


def test_links_are_right_behind_a_proxy(client: Client) -> None:
    headers = BROWSER | {"x-forwarded-host": "sky.test", "x-forwarded-proto": "https", "x-forwarded-prefix": "/a"}
    page = Reader(client.get("/collections/zones", headers=headers).text)

    addresses = [
        str(attrs.get("href") or attrs.get("src")) for name, attrs in page.tags if name in ("a", "script", "img")
    ]
    assert all(one.startswith(("https://sky.test/a/", "#")) for one in addresses)


@contextmanager
def visiting(chromium: Browser, **options: Any) -> Iterator[Page]:
    """A phone. Two pixels of the page to one of the screen: that is enough to see that a map is drawn."""
    context = chromium.new_context(viewport={"width": 390, "height": 800}, device_scale_factor=0.5, **options)
    yield context.new_page()
    context.close()


def go(visitor: Page, live: Any, path: str) -> None:
    """To the page, which must be no wider than the screen."""
    visitor.goto(f"{live.url}{path}{'&' if '?' in path else '?'}f=html".replace("?f=html&f=html", "?f=html"))
    assert visitor.evaluate("document.documentElement.scrollWidth") <= 390, path


def test_every_page_fits_a_phone_where_no_script_runs(live: Any, chromium: Browser) -> None:
    with visiting(chromium, java_script_enabled=False) as visitor:
        for path in PAGES:
            go(visitor, live, path)
        assert visitor.locator("script").count() and not visitor.locator(".map[data-ready]").count()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_a_phone_and_their_maps_draw(live: Any, chromium: Browser, scheme: Literal["light", "dark"]) -> None:
    with visiting(chromium, color_scheme=scheme) as visitor:
        assert looked_at(visitor, live) == []


def looked_at(visitor: Page, live: Any) -> list[str]:
    """Visit pages until their maps are drawn; what they complained of."""
    said: list[str] = []
    visitor.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    visitor.on("pageerror", lambda error: said.append(str(error)))
    for path in daily(DRAWN, PAGES):
        go(visitor, live, path)
        if visitor.locator(".map").count():
            visitor.locator(".map[data-ready]").wait_for()
    return said


def test_a_column_that_says_nothing_takes_no_place(client: Client) -> None:
    """Beside it would be what has values; its name is said below."""
    _, page = get(client, "/collections/anomalies/items?f=html")
    words = page.words

    assert "cleared" not in words[words.index("id") : words.index("l11")]
    assert "cleared" in words[words.index("Without a value here: ") :]
    assert "callsign" in words[words.index("id") : words.index("l11")]


def test_standards_have_the_names_that_people_know(client: Client) -> None:
    _, page = get(client, "/conformance?f=html")
    assert "OGC API - Features, Part 3: Filtering" in page.words


def test_paths_of_a_collection_are_folded(client: Client) -> None:
    """There are a dozen for each, the same ones: unfolded they were tens of screens."""
    _, page = get(client, "/api?f=html")
    assert [name for name, _ in page.tags].count("details") == len(client.get("/collections").json()["collections"])


@pytest.mark.parametrize(("path", "kind"), [("anomalies/items/l03", "anomaly"), ("loiter/items/l03", "anomaly")])
def test_a_feature_opens_on_the_map_from_whichever_collection(client: Client, path: str, kind: str) -> None:
    _, page = get(client, f"/collections/{path}?f=html")
    assert f"{HERE}/#sel={kind}:l03" in page.links


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/collections/zones/items?f=html&filter=%3Cb%3E", 400, "<code>filter</code>"),
        ("/collections/nothing", 404, "there is no collection &#x27;nothing&#x27;"),
        ("/nothing", 404, "404 Not Found"),
    ],
)
def test_who_browses_reads_what_is_wrong_on_a_page(client: Client, path: str, status: int, says: str) -> None:
    answer = client.get(path, headers=BROWSER)

    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert says in answer.text and "<b>" not in answer.text
    assert "script-src 'self'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("accept", ["*/*", "application/geo+json", "application/json, text/html;q=0.5", "image/png"])
def test_programs_read_a_problem_document(client: Client, accept: str) -> None:
    answer = client.get("/collections/zones/items?limit=0", headers={"accept": accept})
    assert answer.headers["content-type"] == "application/problem+json"
