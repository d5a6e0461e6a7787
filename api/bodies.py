"""A request's JSON body as a typed value, or a problem that names the field at fault."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar, get_args

import msgspec
from litestar import Request

from api.middleware import LONGEST
from api.problems import Problem

T = TypeVar("T")
MOST = 1_000_000
"""Bytes of a body, where a route does not say otherwise."""

_LONGEST_PLACE = 100
"""Characters of where a body is broken that are looked at: a name in it may be as long as the body."""


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
        place = place[:_LONGEST_PLACE].strip("`").lstrip(".")
        raise Problem(400, _told(said, place, kind), place or _quoted(said)) from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise Problem(400, f"the body is no JSON: {error}") from None


def _told(said: str, place: str, kind: Any) -> str:
    """The library's words, but for a field that there is not: then those that there are at its place."""
    if "unknown field" not in said:
        return said
    known = ", ".join(one.encode_name for one in _fields(place, kind))
    return f"there is no field {str(_quoted(said))[:60]!r} {f'in {place}' if place else 'here'}; there are: {known}"


def _fields(place: str, kind: Any) -> Sequence[Any]:
    """The fields of the Struct at a place such as `active.hours[0]`; those of the last one that is known on the way."""
    fields = msgspec.structs.fields(kind)
    for name in filter(None, re.split(r"\[[^\]]*\]|\.", place)):
        found = [one.type for one in fields if one.encode_name == name]
        structs = [one for one in _parts(found) if isinstance(one, type) and issubclass(one, msgspec.Struct)]
        if not structs:
            break
        fields = msgspec.structs.fields(structs[0])
    return fields


def _parts(kinds: Sequence[Any]) -> Iterator[Any]:
    """Types, and those that they are made of: of a list, of a union, with an annotation."""
    for one in kinds:
        yield one
        yield from _parts(get_args(one))


def _quoted(said: str) -> str | None:
    """The field that a message about the whole body quotes."""
    quoted = said.split("`")
    return quoted[1] if "field" in said and len(quoted) > 1 else None
