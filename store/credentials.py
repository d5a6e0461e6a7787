"""What accounts prove themselves with: API keys, logins of the page, links that work once. Secrets go out only once."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import asyncpg

from store.connect import CHANNEL
from store.passwords import digest, new_secret

KEY, SESSION, LINK = "key", "session", "link"
KEY_PREFIX = "sky_"
"""What every API key begins with, so that one that has leaked is found."""

SESSION_S, LINK_S = 30 * 86_400, 86_400

Connection: TypeAlias = asyncpg.Connection | asyncpg.Pool


@dataclass(frozen=True)
class Proof:
    """An account that proved itself, and with what: `role` is the credential's, `account_role` the account's now."""

    id: int
    kind: str
    account: int
    name: str
    role: str
    account_role: str
    life_s: float | None


async def give(
    connection: Connection, account: int, kind: str, name: str, role: str, life_s: float | None
) -> tuple[int, str]:
    """A new credential: its id, and the secret that is never seen again. `life_s` None: until it is revoked."""
    secret = new_secret(KEY_PREFIX if kind == KEY else "")
    own = await connection.fetchval(
        "INSERT INTO credentials (account, kind, name, role, hash, expires) "
        "VALUES ($1, $2, $3, $4, $5, now() + make_interval(secs => $6::float8)) RETURNING id",
        account, kind, name, role, digest(secret), life_s,
    )  # fmt: skip
    return own, secret


async def proof(connection: Connection, kind: str, hash_: bytes) -> Proof | None:
    """Who holds the secret with this hash; None where it is unknown, over, or its account disabled."""
    row = await connection.fetchrow(
        "SELECT c.id, c.kind, c.account, a.name, c.role, a.role AS account_role, c.hash, "
        "extract(epoch FROM c.expires - now())::float8 AS life_s "
        "FROM credentials c JOIN accounts a ON a.id = c.account "
        "WHERE c.hash = $1 AND c.kind = $2 AND NOT a.disabled AND (c.expires IS NULL OR c.expires > now())",
        hash_, kind,
    )  # fmt: skip
    if row is None or not hmac.compare_digest(row["hash"], hash_):
        return None
    return Proof(*(row[name] for name in Proof.__dataclass_fields__))


async def use_link(connection: Connection, secret: str) -> Proof | None:
    """Burn a link: whose it was. Of two at the same moment one gets None."""
    found = await proof(connection, LINK, digest(secret))
    gone = found and await connection.fetchval("DELETE FROM credentials WHERE id = $1 RETURNING id", found.id)
    return found if gone else None


async def new_link(connection: Connection, account: int, role: str, life_s: float = LINK_S) -> str:
    """The secret of a link that logs in once; earlier ones of the account end."""
    await connection.execute("DELETE FROM credentials WHERE account = $1 AND kind = $2", account, LINK)
    return (await give(connection, account, LINK, "link", role, life_s))[1]


async def touch(connection: Connection, own: int) -> None:
    """It was used just now: written at most once a minute."""
    await connection.execute(
        "UPDATE credentials SET used = now() WHERE id = $1 AND (used IS NULL OR used < now() - interval '1 minute')",
        own,
    )


async def keys(connection: Connection, account: int | None = None) -> Sequence[asyncpg.Record]:
    """API keys, of one account or all, without anything secret."""
    rows = await connection.fetch(
        "SELECT c.id, c.name, c.role, a.name AS account, c.created, c.expires, c.used FROM credentials c "
        "JOIN accounts a ON a.id = c.account "
        "WHERE c.kind = $1 AND ($2::bigint IS NULL OR c.account = $2) ORDER BY c.id",
        KEY, account,
    )  # fmt: skip
    return list(rows)


async def revoke(connection: Connection, own: int, kind: str, account: int | None = None) -> bool:
    """Whether there was one of that kind, and of that account where one is given."""
    sql = "DELETE FROM credentials WHERE id = $1 AND kind = $2 AND ($3::bigint IS NULL OR account = $3) RETURNING id"
    gone = await connection.fetchval(sql, own, kind, account) is not None
    await ended(connection)
    return gone


async def end_sessions(connection: Connection, account: int, but: int | None = None) -> None:
    """Log the account out everywhere, except where `but` is used."""
    await connection.execute(
        "DELETE FROM credentials WHERE account = $1 AND kind = $2 AND id IS DISTINCT FROM $3", account, SESSION, but
    )
    await ended(connection)


async def ended(connection: Connection) -> None:
    """Wake whoever serves streams: some may be of those that are no more."""
    await connection.execute("SELECT pg_notify($1, 'access')", CHANNEL)


async def standing(connection: Connection, ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Of these those that still hold: the role of each, and that of its account."""
    rows = await connection.fetch(
        "SELECT c.id, c.role, a.role AS account_role FROM credentials c JOIN accounts a ON a.id = c.account "
        "WHERE c.id = ANY($1) AND NOT a.disabled AND (c.expires IS NULL OR c.expires > now())",
        list(ids),
    )
    return {row["id"]: (row["role"], row["account_role"]) for row in rows}


async def sweep(connection: Connection) -> None:
    """Forget logins and links that are over."""
    await connection.execute("DELETE FROM credentials WHERE kind <> $1 AND expires < now()", KEY)
