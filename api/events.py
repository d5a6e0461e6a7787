"""What happened, as server-sent events: encoded once, and cut to a box for those who asked for one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import orjson

from api import sky
from api.identity import ID
from api.incident_collection import SAID
from api.parameters import Edges
from api.sky import Sky

PING = b": ping\n\n"

_ANOMALIES = """
SELECT seq, feature, ST_XMin(geom) AS west, ST_YMin(geom) AS south, ST_XMax(geom) AS east, ST_YMax(geom) AS north
FROM anomalies WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3
"""

_INCIDENTS = f"""
SELECT seq, {SAID} AS feature, ST_XMin(geom) AS west, ST_YMin(geom) AS south, ST_XMax(geom) AS east,
  ST_YMax(geom) AS north
FROM incidents WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3
"""

COLUMNS = ("icao24", "lat", "lon", "track", "baro_altitude", "ground_speed", "callsign", "on_ground", "position_time")
_JSON = (
    f"to_json(concat({ID}, CASE WHEN sub > 0 THEN concat('/', sub) END))", "round(ST_Y(geom) * 1e5) / 1e5",
    "round(ST_X(geom) * 1e5) / 1e5", "track", "baro_altitude", "ground_speed", "to_json(callsign)", "on_ground",
    "(extract(epoch FROM position_time) * 1000)::bigint",
)  # fmt: skip
_AIRCRAFT = f"""
SELECT ST_X(geom) AS lon, ST_Y(geom) AS lat, seq, extract(epoch FROM time)::float8 AS time,
  concat('[', {", ',', ".join(f"coalesce(({sql})::text, 'null')" for sql in _JSON)}, ']') AS row
FROM aircraft_now WHERE seq > $1 AND geom IS NOT NULL
"""


@dataclass(frozen=True)
class Event:
    """One frame. `seq` is the cursor after it, 0 where there is none to resume from."""

    seq: int
    frame: bytes
    box: Edges | None = None

    def seen(self, boxes: Sequence[Edges]) -> bytes:
        """The frame for somebody who looks at these boxes (none: everywhere); empty where it is not for him."""
        return self.frame if not boxes or self.box is None or any(meets(self.box, one) for one in boxes) else b""


@dataclass(frozen=True)
class Tick(Event):
    """Aircraft that moved: one JSON row each, and where they are."""

    time: int = 0
    rows: Sequence[tuple[float, float, str]] = ()
    cut: dict[tuple[Edges, ...], bytes] = field(default_factory=dict)
    """Frames that were cut already: many watch the same box."""

    def seen(self, boxes: Sequence[Edges]) -> bytes:
        if not boxes:
            return self.frame
        key = tuple(boxes)
        if key not in self.cut:
            inside = [row for lon, lat, row in self.rows if any(meets((lon, lat, lon, lat), one) for one in boxes)]
            self.cut[key] = _tick_frame(self.time, inside) if inside else b""
        return self.cut[key]


@dataclass(frozen=True)
class ColumnTick(Event):
    """The same as columns, for those who asked for them."""

    sky: Sky | None = None
    cut: dict[tuple[Edges, ...], bytes] = field(default_factory=dict)

    def seen(self, boxes: Sequence[Edges]) -> bytes:
        if not boxes or self.sky is None:
            return self.frame
        key = tuple(boxes)
        if key not in self.cut:
            inside = self.sky.inside(boxes)
            self.cut[key] = frame("aircraft", inside.packed()) if len(inside) else b""
        return self.cut[key]


def meets(one: Edges, other: Edges) -> bool:
    """Whether two boxes have a point in common."""
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def frame(kind: str, data: bytes, seq: int | None = None) -> bytes:
    """One event. JSON from the database and from orjson holds no line break."""
    head = b"" if seq is None else b"id: %d\n" % seq
    return head + b"event: " + kind.encode() + b"\ndata: " + data + b"\n\n"


def clock(now: Mapping[str, Any]) -> Event:
    return Event(0, frame("clock", orjson.dumps(now)))


async def anomalies(connection: Any, since: int, until: int, most: int = 500) -> list[Event]:
    """Changed anomalies with since < seq <= until, in order of their change, at most `most`."""
    rows = await connection.fetch(_ANOMALIES, since, until, most)
    return [_anomaly(row) for row in rows]


def _anomaly(row: asyncpg.Record) -> Event:
    return Event(row["seq"], frame("anomaly", row["feature"].encode(), row["seq"]), box(row))


async def incidents(connection: Any, since: int, until: int, most: int = 500) -> list[asyncpg.Record]:
    """Changed incidents with since < seq <= until, in order of their change, at most `most`."""
    return list(await connection.fetch(_INCIDENTS, since, until, most))


def incident(row: asyncpg.Record) -> Event:
    """In the stream of everything, whose ids are those of anomalies, incidents have none to go on from: their own
    stream has."""
    return Event(0, frame("incident", row["feature"].encode()), box(row))


def box(row: asyncpg.Record) -> Edges | None:
    """Where it lies; None for nowhere."""
    return None if row["west"] is None else (row["west"], row["south"], row["east"], row["north"])


async def aircraft(connection: Any, since: int) -> tuple[int, Event | None]:
    """Where the aircraft are that changed after tick `since`, and the newest tick."""
    rows = await connection.fetch(_AIRCRAFT, since)
    if not rows:
        return since, None
    time = round(max(row["time"] for row in rows) * 1000)
    texts = [(row["lon"], row["lat"], row["row"]) for row in rows]
    tick = Tick(0, _tick_frame(time, [text for _, _, text in texts]), time=time, rows=texts)
    return max(row["seq"] for row in rows), tick


async def columns(connection: Any, since: int) -> tuple[int, Event | None]:
    """The same as columns; encoded once, beside the event loop."""
    newest, moved = await sky.moved(connection, since)
    if moved is None:
        return newest, None
    packed = await asyncio.to_thread(moved.packed)
    return newest, ColumnTick(0, frame("aircraft", packed), sky=moved)


def _tick_frame(time: int, rows: Sequence[str]) -> bytes:
    head = orjson.dumps({"time": time, "columns": COLUMNS})[:-1]
    return frame("aircraft", head + b',"rows":[' + ",".join(rows).encode() + b"]}")
