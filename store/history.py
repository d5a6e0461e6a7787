"""Anomalies of the past as the engine gave them, for whoever judges them again."""

from __future__ import annotations

from typing import Any

import asyncpg
import orjson

from geo.anomaly import Anomaly
from store.reader import Area

_IN = """
SELECT id, class, icao24, callsign, extract(epoch FROM start_time)::float8 AS start,
  extract(epoch FROM end_time)::float8 AS end, state, priority, confidence, cleared, h3, feature
FROM anomalies
WHERE start_time < to_timestamp($1::float8) AND end_time >= to_timestamp($2::float8)
  AND ST_Intersects(geom, ST_MakeEnvelope($3, $4, $5, $6, 4326))
ORDER BY start_time, id LIMIT $7
"""


_SINCE = """
SELECT id, class, start_time, end_time, feature FROM anomalies WHERE end_time >= to_timestamp($1::float8)
"""


async def found_since(
    connection: asyncpg.Connection | asyncpg.Pool, since: int
) -> list[tuple[str, str, list[str], int, int]]:
    """Id, class, addresses of all aircraft, start and end (epoch ms) of what lasted beyond a time (epoch ms)."""
    rows = await connection.fetch(_SINCE, since / 1000)
    return [
        (row["id"], row["class"], _addresses(orjson.loads(row["feature"])["properties"]), _ms(row["start_time"]),
         _ms(row["end_time"]))
        for row in rows
    ]  # fmt: skip


def _addresses(properties: Any) -> list[str]:
    own = properties["icao24"]
    return [one.partition("/")[0] for one in [own, *(properties["members"] if own is None else ())] if one]


def _ms(time: Any) -> int:
    return round(float(time.timestamp()) * 1000)


async def anomalies_in(
    connection: asyncpg.Connection | asyncpg.Pool, box: Area, start: int, end: int, most: int
) -> list[Anomaly]:
    """Those of [start, end) (epoch ms) that meet the box (west <= east), at most `most`, by their start."""
    rows = await connection.fetch(_IN, end / 1000, start / 1000, *box, most)
    return [_anomaly(row) for row in rows]


def _anomaly(row: Any) -> Anomaly:
    """Members are left out: nobody has asked for them."""
    feature = orjson.loads(row["feature"])
    properties = feature["properties"]
    return Anomaly(
        row["id"], row["class"], row["icao24"], row["callsign"] or "", (), round(row["start"] * 1000),
        round(row["end"] * 1000), row["state"], row["priority"], row["confidence"], properties["explanation"],
        feature["geometry"], f"{row['h3']:x}" if row["h3"] else "", row["cleared"] or "", properties["evidence"] or {},
    )  # fmt: skip
