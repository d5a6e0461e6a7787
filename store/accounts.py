"""Accounts: who there is, with which role and password. Somebody can always administer: the last admin stays."""

from __future__ import annotations

import re
from collections.abc import Sequence

import asyncpg

from store import credentials
from store.credentials import Connection
from store.passwords import LONGEST, SHORTEST

ADMIN = "admin"
DEMO = "demo"
"""Name of the account behind the one click of a demo."""

_NAME = re.compile(r"[\w.@+-]{1,60}")
_COLUMNS = (
    "id, name, role, created, disabled, password IS NOT NULL AS has_password, "
    "(SELECT max(used) FROM credentials c WHERE c.account = accounts.id) AS used, "
    "(SELECT count(*) FROM credentials c WHERE c.account = accounts.id AND kind = 'key') AS keys"
)


class AccountError(ValueError):
    """What cannot be done with accounts; the message says why."""


def checked_name(name: str) -> str:
    """The name. Raises AccountError where it is none."""
    if not _NAME.fullmatch(name):
        raise AccountError("a name is 1 to 60 letters, digits or any of . _ @ + -")
    return name


def checked_password(password: str, name: str) -> str:
    """The password. Raises AccountError where it is too short, too long or the name itself."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise AccountError(f"a password has {SHORTEST} to {LONGEST} characters")
    if password.lower() == name.lower() or len(set(password)) < 4:
        raise AccountError("this password is too easy to guess")
    return password


async def add(connection: Connection, name: str, role: str) -> int:
    """A new account without a password; its id. Raises AccountError where the name is taken."""
    try:
        own: int = await connection.fetchval(
            "INSERT INTO accounts (name, role) VALUES ($1, $2) RETURNING id", checked_name(name), role
        )
    except asyncpg.UniqueViolationError:
        raise AccountError(f"there is an account {name} already") from None
    return own


async def listed(connection: Connection) -> Sequence[asyncpg.Record]:
    """All accounts, by name, without anything secret."""
    return list(await connection.fetch(f"SELECT {_COLUMNS} FROM accounts ORDER BY name"))


async def one(connection: Connection, own: int) -> asyncpg.Record | None:
    """The account with this id."""
    return await connection.fetchrow(f"SELECT {_COLUMNS} FROM accounts WHERE id = $1", own)


async def named(connection: Connection, name: str) -> asyncpg.Record | None:
    """The account of this name, with its password's hash."""
    return await connection.fetchrow("SELECT id, name, role, disabled, password FROM accounts WHERE name = $1", name)


async def password_of(connection: Connection, own: int) -> str | None:
    """The hash of the account's password."""
    found: str | None = await connection.fetchval("SELECT password FROM accounts WHERE id = $1", own)
    return found


async def set_password(connection: Connection, own: int, hash_: str) -> None:
    """From now on; logins and links made before are for the caller to end."""
    await connection.execute("UPDATE accounts SET password = $2 WHERE id = $1", own, hash_)


async def change(connection: asyncpg.Connection, own: int, role: str | None, disabled: bool | None) -> None:
    """Give it a role, disable it or let it in again; inside a transaction. Raises AccountError for the last admin."""
    ruled = await _rules(connection, own)
    await connection.execute(
        "UPDATE accounts SET role = coalesce($2, role), disabled = coalesce($3, disabled) WHERE id = $1",
        own, role, disabled,
    )  # fmt: skip
    if disabled:
        await credentials.end_sessions(connection, own)
    await credentials.ended(connection)
    if ruled:
        await _held(connection)


async def remove(connection: asyncpg.Connection, own: int) -> None:
    """Remove it with all that belongs to it; inside a transaction. Raises AccountError for the last admin."""
    ruled = await _rules(connection, own)
    await connection.execute("DELETE FROM accounts WHERE id = $1", own)
    await credentials.ended(connection)
    if ruled:
        await _held(connection)


async def _rules(connection: asyncpg.Connection, own: int) -> bool:
    """Whether it is an admin that may log in: whatever becomes of another, there are as many admins as before."""
    query = "SELECT role = $2 AND NOT disabled FROM accounts WHERE id = $1"
    return bool(await connection.fetchval(query, own, ADMIN))


async def _held(connection: asyncpg.Connection) -> None:
    # Locked, so that two admins who remove each other at the same moment do not both succeed.
    rows = await connection.fetch("SELECT id FROM accounts WHERE role = $1 AND NOT disabled FOR UPDATE", ADMIN)
    if not rows:
        raise AccountError("this is the last admin: make another one first")


async def first_link(connection: asyncpg.Connection) -> str | None:
    """The secret of a link for an admin, made if there is none; None where an admin has a password to log in with."""
    if await connection.fetchval(
        "SELECT EXISTS (SELECT FROM accounts WHERE role = $1 AND NOT disabled AND password IS NOT NULL)", ADMIN
    ):
        return None
    sql = "SELECT id FROM accounts WHERE role = $1 AND NOT disabled ORDER BY id LIMIT 1"
    own = await connection.fetchval(sql, ADMIN)
    if own is None:
        taken = await named(connection, ADMIN)
        own = await add(connection, f"{ADMIN}-{taken['id']}" if taken else ADMIN, ADMIN)
    return await credentials.new_link(connection, own, ADMIN)


async def demo(connection: Connection) -> int:
    """The account of the demo's one click, an analyst."""
    own: int = await connection.fetchval(
        "INSERT INTO accounts (name, role) VALUES ($1, 'analyst') "
        "ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id",
        DEMO,
    )
    return own
