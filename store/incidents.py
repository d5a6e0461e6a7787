"""Incidents into the database: one row each, its feature ready as text; what people say of it is never overwritten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
import orjson

from geo.anomaly import Anomaly
from geo.incident import REACH_MS, Incident, Join
from geo.schema import icao24_number
from store.state import changed

_ORDER_LOCK = 0x736B7934
"""Advisory lock, as for anomalies: whoever draws `seq` commits before the next one draws. Taken after theirs."""

_TYPES = {
    "id": "text", "start_time": "float8", "end_time": "float8", "state": "text", "priority": "smallint",
    "confidence": "real", "band": "text", "classes": "text", "geom": "text", "feature": "text",
}  # fmt: skip
_CAST = {
    "start_time": "to_timestamp(start_time)",
    "end_time": "to_timestamp(end_time)",
    "classes": "string_to_array(classes, ',')",
    "geom": "ST_GeomFromGeoJSON(geom)",
}
_SENT = ", ".join(f"${i}::{kind}[]" for i, kind in enumerate(_TYPES.values(), 1))
_UPSERT = f"""
INSERT INTO incidents ({", ".join(_TYPES)})
SELECT {", ".join(_CAST.get(c, c) for c in _TYPES)} FROM unnest({_SENT}) AS sent ({", ".join(_TYPES)})
ON CONFLICT (id) DO UPDATE SET {", ".join(f"{c} = excluded.{c}" for c in _TYPES if c != "id")}, seq = excluded.seq
WHERE incidents.feature IS DISTINCT FROM excluded.feature
"""

_MOVED = """
SELECT DISTINCT m.incident AS old, s.incident AS new
FROM unnest($1::text[], $2::text[]) AS s (anomaly, incident) JOIN incident_anomalies m USING (anomaly)
WHERE m.incident <> s.incident
"""
_BELONG = """
INSERT INTO incident_anomalies (anomaly, incident) SELECT * FROM unnest($1::text[], $2::text[])
ON CONFLICT (anomaly) DO UPDATE SET incident = excluded.incident
WHERE incident_anomalies.incident <> excluded.incident
"""
_EMPTY = """
SELECT id, feature, status, queue FROM incidents i
WHERE id = ANY($1) AND NOT EXISTS (SELECT FROM incident_anomalies m WHERE m.incident = i.id) FOR UPDATE
"""
_MERGE = "UPDATE incidents SET state = 'merged', feature = $2, seq = nextval('incident_seq') WHERE id = $1"
_TAKE_OVER = """
UPDATE incidents SET status = CASE status WHEN 'new' THEN $2::text ELSE status END, queue = coalesce(queue, $3::text),
  seq = nextval('incident_seq')
WHERE id = $1 AND ((status = 'new' AND $2::text <> 'new') OR (queue IS NULL AND $3::text IS NOT NULL))
"""

_CLOSE = """
UPDATE incidents i SET state = 'closed', seq = nextval('incident_seq'),
  feature = replace(feature, '"state":"open"', '"state":"closed"')
WHERE state = 'open' AND NOT EXISTS (
  SELECT FROM incident_anomalies m JOIN anomalies a ON a.id = m.anomaly WHERE m.incident = i.id AND a.state = 'open'
)
"""

_REACHED = """
SELECT m.incident FROM incident_anomalies m JOIN anomalies a ON a.id = m.anomaly
WHERE a.end_time >= to_timestamp($1::float8) AND a.start_time < to_timestamp($2::float8)
UNION SELECT m.incident FROM incident_anomalies m WHERE NOT EXISTS (SELECT FROM anomalies a WHERE a.id = m.anomaly)
"""
_LOST = "DELETE FROM incident_anomalies m WHERE NOT EXISTS (SELECT FROM anomalies a WHERE a.id = m.anomaly)"
_DROP = """
DELETE FROM incidents i WHERE id = ANY($1) AND state <> 'merged'
AND NOT EXISTS (SELECT FROM incident_anomalies m WHERE m.incident = i.id)
"""
_STORED = """
SELECT id, class, icao24, coalesce(callsign, '') AS callsign, state, priority, confidence,
  coalesce(cleared, '') AS cleared,
  (extract(epoch FROM start_time) * 1000)::bigint AS start, (extract(epoch FROM end_time) * 1000)::bigint AS end,
  ST_AsGeoJSON(geom, 6) AS geometry, to_hex(h3) AS h3, feature::jsonb -> 'properties' ->> 'explanation' AS explanation,
  ARRAY(SELECT jsonb_array_elements_text(feature::jsonb -> 'properties' -> 'members')) AS members
FROM anomalies a WHERE (end_time >= to_timestamp($1::float8) AND start_time < to_timestamp($2::float8))
OR EXISTS (SELECT FROM incident_anomalies m WHERE m.anomaly = a.id AND m.incident = ANY($3))
"""


def feature_text(incident: Incident) -> str:
    """The GeoJSON feature as it is served, but for what people say of it. It ends with its properties."""
    return orjson.dumps(incident.feature()).decode()


def _row(incident: Incident) -> tuple[Any, ...]:
    geometry = orjson.dumps(incident.geometry).decode() if incident.geometry else None
    return (
        incident.id, incident.start / 1000, incident.end / 1000, incident.state, incident.priority,
        incident.confidence, incident.band, ",".join(incident.classes), geometry, feature_text(incident),
    )  # fmt: skip


async def in_turn(connection: asyncpg.Connection) -> None:
    """Before anything of an incident is changed, first in its transaction: changes commit in the order of `seq`, so
    that who reads on from one misses none."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", _ORDER_LOCK)


async def save(connection: asyncpg.Connection, incidents: Sequence[Incident]) -> int:
    """Insert or update; how many rows changed. An incident whose anomalies now all belong to another one is merged
    into it, and hands on what people said of it."""
    standing = {one.id: one for one in incidents if one.state != "merged"}
    if not standing:
        return 0
    belongs = [(anomaly, one.id) for one in standing.values() for anomaly in one.anomalies]
    columns = list(zip(*map(_row, standing.values()), strict=True))
    async with connection.transaction():
        await in_turn(connection)
        moved = await connection.fetch(_MOVED, *map(list, zip(*belongs, strict=True)))
        count = changed(await connection.execute(_UPSERT, *columns))
        await connection.execute(_BELONG, *map(list, zip(*belongs, strict=True)))
        return count + await _merge(connection, {row["old"]: row["new"] for row in moved})


async def _merge(connection: asyncpg.Connection, into: Mapping[str, str]) -> int:
    """Incidents that have lost all their anomalies; how many."""
    rows = await connection.fetch(_EMPTY, list(into)) if into else []
    for row in rows:
        feature = orjson.loads(row["feature"])
        feature["properties"] |= {"state": "merged", "merged_into": into[row["id"]]}
        await connection.execute(_MERGE, row["id"], orjson.dumps(feature).decode())
        await connection.execute(_TAKE_OVER, into[row["id"]], row["status"], row["queue"])
    return len(rows)


async def close_others(connection: asyncpg.Connection) -> int:
    """Close the incidents of which no anomaly is open any more; how many."""
    async with connection.transaction():
        await in_turn(connection)
        return changed(await connection.execute(_CLOSE))


async def join_again(connection: asyncpg.Connection, start: int, end: int, join: Join) -> int:
    """After anomalies that start in [start, end) ms were replaced: their incidents anew, with all that reach there.

    Incidents that there still are keep what people said; those without anomalies go. How many are new or changed.
    """
    reach = ((start - REACH_MS) / 1000, (end + REACH_MS) / 1000)
    async with connection.transaction():
        await in_turn(connection)
        touched, anomalies = await _around(connection, *reach)
        await connection.execute(_LOST)
        count = await save(connection, join(anomalies))
        await connection.execute(_DROP, touched)
    return count


async def around(connection: asyncpg.Connection, start: int, end: int) -> Sequence[Anomaly]:
    """The stored anomalies that reach into [start, end) ms, and all that belong with them; without their evidence."""
    async with connection.transaction():
        return (await _around(connection, start / 1000, end / 1000))[1]


async def _around(connection: asyncpg.Connection, start: float, end: float) -> tuple[list[str], list[Anomaly]]:
    """The incidents that reach there, or have lost an anomaly; and the anomalies of both. Times in epoch seconds."""
    reached = [row["incident"] for row in await connection.fetch(_REACHED, start, end)]
    return reached, [_anomaly(row) for row in await connection.fetch(_STORED, start, end, reached)]


def _anomaly(row: asyncpg.Record) -> Anomaly:
    """A stored anomaly, as far as joining needs it: without its evidence."""
    given = dict(row)
    geometry = orjson.loads(given.pop("geometry") or "null")
    members = [icao24_number(text) for text in given.pop("members") if text]
    return Anomaly(class_id=given.pop("class"), geometry=geometry, members=members, **given)
