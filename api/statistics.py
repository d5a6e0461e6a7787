"""How many anomalies there were for what was flown: counts and rates per 1,000 flight hours, so that busy skies do not
look guilty."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from functools import partial
from typing import Any

from litestar import Response

from api import filters, pages, pages_statistics
from api.cell_collections import DEFAULT
from api.problems import bad
from api.rates import Condition, Counts, Question, counted, flown
from api.replies import AnyRequest
from api.routes import given, route
from api.static import page, prefers_html
from api.towns import near
from api.windows import window_of
from geo.anomaly import utc_text
from geo.cells import FINEST, cell_center

GROUPS = ("class", "cell", "fir", "country", "hour", "aircraft")
QUERY = ("by", "datetime", "class", "priority", "min_confidence", "resolution", "limit", "f")
MOST = 10_000
_Z = 1.96

NO_REGIONS = "No flight information regions are loaded: `skysift reference add firs FILE`, then start again."

_SOURCES = {
    "class": "tracks: what was flown in all", "hour": "tracks", "country": "tracks",
    "aircraft": "its own tracks",
    "cell": "what was flown in each cell", "fir": "what was flown in the cells whose middle lies in the region",
}  # fmt: skip


@route("/statistics", query=QUERY)
async def show_statistics(request: AnyRequest) -> Response[bytes]:
    """Counts and rates by class, H3 cell, flight information region, country of registry, aircraft or hour.

    A browser that asks for no more than that gets the page that shows all of them.
    """
    if prefers_html(request) and not request.query_params:
        return await page(request, "statistics.html")
    given_text, pool = pages.typed(given(request, QUERY)), request.app.state.pool
    by = given_text.get("by", "class")
    if by not in GROUPS:
        raise bad("by", f"by is one of {', '.join(GROUPS)}, not {by[:40]!r}")
    size = filters.whole("resolution", 0, FINEST)(given_text.get("resolution", str(DEFAULT)))
    most = filters.whole("limit", 1, MOST)(given_text.get("limit", "1000"))
    window = await window_of(pool, given_text.get("datetime"))
    asked = Question(by, size, window, _held(request, given_text))
    value = await _value(request, asked, most)
    return await pages.answer(request, value, partial(pages_statistics.statistics, asked=given_text, value=value))


async def _value(request: AnyRequest, asked: Question, most: int) -> dict[str, Any]:
    pool, regions = request.app.state.pool, request.app.state.regions
    firs = await regions.fresh(pool) if asked.by == "fir" else regions.firs
    found = await counted(pool, asked, regions)
    whole = await flown(pool, Question("class", asked.size, asked.window), regions)
    total = sum(whole.values())
    hours = dict.fromkeys(found, total) if asked.by == "class" else await flown(pool, asked, regions)
    every = _groups(asked.by, found, hours)
    # Of hours the newest remain.
    groups = every[-most:] if asked.by == "hour" else every[:most]
    value = {
        "by": asked.by,
        "interval": [utc_text(round(one.timestamp() * 1000)) for one in asked.window],
        "flight_hours": round(total, 2),
        "flight_hours_from": _SOURCES[asked.by],
        "count": round(sum(found.values())),
        "left_out": len(every) - len(groups),
        "groups": groups,
    }
    if asked.by == "cell":
        return value | {"groups": await asyncio.to_thread(lambda: [_placed(one) for one in groups])}
    if asked.by != "fir":
        return value
    names = dict(zip(firs.ids.tolist(), firs.names.tolist(), strict=True))
    named = [{"key": one["key"], "name": names[one["key"]], **one} for one in groups]
    return value | {"regions": len(names), "groups": named} | ({} if names else {"note": NO_REGIONS})


def _held(request: AnyRequest, asked: Mapping[str, str]) -> list[Condition]:
    known = (filters.class_filter(list(request.app.state.classes)), filters.PRIORITY, filters.CONFIDENCE)
    return [(one.where, one.parse(asked[one.name]), one.cast) for one in known if one.name in asked]


def _groups(by: str, found: Counts, hours: Counts) -> list[dict[str, Any]]:
    """By time for hours, all of them; else those with anomalies, the most certain high rate first."""
    keys = sorted(set(found) | set(hours)) if by == "hour" else sorted(found)
    groups = [_group(key, round(found.get(key, 0)), hours.get(key, 0.0)) for key in keys]
    return groups if by == "hour" else sorted(groups, key=lambda one: (-(one["low"] or 0), -one["count"], one["key"]))


def _placed(one: Mapping[str, Any]) -> dict[str, Any]:
    """A cell with its middle and the town next to it: nobody knows an index by heart."""
    lat, lon = cell_center(int(one["key"], 16))
    return {**one, "lat": round(lat, 4), "lon": round(lon, 4), "near": near(lat, lon)}


def _group(key: str, count: int, hours: float) -> dict[str, Any]:
    """The rate and the 95 % interval of what it would be in the long run: one anomaly in a quiet sky says little."""
    low, high = ((each / hours * 1000) if hours > 0 else None for each in poisson(count))
    rate = count / hours * 1000 if hours > 0 else None
    numbers = {"flight_hours": hours, "rate": rate, "low": low, "high": high}
    return {"key": key, "count": count, **{name: None if n is None else round(n, 3) for name, n in numbers.items()}}


def poisson(count: int) -> tuple[float, float]:
    """The 95 % interval of an expected count of which so many came: Byar's approximation (Breslow & Day 1987, 2.13)."""
    more = count + 1
    high = more * (1 - 1 / (9 * more) + _Z / (3 * math.sqrt(more))) ** 3
    low = count * (1 - 1 / (9 * count) - _Z / (3 * math.sqrt(count))) ** 3 if count else 0.0
    return max(low, 0.0), high
