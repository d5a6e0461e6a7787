"""A request's JSON body as a typed value, or a problem that names the field at fault."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from litestar import Request

from api.middleware import LONGEST
from api.problems import Problem

T = TypeVar("T")
MOST = 1_000_000
"""Bytes of a body, where a route does not say otherwise."""


async def body(request: Request[Any, Any, Any], kind: type[T], most: int = MOST) -> T:
    """The body as a `kind`, a msgspec Struct. Raises Problem 415, 413 or 400.

    Only JSON is taken: a form of another site cannot send that without being asked first.
    """
    if request.content_type[0] != "application/json":
        raise Problem(415, "the body must be JSON: send content-type: application/json")
    content = await request.body()
    if len(content) > most or len(content) >= LONGEST:
        raise Problem(413, f"the body has more than {most:,} bytes")
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.ValidationError as error:
        said, _, place = str(error).partition(" - at `$")
        field = place.strip("`").lstrip(".") or _quoted(said)
        raise Problem(400, said if place else _told(said, field, kind), field) from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise Problem(400, f"the body is no JSON: {error}") from None


def _told(said: str, field: str | None, kind: Any) -> str:
    """The library's words, but for a field that there is not: then those that there are."""
    if "unknown field" not in said:
        return said
    known = ", ".join(one.encode_name for one in msgspec.structs.fields(kind))
    return f"there is no field {str(field)[:60]!r} here; there are: {known}"


def _quoted(said: str) -> str | None:
    """The field that a message about the whole body quotes."""
    quoted = said.split("`")
    return quoted[1] if "field" in said and len(quoted) > 1 else None
