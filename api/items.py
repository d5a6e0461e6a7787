"""The collections over HTTP: list, description, items and single features, by one set of handlers for all of them."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import orjson
from litestar import Request, Response
from litestar.params import FromPath

from api import (
    decimals,
    export,
    formats,
    moving,
    near,
    pages,
    pages_items,
    pages_service,
    query,
    reading,
    replies,
    sky,
    standard,
    tables,
    tilesets,
)
from api.asked import KEPT, Asked, asked_of
from api.catalogue import AIRCRAFT
from api.clock import data_time, rfc3339
from api.collections import Collection
from api.crs import System
from api.finding import find
from api.formats import ARROW, GEOJSON_FORM, HTML_FORM, Format
from api.links import GEOJSON, JSON, SCHEMA, base, link
from api.links import query as query_string
from api.problems import Problem, bad
from api.routes import given, route

RELATION = "http://www.opengis.net/def/rel/ogc/1.0"
AnyRequest = Request[Any, Any, Any]
LARGE_PAGE = 100_000
"""Bytes of features from which on they go out as they came from the database."""


def described(collection: Collection, root: str, extent: dict[str, Any]) -> dict[str, Any]:
    """A collection as the standard describes it."""
    own = f"{root}/collections/{collection.id}"
    return {
        "id": collection.id,
        "title": collection.title,
        "description": collection.description,
        "itemType": "feature",
        "crs": [one.uri for one in collection.systems],
        "storageCrs": collection.systems[0].uri,
        "extent": extent,
        "links": [
            link(own, "self", JSON, collection.title),
            link(f"{own}?f=html", "alternate", formats.HTML, "Page"),
            link(f"{own}/items", "items", GEOJSON, "Features"),
            link(f"{own}/items?f=html", "items", formats.HTML, "Features, as a page"),
            link(f"{own}/queryables", f"{RELATION}/queryables", SCHEMA, "What a filter may name"),
            link(f"{own}/sortables", f"{RELATION}/sortables", SCHEMA, "What items may be ordered by"),
            link(f"{own}/schema", f"{RELATION}/schema", SCHEMA, "What a feature holds"),
            *export.links(collection, root),
            tilesets.collection_link(collection, root),
            *moving.links(collection, root),
        ],
    }


async def _extents(request: AnyRequest) -> Callable[[Collection], dict[str, Any]]:
    """The extent of any collection."""
    state = request.app.state
    extents, now = await state.extents.fresh(state.pool, state.collections), await data_time(state.pool)
    return lambda one: extents.of(one, now)


@route("/collections", query=["f"])
async def list_collections(request: AnyRequest) -> Response[bytes]:
    """All collections."""
    root, collections = base(request), request.app.state.collections
    extent = await _extents(request)
    found = [described(one, root, extent(one)) for one in collections.values()]
    links = [
        link(f"{root}/collections", "self", JSON),
        link(f"{root}/collections?f=html", "alternate", formats.HTML, "Page"),
    ]
    value = {"collections": found, "links": links}
    return await pages.answer(request, value, lambda root: pages_service.collections(root, value))


@route("/collections/{collection_id:str}", query=["f"])
async def show_collection(request: AnyRequest, collection_id: FromPath[str]) -> Response[bytes]:
    """One collection, exactly as in the list."""
    collection, extent = find(request, collection_id), await _extents(request)
    value = described(collection, base(request), extent(collection))
    return await pages.answer(request, value, lambda root: pages_service.collection(root, value))


@route("/collections/{collection_id:str}/items", query=["*"])
async def show_items(request: AnyRequest, collection_id: FromPath[str]) -> Response[bytes]:
    """One page of features."""
    collection = find(request, collection_id)
    # Few hold these letters: the others need not be taken apart for this.
    if standard.POSTED.encode() in request.scope["query_string"] and standard.POSTED in request.query_params:
        raise bad(standard.POSTED, "this page is of a filter that was posted: POST the same body to this address")
    asked_text = given(request, standard.names(collection))
    form = formats.chosen(request, offered(collection), asked_text.get("f"))
    if form is HTML_FORM:
        # A form sends its empty fields too.
        asked_text = {name: text for name, text in asked_text.items() if text}
    return await answer(request, collection, asked_of(collection, asked_text), asked_text, form)


def offered(collection: Collection) -> Sequence[Format]:
    """The forms of a collection's pages."""
    return formats.DRAWN if collection is AIRCRAFT else formats.ITEMS


async def answer(
    request: AnyRequest, collection: Collection, asked: Asked, asked_text: dict[str, str], form: Format
) -> Response[bytes]:
    """The page that is asked for; `asked_text` is what stands in its links."""
    pool = request.app.state.pool
    shown, layer = reading.fitting(form, collection, asked)
    if form is GEOJSON_FORM:
        return await _feature_collection(request, collection, asked, asked_text)
    if form is ARROW:
        return await _columns(request, shown, asked_text)
    texts, after = ([], None) if asked.hits else await query.features(pool, collection, shown)
    matched = await query.matched(pool, collection, asked, len(texts), after is not None)
    links = _page_links(base(request), collection, asked_text, after, form)
    headers = _counts(len(texts), matched, asked.system) | formats.link_header(links)
    if form is HTML_FORM:
        body = pages_items.items(base(request), collection, asked_text, texts, matched, links)
        return await pages.send(request, body, headers)
    content = await tables.content(form, layer, texts)
    headers["content-disposition"] = formats.disposition(form, collection.id)
    # Archives and databases hold the time at which they were written.
    unchanging = hashlib.sha256("\n".join(texts).encode()).digest() + headers.get("link", "").encode()
    return await replies.reply(request, content, form.media, headers, unchanging)


async def _columns(request: AnyRequest, asked: Asked, asked_text: dict[str, str]) -> Response[bytes]:
    """The page of aircraft as Arrow columns. Raises Problem 400 for what these cannot leave out."""
    if asked.properties is not None:
        raise bad("properties", "Arrow columns are always all that there are")
    if asked.hits:
        raise bad("resulttype", "Arrow columns are rows; GeoJSON says how many there are")
    found, after = await sky.page(request.app.state.pool, AIRCRAFT, asked)
    links = _page_links(base(request), AIRCRAFT, asked_text, after, ARROW)
    headers = _counts(len(found), None, asked.system) | formats.link_header(links)
    return await replies.reply(request, found.arrow(), ARROW.media, headers)


def _page_links(
    root: str, collection: Collection, asked: dict[str, str], after: str | None, form: Format
) -> list[dict[str, Any]]:
    pairs = tuple(asked.items())
    links = [*_links(root, collection, pairs, form)]
    if after:
        links.append(link(after.join(_next(root, collection, pairs)), "next", form.media))
    return [one if one["rel"] == "collection" else one | _AGAIN for one in links] if standard.POSTED in asked else links


_AGAIN = {"method": "POST", "merge": True}
"""Of a link to be followed with the body that was posted, as STAC API says it of such links."""


@lru_cache(KEPT)
def _next(root: str, collection: Collection, asked: Sequence[tuple[str, str]]) -> Sequence[str]:
    """The address of a next page, before and behind the token of its place: no character of that needs a quote."""
    further = {name: text for name, text in asked if name != "offset"} | {"after": ""}
    return _PLACE.split(f"{root}/collections/{collection.id}/items{query_string(further)}", maxsplit=1)


_PLACE = re.compile("(?<=[?&]after=)")


@lru_cache(KEPT)
def _links(
    root: str, collection: Collection, asked: Sequence[tuple[str, str]], form: Format
) -> Sequence[dict[str, str]]:
    """Those that are the same whatever the page holds."""
    own, text = f"{root}/collections/{collection.id}", dict(asked)
    return [
        link(f"{own}/items{query_string(text)}", "self", form.media),
        *formats.alternates(f"{own}/items", text, formats.EXPORTS if standard.POSTED in text else formats.ITEMS, form),
        link(own, "collection", JSON, collection.title),
    ]


def _counts(returned: int, matched: int | None, system: System) -> dict[str, str]:
    """What an answer says in its headers, whatever its form."""
    headers = {"ogc-numberreturned": str(returned), "content-crs": f"<{system.uri}>"}
    return headers | ({} if matched is None else {"ogc-numbermatched": str(matched)})


async def _feature_collection(
    request: AnyRequest, collection: Collection, asked: Asked, asked_text: dict[str, str]
) -> Response[bytes]:
    """The page's bytes. Features go in as the database put them together: nothing is parsed or built again."""
    pool = request.app.state.pool
    if asked.hits:
        page = query.Page(memoryview(b""), 0, None, False, await data_time(pool))
    else:
        page = await near.read_page(request.app.state, collection, asked)
    matched = await query.matched(pool, collection, asked, page.returned, page.after is not None)
    links = _page_links(base(request), collection, asked_text, page.after, GEOJSON_FORM)
    facts = {"numberReturned": page.returned} | ({} if matched is None else {"numberMatched": matched})
    tail = orjson.dumps({"links": links, **facts})[1:-1]
    stamp = b',"timeStamp":' + orjson.dumps(rfc3339(page.now)) if page.now is not None else b""
    # Types are guessed from the first page.
    head, told = (b"", 0) if asked.after or asked.offset else decimals.first_ones(collection, page.features)
    start, end = b'{"type":"FeatureCollection","features":[' + head, b"".join((b"],", tail, stamp, b"}"))
    rest = page.features[told:]
    # A page may be of many megabytes, which are copied only once: the server takes bytes, and views of them slowly.
    large = len(rest) > LARGE_PAGE
    first, more = (start, (bytes(rest), end)) if large else (b"".join((start, rest, end)), ())
    headers = _counts(page.returned, matched, asked.system)
    # The tag is a weak one, and CRC-32 takes two fifths of what SHA-256 does.
    unchanging = b"%d" % zlib.crc32(page.features) + tail
    return await replies.reply(request, first, GEOJSON, headers, unchanging, more)


@route("/collections/{collection_id:str}/items/{feature_id:path}", query=["crs", "properties", "f"])
async def show_feature(request: AnyRequest, collection_id: FromPath[str], feature_id: FromPath[str]) -> Response[bytes]:
    """One feature."""
    collection, own_id = find(request, collection_id), str(feature_id).removeprefix("/")
    asked_text = given(request, ["crs", "properties", "f"])
    form = formats.chosen(request, formats.FEATURE, asked_text.get("f"))
    asked = asked_of(collection, {name: text for name, text in asked_text.items() if name != "f"})
    text = await query.feature(request.app.state.steady, collection, own_id, asked.system, asked.properties)
    if text is None:
        raise Problem(404, f"there is no feature {own_id[:60]!r} in {collection.id}", "featureId")
    root = base(request)
    links = _feature_links(root, collection, tuple(asked_text.items()), form)
    links = links.replace(_ITS_ID, quote(own_id, safe="").encode())
    headers = {"content-crs": f"<{asked.system.uri}>"}
    if form is HTML_FORM:
        page = pages_items.feature(root, collection, text.encode(), orjson.loads(links))
        return await pages.send(request, page, headers)
    body = b"".join((text.encode()[:-1], b',"links":', links, b"}"))
    return await replies.reply(request, body, GEOJSON, headers)


_ITS_ID = b"{id}"
"""Stands for a feature's id in an address, where nothing else can hold a brace."""


@lru_cache(KEPT // 4)
def _feature_links(root: str, collection: Collection, asked: Sequence[tuple[str, str]], form: Format) -> bytes:
    """The links of any feature, as JSON."""
    own, text = f"{root}/collections/{collection.id}", dict(asked)
    address = f"{own}/items/{_ITS_ID.decode()}"
    return orjson.dumps(
        [
            link(address + query_string(text), "self", form.media),
            *formats.alternates(address, text, formats.FEATURE, form),
            link(own, "collection", JSON, collection.title),
        ]
    )
