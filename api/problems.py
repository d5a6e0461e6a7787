"""Errors as problem documents (RFC 9457): one table from what went wrong to what the client is told."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import asyncpg
import orjson
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException

MOMENT_S = 5
"""What Retry-After says of a moment."""

MEDIA_TYPE = "application/problem+json"
AnyRequest = Request[Any, Any, Any]
log = structlog.get_logger("skysift.api")


class Problem(Exception):
    """Something the client can be told: `status`, `detail`, the query or path `parameter` at fault, if one is, and in
    how many seconds asking again may help (`again_s`, 0: no telling)."""

    def __init__(self, status: int, detail: str, parameter: str | None = None, again_s: float = 0) -> None:
        super().__init__(detail)
        self.status, self.detail, self.parameter, self.again_s = status, detail, parameter, again_s


def bad(parameter: str, detail: str) -> Problem:
    """A 400 that names its parameter."""
    return Problem(400, detail, parameter)


def away() -> Problem:
    """The database does not answer, as while it restarts."""
    return Problem(503, "the database cannot be reached: try again in a moment", again_s=MOMENT_S)


def response(request: AnyRequest, problem: Problem, more: Mapping[str, str] | None = None) -> Response[bytes]:
    """The problem document, with headers more. Values from the request are cut to a readable length."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail[:500],
        "instance": request.scope["path"][:500],
    }
    if problem.parameter:
        body["parameter"] = problem.parameter[:100]
    again = {"retry-after": str(math.ceil(problem.again_s))} if problem.again_s else {}
    headers = {"cache-control": "no-store", **again, **(more or {})}
    content = b"" if request.method == "HEAD" else orjson.dumps(body)
    return Response(content, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)


def _own(request: AnyRequest, error: Problem) -> Response[bytes]:
    return response(request, error)


def _http(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    problem = Problem(error.status_code, error.detail or HTTPStatus(error.status_code).phrase)
    # A 405 says what is allowed.
    return response(request, problem, error.headers)


def _slow(request: AnyRequest, error: Exception) -> Response[bytes]:
    log.warning("query too slow", path=request.scope["path"], query=request.scope["query_string"][:300])
    return response(
        request, Problem(503, "the database took too long: ask for a smaller area, a shorter time or fewer features")
    )


def _database(request: AnyRequest, error: Exception) -> Response[bytes]:
    log.error("database", path=request.scope["path"], error=repr(error))
    return response(request, away())


def _data(request: AnyRequest, error: Exception) -> Response[bytes]:
    return response(request, Problem(400, "a value lies outside what the database can compare with"))


def _gone(request: AnyRequest, error: Exception) -> Response[bytes]:
    """Who looked whether something is there, and meets who takes it away just then."""
    return response(request, Problem(409, "what this is about, or names, was removed just now"))


def _shapes(request: AnyRequest, error: asyncpg.InternalServerError) -> Response[bytes]:
    """PostGIS says so of shapes that it cannot compare: whatever is wrong with them, the filter cannot be honoured."""
    posted = request.method == "POST" and request.scope["path"].endswith("/items")
    if not (posted or "filter" in request.query_params) or type(error) is not asyncpg.InternalServerError:
        return _unexpected(request, error)
    log.warning("filter", path=request.scope["path"], error=repr(error))
    return response(request, bad("filter", f"these geometries cannot be compared: {str(error)[:200]}"))


def _unexpected(request: AnyRequest, error: Exception) -> Response[bytes]:
    log.error("unexpected", path=request.scope["path"], exc_info=error)
    return response(request, Problem(500, "an error on our side; the log has the details"))


HANDLERS: dict[int | type[Exception], Callable[[AnyRequest, Any], Response[bytes]]] = {
    Problem: _own,
    asyncpg.ForeignKeyViolationError: _gone,
    HTTPException: _http,
    asyncpg.QueryCanceledError: _slow,
    asyncio.TimeoutError: _slow,
    asyncpg.PostgresConnectionError: _database,
    asyncpg.CannotConnectNowError: _database,
    asyncpg.InterfaceError: _database,
    asyncpg.InternalClientError: _database,
    asyncpg.DataError: _data,
    asyncpg.InternalServerError: _shapes,
    OSError: _database,
    500: _unexpected,
}
