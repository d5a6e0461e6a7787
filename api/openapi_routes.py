"""What the OpenAPI document says of every other route: made from its declaration and the first words of its handler."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from api.links import JSON
from api.openapi_more import OTHERWISE, query

NOT_TOLD = ("/static/{path}", "/collections/{collection_id}")
"""Files, and the routes that stand in the document once for each collection."""

_KINDS = {int: {"type": "integer"}, str: {"type": "string"}}


def undescribed(routes: Sequence[Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """Paths of the document for the routes that it does not describe by itself."""
    shapes = {_shape(path) for path in known}
    return {
        one.path_format: dict(_operations(one))
        for one in routes
        if isinstance(one, HTTPRoute)
        and _shape(one.path_format) not in shapes
        and not one.path_format.startswith(NOT_TOLD)
    }


def _shape(path: str) -> str:
    """A path without the names of its variables."""
    return re.sub(r"\{[^}]*\}", "{}", path)


def _operations(route: HTTPRoute) -> Iterator[tuple[str, dict[str, Any]]]:
    for handler in route.route_handlers:
        for method in sorted(handler.http_methods - {"OPTIONS", "HEAD"}):
            yield method.lower(), _operation(route, handler, method in ("POST", "PUT"))


def _operation(route: HTTPRoute, handler: HTTPRouteHandler, takes: bool) -> dict[str, Any]:
    role, told = handler.opt["role"], inspect.getdoc(handler.fn) or handler.handler_name
    places = [
        {"name": name, "in": "path", "required": True, "schema": _KINDS.get(one.type, _KINDS[str])}
        for name, one in route.path_parameters.items()
    ]
    answers = {code: answer for code, answer in OTHERWISE.items() if code != "304" or not takes}
    answers |= {code: {"$ref": "#/components/responses/Problem"} for code in ("401", "403")}
    found = {
        "operationId": handler.handler_name, "summary": told.split("\n\n")[0].replace("\n", " "),
        "description": f"Needs the role {role}.", "x-role": role,
        "parameters": [*places, *(query(name, {"type": "string"}) for name in handler.opt["query"])],
        "responses": {str(handler.status_code): {"description": "Done"}, **answers},
    }  # fmt: skip
    return found | ({"requestBody": {"content": {JSON: {"schema": {"type": "object"}}}}} if takes else {})
