"""What people say of incidents and anomalies: kept one after the other, and read as verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from store.audit import Who
from store.connect import CHANNEL

VERDICTS = ("confirmed", "dismissed", "resolved")
"""What an incident's review says of its anomalies too."""

_ADD = "INSERT INTO reviews (kind, subject, account, who, status, reason, note) VALUES ($1, $2, $3, $4, $5, $6, $7)"
_TAKE_OVER = """
INSERT INTO reviews (kind, subject, account, who, status, reason, note)
SELECT 'anomaly', m.anomaly, $2, $3, $4, $5, concat('with incident ', m.incident)
FROM incident_anomalies m JOIN anomalies a ON a.id = m.anomaly WHERE m.incident = $1 AND a.state <> 'cleared'
"""
_STATUS = "UPDATE incidents SET status = $2, seq = nextval('incident_seq') WHERE id = $1"
_LISTED = """
SELECT id, kind, subject, who, at, status, reason, note FROM reviews
WHERE ($1::text IS NULL OR kind = $1) AND ($2::text IS NULL OR subject = $2) AND id < $3 ORDER BY id DESC LIMIT $4
"""

# The newest verdict counts; `new` takes one back, and `resolved` and notes leave it as it was.
_JUDGED = """
WITH newest AS (
  SELECT DISTINCT ON (subject) subject, status FROM reviews
  WHERE kind = 'anomaly' AND status IN ('confirmed', 'dismissed', 'new') ORDER BY subject, id DESC
)
SELECT a.class, round(a.confidence::numeric, 3)::float8 AS confidence, newest.status = 'confirmed' AS right
FROM newest JOIN anomalies a ON a.id = newest.subject
WHERE newest.status <> 'new' AND a.start_time >= $1 AND a.start_time < $2
AND ($3::bigint IS NULL OR ST_Intersects(a.geom, (SELECT geom FROM areas WHERE id = $3)))
"""
_FOUND = """
SELECT class, round(confidence::numeric, 3)::float8 AS confidence, count(*) AS n FROM anomalies a
WHERE state <> 'cleared' AND start_time >= $1 AND start_time < $2
AND ($3::bigint IS NULL OR ST_Intersects(geom, (SELECT geom FROM areas WHERE id = $3))) GROUP BY 1, 2
"""


async def add(connection: asyncpg.Connection, who: Who, kind: str, subject: str, said: Mapping[str, str]) -> None:
    """Say `status`, `reason` and `note` of an incident or anomaly."""
    values = (said["status"], said["reason"], said["note"])
    await connection.execute(_ADD, kind, subject, who.account, who.name, *values)
    if kind == "incident":
        await connection.execute(_STATUS, subject, said["status"])


async def take_over(connection: asyncpg.Connection, who: Who, incident: str, said: Mapping[str, str]) -> None:
    """The verdict on an incident holds for its anomalies."""
    if said["status"] in VERDICTS:
        await connection.execute(_TAKE_OVER, incident, who.account, who.name, said["status"], said["reason"])


async def changed(connection: asyncpg.Connection) -> None:
    """Wake readers: what people say of an incident has changed."""
    await connection.execute("SELECT pg_notify($1, 'incident')", CHANNEL)


async def listed(
    pool: asyncpg.Pool, kind: str | None, subject: str | None, before: int = 2**62, limit: int = 1_000
) -> Sequence[asyncpg.Record]:
    """Newest first, of one kind or subject or of all."""
    return list(await pool.fetch(_LISTED, kind, subject, before, limit))


async def judged(pool: asyncpg.Pool, start: Any, end: Any, area: int | None) -> Sequence[asyncpg.Record]:
    """Class, confidence and whether it was right, of each anomaly with a verdict that began in [start, end)."""
    return list(await pool.fetch(_JUDGED, start, end, area))


async def found(pool: asyncpg.Pool, start: Any, end: Any, area: int | None) -> Sequence[asyncpg.Record]:
    """How many anomalies there were of each class and confidence."""
    return list(await pool.fetch(_FOUND, start, end, area))
