"""Sessions and anomalies under the names of the first requirements: /api/sessions and /api/anomalies."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from litestar import Response

from api import replies
from api.clock import at, data_time
from api.filters import choice, whole
from api.identity import ICAO24, ID
from api.replies import AnyRequest
from api.routes import given, route
from api.session_collection import GAP_S, TIERS

MOST, USUAL = 1_000, 100

TIER_OF: Mapping[str, str] = {
    **dict.fromkeys(("timing", "injection"), "temporal"),
    "signal": "signal",
    **dict.fromkeys(
        ("identity", "callsign-duplicate", "icao-spoof", "equipment-signature", "squawk", "watch-list", "sighting"),
        "identity",
    ),
}
"""Classes by tier; all others judge behaviour."""


_TIERS = ", ".join(f"({sql}) AS {name}" for name, (sql, _) in TIERS.items())
_SESSIONS = f"""
SELECT {ID} AS hex, first_seen, last_seen, message_count, has_position, has_altitude, has_callsign, callsign AS flight,
  ST_Y(geom) AS lat, ST_X(geom) AS lon, altitude, speed, {_TIERS}
FROM sessions WHERE $2 OR last_seen >= $1 ORDER BY last_seen DESC, icao24 LIMIT $3
"""
_ANOMALIES = f"""
SELECT a.id, a.class, {ICAO24} AS hex, a.start_time AS ts, a.confidence, a.state,
  a.feature::jsonb -> 'properties' AS properties,
  EXISTS (SELECT FROM reviews r WHERE r.kind = 'anomaly' AND r.subject = a.id) AS reviewed
FROM anomalies a WHERE a.state <> 'cleared' ORDER BY a.start_time DESC, a.id LIMIT $1
"""


@route("/api/sessions", query=["limit", "all"])
async def show_sessions(request: AnyRequest) -> Response[bytes]:
    """Open sessions, those heard last first; `all=true`: closed ones too. Times are epoch milliseconds."""
    asked = given(request, ["limit", "all"])
    every = choice("all", ("true", "false"))(asked.get("all", "false"))[0] == "true"
    pool = request.app.state.pool
    since = at(max((await data_time(pool) or 0) - GAP_S * 1000, 0))
    rows = await pool.fetch(_SESSIONS, since, every, _limit(asked))
    return await replies.json(request, {"sessions": [_plain(row) for row in rows]})


@route("/api/anomalies", query=["limit"])
async def show_anomalies(request: AnyRequest) -> Response[bytes]:
    """The newest anomalies: `anomaly_type` is the tier, `details` explanation, class and evidence. `ts` is epoch
    milliseconds."""
    rows = await request.app.state.pool.fetch(_ANOMALIES, _limit(given(request, ["limit"])))
    return await replies.json(request, {"anomalies": [_anomaly(row) for row in rows]})


def _limit(asked: Mapping[str, str]) -> int:
    return whole("limit", 1, MOST)(asked.get("limit", str(USUAL)))


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _ms(value) if isinstance(value, datetime) else value for name, value in dict(row).items()}


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _anomaly(row: Mapping[str, Any]) -> dict[str, Any]:
    properties = row["properties"] if isinstance(row["properties"], dict) else orjson.loads(row["properties"])
    kept = ("callsign", "priority", "explanation", "members", "end", "evidence")
    return {
        "id": row["id"], "ts": _ms(row["ts"]), "hex": row["hex"], "confidence": row["confidence"],
        "anomaly_type": TIER_OF.get(row["class"], "behavioral"), "reviewed": row["reviewed"],
        "details": {"class": row["class"], "state": row["state"], **{n: properties.get(n) for n in kept}},
    }  # fmt: skip
