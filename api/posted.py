"""A filter as the body of a POST: sent on to the GET that asks the same, or answered where no address is so long."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson
from litestar import HttpMethod, Response
from litestar.handlers import route as litestar_route
from litestar.params import FromPath

from api import cql, formats, items, standard
from api.asked import Asked
from api.caller import VIEWER
from api.finding import find
from api.formats import HTML_FORM
from api.links import GEOJSON, base, query
from api.middleware import LONGEST
from api.problems import Problem, bad
from api.replies import AnyRequest
from api.routes import given

TEXT, FORM_MEDIA = "text/plain", "application/x-www-form-urlencoded"
FORM = ("filter", "filter-lang", "filter-crs")
"""What a form may hold: everything else stands in the address, as it does in the links to further pages."""


@litestar_route(
    "/collections/{collection_id:str}/items", http_method=[HttpMethod.POST], status_code=200,
    opt={"role": VIEWER, "query": ("*",)}, include_in_schema=False,
)  # fmt: skip
async def ask_items(request: AnyRequest, collection_id: FromPath[str]) -> Response[Any]:
    """The features for which the filter in the body holds, or where they are. Nothing is stored."""
    collection = find(request, collection_id)
    asked = given(request, standard.page_names(collection))
    body = await _body(request)
    # Large ones take some ten milliseconds, and seconds if somebody made them to: others are answered meanwhile.
    own = await asyncio.to_thread(_filter, request.content_type[0], body, asked)
    again = {**asked, standard.POSTED: _digest(own)}
    if asked.get(standard.POSTED, again[standard.POSTED]) != again[standard.POSTED]:
        raise bad(standard.POSTED, "the body is another filter than that of the page before")
    whole = {name: text for name, text in asked.items() if name != standard.POSTED} | own
    if len(own["filter"]) <= cql.LONGEST:
        address = f"{base(request)}/collections/{collection.id}/items"
        return Response(b"", status_code=303, headers={"location": address + query(whole)})
    form = formats.chosen(request, [one for one in items.offered(collection) if one is not HTML_FORM], asked.get("f"))
    async with request.app.state.posted:
        asked_for = await asyncio.to_thread(Asked.of, collection, whole)
        return await items.answer(request, collection, asked_for, again, form)


def at_once(connections: int) -> asyncio.Semaphore:
    """How many large filters are answered at once with a pool of so many connections; the others wait for their turn.

    Thousands of lines that cross one another took the database 0.8 GB until its time limit: for each, not for all.
    """
    return asyncio.Semaphore(max(1, connections // 4))


async def _body(request: AnyRequest) -> str:
    """The body as text. Raises Problem 413, 415 or 400 for one that can be no filter."""
    if request.content_type[0] == GEOJSON:
        raise Problem(415, "nothing can be added here; a body is a filter in CQL2")
    content = await request.body()
    if len(content) >= LONGEST:
        raise Problem(413, f"the body has {LONGEST:,} bytes or more")
    if b"\0" in content:
        raise bad("filter", "the body holds a NUL")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise bad("filter", f"the body is no UTF-8: byte {error.start + 1}") from None


def _filter(media: str, body: str, asked: Mapping[str, str]) -> dict[str, str]:
    """The filter in the body as the parameters that say the same, and in as few characters as it takes."""
    # curl says of whatever it sends with -d that it is a form.
    form = media == FORM_MEDIA and not body.lstrip().startswith("{")
    own = _form(body) if form else {"filter": body}
    for name in own:
        if name in asked:
            raise bad(name, f"{name} stands in the body or in the address, not in both")
    usual = cql.LANGUAGES[0] if form or media == TEXT else "cql2-json"
    own["filter-lang"] = own.get("filter-lang", asked.get("filter-lang", usual))
    if own["filter-lang"] == "cql2-json":
        own["filter"] = orjson.dumps(cql.parse(own["filter"], "cql2-json")).decode()
    return own


def _form(body: str) -> dict[str, str]:
    if body.count("&") > len(FORM):
        raise bad("filter", f"a form has {', '.join(FORM)} and no more")
    pairs = parse_qsl(body, keep_blank_values=True)
    unknown = [name for name, _ in pairs if name not in FORM]
    if unknown:
        raise bad(unknown[0], f"a form has {', '.join(FORM)}; {unknown[0][:60]!r} belongs into the address")
    found = dict(pairs)
    if len(found) < len(pairs) or "filter" not in found:
        raise bad("filter", "a form has a filter, and each field once")
    return found


def _digest(own: Mapping[str, str]) -> str:
    """The same for the same filter, and for no other."""
    return hashlib.blake2b("\0".join(own.values()).encode(), digest_size=12).hexdigest()
