"""Alerts into the database, each with its deliveries: the outbox, written in the transaction that tells of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import asyncpg
import orjson

from geo.alert import Alert
from store.episodes import feature_text
from store.state import changed

ORDER_LOCK = 0x736B7933
"""Advisory lock, as for anomalies: whoever draws `seq` commits before the next one draws. Taken after theirs."""

_TYPES = {
    "key": "text", "subscription": "bigint", "trigger": "text", "time": "float8", "icao24": "bigint",
    "callsign": "text", "anomaly": "text", "incident": "text", "confidence": "real", "priority": "smallint",
    "geom": "text", "feature": "text",
}  # fmt: skip
_CAST = {"time": "to_timestamp(time)", "geom": "ST_GeomFromGeoJSON(geom)"}
_SENT = ", ".join(f"${i}::{kind}[]" for i, kind in enumerate(_TYPES.values(), 1))

# A subscription may have gone since it was last looked at; one that is being read here cannot go before the commit.
_INSERT = f"""
WITH watching AS (SELECT id FROM subscriptions WHERE id = ANY($2) ORDER BY id FOR KEY SHARE),
sent AS (SELECT * FROM unnest({_SENT}) WITH ORDINALITY AS sent ({", ".join(_TYPES)}, place)),
new AS (
  INSERT INTO alerts ({", ".join(_TYPES)})
  SELECT {", ".join(_CAST.get(c, c) for c in _TYPES)} FROM sent
  WHERE subscription IN (SELECT id FROM watching) ORDER BY place
  ON CONFLICT (key) DO NOTHING RETURNING key, subscription
), due AS (
  INSERT INTO deliveries (alert, destination)
  SELECT new.key, d.id FROM new JOIN subscription_destinations s USING (subscription)
  JOIN destinations d ON d.id = s.destination AND NOT d.paused
  ON CONFLICT (alert, destination) DO NOTHING
)
SELECT count(*) FROM new
"""


def _row(alert: Alert) -> tuple[Any, ...]:
    place = orjson.dumps(alert.feature()["geometry"]).decode() if alert.place else None
    return (
        alert.key, alert.subscription, alert.trigger, alert.time / 1000, alert.icao24,
        alert.callsign.replace("\0", "") or None, alert.anomaly, alert.incident, alert.confidence, alert.priority,
        place, feature_text(alert),
    )  # fmt: skip


async def save(connection: asyncpg.Connection, alerts: Sequence[Alert]) -> int:
    """Insert alerts, and for each a delivery to every destination of its subscription that is not paused; how many
    were new. The same alerts again change nothing; of a subscription that has gone nothing is kept."""
    if not alerts:
        return 0
    columns = list(zip(*map(_row, {alert.key: alert for alert in alerts}.values()), strict=True))
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", ORDER_LOCK)
        return int(await connection.fetchval(_INSERT, *columns))


async def told_since(connection: asyncpg.Connection, ms: int) -> list[tuple[int, str, int | None, int]]:
    """Subscription, trigger, address and time of the alerts since then (epoch ms)."""
    sql = "SELECT subscription, trigger, icao24, time FROM alerts WHERE time >= to_timestamp($1::float8)"
    rows = await connection.fetch(sql, ms / 1000)
    return [(r["subscription"], r["trigger"], r["icao24"], round(r["time"].timestamp() * 1000)) for r in rows]


async def drop_before(connection: asyncpg.Connection, ms: int) -> int:
    """Forget alerts of before `ms` (epoch ms), and their deliveries; how many."""
    return changed(await connection.execute("DELETE FROM alerts WHERE time < to_timestamp($1::float8)", ms / 1000))
