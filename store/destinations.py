"""Destinations, their log and alerts, as somebody may see them: `owner` is an account, None sees everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import asyncpg

from store.outbox import NO_ALERTS

Asked: TypeAlias = "asyncpg.Connection | asyncpg.Pool"

_LIST = """
SELECT t.id, t.owner, t.name, t.kind, t.shown, t.secret, t.options, t.paused, t.failures, t.last_sent, t.last_failed,
  t.last_error, t.created, own.waiting, own.held, own.dead, own.sent_24h, own.latency_ms,
  ARRAY(SELECT subscription FROM subscription_destinations WHERE destination = t.id ORDER BY 1) AS subscriptions
FROM destinations t CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE state = 'due') AS waiting, count(*) FILTER (WHERE state = 'held') AS held,
    count(*) FILTER (WHERE state = 'dead') AS dead, count(*) FILTER (WHERE state = 'sent') AS sent_24h,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY latency_ms) FILTER (WHERE state = 'sent') AS latency_ms
  FROM deliveries WHERE destination = t.id AND created > now() - interval '1 day'
) own
WHERE ($1::bigint IS NULL OR t.owner = $1) AND ($2::bigint IS NULL OR t.id = $2) ORDER BY t.name, t.id
"""
_ADD = """
INSERT INTO destinations (owner, name, kind, shown, secret, options) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id
"""
_CHANGE = """
UPDATE destinations SET name = $2, shown = $3, secret = $4, options = $5, failures = 0, last_error = NULL WHERE id = $1
"""
_LOG = """
SELECT d.id, d.alert, d.state, d.due, d.attempts, d.status, d.sent, d.latency_ms, d.created, a.trigger, a.subscription,
  a.feature::jsonb #>> '{properties,text}' AS text
FROM deliveries d JOIN alerts a ON a.key = d.alert
WHERE d.destination = $1 AND d.id < $2 AND ($3::text IS NULL OR d.state = $3) ORDER BY d.id DESC LIMIT $4
"""
_ALERTS = """
SELECT a.seq, a.feature, a.subscription, s.owner FROM alerts a
JOIN subscriptions s ON s.id = a.subscription
WHERE a.seq > $1 AND a.seq <= $2 AND NOT a.trigger = ANY($3) AND ($4::bigint IS NULL OR s.owner = $4)
  AND ($5::bigint IS NULL OR a.subscription = $5)
ORDER BY a.seq LIMIT $6
"""


async def listed(pool: Asked, owner: int | None, one: int | None = None) -> Sequence[asyncpg.Record]:
    """Destinations with their health of a day; only `one` where it is given."""
    return list(await pool.fetch(_LIST, owner, one))


async def add(
    connection: Asked, owner: int, name: str, kind: str, shown: str, secret: bytes, options: Mapping[str, Any]
) -> int:
    """The new destination's number."""
    return int(await connection.fetchval(_ADD, owner, name, kind, shown, secret, dict(options)))


async def change(
    connection: Asked, number: int, name: str, shown: str, secret: bytes, options: Mapping[str, Any]
) -> None:
    """Its kind and owner stay."""
    await connection.execute(_CHANGE, number, name, shown, secret, dict(options))


async def pause(connection: Asked, number: int, paused: bool) -> None:
    """What waits goes on waiting; after the pause its patience starts anew."""
    await connection.execute("UPDATE destinations SET paused = $2, failures = 0 WHERE id = $1", number, paused)
    if not paused:
        sql = "UPDATE deliveries SET created = now() WHERE destination = $1 AND state = 'due'"
        await connection.execute(sql, number)


async def remove(connection: Asked, number: int) -> None:
    """With its log."""
    await connection.execute("DELETE FROM destinations WHERE id = $1", number)


async def log(pool: Asked, number: int, before: int, state: str | None, limit: int) -> Sequence[asyncpg.Record]:
    """The newest deliveries below the number `before`."""
    return list(await pool.fetch(_LOG, number, before, state, limit))


async def delivery_destination(pool: Asked, delivery: int, owner: int | None) -> int | None:
    """Whose destination a delivery is for, where it is one of `owner`."""
    sql = """
    SELECT t.id FROM deliveries d JOIN destinations t ON t.id = d.destination
    WHERE d.id = $1 AND ($2::bigint IS NULL OR t.owner = $2)
    """
    found: int | None = await pool.fetchval(sql, delivery, owner)
    return found


async def results(pool: Asked, deliveries: Sequence[int]) -> Sequence[asyncpg.Record]:
    """What became of them."""
    sql = "SELECT id, destination, state, status, latency_ms FROM deliveries WHERE id = ANY($1)"
    return list(await pool.fetch(sql, deliveries))


async def subscription(pool: Asked, number: int, owner: int | None) -> asyncpg.Record | None:
    """Number, name and destinations of a subscription."""
    sql = """
    SELECT id, name, created,
      ARRAY(SELECT destination FROM subscription_destinations WHERE subscription = id) AS destinations
    FROM subscriptions WHERE id = $1 AND ($2::bigint IS NULL OR owner = $2)
    """
    return await pool.fetchrow(sql, number, owner)


async def alerts(
    pool: Asked, owner: int | None, since: int, until: int, limit: int, only: int | None = None
) -> Sequence[asyncpg.Record]:
    """Alerts with since < seq <= until in order of `seq`; `only`: of one subscription."""
    return list(await pool.fetch(_ALERTS, since, until, list(NO_ALERTS), owner, only, limit))


async def newest_alerts(pool: Asked, subscription: int, limit: int) -> Sequence[asyncpg.Record]:
    """The newest first."""
    sql = """
    SELECT key, trigger, time, feature FROM alerts WHERE subscription = $1 AND NOT trigger = ANY($2)
    ORDER BY seq DESC LIMIT $3
    """
    return list(await pool.fetch(sql, subscription, list(NO_ALERTS), limit))
