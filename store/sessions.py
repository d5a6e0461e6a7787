"""Sessions into the database: each is told with all it has by now, so telling it again changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import asyncpg
import numpy as np

from geo.schema import Array
from store.state import changed

_COLUMNS = {
    "icao24": "bigint", "first": "bigint", "last": "bigint", "messages": "bigint", "has_position": "boolean",
    "has_altitude": "boolean", "has_callsign": "boolean", "has_signal": "boolean", "callsign": "text", "lat": "float8",
    "lon": "float8", "baro_altitude": "real", "ground_speed": "real", "rssi": "real",
}  # fmt: skip
_GIVEN = ", ".join(f"${i}::{kind}[]" for i, kind in enumerate(_COLUMNS.values(), 1))
_UPSERT = f"""
INSERT INTO sessions (icao24, first_seen, last_seen, message_count, has_position, has_altitude, has_callsign,
  has_signal, callsign, altitude, speed, rssi, geom)
SELECT icao24, to_timestamp(first / 1000.0), to_timestamp(last / 1000.0), messages, has_position, has_altitude,
  has_callsign, has_signal, callsign, baro_altitude, ground_speed, rssi,
  CASE WHEN lat IS NOT NULL THEN ST_SetSRID(ST_MakePoint(lon, lat), 4326) END
FROM unnest({_GIVEN}) AS told ({", ".join(_COLUMNS)})
ON CONFLICT (icao24, first_seen) DO UPDATE SET last_seen = excluded.last_seen, message_count = excluded.message_count,
  has_position = excluded.has_position, has_altitude = excluded.has_altitude, has_callsign = excluded.has_callsign,
  has_signal = excluded.has_signal, callsign = excluded.callsign, altitude = excluded.altitude, speed = excluded.speed,
  rssi = excluded.rssi, geom = excluded.geom
WHERE excluded.last_seen >= sessions.last_seen
"""


async def save(connection: asyncpg.Connection, told: Mapping[str, Array]) -> int:
    """Columns of pipeline/sessions.py; how many sessions are new or changed."""
    if not len(told["icao24"]):
        return 0
    return changed(await connection.execute(_UPSERT, *(_values(told[name]) for name in _COLUMNS)))


def _values(values: Array) -> list[object]:
    """As the driver takes them: None where missing."""
    if values.dtype.kind == "S":
        return [text.decode("ascii", "replace") or None for text in values.tolist()]
    plain: list[object] = values.tolist()
    return [None if value != value else value for value in plain] if values.dtype.kind == "f" else plain


_OPEN = """
SELECT icao24, (extract(epoch FROM first_seen) * 1000)::bigint AS first,
  (extract(epoch FROM last_seen) * 1000)::bigint AS last, message_count AS messages, has_position, has_altitude,
  has_callsign, has_signal, coalesce(callsign, '') AS callsign, coalesce(ST_Y(geom), 'NaN') AS lat,
  coalesce(ST_X(geom), 'NaN') AS lon, coalesce(altitude, 'NaN') AS baro_altitude,
  coalesce(speed, 'NaN') AS ground_speed, coalesce(rssi, 'NaN') AS rssi
FROM sessions WHERE last_seen >= $1 AND last_seen <= $2 ORDER BY icao24, first_seen
"""


async def open_at(pool: asyncpg.Pool, ms: int, gap_ms: int) -> dict[str, Array]:
    """The newest session of each aircraft that may go on at a time (epoch ms), as columns of pipeline/sessions.py."""
    between = (datetime.fromtimestamp(t / 1000, UTC) for t in (ms - gap_ms, ms))
    rows = {row["icao24"]: row for row in await pool.fetch(_OPEN, *between)}
    kinds = {
        "callsign": "S8",
        "lat": "f8",
        "lon": "f8",
        **dict.fromkeys(("baro_altitude", "ground_speed", "rssi"), "f4"),
    }
    kinds = {**dict.fromkeys(_COLUMNS, "i8"), **{n: "?" for n in _COLUMNS if n.startswith("has_")}, **kinds}
    return {name: np.array([row[name] for row in rows.values()], dtype=kinds[name]) for name in _COLUMNS}


async def drop_before(connection: asyncpg.Connection, ms: int) -> int:
    """Remove sessions that ended before `ms` (epoch ms); how many."""
    return changed(
        await connection.execute("DELETE FROM sessions WHERE last_seen < $1", datetime.fromtimestamp(ms / 1000, UTC))
    )
