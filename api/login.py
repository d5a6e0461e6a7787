"""Logging in and out: by name and password, by a link that works once, by one click in a demo; and who one is."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import orjson
from litestar import Response

from api import replies
from api.attempts import Attempts
from api.bodies import body
from api.caller import ACCOUNT, PUBLIC, Caller, caller
from api.guard import cookie_name, open_reading
from api.links import base
from api.origin import is_local
from api.problems import Problem, bad
from api.replies import AnyRequest
from api.routes import action, route
from api.static import page
from store import accounts, audit, credentials, passwords
from store.credentials import SESSION, SESSION_S

BY_NAME, BY_ADDRESS = 10, 30
"""Failed logins in a quarter of an hour, after which the next ones wait."""


class Login(msgspec.Struct, forbid_unknown_fields=True):
    """Either a name with its password, or the secret of a link, with a new password if one is wanted."""

    name: str = ""
    password: str = ""
    link: str = ""


class NewPassword(msgspec.Struct, forbid_unknown_fields=True):
    password: str
    current: str = ""


@route("/login", PUBLIC, ["next"])
async def show_login(request: AnyRequest) -> Response[bytes]:
    """The page. It never uses up a link: what looks at links in chats and mails would."""
    return await page(request, "login.html")


@route("/account", ACCOUNT)
async def show_account(request: AnyRequest) -> Response[bytes]:
    """The page of one's own account."""
    return await page(request, "account.html")


@action("/login", "POST", PUBLIC)
async def log_in(request: AnyRequest) -> Response[bytes]:
    """A session, as a cookie."""
    asked = await body(request, Login, most=2_000)
    return await (_by_link(request, asked) if asked.link else _by_name(request, asked))


async def _by_name(request: AnyRequest, asked: Login) -> Response[bytes]:
    state = request.app.state
    attempts: Attempts = state.access.attempts
    client = request.scope["client"]
    limits = [(f"name {asked.name[:60]}", BY_NAME), (f"address {client[0] if client else ''}", BY_ADDRESS)]
    if (wait_s := attempts.wait_s(limits)) > 0:
        raise Problem(429, f"too many failed logins: try again in {wait_s / 60 + 1:.0f} minutes", again_s=wait_s)
    found = await accounts.named(state.pool, asked.name[:60])
    attempts.failed(limits)  # before it is judged, or many at once would all be let through
    right = await _matches(request, asked.password, found["password"] if found else None)
    if not found or not right or found["disabled"]:
        raise Problem(401, "this name and password do not belong together")
    attempts.forget(limits[0][0])
    return await _session(request, Caller(found["id"], found["name"], found["role"]), "password")


async def _by_link(request: AnyRequest, asked: Login) -> Response[bytes]:
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        found = await credentials.use_link(connection, asked.link[:200])
        if found is None:
            raise Problem(401, "this link was used already or is too old: ask for another one")
        if asked.password:
            await _new_password(request, connection, found.account, found.name, asked.password)
            await credentials.end_sessions(connection, found.account)
    return await _session(request, Caller(found.account, found.name, found.account_role), "link")


@action("/login/demo", "POST", PUBLIC)
async def log_in_to_demo(request: AnyRequest) -> Response[bytes]:
    """An analyst of the demo, without a password: made-up traffic, at this machine alone."""
    if not _may_demo(request):
        raise Problem(403, "the one-click login is for a demo, at the machine on which it runs")
    own = await accounts.demo(request.app.state.pool)
    return await _session(request, Caller(own, accounts.DEMO, "analyst"), "demo")


def _may_demo(request: AnyRequest) -> bool:
    settings = request.app.state.settings
    return bool(settings.demo) and is_local(request, settings)


async def _session(request: AnyRequest, who: Caller, how: str) -> Response[bytes]:
    assert who.account is not None
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        await credentials.sweep(connection)
        _, secret = await credentials.give(connection, who.account, SESSION, how, who.role, SESSION_S)
        await audit.note(connection, who, "login", f"account {who.account}", {"by": how})
    return _answer(_described(request, who), _cookie(request, secret, SESSION_S))


def _cookie(request: AnyRequest, secret: str, life_s: int) -> str:
    root = base(request)
    path = "/" + root.partition("://")[2].partition("/")[2]
    secure = "; Secure" if root.startswith("https:") else ""
    name = cookie_name(request.app.state.settings)
    return f"{name}={secret}; Path={path}; Max-Age={life_s}; HttpOnly; SameSite=Lax{secure}"


def _answer(value: Any, cookie: str) -> Response[bytes]:
    headers = {"set-cookie": cookie, "cache-control": "no-store"}
    return Response(orjson.dumps(value), media_type="application/json", headers=headers)


@action("/logout", "POST", PUBLIC)
async def log_out(request: AnyRequest) -> Response[bytes]:
    """The session ends, here and for whoever else holds it."""
    who = caller(request)
    if who.kind == SESSION and who.credential is not None:
        await credentials.revoke(request.app.state.pool, who.credential, SESSION)
        request.app.state.access.forget()
    return _answer({}, _cookie(request, "", 0))


@route("/me", PUBLIC)
async def show_me(request: AnyRequest) -> Response[bytes]:
    """Who is asking, and what could be done about it."""
    answer = await replies.json(request, _described(request, caller(request)))
    answer.headers["cache-control"] = "no-store"
    return answer


def _described(request: AnyRequest, who: Caller) -> dict[str, Any]:
    return {
        "account": who.account,
        "name": who.name if who.account is not None else None,
        "role": who.role,
        "may_demo": _may_demo(request),
        "open_reading": open_reading(request),
    }


@action("/me/password", "PUT", ACCOUNT)
async def change_password(request: AnyRequest) -> Response[bytes]:
    """A new password; all other logins end. Keys cannot do it: whoever found one must not take the account over."""
    asked, who = await body(request, NewPassword, most=2_000), caller(request)
    if who.kind != SESSION or who.account is None:
        raise Problem(403, "a password is changed from the page, not with a key")
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        await _confirm(request, connection, who, asked.current)
        await _new_password(request, connection, who.account, who.name, asked.password)
        await credentials.end_sessions(connection, who.account, but=who.credential)
        await audit.note(connection, who, "password.change", f"account {who.account}")
    request.app.state.access.forget()
    return await replies.json(request, {})


async def _confirm(request: AnyRequest, connection: Any, who: Caller, current: str) -> None:
    """Raises Problem where the account has a password and this is not it."""
    stored, limits = await accounts.password_of(connection, who.account or 0), [(f"name {who.name}", BY_NAME)]
    attempts: Attempts = request.app.state.access.attempts
    if (wait_s := attempts.wait_s(limits)) > 0:
        raise Problem(429, "too many wrong passwords: try again in a quarter of an hour", again_s=wait_s)
    if stored is not None and not await _matches(request, current, stored):
        attempts.failed(limits)
        raise bad("current", "this is not the password so far")


async def _new_password(request: AnyRequest, connection: Any, own: int, name: str, password: str) -> None:
    try:
        checked = accounts.checked_password(password, name)
    except accounts.AccountError as error:
        raise bad("password", str(error)) from None
    async with request.app.state.access.scrypts:
        hash_ = await asyncio.to_thread(passwords.hashed, checked)
    await accounts.set_password(connection, own, hash_)


async def _matches(request: AnyRequest, password: str, stored: str | None) -> bool:
    async with request.app.state.access.scrypts:
        return await asyncio.to_thread(passwords.matches, password[: passwords.LONGEST], stored)
