"""API keys of one's own: listed, made, revoked. A key never does more than the one who made it."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from litestar import Response
from litestar.params import FromPath

from api import replies
from api.bodies import body
from api.caller import ACCOUNT, GRANTS, Caller, caller
from api.clock import rfc3339_of
from api.problems import Problem, bad
from api.replies import AnyRequest
from api.routes import action, route
from store import accounts, audit, credentials
from store.credentials import KEY

Role = Literal["viewer", "analyst", "ingest", "admin"]
MOST_KEYS = 100
"""Of one account."""


class NewKey(msgspec.Struct, forbid_unknown_fields=True):
    """`role`: the account's own without one. `days`: for ever without them."""

    name: str
    role: Role | None = None
    days: float | None = None


@route("/keys", ACCOUNT)
async def list_keys(request: AnyRequest) -> Response[bytes]:
    """One's own keys, without their secrets."""
    rows = await credentials.keys(request.app.state.pool, caller(request).account)
    return await replies.json(request, {"keys": [described(row) for row in rows]})


def described(row: Any) -> dict[str, Any]:
    """A key for reading."""
    times = {name: rfc3339_of(row[name]) for name in ("created", "expires", "used")}
    return {"id": row["id"], "name": row["name"], "role": row["role"], **times}


@action("/keys", "POST", ACCOUNT, status=201)
async def make_key(request: AnyRequest) -> Response[bytes]:
    """A new key. Its secret is in this answer and nowhere else."""
    asked, who = await body(request, NewKey, most=2_000), caller(request)
    await _whole(request, who)
    role = asked.role or who.role
    if not 1 <= len(asked.name) <= 60:
        raise bad("name", "a key has a name of 1 to 60 characters")
    if not GRANTS[role] <= GRANTS[who.role]:
        raise bad("role", f"{who.name} is {who.role} and cannot give a key for {role}")
    if asked.days is not None and not 0 < asked.days <= 3_660:
        raise bad("days", "a key is valid for more than 0 and at most 3,660 days, or without days for ever")
    life_s = None if asked.days is None else asked.days * 86_400
    assert who.account is not None
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        if len(await credentials.keys(connection, who.account)) >= MOST_KEYS:
            raise Problem(409, f"there are {MOST_KEYS} keys already: revoke one first")
        own, secret = await credentials.give(connection, who.account, KEY, asked.name, role, life_s)
        await audit.note(connection, who, "key.create", f"key {own}", {"name": asked.name, "role": role})
    answer = await replies.json(request, {"id": own, "name": asked.name, "role": role, "key": secret})
    answer.status_code = 201
    answer.headers["cache-control"] = "no-store"
    return answer


@action("/keys/{key_id:int}", "DELETE", ACCOUNT)
async def revoke_key(request: AnyRequest, key_id: FromPath[int]) -> Response[bytes]:
    """It works no more."""
    who = caller(request)
    await _whole(request, who)
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        if not await credentials.revoke(connection, key_id, KEY, who.account):
            raise Problem(404, f"there is no key {key_id} of yours")
        await audit.note(connection, who, "key.revoke", f"key {key_id}")
    request.app.state.access.forget()
    return await replies.json(request, {})


async def _whole(request: AnyRequest, who: Caller) -> None:
    """Raises Problem 403 for a key that may less than its account: whoever found a receiver's key must not end the
    others, nor make one that outlives it."""
    own = await accounts.one(request.app.state.pool, who.account or 0) if who.kind == KEY else None
    if own and own["role"] != who.role:
        raise Problem(
            403, f"this key is for {who.role} alone: keys are made and revoked on the page, or with a full one"
        )
