"""The collections over HTTP: list, description, items and single features, by one set of handlers for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import orjson
from litestar import Request, Response
from litestar.params import FromPath

from api import query, replies, standard
from api.asked import Asked
from api.clock import data_time, rfc3339
from api.collections import Collection
from api.crs import DEFAULT, SYSTEMS, System
from api.links import GEOJSON, JSON, SCHEMA, base, link
from api.links import query as query_string
from api.problems import Problem
from api.routes import given, route

RELATION = "http://www.opengis.net/def/rel/ogc/1.0"
WORLD = [-180, -90, 180, 90]
AnyRequest = Request[Any, Any, Any]


def find(request: AnyRequest, collection_id: str) -> Collection:
    """The collection of this id. Raises Problem 404."""
    found: Mapping[str, Collection] = request.app.state.collections
    if collection_id not in found:
        raise Problem(
            404, f"there is no collection {collection_id[:60]!r}; GET /collections lists them", "collectionId"
        )
    return found[collection_id]


def described(collection: Collection, root: str, now: str | None) -> dict[str, Any]:
    """A collection as the standard describes it."""
    own = f"{root}/collections/{collection.id}"
    return {
        "id": collection.id,
        "title": collection.title,
        "description": collection.description,
        "itemType": "feature",
        "crs": [one.uri for one in SYSTEMS],
        "storageCrs": DEFAULT,
        "extent": {"spatial": {"bbox": [WORLD]}, "temporal": {"interval": [[None, now]]}},
        "links": [
            link(own, "self", JSON, collection.title),
            link(f"{own}/items", "items", GEOJSON, "Features"),
            link(f"{own}/queryables", f"{RELATION}/queryables", SCHEMA, "What a filter may name"),
            link(f"{own}/sortables", f"{RELATION}/sortables", SCHEMA, "What items may be ordered by"),
            link(f"{own}/schema", f"{RELATION}/schema", SCHEMA, "What a feature holds"),
        ],
    }


@route("/collections")
async def list_collections(request: AnyRequest) -> Response[bytes]:
    """All collections."""
    root, now = base(request), rfc3339(await data_time(request.app.state.pool))
    found = [described(one, root, now) for one in request.app.state.collections.values()]
    links = [link(f"{root}/collections", "self", JSON)]
    return await replies.json(request, {"collections": found, "links": links})


@route("/collections/{collection_id:str}")
async def show_collection(request: AnyRequest, collection_id: FromPath[str]) -> Response[bytes]:
    """One collection, exactly as in the list."""
    now = rfc3339(await data_time(request.app.state.pool))
    return await replies.json(request, described(find(request, collection_id), base(request), now))


@route("/collections/{collection_id:str}/items", query=["*"])
async def show_items(request: AnyRequest, collection_id: FromPath[str]) -> Response[bytes]:
    """One page of features."""
    collection = find(request, collection_id)
    asked_text = given(request, standard.names(collection))
    asked, pool = Asked.of(collection, asked_text), request.app.state.pool
    texts, after = ([], None) if asked.hits else await query.features(pool, collection, asked)
    matched = await query.matched(pool, collection, asked, len(texts), after is not None)
    links = _page_links(base(request), collection, asked_text, after)
    return await _feature_collection(request, texts, links, matched, await data_time(pool), asked.system)


def _page_links(root: str, collection: Collection, asked: dict[str, str], after: str | None) -> list[dict[str, str]]:
    own = f"{root}/collections/{collection.id}"
    links = [
        link(f"{own}/items{query_string(asked)}", "self", GEOJSON),
        link(own, "collection", JSON, collection.title),
    ]
    if after:
        further = {name: text for name, text in asked.items() if name != "offset"} | {"after": after}
        links.append(link(f"{own}/items{query_string(further)}", "next", GEOJSON))
    return links


async def _feature_collection(
    request: AnyRequest,
    texts: list[str],
    links: list[dict[str, str]],
    matched: int | None,
    now: int | None,
    system: System,
) -> Response[bytes]:
    """The page's bytes. Features go in as the texts that the database gave: nothing is parsed or built again."""
    facts = {"numberReturned": len(texts)} | ({} if matched is None else {"numberMatched": matched})
    tail = orjson.dumps({"links": links, **facts})[1:]
    body = b'{"type":"FeatureCollection","features":[' + ",".join(texts).encode() + b"]," + tail
    stamp = b',"timeStamp":' + orjson.dumps(rfc3339(now)) + b"}" if now is not None else b"}"
    headers = {"ogc-numberreturned": str(len(texts)), "content-crs": f"<{system.uri}>"}
    if matched is not None:
        headers["ogc-numbermatched"] = str(matched)
    return await replies.reply(request, body[:-1] + stamp, GEOJSON, headers, tag_of=body)


@route("/collections/{collection_id:str}/items/{feature_id:path}", query=["crs", "properties"])
async def show_feature(request: AnyRequest, collection_id: FromPath[str], feature_id: FromPath[str]) -> Response[bytes]:
    """One feature."""
    collection, own_id = find(request, collection_id), str(feature_id).removeprefix("/")
    asked = Asked.of(collection, given(request, ["crs", "properties"]))
    text = await query.feature(request.app.state.pool, collection, own_id, asked.system, asked.properties)
    if text is None:
        raise Problem(404, f"there is no feature {own_id[:60]!r} in {collection.id}", "featureId")
    own = f"{base(request)}/collections/{collection.id}"
    links = [
        link(f"{own}/items/{quote(own_id, safe='')}", "self", GEOJSON),
        link(own, "collection", JSON, collection.title),
    ]
    body = text[:-1].encode() + b',"links":' + orjson.dumps(links) + b"}"
    return await replies.reply(request, body, GEOJSON, {"content-crs": f"<{asked.system.uri}>"})
