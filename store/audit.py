"""Who changed what, and when: one row per change that a person or program made, in the transaction that makes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import asyncpg


class Who(Protocol):
    """Somebody who changes things; without an account it is the service's owner at the command line."""

    @property
    def account(self) -> int | None: ...
    @property
    def name(self) -> str: ...


async def note(
    connection: asyncpg.Connection, caller: Who, action: str, subject: str, detail: Mapping[str, Any] | None = None
) -> None:
    """Write it down: `action` as "area.create", `subject` as "area 7". Never give a secret in `detail`."""
    await connection.execute(
        "INSERT INTO audit (account, who, action, subject, detail) VALUES ($1, $2, $3, $4, $5)",
        caller.account, caller.name, action, subject, dict(detail or {}),
    )  # fmt: skip


async def newest(connection: asyncpg.Connection | asyncpg.Pool, before: int, limit: int) -> Sequence[asyncpg.Record]:
    """The newest `limit` rows with an id below `before`."""
    return list(
        await connection.fetch(
            "SELECT id, at, account, who, action, subject, detail FROM audit WHERE id < $1 ORDER BY id DESC LIMIT $2",
            before, limit,
        )
    )  # fmt: skip
