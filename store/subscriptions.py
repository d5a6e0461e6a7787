"""Subscriptions in the database: kept, shown with their health, and read by whoever watches for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import asyncpg

from store.areas import DATA_TIME
from store.outbox import NO_ALERTS

VALUES = ("name", "area", "trigger", "minutes", "classes", "confidence", "priority", "fleet", "delivery")
_PLACES = ", ".join(f"${k}" for k in range(2, len(VALUES) + 2))

_SAME = "area IS NOT DISTINCT FROM $3 AND trigger = $4 AND minutes IS NOT DISTINCT FROM $5::real"

_SHOWN = f"""
SELECT s.id, s.owner, {", ".join(f"s.{name}" for name in VALUES)}, s.paused, s.mute_until, s.created, s.changed,
  ARRAY(SELECT destination FROM subscription_destinations d WHERE d.subscription = s.id ORDER BY 1) AS destinations,
  told.alerts_24h, told.last_alert, held.held_24h
FROM subscriptions s
CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE a.created > now() - interval '1 day') AS alerts_24h, max(a.time) AS last_alert
  FROM alerts a WHERE a.subscription = s.id AND a.trigger NOT IN {NO_ALERTS}
) told
CROSS JOIN LATERAL (
  SELECT count(*) AS held_24h FROM alerts a JOIN deliveries d ON d.alert = a.key
  WHERE a.subscription = s.id AND a.created > now() - interval '1 day'
    AND (d.state = 'held' OR d.status LIKE 'held-back-%')
) held
WHERE (s.owner = $1 OR $2)
"""

_MAY_SEND = "SELECT count(*) FROM destinations WHERE id = ANY($1) AND (owner = $2 OR $3)"


async def listed(
    connection: asyncpg.Connection | asyncpg.Pool, account: int | None, admin: bool, after: int, limit: int
) -> Sequence[asyncpg.Record]:
    """The subscriptions of an account (of everybody for an admin) with an id above `after`, at most `limit`."""
    sql = f"{_SHOWN} AND s.id > $3 ORDER BY s.id LIMIT $4"
    return list(await connection.fetch(sql, account, admin, after, limit))


async def one(
    connection: asyncpg.Connection | asyncpg.Pool, account: int | None, admin: bool, subscription: int
) -> asyncpg.Record | None:
    """The subscription, if it is there and its owner or an admin asks."""
    return await connection.fetchrow(f"{_SHOWN} AND s.id = $3", account, admin, subscription)


async def create(connection: asyncpg.Connection, owner: int, values: Mapping[str, Any]) -> int:
    """A new subscription; its number."""
    columns = ", ".join(VALUES)
    sql = f"INSERT INTO subscriptions (owner, {columns}, began) VALUES ($1, {_PLACES}, {DATA_TIME}) RETURNING id"
    return int(await connection.fetchval(sql, owner, *(values[name] for name in VALUES)))


async def replace(connection: asyncpg.Connection, subscription: int, values: Mapping[str, Any]) -> None:
    """The subscription with new values; it begins anew where it asks for something else."""
    began = f"CASE WHEN {_SAME} THEN began ELSE {DATA_TIME} END"
    sets = f"({', '.join(VALUES)}) = ROW({_PLACES}), began = {began}, changed = clock_timestamp()"
    sql = f"UPDATE subscriptions SET {sets} WHERE id = $1"
    await connection.execute(sql, subscription, *(values[name] for name in VALUES))


async def delete(connection: asyncpg.Connection, subscription: int) -> None:
    """The subscription away, with its alerts."""
    await connection.execute("DELETE FROM subscriptions WHERE id = $1", subscription)


async def pause(connection: asyncpg.Connection, subscription: int, paused: bool) -> None:
    """Stop telling it anything, or begin again."""
    began = f"CASE WHEN paused AND NOT $2 THEN {DATA_TIME} ELSE began END"
    sql = f"UPDATE subscriptions SET paused = $2, began = {began}, changed = clock_timestamp() WHERE id = $1"
    await connection.execute(sql, subscription, paused)


async def mute(connection: asyncpg.Connection, subscription: int, until: datetime | None) -> None:
    """Alerts are kept, but not sent, until then; None: sent again."""
    await connection.execute("UPDATE subscriptions SET mute_until = $2 WHERE id = $1", subscription, until)


async def may_send(
    connection: asyncpg.Connection, destinations: Sequence[int], account: int | None, admin: bool
) -> bool:
    """Whether all of these destinations are there and the account's own."""
    found = await connection.fetchval(_MAY_SEND, list(destinations), account, admin)
    return bool(found == len(set(destinations)))


async def send_to(connection: asyncpg.Connection, subscription: int, destinations: Sequence[int]) -> None:
    """Where its alerts go from now on."""
    await connection.execute("DELETE FROM subscription_destinations WHERE subscription = $1", subscription)
    pairs = [(subscription, one) for one in sorted(set(destinations))]
    await connection.executemany("INSERT INTO subscription_destinations VALUES ($1, $2)", pairs)
