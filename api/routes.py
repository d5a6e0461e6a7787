"""How a route is declared: its path, the role it needs and the query parameters it takes; anything else is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from litestar import HttpMethod, Request
from litestar.connection import ASGIConnection
from litestar.handlers import HTTPRouteHandler

from api.caller import VIEWER
from api.cql import LONGEST, TOO_LONG
from api.parameters import MAX_TEXT
from api.problems import bad

Decorator = Callable[[Callable[..., Any]], HTTPRouteHandler]


class _Handler(HTTPRouteHandler):
    """A handler that shows itself to the guards: a copy for each of them took as long as they do."""

    async def authorize_connection(self, connection: ASGIConnection[Any, Any, Any, Any]) -> None:
        for one in self.resolve_guards():
            await one(connection, self)  # type: ignore[misc]


def route(path: str, role: str = VIEWER, query: Sequence[str] = ()) -> Decorator:
    """A read-only route, for GET and HEAD."""
    methods: list[Any] = [HttpMethod.GET, HttpMethod.HEAD]
    return _Handler(path, http_method=methods, opt={"role": role, "query": tuple(query)}, include_in_schema=False)


def action(path: str, method: str, role: str, query: Sequence[str] = (), status: int = 200) -> Decorator:
    """A route that changes something, for POST, PUT or DELETE: whatever its role, somebody must be logged in, unless
    the role is PUBLIC. `status` is the answer's, unless the handler says otherwise."""
    opt = {"role": role, "query": tuple(query), "changes": True}
    return _Handler(
        path, http_method=[HttpMethod(method)], status_code=status, opt=opt, include_in_schema=False
    )  # fmt: skip


_KEPT, _LONGEST_KEPT = 1_024, 500
"""Query strings whose parameters are kept for when they come again, and the most bytes of one of them."""


def given(request: Request[Any, Any, Any], known: Sequence[str]) -> dict[str, str]:
    """The query parameters by name. Raises Problem 400 for one that is unknown, doubled or too long."""
    text, names = request.scope["query_string"], tuple(known)
    return dict(_kept(text, names) if len(text) <= _LONGEST_KEPT else _checked(text, names))


def _checked(text: bytes, known: Sequence[str]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    # In their order: links and entity tags are made of them.
    for name, value in parse_qsl(text.decode("latin-1"), keep_blank_values=True):
        if name not in known:
            raise bad(name, f"there is no query parameter {name[:60]!r} here; there are: {', '.join(known) or 'none'}")
        if name in found:
            raise bad(name, f"{name} is given twice")
        if len(value) > (LONGEST if name == "filter" else MAX_TEXT):  # a drawn area is hundreds of points
            raise bad(name, TOO_LONG if name == "filter" else f"{name} is longer than {MAX_TEXT:,} characters")
        if "\0" in value:
            raise bad(name, f"{name} holds a NUL")
        found[name] = value
    return found


_kept = lru_cache(_KEPT)(_checked)


async def check_query(request: Request[Any, Any, Any]) -> None:
    """Before every handler: refuse what the route does not declare. `*`: the handler looks for itself.

    A coroutine, because plain functions are run in a thread.
    """
    known = request.route_handler.opt.get("query", ())
    if "*" not in known:
        given(request, known)
