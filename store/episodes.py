"""Anomalies into the database: one row per episode, its feature ready as text, `seq` moving only with a change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
import orjson

from geo.alert import Alert
from geo.anomaly import Anomaly
from store.state import changed

_OPTIONS = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS
_ORDER_LOCK = 0x736B7932
"""Advisory lock: whoever draws `seq` commits before the next one draws, so that a reader's cursor skips nothing."""

_TYPES = {
    "id": "text", "class": "text", "icao24": "bigint", "callsign": "text", "start_time": "float8", "end_time": "float8",
    "state": "text", "priority": "smallint", "confidence": "real", "h3": "bigint", "geom": "text", "feature": "text",
    "cleared": "text", "params_hash": "text",
}  # fmt: skip
_CAST = {
    "start_time": "to_timestamp(start_time)",
    "end_time": "to_timestamp(end_time)",
    "geom": "ST_GeomFromGeoJSON(geom)",
}
_SENT = ", ".join(f"${i}::{kind}[]" for i, kind in enumerate(_TYPES.values(), 1))
_UPSERT = f"""
INSERT INTO anomalies ({", ".join(_TYPES)})
SELECT {", ".join(_CAST.get(c, c) for c in _TYPES)} FROM unnest({_SENT}) AS sent ({", ".join(_TYPES)})
ON CONFLICT (id) DO UPDATE SET {", ".join(f"{c} = excluded.{c}" for c in _TYPES if c != "id")}, seq = excluded.seq
WHERE (anomalies.feature, anomalies.params_hash) IS DISTINCT FROM (excluded.feature, excluded.params_hash)
"""

_CLOSE = """
UPDATE anomalies SET state = 'closed', seq = nextval('anomaly_seq'),
  feature = replace(feature, '"state":"open"', '"state":"closed"')
WHERE state = 'open' AND NOT id = ANY($1)
"""

_DELETE = """
DELETE FROM anomalies WHERE class = ANY($1) AND start_time >= to_timestamp($2::float8)
AND start_time < to_timestamp($3::float8) AND NOT id = ANY($4)
"""


def feature_text(told: Anomaly | Alert) -> str:
    """The GeoJSON feature as it is served. Keys in a fixed order: what is equal gives equal text."""
    return orjson.dumps(told.feature(), option=_OPTIONS).decode()


def _row(anomaly: Anomaly, hashes: Mapping[str, str]) -> tuple[Any, ...]:
    geometry = orjson.dumps(anomaly.geometry, option=_OPTIONS).decode() if anomaly.geometry else None
    return (
        anomaly.id, anomaly.class_id, anomaly.icao24, anomaly.callsign.replace("\0", "") or None,
        anomaly.start / 1000, anomaly.end / 1000, anomaly.state, anomaly.priority, anomaly.confidence,
        int(anomaly.h3, 16) if anomaly.h3 else None, geometry, feature_text(anomaly), anomaly.cleared or None,
        anomaly.evidence.get("parameters_hash") or hashes.get(anomaly.class_id),
    )  # fmt: skip


async def save(connection: asyncpg.Connection, anomalies: Sequence[Anomaly], hashes: Mapping[str, str]) -> int:
    """Insert or update; how many rows changed. The same anomalies again change nothing."""
    if not anomalies:
        return 0
    newest = {anomaly.id: anomaly for anomaly in anomalies}
    columns = list(zip(*(_row(anomaly, hashes) for anomaly in newest.values()), strict=True))
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _ORDER_LOCK)
        return changed(await connection.execute(_UPSERT, *columns))


async def replace(
    connection: asyncpg.Connection,
    classes: Sequence[str],
    start: int,
    end: int,
    anomalies: Sequence[Anomaly],
    hashes: Mapping[str, str],
) -> int:
    """In one transaction `anomalies` become the episodes of `classes` starting in [start, end) ms; how many changed."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _ORDER_LOCK)
        ids = [anomaly.id for anomaly in anomalies]
        gone = changed(await connection.execute(_DELETE, list(classes), start / 1000, end / 1000, ids))
        return gone + await save(connection, anomalies, hashes)


async def close_others(connection: asyncpg.Connection, ids: Sequence[str]) -> int:
    """Close every open episode but these: nobody follows the others any more; how many there were.

    The text of a feature is ours, and inside its values every quote is escaped: the key cannot stand there.
    """
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _ORDER_LOCK)
        return changed(await connection.execute(_CLOSE, list(ids)))
