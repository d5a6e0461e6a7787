"""Who is asking: the account behind a request, and what its role lets it do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from litestar.connection import ASGIConnection

PUBLIC, VIEWER, ACCOUNT, ANALYST, INGEST, ADMIN = "public", "viewer", "account", "analyst", "ingest", "admin"

GRANTS: Mapping[str, frozenset[str]] = {
    PUBLIC: frozenset({PUBLIC}),
    VIEWER: frozenset({PUBLIC, VIEWER}),
    ANALYST: frozenset({PUBLIC, VIEWER, ANALYST}),
    INGEST: frozenset({PUBLIC, INGEST}),
    ADMIN: frozenset({PUBLIC, VIEWER, ANALYST, INGEST, ADMIN}),
}
"""Role of a caller: the roles that a route may ask for. Whoever has an account also has ACCOUNT."""

Connection: TypeAlias = ASGIConnection[Any, Any, Any, Any]
_KEY = "caller"


@dataclass(frozen=True)
class Caller:
    """`account` is None for nobody: somebody who did not log in. `credential` is the key or session that was shown."""

    account: int | None
    name: str
    role: str
    kind: str = ""
    credential: int | None = None

    def may(self, wanted: str) -> bool:
        """Whether a route that asks for this role is open."""
        return wanted in GRANTS[self.role] or (wanted == ACCOUNT and self.account is not None)


NOBODY = Caller(None, "nobody", PUBLIC)
READER = Caller(None, "nobody", VIEWER)
"""Nobody, where nobody may read."""


def within(role: str, other: str) -> str:
    """What both roles allow: a key never does more than its account may by now."""
    if GRANTS[role] <= GRANTS[other]:
        return role
    return other if GRANTS[other] <= GRANTS[role] else PUBLIC


def caller(connection: Connection) -> Caller:
    """Who asks, as the guard found it."""
    found: Caller = connection.scope["state"].get(_KEY, NOBODY)
    return found


def set_caller(connection: Connection, found: Caller) -> None:
    """For the guard alone."""
    connection.scope["state"][_KEY] = found
