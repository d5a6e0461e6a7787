"""How the service, its feeds and its database are, and how many anomalies each hour brought."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
from litestar import Response

from api import pages, pages_service, replies
from api.caller import PUBLIC
from api.clock import at, clock, data_time, rfc3339
from api.items import AnyRequest
from api.problems import bad
from api.routes import given, route

HOUR_MS = 3_600_000
MOST_HOURS = 24 * 31

_STATS = """
SELECT class, date_bin('1 hour', start_time, 'epoch') AS hour, count(*) AS n FROM anomalies
WHERE state <> 'cleared' AND start_time >= $1 AND start_time < $2 GROUP BY 1, 2
"""


async def feeds_of(pool: asyncpg.Pool) -> list[dict[str, Any]]:
    """What each source last said of itself."""
    return [row["health"] for row in await pool.fetch("SELECT health FROM feeds ORDER BY name")]


async def _classes(pool: asyncpg.Pool) -> dict[str, Any]:
    rows = await pool.fetch("SELECT class, active, why FROM classes_status ORDER BY class")
    active = [row["class"] for row in rows if row["active"]]
    return {"active": active, "inactive": {row["class"]: row["why"] for row in rows if not row["active"]}}


@route("/health", PUBLIC, ["f"])
async def show_health(request: AnyRequest) -> Response[bytes]:
    """ok; degraded where a feed is silent or nothing has come yet; down, with 503, where the database is."""
    state = request.app.state
    started = time.perf_counter()
    try:
        now, feeds, classes = await clock(state.pool), await feeds_of(state.pool), await _classes(state.pool)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        body = _health(state, {}, [], {}, {"ok": False, "error": type(error).__name__})
        answer = await replies.json(request, body)
        answer.status_code = 503
        return answer
    took = round((time.perf_counter() - started) * 1000, 1)
    database = {"ok": True, "ms": took, "listening": state.hub.up, "streams": len(state.hub.subscribers)}
    value = _health(state, now, feeds, classes, database)
    return await pages.answer(request, value, lambda root: pages_service.value(root, "Health", "/health", value))


def _health(
    state: Any,
    now: Mapping[str, int | None],
    feeds: Sequence[Mapping[str, Any]],
    classes: Mapping[str, Any],
    database: Mapping[str, Any],
) -> dict[str, Any]:
    newest, watermark = now.get("data_time"), now.get("watermark")
    trouble = newest is None or any(feed.get("state", "ok") != "ok" for feed in feeds) or not database.get("listening")
    return {
        "status": "down" if not database["ok"] else "degraded" if trouble else "ok",
        "version": state.settings.version,
        "data_time": rfc3339(newest),
        "lag_s": None if newest is None or watermark is None else (newest - watermark) / 1000,
        "feeds": feeds,
        "classes": classes,
        "database": database,
    }


@route("/feeds", query=["f"])
async def show_feeds(request: AnyRequest) -> Response[bytes]:
    """Each feed, with what it rejected and why."""
    value = {"feeds": await feeds_of(request.app.state.pool)}
    return await pages.answer(request, value, lambda root: pages_service.value(root, "Feeds", "/feeds", value))


@route("/stats", query=["hours", "f"])
async def show_stats(request: AnyRequest) -> Response[bytes]:
    """Anomalies by class and the hour in which they started, up to data time."""
    hours = _hours(given(request, ["hours", "f"]).get("hours", "24"))
    pool = request.app.state.pool
    end = ((await data_time(pool) or 0) // HOUR_MS + 1) * HOUR_MS
    starts = [end - (hours - i) * HOUR_MS for i in range(hours)]
    counts = {own: [0] * hours for own in request.app.state.classes}
    for row in await pool.fetch(_STATS, at(max(starts[0], 0)), at(end)):
        place = (round(row["hour"].timestamp() * 1000) - starts[0]) // HOUR_MS
        counts.setdefault(row["class"], [0] * hours)[place] = row["n"]
    value = {"hours": [rfc3339(max(ms, 0)) for ms in starts], "classes": counts}
    return await pages.answer(request, value, lambda root: pages_service.value(root, "Statistics", "/stats", value))


def _hours(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= MOST_HOURS:
        raise bad("hours", f"hours is a whole number from 1 to {MOST_HOURS}, not {text[:40]!r}")
    return int(text)
