"""How well the service does its work: latency, coverage, uptime, valid messages, diversity, and what reviews said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import asyncpg
from litestar import Response

from api import filters, pages, pages_service
from api.clock import at, clock, rfc3339
from api.health import feeds_of
from api.measured import measured
from api.replies import AnyRequest
from api.routes import given, route
from geo.batch import of_value
from store import reviews

MOST_HOURS = 24 * 31
BUDGET_PER_HOUR = 100
"""Alerts that one desk can look at in an hour."""

TOLD = ("callsign", "squawk", "baro_altitude", "ground_speed", "track", "vertical_rate", "nic", "nac_p", "type_code")
"""Columns of which the share of aircraft that send them is shown."""

_HEARD = f"""
SELECT count(*) AS aircraft, count(geom) AS placed, {", ".join(f"count({name}) AS {name}" for name in TOLD)}
FROM aircraft_now WHERE time > $1::timestamptz - interval '1 hour'
"""
# A piece of a track begins with the last fix before its slot, which was heard in one of its own.
_SLOTS = """
SELECT count(DISTINCT heard) AS heard, max(heard) AS last
FROM track_segments, unnest(ARRAY[slot, date_bin('10 minutes', start_time, 'epoch'::timestamptz)]) AS heard
WHERE start_time > $1::timestamptz - interval '1 hour' AND start_time < $2 AND heard >= $1 AND heard < $2
"""
_FIRST = "SELECT min(start_time) FROM track_segments"
_FOUND = """
SELECT class, count(*) AS n FROM anomalies
WHERE state <> 'cleared' AND start_time >= $1 AND start_time < $2 GROUP BY class
"""
_CLEARED = "SELECT count(*) FROM anomalies WHERE state = 'cleared' AND start_time >= $1 AND start_time < $2"
_STORED = """
SELECT count(*)::float8 / 600 FROM positions WHERE time > $1::timestamptz - interval '10 minutes' AND time <= $1
"""
_SIZE = "SELECT pg_database_size(current_database())"
_ACTIVE = "SELECT class FROM classes_status WHERE active"

SLOT = timedelta(minutes=10)


@route("/kpis", query=["hours", "f"])
async def show_kpis(request: AnyRequest) -> Response[bytes]:
    """Figures over the last hours of data; null where nothing can be said."""
    hours = filters.whole("hours", 1, MOST_HOURS)(given(request, ["hours", "f"]).get("hours", "24"))
    pool = request.app.state.pool
    now = await clock(pool)
    end = at(now.get("data_time") or 0)
    start = max(end - timedelta(hours=hours), at(0))
    since = max(start, await pool.fetchval(_FIRST) or end)
    value = {
        "interval": [rfc3339(_ms(start)), rfc3339(_ms(end))],
        "latency": await _latency(pool, now),
        **_heard(await pool.fetchrow(_HEARD, end)),
        "uptime": await _uptime(pool, since, end),
        "messages": messages(await feeds_of(pool)),
        **await _anomalies(pool, since, end, len(request.app.state.classes)),
        "storage": {
            "positions_per_s": round(await pool.fetchval(_STORED, end), 2),
            "bytes": await pool.fetchval(_SIZE),
        },
    }
    return await pages.answer(request, value, lambda root: pages_service.value(root, "Key figures", "/kpis", value))


async def _latency(pool: asyncpg.Pool, now: Mapping[str, int | None]) -> dict[str, Any]:
    """How far judgement lags behind the newest observation, and the median delay of the active classes."""
    newest, judged = now.get("data_time"), now.get("watermark")
    active = {row["class"] for row in await pool.fetch(_ACTIVE)}
    delays = [one["delay_median_s"] for own, one in measured().items() if own in active and one["delay_median_s"]]
    return {
        "pipeline_s": None if newest is None or judged is None else max(0, newest - judged) / 1000,
        "detection_median_s": round(median(delays), 1) if delays else None,
        "classes_measured": len(delays),
    }


def _heard(row: Mapping[str, int]) -> dict[str, Any]:
    """Of the aircraft of the last hour: how many were placed and so judged, and how many send what."""
    return {
        "coverage": {
            "aircraft": row["aircraft"],
            "analysed": row["placed"],
            "share": _share(row["placed"], row["aircraft"]),
        },
        "completeness": {name: _share(row[name], row["aircraft"]) for name in TOLD},
    }


async def _uptime(pool: asyncpg.Pool, since: datetime, end: datetime) -> dict[str, Any]:
    """Of the ten-minute slots since the start, or since anything was first heard: those in which something was. The
    last one, which has only begun, counts once something was heard in it."""
    first, now = (one - (one - at(0)) % SLOT for one in (since, end))
    row = await pool.fetchrow(_SLOTS, first, end)
    slots = (now - first) // SLOT + (row["last"] == now)
    return {"since": rfc3339(_ms(since)), "slots": slots, "heard": row["heard"], "share": _share(row["heard"], slots)}


def messages(feeds: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What came in by all feeds since they began, and why some of it was refused. A row of which only a value
    was is not."""
    reasons: dict[str, int] = {}
    for feed in feeds:
        for why, n in {**feed.get("rejected", {}), **feed.get("errors", {})}.items():
            reasons[why] = reasons.get(why, 0) + int(n)
    total = {name: sum(int(feed.get(name) or 0) for feed in feeds) for name in ("rows", "duplicate", "late", "dropped")}
    refused = sum(n for why, n in reasons.items() if not of_value(why))
    return {
        **total,
        "rejected": refused,
        "reasons": reasons,
        "valid_share": _share(total["rows"], total["rows"] + refused),
    }


async def _anomalies(pool: asyncpg.Pool, start: datetime, end: datetime, known: int) -> dict[str, Any]:
    found = {row["class"]: row["n"] for row in await pool.fetch(_FOUND, start, end)}
    active = await pool.fetchval(f"SELECT count(*) FROM ({_ACTIVE}) AS active")
    total, hours = sum(found.values()), (end - start) / timedelta(hours=1)
    return {
        "anomalies": {
            "count": total,
            "cleared": await pool.fetchval(_CLEARED, start, end),
            "per_hour": round(total / max(hours, 1), 2),
            "budget_per_hour": BUDGET_PER_HOUR,
        },
        "diversity": {"classes": len(found), "active": active, "known": known},
        "precision": _precision(await reviews.judged(pool, start, end, None)),
    }


def _precision(verdicts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Of the anomalies that began then and have a verdict."""
    right = sum(bool(one["right"]) for one in verdicts)
    return {"reviews": len(verdicts), "confirmed": right, "share": _share(right, len(verdicts))}


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
