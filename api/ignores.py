"""Ignore lists over HTTP: aircraft, callsigns and areas that somebody, or everyone, wants to hear nothing about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response
from litestar.params import FromPath

from api import replies
from api.areas import created, is_admin, owner_of, room, visible
from api.bodies import body
from api.caller import ANALYST, caller
from api.clock import rfc3339_of
from api.identity import address
from api.parameters import moment
from api.problems import Problem, bad
from api.replies import AnyRequest
from api.routes import action, route
from store import areas, audit, ignores

MOST_IGNORES = 1_000
"""Of one account."""


class Ignore(msgspec.Struct, forbid_unknown_fields=True):
    """`value` is an address in hex, or a pattern of callsigns with * and ?; `area` a number, for the kind area."""

    kind: Literal["aircraft", "callsign", "area"]
    value: Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^[^\x00]*$")] | None = None
    area: int | None = None
    reason: Annotated[str, msgspec.Meta(max_length=500, pattern=r"^[^\x00]*$")] = ""
    until: str | None = None
    everyone: bool = False


@route("/ignores", ANALYST)
async def list_ignores(request: AnyRequest) -> Response[bytes]:
    """One's own, and those for everyone."""
    who = caller(request)
    rows = await ignores.listed(request.app.state.pool, who.account, is_admin(who))
    return await replies.json(request, {"ignores": [_described(row) for row in rows]})


def _described(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("id", "owner", "kind", "value", "area", "reason", "everyone")
    return {name: row[name] for name in names} | {name: rfc3339_of(row[name]) for name in ("until", "created")}


@action("/ignores", "POST", ANALYST, status=201)
async def add_ignore(request: AnyRequest) -> Response[bytes]:
    """Quiet from now on."""
    who, asked = caller(request), await body(request, Ignore)
    values = await _checked(request, asked)
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        await room(connection, "ignores", who, MOST_IGNORES)
        number = await ignores.create(connection, owner_of(who), values)
        await audit.note(connection, who, "ignore.create", f"ignore {number}", msgspec.to_builtins(asked))
        await areas.changed(connection)
    return await created(request, {"id": number, "owner": who.account, **msgspec.to_builtins(asked)})


async def _checked(request: AnyRequest, asked: Ignore) -> dict[str, Any]:
    """The columns. Raises Problem 400, or 403 where somebody who may not speaks for everyone."""
    if asked.everyone and not is_admin(caller(request)):
        raise Problem(403, "only an admin ignores something for everyone", "everyone")
    if (asked.kind == "area") != (asked.area is not None) or (asked.kind == "area") == (asked.value is not None):
        raise bad("value", "an area is ignored by its number in area, aircraft and callsigns by value")
    value = asked.value
    if asked.area is not None:
        await visible(request, asked.area, "area")
    if asked.kind == "aircraft" and value:
        address(value, "value")
        value = value.lower()
    until = None if asked.until is None else moment(asked.until, "until")
    values: dict[str, Any] = msgspec.to_builtins(asked)
    return values | {"value": value, "until": until}


@action("/ignores/{ignore_id:int}", "DELETE", ANALYST)
async def remove_ignore(request: AnyRequest, ignore_id: FromPath[int]) -> Response[bytes]:
    """Told again from now on."""
    who = caller(request)
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        if not await ignores.delete(connection, min(ignore_id, 2**62), who.account, is_admin(who)):
            raise Problem(404, f"there is no ignore {ignore_id} of yours")
        await audit.note(connection, who, "ignore.remove", f"ignore {ignore_id}")
        await areas.changed(connection)
    return await replies.json(request, {})
