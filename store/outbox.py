"""The outbox: deliveries that are due are leased, and what became of them is written down, each in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import asyncpg

from store.alerts import ORDER_LOCK
from store.connect import CHANNEL

NO_ALERTS = ("test", "digest", "held-back")
"""Triggers of messages that are no alerts themselves: no reader is given them, no budget counts them."""

LONGEST_MS = 2**31 - 1
"""Of a latency, as its column holds it: what is sent again, or after a long pause, may be older than 24 days."""

REPLAYED = "replayed"
"""Status of what somebody wants sent once more."""

_WANTED = """
d.id, d.alert, d.destination, d.attempts, d.created, d.status, a.trigger, a.subscription, a.feature, s.name, s.delivery,
s.mute_until, t.kind, t.secret, t.options
"""
_FROM = """
JOIN alerts a ON a.key = d.alert JOIN destinations t ON t.id = d.destination
LEFT JOIN subscriptions s ON s.id = a.subscription
"""

# While its oldest row is leased, nobody else takes rows of a destination: that keeps them in order.
_LEASE = f"""
WITH ready AS (
  SELECT t.id FROM destinations t CROSS JOIN LATERAL
    (SELECT due FROM deliveries WHERE destination = t.id AND state = 'due' ORDER BY id LIMIT 1) head
  WHERE head.due <= now() AND NOT t.paused AND NOT t.id = ANY($1)
  ORDER BY head.due LIMIT $2 FOR UPDATE OF t SKIP LOCKED
), mine AS (
  SELECT d.id FROM ready CROSS JOIN LATERAL
    (SELECT id FROM deliveries WHERE destination = ready.id AND state = 'due' AND due <= now() ORDER BY id LIMIT $3) d
), leased AS (
  UPDATE deliveries SET due = now() + make_interval(secs => $4) FROM mine WHERE deliveries.id = mine.id
  RETURNING deliveries.*
)
SELECT {_WANTED} FROM leased d {_FROM} ORDER BY d.id
"""

# Somebody waits for these: they pass by what is queued, and paused destinations take them too.
_LEASE_TESTS = f"""
WITH mine AS (
  SELECT id FROM deliveries WHERE state = 'due' AND alert LIKE 'test-%' AND due <= now()
  ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
), leased AS (
  UPDATE deliveries SET due = now() + make_interval(secs => $2) FROM mine WHERE deliveries.id = mine.id
  RETURNING deliveries.*
)
SELECT {_WANTED} FROM leased d {_FROM} ORDER BY d.id
"""

_USED = """
SELECT DISTINCT a.subscription, d.alert FROM deliveries d JOIN alerts a ON a.key = d.alert
WHERE d.sent > now() - interval '1 hour' AND NOT a.trigger = ANY($1)
"""
_HELD = """
SELECT d.destination, a.subscription, d.status = 'digest' AS digest, bool_or(d.due <= now()) AS over,
  bool_or(d.status IN ('muted', 'quiet hours')) AS silent, min(s.mute_until) AS mute_until,
  min(s.delivery::text)::jsonb AS delivery
FROM deliveries d JOIN alerts a ON a.key = d.alert JOIN destinations t ON t.id = d.destination AND NOT t.paused
LEFT JOIN subscriptions s ON s.id = a.subscription
WHERE d.state = 'held' GROUP BY 1, 2, 3
"""
_HELD_OF = """
SELECT d.id, d.status, a.feature FROM deliveries d JOIN alerts a ON a.key = d.alert
WHERE d.state = 'held' AND d.destination = $1 AND a.subscription = $2 AND (d.status = 'digest') = $3
ORDER BY d.id LIMIT $4
"""
_WAIT = """
UPDATE deliveries d SET due = to_timestamp($4::float8) FROM alerts a WHERE a.key = d.alert
AND d.state = 'held' AND d.destination = $1 AND a.subscription = $2 AND (d.status = 'digest') = $3
"""
_SENT = f"""
WITH mine AS (
  UPDATE deliveries d SET state = 'sent', sent = now(), attempts = attempts + 1, status = $2,
    latency_ms = least(extract(epoch FROM now() - a.created) * 1000, {LONGEST_MS})
  FROM alerts a WHERE a.key = d.alert AND d.id = $1 RETURNING d.destination
)
UPDATE destinations SET failures = 0, last_sent = now() FROM mine WHERE destinations.id = mine.destination
"""
_FAILED = """
WITH mine AS (
  UPDATE deliveries SET state = $3, attempts = attempts + 1, status = $2, due = now() + make_interval(secs => $4)
  WHERE id = $1 RETURNING destination
)
UPDATE destinations SET failures = failures + 1, last_failed = now(), last_error = $2, paused = paused OR $5
FROM mine WHERE destinations.id = mine.destination
"""
_TOLD = """
UPDATE deliveries SET state = 'told', status = $2 WHERE id = ANY($1) AND state = 'held' RETURNING destination
"""
_BUNDLE = """
INSERT INTO alerts (key, subscription, trigger, time, feature) VALUES ($1, $2, $3, now(), $4)
ON CONFLICT (key) DO NOTHING
"""


async def lease(
    connection: asyncpg.Connection, busy: Sequence[int], places: int, batch: int, lease_s: float
) -> Sequence[asyncpg.Record]:
    """The oldest `batch` due deliveries of at most `places` destinations that are not `busy`; nobody else is given
    them for `lease_s`. Within a transaction, so that they can be judged before anybody hears of them."""
    return list(await connection.fetch(_LEASE, busy, places, batch, lease_s))


async def lease_tests(connection: asyncpg.Connection, most: int, lease_s: float) -> Sequence[asyncpg.Record]:
    """Tests that wait."""
    return list(await connection.fetch(_LEASE_TESTS, most, lease_s))


async def used(connection: asyncpg.Connection) -> dict[str, int]:
    """Alerts of which somebody was told within the last hour: their subscription, by key."""
    return {row["alert"]: row["subscription"] for row in await connection.fetch(_USED, NO_ALERTS)}


async def release(pool: asyncpg.Pool | asyncpg.Connection, ids: Sequence[int]) -> None:
    """Leased deliveries that were not tried after all."""
    await pool.execute("UPDATE deliveries SET due = now() WHERE id = ANY($1) AND state = 'due'", ids)


async def sent(pool: asyncpg.Pool, delivery: int, status: str) -> None:
    """It arrived."""
    await pool.execute(_SENT, delivery, status)


async def failed(pool: asyncpg.Pool, delivery: int, status: str, again_in_s: float | None, pause: bool = False) -> None:
    """It did not arrive; without `again_in_s` it is dead."""
    await pool.execute(_FAILED, delivery, status[:500], "dead" if again_in_s is None else "due", again_in_s or 0, pause)


async def hold(connection: asyncpg.Connection, held: Sequence[tuple[int, str, float]]) -> None:
    """Keep deliveries back: (id, why, until in epoch seconds)."""
    if not held:
        return
    await connection.executemany(
        "UPDATE deliveries SET state = 'held', status = $2, due = to_timestamp($3::float8) WHERE id = $1", held
    )


async def held(connection: asyncpg.Connection) -> Sequence[asyncpg.Record]:
    """What is kept back, by destination, subscription and whether for a digest; `over`: the time of one has come."""
    return list(await connection.fetch(_HELD))


async def held_of(connection: asyncpg.Connection, group: asyncpg.Record, most: int) -> Sequence[asyncpg.Record]:
    """The deliveries of one of these groups, the oldest first."""
    return list(await connection.fetch(_HELD_OF, group["destination"], group["subscription"], group["digest"], most))


async def wait(connection: asyncpg.Connection, group: asyncpg.Record, until: float) -> None:
    """Keep a group back until then, in epoch seconds."""
    await connection.execute(_WAIT, group["destination"], group["subscription"], group["digest"], until)


async def bundle(
    connection: asyncpg.Connection, key: str, subscription: int, trigger: str, feature: str, of: Sequence[int]
) -> None:
    """One message that tells of several deliveries of one destination, which are then told."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", ORDER_LOCK)
    await connection.execute(_BUNDLE, key, subscription, trigger, feature)
    sql = (
        "UPDATE deliveries SET state = 'told', status = $2 WHERE id = ANY($1) AND state = 'held' RETURNING destination"
    )
    rows = await connection.fetch(sql, of, key)
    for destination in {row["destination"] for row in rows}:
        await owe(connection, key, destination)


async def owe(connection: asyncpg.Connection, alert: str, destination: int) -> int | None:
    """A delivery of an alert that is stored already; its number, None where there is one."""
    sql = "INSERT INTO deliveries (alert, destination) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id"
    number: int | None = await connection.fetchval(sql, alert, destination)
    return number


async def test(
    connection: asyncpg.Connection, key: str, subscription: int | None, feature: str, destinations: Sequence[int]
) -> dict[int, int]:
    """A test alert and its deliveries: their numbers, by destination. `key` begins with `test-`."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", ORDER_LOCK)
        await connection.execute(_BUNDLE, key, subscription, "test", feature)
        made = {one: await owe(connection, key, one) for one in destinations}
        await connection.execute("SELECT pg_notify($1, 'alert')", CHANNEL)
    return {destination: number for destination, number in made.items() if number is not None}


async def again(connection: asyncpg.Connection, delivery: int) -> Any:
    """Send a delivery once more, whatever became of it; its alert, None where it is under way already."""
    sql = f"""
    UPDATE deliveries SET state = 'due', due = now(), attempts = 0, created = now(), status = '{REPLAYED}'
    WHERE id = $1 AND state <> 'due' RETURNING alert
    """
    alert = await connection.fetchval(sql, delivery)
    if alert:
        await connection.execute("SELECT pg_notify($1, 'alert')", CHANNEL)
    return alert
