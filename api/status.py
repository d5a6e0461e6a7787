"""The feeds, and how many anomalies each hour brought."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Response

from api import pages, pages_service
from api.clock import at, data_time, rfc3339
from api.health import feeds_of
from api.items import AnyRequest
from api.problems import bad
from api.routes import given, route

HOUR_MS = 3_600_000
MOST_HOURS = 24 * 31

_STATS = """
SELECT class, date_bin('1 hour', start_time, 'epoch') AS hour, count(*) AS n FROM anomalies
WHERE state <> 'cleared' AND start_time >= $1 AND start_time < $2 GROUP BY 1, 2
"""


@route("/feeds", query=["f"])
async def show_feeds(request: AnyRequest) -> Response[bytes]:
    """Each feed, with what it rejected and why, and where receivers stand."""
    feeds = await feeds_of(request.app.state.pool)
    value = {"feeds": feeds, "receivers": _receivers(feeds, request.app.state.settings.receivers)}
    return await pages.answer(request, value, lambda root: pages_service.value(root, "Feeds", "/feeds", value))


def _receivers(feeds: Sequence[Mapping[str, Any]], configured: Sequence[tuple[float, float]]) -> list[dict[str, Any]]:
    """Those of feeds, under the feed's name, then what else is configured; of one roof only the first."""
    heard = [(one["receiver"]["lat"], one["receiver"]["lon"], one["name"]) for one in feeds if one.get("receiver")]
    places: dict[tuple[float, float], str | None] = {}
    for lat, lon, name in [*heard, *((lat, lon, None) for lat, lon in configured)]:
        places.setdefault((lat, lon), name)
    return [{"name": name, "lat": lat, "lon": lon} for (lat, lon), name in places.items()]


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
