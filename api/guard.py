"""Before every handler: who asks, by key or by login, and whether the role that the route declares is theirs."""

from __future__ import annotations

import asyncio
import base64
import binascii
import time
from collections import OrderedDict
from typing import Any

from litestar.enums import ScopeType
from litestar.exceptions import WebSocketException
from litestar.handlers.base import BaseRouteHandler
from litestar.types import Message, Scope

from api.attempts import Attempts
from api.caller import ADMIN, NOBODY, PUBLIC, READER, Caller, Connection, set_caller, within
from api.origin import from_own_page, is_local
from api.problems import Problem
from api.refusals import Unknown
from api.settings import Settings
from store import credentials
from store.credentials import KEY, KEY_PREFIX, SESSION
from store.passwords import digest

KEPT_S, MOST_KEPT = 5.0, 4_096
"""How long a look-up is believed: tiles come by the dozen. What is revoked works that much longer at most."""

LONGEST = 200
"""Characters of a secret that is looked at."""

_SAFE = ("GET", "HEAD", "OPTIONS")


class Access:
    """Who holds which secret, looked up in the database and kept for seconds. `scrypts`: passwords that are judged at
    once, each of which takes 32 MiB and a core."""

    def __init__(self) -> None:
        self.attempts = Attempts()
        self.scrypts = asyncio.Semaphore(2)
        self._kept: OrderedDict[bytes, tuple[float, Caller | None]] = OrderedDict()

    async def holder(self, pool: Any, kind: str, secret: str) -> Caller | None:
        """Whose the secret is."""
        hash_, now = digest(secret[:LONGEST]), time.monotonic()
        until, known = self._kept.get(hash_, (0.0, None))
        if until > now:
            return known if known is None or known.kind == kind else None
        proof = await credentials.proof(pool, kind, hash_)
        found, life_s = None, KEPT_S
        if proof:
            role = within(proof.role, proof.account_role) if kind == KEY else proof.account_role
            found = Caller(proof.account, proof.name, role, kind, proof.id)
            life_s = min(KEPT_S, KEPT_S if proof.life_s is None else proof.life_s)
            await credentials.touch(pool, proof.id)
        self._kept[hash_] = now + life_s, found
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return found

    def forget(self) -> None:
        """After a change of accounts or credentials."""
        self._kept.clear()


def cookie_name(settings: Settings) -> str:
    """Cookies do not know ports: services beside each other must not log each other out."""
    return f"skysift_{settings.port}"


async def guard(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let through, or raise Unknown, Problem 403 or, on a WebSocket, its close."""
    if connection.scope.get("method") == "OPTIONS":
        return
    try:
        found = await _who(connection, handler.opt.get("role"))
        set_caller(connection, found)
        _judge(connection, handler, found)
    except Problem as problem:
        if connection.scope["type"] == ScopeType.WEBSOCKET:
            raise WebSocketException(detail=problem.detail, code=4_000 + problem.status) from None
        raise


async def _who(connection: Connection, role: str | None) -> Caller:
    """Raises Unknown for a key that is none, except where nobody needs one."""
    state, headers = connection.app.state, connection.headers
    key = _key(headers.get("authorization", ""))
    if key is not None:
        holder: Caller | None = await state.access.holder(state.pool, KEY, key)
        if holder is None and role != PUBLIC:
            raise Unknown("this key is not known, or was revoked")
        return holder or NOBODY
    name = cookie_name(state.settings)
    if name in headers.get("cookie", ""):
        holder = await state.access.holder(state.pool, SESSION, connection.cookies.get(name, ""))
        if holder is not None:
            _held_to_own_page(connection)
            return holder
    return READER if open_reading(connection) else NOBODY


def open_reading(connection: Connection) -> bool:
    """Whether nobody may read: as configured, else only who is truly at this machine."""
    settings: Settings = connection.app.state.settings
    return is_local(connection, settings) if settings.open_reading is None else settings.open_reading


def _held_to_own_page(connection: Connection) -> None:
    """A browser sends its cookie whoever made it ask: what changes something must come from a page of ours."""
    # A WebSocket has no method.
    if connection.scope.get("method") not in _SAFE and from_own_page(connection) is not True:
        raise Problem(403, "a login of the page works from the page alone: programs take an API key")


def _judge(connection: Connection, handler: BaseRouteHandler, found: Caller) -> None:
    wanted = handler.opt.get("role", ADMIN)
    changes = handler.opt.get("changes", False)
    if changes and found.account is None and from_own_page(connection) is False:
        raise Problem(403, "pages of other sites may change nothing here")
    if found.may(wanted) and not (changes and wanted != PUBLIC and found.account is None):
        return
    if found.account is None:
        raise Unknown("log in, or send an API key: Authorization: Bearer sky_...")
    raise Problem(403, f"{found.name} is {found.role} here; this needs {wanted}")


def _key(header: str) -> str | None:
    """The key of a Bearer or Basic header, there as password or as name; None without a header."""
    kind, _, value = header.partition(" ")
    if kind.lower() == "bearer":
        return value.strip()
    if kind.lower() != "basic":
        return value if header else None
    try:
        name, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return name if name.startswith(KEY_PREFIX) else password


async def keep_private(message: Message, scope: Scope) -> None:
    """What somebody got who logged in is not for caches that others share."""
    if message["type"] == "http.response.start" and scope["state"].get("caller", NOBODY).account is not None:
        message["headers"] = [
            (name, b"private, " + value if name.lower() == b"cache-control" and b"public" not in value else value)
            for name, value in message["headers"]
        ]
