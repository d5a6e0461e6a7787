"""Open streams end with what opened them: a login that was logged out, a key that was revoked, a role that changed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Protocol

import asyncpg

from api.caller import Caller, within
from store import credentials
from store.credentials import KEY


class Opened(Protocol):
    """One open stream."""

    who: Caller
    ended: bool
    wake: asyncio.Event


async def close_ended(connection: asyncpg.Connection, streams: Iterable[Opened]) -> int:
    """End the streams whose key or login no longer does what it did when they were opened; how many."""
    some = [one for one in streams if one.who.credential is not None and not one.ended]
    if not some:
        return 0
    holding = await credentials.standing(connection, {one.who.credential for one in some if one.who.credential})
    gone = [one for one in some if not _holds(one.who, holding.get(one.who.credential or 0))]
    for one in gone:
        one.ended = True
        one.wake.set()
    return len(gone)


def _holds(who: Caller, roles: tuple[str, str] | None) -> bool:
    """Whether what it showed is still there, and lets it do the same."""
    if roles is None:
        return False
    role, account_role = roles
    return who.role == (within(role, account_role) if who.kind == KEY else account_role)
