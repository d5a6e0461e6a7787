"""Pages for people: what every page has around it, and the choice between a page and the value that it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from litestar import Response

from api import formats, replies
from api.formats import AnyRequest, Format
from api.links import base
from api.markup import Markup, anchor, joined, tag

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
"""Styles alone may stand in the page: the map sets sizes and places of its own elements."""

Crumbs = Sequence[tuple[str, str]]
"""Where the page is: title and path of each step."""


async def answer(
    request: AnyRequest, value: Any, body: Callable[[str], Markup], offered: Sequence[Format] = formats.RESOURCE
) -> Response[bytes]:
    """The value as JSON, or the page that `body` makes for the service's address, as the client likes it."""
    form = formats.chosen(request, offered, request.query_params.get("f"))
    if form is formats.HTML_FORM:
        return await send(request, body(base(request)))
    return await replies.json(request, value, form.media)


def typed(asked: Mapping[str, str]) -> dict[str, str]:
    """What was asked, of a page's form without the fields that were left empty, which it sends too."""
    return {name: text for name, text in asked.items() if text or asked.get("f") != formats.HTML_FORM.name}


async def send(request: AnyRequest, body: Markup, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    """A page with its policy."""
    content = f"<!doctype html>\n{body}\n".encode()
    return await replies.reply(request, content, formats.HTML, {"content-security-policy": POLICY, **(headers or {})})


def page(root: str, title: str, crumbs: Crumbs, *content: Any, forms: Sequence[Mapping[str, str]] = ()) -> Markup:
    """A whole page: brand, where one is, the other forms of this resource, and the content."""
    assets = f"{root}/static"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{title} · Skysift"),
        tag("link", rel="icon", href=f"{assets}/icons/skysift.svg", type="image/svg+xml"),
        [tag("link", rel=one["rel"], type=one["type"], href=one["href"], title=one.get("title")) for one in forms],
        [tag("link", rel="stylesheet", href=f"{assets}/{one}") for one in ("vendor/maplibre-gl.css", "css/pages.css")],
        tag("script", type="module", src=f"{assets}/js/page_map.js"),
    )
    body = tag("body", anchor("#content", "Skip to the content", class_="skip"), _top(root, crumbs, title))
    main = tag("main", _heading(title, forms), *content, id="content")
    return tag("html", head, Markup(body.removesuffix("</body>") + main + _foot(root) + "</body>"), lang="en")


def _top(root: str, crumbs: Crumbs, title: str) -> Markup:
    brand = anchor(
        f"{root}/?f=html", tag("img", src=f"{root}/static/icons/skysift.svg", width=22, height=22, alt=""), "Skysift",
        class_="brand",
    )  # fmt: skip
    steps = [tag("li", anchor(root + path, name)) for name, path in crumbs]
    here = tag("li", title, aria_current="page") if crumbs else None
    where = tag("nav", tag("ol", steps, here), aria_label="Where you are")
    return tag("header", brand, where, anchor(f"{root}/", "Map", class_="to-map"), class_="top")


def _heading(title: str, forms: Sequence[Mapping[str, str]]) -> Markup:
    ways = [anchor(one["href"], one.get("title", one["type"])) for one in forms if one["rel"] == "alternate"]
    row = tag("nav", tag("span", "Also as"), ways, class_="forms", aria_label="Other formats") if ways else None
    return tag("div", tag("h1", title), row, class_="heading")


def _foot(root: str) -> Markup:
    names = (("Collections", "/collections?f=html"), ("Conformance", "/conformance?f=html"), ("OpenAPI", "/api?f=html"))
    return tag("footer", [anchor(root + path, name) for name, path in names])


def lead(*text: Any) -> Markup:
    """The sentence under the title."""
    return tag("p", *text, class_="lead")


def section(title: str, *content: Any) -> Markup:
    """A part of a page."""
    return tag("section", tag("h2", title), *content)


def small_map(source: str, title: str) -> Markup:
    """A map of what GeoJSON there is at this address; the page's script fills it."""
    note = joined("This map needs JavaScript; ", anchor(source, "the features as GeoJSON"), " do not.")
    return tag("div", tag("noscript", note), class_="map", data_source=source, role="img", aria_label=title)


HOME: Crumbs = (("API", "/?f=html"),)
COLLECTIONS: Crumbs = (*HOME, ("Collections", "/collections?f=html"))
