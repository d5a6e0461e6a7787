"""The anomaly classes for the map's menu: the registry's words and numbers, what is active, and how many there are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import asyncpg
from litestar import Response

from api import pages, pages_service
from api.clock import at, data_time
from api.items import AnyRequest
from api.measured import measured
from api.routes import route
from detectors._registry import Detector, Param

DAY_MS = 86_400_000

_COUNTS = """
SELECT class, count(*) FILTER (WHERE state = 'open') AS open, count(*) FILTER (WHERE end_time >= $1) AS last_24h
FROM anomalies WHERE state <> 'cleared' AND (end_time >= $1 OR state = 'open') GROUP BY class
"""


@route("/classes", query=["f"])
async def show_classes(request: AnyRequest) -> Response[bytes]:
    """Every class, with its parameters as configured."""
    state = request.app.state
    now = await data_time(state.pool)
    counts = await _counts(state.pool, now)
    rows = await state.pool.fetch("SELECT class, active, why FROM classes_status")
    status = {row["class"]: (row["active"], row["why"]) for row in rows}
    overrides = await overrides_of(state)
    found = [
        _described(spec, overrides.get(own, {}), status.get(own), counts.get(own))
        for own, spec in state.classes.items()
    ]
    value = {"classes": found}
    return await pages.answer(request, value, lambda root: pages_service.value(root, "Classes", "/classes", value))


async def overrides_of(state: Any) -> Mapping[str, Mapping[str, float]]:
    """Thresholds as the engine judges now; before it has spoken, as configured at the start."""
    told = await state.pool.fetchval("SELECT value -> 'overrides' FROM meta WHERE key = 'configuration'")
    found: Mapping[str, Mapping[str, float]] = state.settings.overrides if told is None else told
    return found


async def _counts(pool: asyncpg.Pool, now: int | None) -> dict[str, dict[str, int]]:
    rows = await pool.fetch(_COUNTS, at((now or 0) - DAY_MS if now else 0))
    return {row["class"]: {"open": row["open"], "last_24h": row["last_24h"]} for row in rows}


def _described(
    spec: Detector,
    overrides: Mapping[str, float],
    status: tuple[bool, str | None] | None,
    count: Mapping[str, int] | None,
) -> dict[str, Any]:
    active, why = status or (False, "the engine has not said yet")
    return {
        "id": spec.id,
        "title": spec.title,
        "priority": spec.priority,
        "scope": spec.scope,
        "needs": [list(group) for group in spec.needs],
        "params": {name: _param(one, overrides.get(name, one.default)) for name, one in spec.params.items()},
        "units": dict(spec.units),
        "style": asdict(spec.style),
        "describe": asdict(spec.describe),
        "measured": measured().get(spec.id),
        "active": active,
        "why": why,
        "count": count or {"open": 0, "last_24h": 0},
    }


def _param(one: Param, value: float) -> dict[str, Any]:
    bounds = {"lo": one.lo, "hi": one.hi}
    finite = {name: bound if math.isfinite(bound) else None for name, bound in bounds.items()}
    words = {"unit": one.unit, "help": one.help, "source": one.source, "column": one.column}
    return {"default": one.default, "value": value, **words, **finite}
