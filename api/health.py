"""Whether the service does what it is for, watching and answering; for people, and for programs by the status."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
from litestar import Response

from api import pages, pages_service, replies
from api.caller import PUBLIC
from api.clock import clock, rfc3339
from api.items import AnyRequest
from api.routes import route
from store.connect import UNREACHABLE
from store.revision import current, head

SILENT_S = 30.0
"""The engine speaks every 5 s, however little comes in; after this long without a word it does not run."""

ASK_S = 5.0

WELL = ("ok", "ended")
"""States of feeds that nothing ails: who delivers, and a recording that was played to its end."""


async def feeds_of(pool: asyncpg.Pool) -> list[dict[str, Any]]:
    """What each source last said of itself."""
    return [row["health"] for row in await pool.fetch("SELECT health FROM feeds ORDER BY name")]


async def engine_of(pool: asyncpg.Pool) -> dict[str, Any]:
    """What the engine last said: `state` is none (nobody watches: recordings alone), starting, watching or silent;
    `age_s` seconds ago."""
    told = await pool.fetchval("SELECT value FROM meta WHERE key = 'engine'")
    if not told or told["state"] == "none":
        return {"state": "none"}
    age_s = max(0.0, time.time() - told["at"])
    silent = told["state"] == "watching" and age_s > SILENT_S
    return {**told, "state": "silent" if silent else told["state"], "age_s": round(age_s, 1)}


async def configuration_of(pool: asyncpg.Pool) -> dict[str, Any] | None:
    """What the engine says of its configuration, without the thresholds."""
    told = await pool.fetchval("SELECT value FROM meta WHERE key = 'configuration'")
    return {name: value for name, value in told.items() if name != "overrides"} if told else None


async def _classes(pool: asyncpg.Pool) -> dict[str, Any]:
    rows = await pool.fetch("SELECT class, active, why FROM classes_status ORDER BY class")
    active = [row["class"] for row in rows if row["active"]]
    return {"active": active, "inactive": {row["class"]: row["why"] for row in rows if not row["active"]}}


@route("/health", PUBLIC, ["f"])
async def show_health(request: AnyRequest) -> Response[bytes]:
    """ok; degraded where a feed is silent or nothing has come yet; down, with 503, where the database cannot be asked
    or the engine has fallen silent."""
    state = request.app.state
    try:
        async with asyncio.timeout(ASK_S):
            value = await _health(state)
    except UNREACHABLE as error:
        value = _judged(state, {}, [], {}, {"ok": False, "error": type(error).__name__}, {}, None)
    if value["status"] == "down":
        answer = await replies.json(request, value)
        answer.status_code = 503
        return answer
    return await pages.answer(request, value, lambda root: pages_service.value(root, "Health", "/health", value))


async def _health(state: Any) -> dict[str, Any]:
    started, pool = time.perf_counter(), state.pool
    now, feeds, classes = await clock(pool), await feeds_of(pool), await _classes(pool)
    engine, configuration = await engine_of(pool), await configuration_of(pool)
    took = round((time.perf_counter() - started) * 1000, 1)
    database = {"ok": True, "ms": took, "listening": state.hub.up, "streams": state.hub.open}
    shown: dict[str, Any] = {name: engine[name] for name in ("state", "age_s", "doing") if name in engine}
    return _judged(state, now, feeds, classes, database, shown, configuration)


def _judged(
    state: Any, now: Mapping[str, int | None], feeds: Sequence[Mapping[str, Any]], classes: Mapping[str, Any],
    database: Mapping[str, Any], engine: Mapping[str, Any], configuration: Mapping[str, Any] | None,
) -> dict[str, Any]:  # fmt: skip
    newest, watermark = now.get("data_time"), now.get("watermark")
    refused = bool(configuration) and configuration["state"] != "ok"  # type: ignore[index]
    ill = newest is None or any(feed.get("state", "ok") not in WELL for feed in feeds) or not database.get("listening")
    down = not database["ok"] or engine.get("state") == "silent"
    trouble = ill or refused or engine.get("state") == "starting"
    return {
        "status": "down" if down else "degraded" if trouble else "ok",
        "version": state.settings.version,
        "data_time": rfc3339(newest),
        "lag_s": None if newest is None or watermark is None else max(0, newest - watermark) / 1000,
        "feeds": feeds,
        "classes": classes,
        "database": database,
        "engine": engine,
        "configuration": configuration,
    }


@route("/ready", PUBLIC)
async def show_ready(request: AnyRequest) -> Response[bytes]:
    """200 when questions can be answered and somebody watches, else 503; each thing that it takes with its state."""
    state = request.app.state
    checks = {"database": "no answer", "schema": "unknown", "listener": "up" if state.hub.up else "down",
              "engine": "unknown"}  # fmt: skip
    try:
        async with asyncio.timeout(ASK_S), state.pool.acquire() as connection:
            checks["database"], found = "ok", await current(connection)
            checks["schema"] = "ok" if found == head() else f"at {found}, wanted {head()}"
        checks["engine"] = (await engine_of(state.pool))["state"]
    except UNREACHABLE as error:
        checks["database"] = type(error).__name__
    good = {"database": ("ok",), "schema": ("ok",), "listener": ("up",), "engine": ("watching", "none")}
    ready = all(checks[name] in values for name, values in good.items())
    answer = await replies.json(request, {"ready": ready, "checks": checks})
    answer.status_code = 200 if ready else 503
    return answer
