"""Alerts that were told: by cursor as GeoJSON, and of a subscription as an Atom feed with places (GeoRSS)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

import orjson
from asyncpg import Record
from litestar import Response
from litestar.params import FromPath

from api import replies
from api.caller import VIEWER, caller
from api.clock import rfc3339_of
from api.destinations import scope
from api.filters import CURSOR, cursor, whole
from api.links import GEOJSON, base
from api.problems import Problem
from api.replies import AnyRequest
from api.routes import given, route
from store import destinations

QUERY = ("subscription", "since", "limit")
MOST = 1_000
IN_FEED = 100
ATOM, GEORSS = "http://www.w3.org/2005/Atom", "http://www.georss.org/georss"


@route("/alerts", VIEWER, QUERY)
async def list_alerts(request: AnyRequest) -> Response[bytes]:
    """Alerts after the cursor `since`, the oldest first; `next` is the cursor after the last of them."""
    asked = given(request, QUERY)
    since, limit = cursor(asked, "since") or 0, whole("limit", 1, MOST)(asked.get("limit", "100"))
    owner, pool = scope(caller(request)), request.app.state.pool
    rows = await destinations.alerts(pool, owner, since, CURSOR, limit, cursor(asked, "subscription"))
    features = ",".join(_numbered(row) for row in rows)
    newest = rows[-1]["seq"] if rows else since
    content = f'{{"type":"FeatureCollection","next":{newest},"numberReturned":{len(rows)},"features":[{features}]}}'
    return await replies.reply(request, content.encode(), GEOJSON)


def _numbered(row: Record) -> str:
    """The stored feature, which ends with its properties, and its number among them."""
    text: str = row["feature"]
    return f'{text[:-2]},"seq":{row["seq"]}}}}}'


@route("/subscriptions/{subscription_id:int}/alerts.atom", VIEWER)
async def show_atom(request: AnyRequest, subscription_id: FromPath[int]) -> Response[bytes]:
    """The newest of a subscription. Feed readers log in with an API key as the password (Basic)."""
    owner, pool = scope(caller(request)), request.app.state.pool
    found = await destinations.subscription(pool, subscription_id, owner)
    if found is None:
        raise Problem(404, f"there is no subscription {subscription_id} of yours", "subscription_id")
    rows = await destinations.newest_alerts(pool, subscription_id, IN_FEED)
    content = _feed(base(request), found, rows)
    return await replies.reply(request, content, "application/atom+xml; charset=utf-8")


def _feed(root: str, found: Record, rows: Sequence[Record]) -> bytes:
    ElementTree.register_namespace("", ATOM)
    ElementTree.register_namespace("georss", GEORSS)
    address = f"{root}/subscriptions/{found['id']}/alerts.atom"
    feed = ElementTree.Element(f"{{{ATOM}}}feed")
    newest = rfc3339_of(rows[0]["time"] if rows else found["created"])
    for name, text in (("id", address), ("title", found["name"]), ("updated", newest)):
        _add(feed, name, text)
    ElementTree.SubElement(feed, f"{{{ATOM}}}link", {"rel": "self", "href": address})
    _add(ElementTree.SubElement(feed, f"{{{ATOM}}}author"), "name", "Skysift")
    for row in rows:
        _entry(feed, row)
    content: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return content


def _entry(feed: ElementTree.Element, row: Record) -> None:
    feature = orjson.loads(row["feature"])
    own: dict[str, Any] = feature["properties"]
    text = own.get("text") or row["trigger"]
    entry = ElementTree.SubElement(feed, f"{{{ATOM}}}entry")
    told = ("id", f"urn:skysift:alert:{row['key']}"), ("title", text), ("updated", rfc3339_of(row["time"]))
    for name, value in (*told, ("content", text)):
        _add(entry, name, value)
    ElementTree.SubElement(entry, f"{{{ATOM}}}category", {"term": row["trigger"]})
    if feature["geometry"]:
        lon, lat = feature["geometry"]["coordinates"][:2]
        ElementTree.SubElement(entry, f"{{{GEORSS}}}point").text = f"{lat} {lon}"


def _add(parent: ElementTree.Element, name: str, text: str | None) -> None:
    """XML cannot hold control characters at all."""
    kept = "".join(one for one in text or "" if one in "\t\n" or (one >= " " and one not in "\ufffe\uffff"))
    ElementTree.SubElement(parent, f"{{{ATOM}}}{name}").text = kept
