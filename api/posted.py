"""A filter as the body of a POST, as OWSLib sends it: the same question as a GET, to which the client is sent on."""

from __future__ import annotations

from typing import Any

import orjson
from litestar import HttpMethod, Response
from litestar.handlers import route as litestar_route
from litestar.params import FromPath

from api import cql, standard
from api.caller import VIEWER
from api.finding import find
from api.links import GEOJSON, base, query
from api.problems import Problem, bad
from api.replies import AnyRequest
from api.routes import given


@litestar_route(
    "/collections/{collection_id:str}/items", http_method=[HttpMethod.POST], status_code=303,
    opt={"role": VIEWER, "query": ("*",)}, include_in_schema=False,
)  # fmt: skip
async def ask_items(request: AnyRequest, collection_id: FromPath[str]) -> Response[Any]:
    """Where the features are for which the CQL2-JSON in the body holds. Nothing is stored."""
    collection = find(request, collection_id)
    asked = given(request, standard.names(collection))
    if request.content_type[0] == GEOJSON:
        raise Problem(415, "nothing can be added here; a body is a filter in CQL2-JSON")
    if "filter" in asked:
        raise bad("filter", "the filter stands in the body or in the address, not in both")
    text = _compact(await request.body())
    address = f"{base(request)}/collections/{collection.id}/items"
    headers = {"location": address + query({**asked, "filter": text, "filter-lang": "cql2-json"})}
    return Response(b"", status_code=303, headers=headers)


def _compact(body: bytes) -> str:
    """The filter in as few characters as it takes. Raises Problem 400 for what is none."""
    text = body.decode(errors="replace")
    text = orjson.dumps(cql.parse(text, "cql2-json")).decode()
    # A number may take more digits than it was sent with.
    if len(text) > cql.LONGEST:
        raise bad("filter", cql.TOO_LONG)
    return text
