"""Where alerts go: the kinds there are, and one's own destinations; secrets go in and never come out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
from asyncpg import Record
from litestar import Response
from litestar.params import FromPath

from api import replies
from api.bodies import body
from api.caller import ADMIN, ANALYST, Caller, caller
from api.clock import rfc3339_of
from api.problems import Problem, bad
from api.replies import AnyRequest
from api.routes import action, route
from delivery._registry import Invalid, Kind, kinds
from delivery.vault import Vault, VaultError
from store import audit, destinations

MOST = 200
"""Destinations of one account."""

MOST_AT_ONCE = 8
Value = str | float | bool | None


class Body(msgspec.Struct, forbid_unknown_fields=True):
    """`values` by the kind's fields. In a change, secrets that are left out stay. `concurrency`: how many messages may
    be on their way at once; with more than one their order is not kept."""

    name: str
    kind: str
    values: dict[str, Value]
    concurrency: int = 1


def scope(who: Caller) -> int | None:
    """Whose things somebody sees: None for everybody's; nobody owns anything."""
    return None if who.role == ADMIN else who.account or -1


@route("/destination-kinds", ANALYST)
async def list_kinds(request: AnyRequest) -> Response[bytes]:
    """The kinds with their fields, for a form."""
    return await replies.json(request, {"kinds": [one.described() for one in kinds().values()]})


@route("/destinations", ANALYST)
async def list_destinations(request: AnyRequest) -> Response[bytes]:
    """One's own; an admin sees everybody's."""
    rows = await destinations.listed(request.app.state.pool, scope(caller(request)))
    return await replies.json(request, {"destinations": [described(request, row) for row in rows]})


@route("/destinations/{destination_id:int}", ANALYST)
async def show_destination(request: AnyRequest, destination_id: FromPath[int]) -> Response[bytes]:
    """One destination with its health."""
    return await replies.json(request, described(request, await own(request, destination_id)))


async def own(request: AnyRequest, number: int) -> Record:
    """A destination that the caller may see. Raises Problem 404."""
    rows = await destinations.listed(request.app.state.pool, scope(caller(request)), number)
    if not rows:
        raise Problem(404, f"there is no destination {number} of yours", "destination_id")
    return rows[0]


def described(request: AnyRequest, row: Record) -> dict[str, Any]:
    """For reading: of secrets only their names. `readable` is false where their key is gone."""
    times = {name: rfc3339_of(row[name]) for name in ("last_sent", "last_failed")}
    counts = {name: row[name] for name in ("failures", "waiting", "held", "dead", "sent_24h", "last_error")}
    latency = None if row["latency_ms"] is None else round(row["latency_ms"])
    try:
        secrets, readable = [n for n, v in _vault(request).open(row["secret"]).items() if v not in (None, "")], True
    except VaultError:
        secrets, readable = [], False
    return {
        "id": row["id"], "owner": row["owner"], "name": row["name"], "kind": row["kind"], "shown": row["shown"],
        "values": row["options"].get("values", {}), "concurrency": row["options"].get("concurrency", 1),
        "secrets": secrets, "readable": readable, "paused": row["paused"], "created": rfc3339_of(row["created"]),
        "subscriptions": row["subscriptions"], "health": {**counts, **times, "latency_ms": latency},
    }  # fmt: skip


def _vault(request: AnyRequest) -> Vault:
    return Vault.of(request.app.state.settings.state)


@action("/destinations", "POST", ANALYST, status=201)
async def add_destination(request: AnyRequest) -> Response[bytes]:
    """A new destination. Test it next."""
    asked, who = await body(request, Body), caller(request)
    kind = _checked(asked)
    shown, sealed, options = await _taken(request, kind, asked, {})
    assert who.account is not None
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        if len(await destinations.listed(connection, who.account)) >= MOST:
            raise Problem(409, f"there are {MOST} destinations already: delete one first")
        number = await destinations.add(connection, who.account, asked.name, kind.id, shown, sealed, options)
        await audit.note(connection, who, "destination.create", f"destination {number}", {"kind": kind.id})
    answer = await replies.json(request, described(request, await own(request, number)))
    answer.status_code = 201
    return answer


@action("/destinations/{destination_id:int}", "PUT", ANALYST)
async def change_destination(request: AnyRequest, destination_id: FromPath[int]) -> Response[bytes]:
    """Its name and values; what is secret and left out stays."""
    asked, who = await body(request, Body), caller(request)
    kind, row = _checked(asked), await own(request, destination_id)
    if kind.id != row["kind"]:
        raise bad("kind", f"this is a {row['kind']} destination and stays one: make another one")
    shown, sealed, options = await _taken(request, kind, asked, _kept(request, row))
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        await destinations.change(connection, destination_id, asked.name, shown, sealed, options)
        await audit.note(connection, who, "destination.change", f"destination {destination_id}")
    return await replies.json(request, described(request, await own(request, destination_id)))


def _checked(asked: Body) -> Kind:
    """Raises Problem 400."""
    if not 1 <= len(asked.name.strip()) <= 100:
        raise bad("name", "a destination has a name of 1 to 100 characters")
    if asked.kind not in kinds():
        raise bad("kind", f"there is no kind {asked.kind[:30]!r}; there are: {', '.join(kinds())}")
    if not 1 <= asked.concurrency <= MOST_AT_ONCE:
        raise bad("concurrency", f"from 1 to {MOST_AT_ONCE} messages may be on their way at once")
    return kinds()[asked.kind]


def _kept(request: AnyRequest, row: Record) -> Mapping[str, Any]:
    """The secrets so far; none where their key is gone, so that they can be entered anew."""
    try:
        return _vault(request).open(row["secret"])
    except VaultError:
        return {}


async def _taken(
    request: AnyRequest, kind: Kind, asked: Body, kept: Mapping[str, Any]
) -> tuple[str, bytes, dict[str, Any]]:
    """What is shown, what is sealed, and what else is stored."""
    secret = {one.name for one in kind.fields if one.secret}
    given = {**{name: value for name, value in kept.items() if name not in asked.values}, **asked.values}
    try:
        # Apprise takes seconds to load.
        values = await asyncio.to_thread(kind.taken, given, request.app.state.settings.reach)
        sealed = _vault(request).seal({name: value for name, value in values.items() if name in secret})
    except Invalid as error:
        raise bad(f"values.{error.field}", str(error)) from None
    except VaultError as error:
        raise Problem(503, str(error)) from None
    rest = {name: value for name, value in values.items() if name not in secret}
    return kind.shown(values), sealed, {"values": rest, "concurrency": asked.concurrency}


@action("/destinations/{destination_id:int}", "DELETE", ANALYST)
async def remove_destination(request: AnyRequest, destination_id: FromPath[int]) -> Response[bytes]:
    """With its log; subscriptions stay."""
    await own(request, destination_id)
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        await destinations.remove(connection, destination_id)
        await audit.note(connection, caller(request), "destination.delete", f"destination {destination_id}")
    return await replies.json(request, {})


@action("/destinations/{destination_id:int}/pause", "POST", ANALYST)
async def pause_destination(request: AnyRequest, destination_id: FromPath[int]) -> Response[bytes]:
    """Nothing is sent there until it is resumed; what is due waits, what comes then is not kept for it."""
    return await _pause(request, destination_id, True)


@action("/destinations/{destination_id:int}/resume", "POST", ANALYST)
async def resume_destination(request: AnyRequest, destination_id: FromPath[int]) -> Response[bytes]:
    """What waits is sent."""
    return await _pause(request, destination_id, False)


async def _pause(request: AnyRequest, number: int, paused: bool) -> Response[bytes]:
    await own(request, number)
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        await destinations.pause(connection, number, paused)
        doing = "pause" if paused else "resume"
        await audit.note(connection, caller(request), f"destination.{doing}", f"destination {number}")
    return await replies.json(request, described(request, await own(request, number)))
