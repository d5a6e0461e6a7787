"""Accounts and the audit trail, for admins."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec
from litestar import Response
from litestar.params import FromPath

from api import replies
from api.bodies import body
from api.caller import ADMIN, caller
from api.clock import rfc3339_of
from api.keys import Role
from api.links import base
from api.problems import Problem, bad
from api.replies import AnyRequest
from api.routes import action, given, route
from store import accounts, audit, credentials

MOST_ACCOUNTS = 10_000


class NewAccount(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    role: Role


class Change(msgspec.Struct, forbid_unknown_fields=True):
    role: Role | None = None
    disabled: bool | None = None


@route("/accounts", ADMIN)
async def list_accounts(request: AnyRequest) -> Response[bytes]:
    """All accounts."""
    rows = await accounts.listed(request.app.state.pool)
    return await replies.json(request, {"accounts": [_described(row) for row in rows]})


def _described(row: Any) -> dict[str, Any]:
    plain = {name: row[name] for name in ("id", "name", "role", "disabled", "has_password", "keys")}
    return plain | {name: rfc3339_of(row[name]) for name in ("created", "used")}


@asynccontextmanager
async def _changing(request: AnyRequest, parameter: str = "role") -> AsyncIterator[asyncpg.Connection]:
    """A transaction; what cannot be done becomes a problem, and who was looked up is forgotten afterwards."""
    try:
        async with request.app.state.pool.acquire() as connection, connection.transaction():
            yield connection
    except accounts.AccountError as error:
        raise bad(parameter, str(error)) from None
    finally:
        request.app.state.access.forget()


@action("/accounts", "POST", ADMIN, status=201)
async def add_account(request: AnyRequest) -> Response[bytes]:
    """A new account, with the link by which its owner logs in first."""
    asked = await body(request, NewAccount, most=2_000)
    async with _changing(request, "name") as connection:
        if await connection.fetchval("SELECT count(*) FROM accounts") >= MOST_ACCOUNTS:
            raise Problem(409, f"there are {MOST_ACCOUNTS:,} accounts already")
        own = await accounts.add(connection, asked.name, asked.role)
        link = await credentials.new_link(connection, own, asked.role)
        detail = {"name": asked.name, "role": asked.role}
        await audit.note(connection, caller(request), "account.create", f"account {own}", detail)
    return await _with_link(request, {"id": own, "name": asked.name, "role": asked.role}, link, 201)


async def _with_link(request: AnyRequest, value: dict[str, Any], link: str, status: int = 200) -> Response[bytes]:
    answer = await replies.json(request, value | {"link": login_link(base(request), link)})
    answer.status_code = status
    answer.headers["cache-control"] = "no-store"
    return answer


def login_link(root: str, secret: str) -> str:
    """The address of a link. What stands behind # is not sent to servers: no log of any proxy holds it."""
    return f"{root}/login#link={secret}"


@action("/accounts/{account_id:int}", "PUT", ADMIN)
async def change_account(request: AnyRequest, account_id: FromPath[int]) -> Response[bytes]:
    """Another role, disabled or not."""
    asked = await body(request, Change, most=2_000)
    async with _changing(request) as connection:
        await _known(connection, account_id)
        await accounts.change(connection, account_id, asked.role, asked.disabled)
        detail = {"role": asked.role, "disabled": asked.disabled}
        await audit.note(connection, caller(request), "account.change", f"account {account_id}", detail)
        changed = await _known(connection, account_id)
    return await replies.json(request, _described(changed))


async def _known(connection: asyncpg.Connection, account_id: int) -> asyncpg.Record:
    found = await accounts.one(connection, account_id)
    if found is None:
        raise Problem(404, f"there is no account {account_id}")
    return found


@action("/accounts/{account_id:int}", "DELETE", ADMIN)
async def remove_account(request: AnyRequest, account_id: FromPath[int]) -> Response[bytes]:
    """It goes, with its keys, areas and subscriptions."""
    async with _changing(request, "account_id") as connection:
        found = await _known(connection, account_id)
        await accounts.remove(connection, account_id)
        detail = {"name": found["name"]}
        await audit.note(connection, caller(request), "account.remove", f"account {account_id}", detail)
    return await replies.json(request, {})


@action("/accounts/{account_id:int}/link", "POST", ADMIN)
async def make_link(request: AnyRequest, account_id: FromPath[int]) -> Response[bytes]:
    """A link that logs the account in once, for whoever forgot the password."""
    async with _changing(request) as connection:
        found = await _known(connection, account_id)
        link = await credentials.new_link(connection, account_id, found["role"])
        await audit.note(connection, caller(request), "account.link", f"account {account_id}")
    return await _with_link(request, {"id": account_id, "name": found["name"]}, link)


@route("/audit", ADMIN, ["before", "limit"])
async def show_audit(request: AnyRequest) -> Response[bytes]:
    """Who changed what, the newest first; `before` is the id of the last one seen."""
    asked = given(request, ["before", "limit"])
    limit, before = (_number(asked, name, most) for name, most in (("limit", 1_000), ("before", 2**62)))
    rows = await audit.newest(request.app.state.pool, before or 2**62, limit or 100)
    return await replies.json(request, {"changes": [dict(row) | {"at": rfc3339_of(row["at"])} for row in rows]})


def _number(asked: dict[str, str], name: str, most: int) -> int | None:
    text = asked.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,19}", text) or not 1 <= int(text) <= most:
        raise bad(name, f"{name} is a whole number from 1 to {most:,}, not {text[:40]!r}")
    return int(text)
