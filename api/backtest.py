"""Backtest over HTTP: what a draft of a subscription would have told of stored history, before anybody is told."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
import numpy as np
import shapely
from litestar import Response

from api import replies
from api.airframes import airframes_for
from api.area_shapes import Shape, shape_of
from api.areas import Limits, limits, visible
from api.bodies import body
from api.caller import ANALYST, caller
from api.parameters import moment
from api.problems import bad
from api.replies import AnyRequest
from api.routes import action
from api.subscriptions import Wanted, wanted
from geo.alert import Alert
from geo.anomaly import utc_text
from geo.batch import Batch
from pipeline.backtest import confidence_for
from pipeline.followers import NOBODY
from pipeline.ignores import Ignore
from pipeline.subscriptions import Subscription
from pipeline.watcher import Watcher
from store.areas import zones_of
from store.history import anomalies_in
from store.ignores import quieting
from store.reader import Area as Box
from store.reader import Reader
from store.watching import rules

DAY_MS = 86_400_000
LONGEST_DAYS = 92
MOST_ROWS = 2_000_000
MOST_ANOMALIES = 100_000
MOST_FEATURES = 2_000
MOST_S = 25.0
"""Seconds of work; what was not looked at by then is cut, and said."""

AROUND_DEG = 0.5
"""How far around the area positions are read, so that it is known who comes from outside."""

_COLUMNS = ("position_time", "lat", "lon", "baro_altitude", "geo_altitude", "on_ground", "callsign", "category",
            "type_code", "ground_speed", "track", "vertical_rate")  # fmt: skip


_FIRST = """
SELECT least((SELECT min(start_time) FROM anomalies WHERE start_time >= $1),
             (SELECT min(start_time) FROM track_segments WHERE start_time >= $1))
"""


class Draft(Limits, forbid_unknown_fields=True, kw_only=True):
    """The limits are of a shape; an area that is stored has its own."""

    area: int | Shape
    subscription: Wanted
    start: str
    end: str
    budget_a_day: Annotated[float, msgspec.Meta(gt=0, le=100_000)] | None = None


@action("/backtest", "POST", ANALYST)
async def show_backtest(request: AnyRequest) -> Response[bytes]:
    """How often it would have spoken, when, and of what; and the confidence that would keep it to a budget."""
    asked = await body(request, Draft)
    start, end = (round(moment(text, name).timestamp() * 1000) for text, name in
                  ((asked.start, "start"), (asked.end, "end")))  # fmt: skip
    if not 0 < end - start <= LONGEST_DAYS * DAY_MS:
        raise bad("end", f"a backtest is of more than nothing and at most {LONGEST_DAYS} days")
    watcher, box = await _watcher(request, asked)
    if asked.subscription.trigger.startswith("anomaly"):
        alerts, until = await _of_anomalies(request, watcher, box, start, end)
    else:
        alerts, until = await _of_positions(request, watcher, box, start, end)
    since = max(start, await _first(request, start) or end)
    return await replies.json(request, _summary(alerts, since, until, end, asked.budget_a_day))


async def _first(request: AnyRequest, start: int) -> int | None:
    """When what is stored begins, epoch ms: alerts a day are of the days in which there could be any."""
    first = await request.app.state.pool.fetchval(_FIRST, datetime.fromtimestamp(start / 1000, UTC))
    return None if first is None else round(first.timestamp() * 1000)


async def _watcher(request: AnyRequest, asked: Draft) -> tuple[Watcher, Box]:
    """A watcher for the draft alone, and the box that its area lies in."""
    values = wanted(request, asked.subscription)
    if asked.subscription.trigger in ("service", "anomaly-changes"):
        raise bad("subscription.trigger", f"{asked.subscription.trigger} leaves no trace in history to look for")
    known, pool, who = await airframes_for(request, asked.subscription.fleet), request.app.state.pool, caller(request)
    row: dict[str, Any] = {"id": 0, "name": "the area"} | limits(asked)
    if isinstance(asked.area, int):
        if limits(asked) != limits(Limits()):
            raise bad("area", "a stored area has heights and times of its own: give its shape to try others")
        stored = await visible(request, asked.area, "area")
        shape, row = shapely.from_geojson(stored["geometry"]), row | {name: stored[name] for name in row}
    else:
        shape = await shape_of(pool, asked.area)
    zones, numbers = zones_of([row | {"wkb": shapely.to_wkb(shape)}])
    one = Subscription.of(values | {"id": 0, "owner": who.account or 0, "area": row["id"]})
    ignores = [Ignore.of(row) for row in await quieting(pool, who.account)]
    west, south, east, north = shape.bounds
    return Watcher(zones, numbers, [one], known, ignores, await rules(pool)), (west, south, east, north)


async def _of_anomalies(
    request: AnyRequest, watcher: Watcher, box: Box, start: int, end: int
) -> tuple[list[Alert], int]:
    """From the anomalies that are stored, as they are now; and until when all were looked at."""
    found = await anomalies_in(request.app.state.pool, box, start, end, MOST_ANOMALIES + 1)
    until = end if len(found) <= MOST_ANOMALIES else found[MOST_ANOMALIES].start
    alerts = await asyncio.to_thread(watcher.feed, NOBODY, found[:MOST_ANOMALIES], end)
    return [one for one in alerts if start <= one.time < until], until


async def _of_positions(
    request: AnyRequest, watcher: Watcher, box: Box, start: int, end: int
) -> tuple[list[Alert], int]:
    """From the positions that are stored; and until when they were looked at."""
    told: dict[str, Alert] = {}
    rows, began, until = 0, asyncio.get_running_loop().time(), start
    async with aclosing(_batches(Reader(request.app.state.pool), _around(box), start, end)) as batches:
        async for batch in batches:
            for alert in await asyncio.to_thread(_fed, watcher, batch):
                told.setdefault(alert.key, alert)
            rows, until = rows + len(batch), int(batch["time"][-1]) + 1
            if rows > MOST_ROWS or asyncio.get_running_loop().time() - began > MOST_S:
                return list(told.values()), until
    for alert in await asyncio.to_thread(watcher.feed, NOBODY, (), end):
        told.setdefault(alert.key, alert)
    return list(told.values()), end


async def _batches(reader: Reader, box: Box, start: int, end: int) -> AsyncGenerator[Batch, None]:
    async for batch in reader.positions(start, end, box, _COLUMNS, derived=True):
        yield batch


def _around(box: Box) -> Box:
    """The box with what lies around it; the whole width where that reaches over the antimeridian."""
    west, south, east, north = box
    wide = west - AROUND_DEG < -180 or east + AROUND_DEG > 180
    west, east = (-180.0, 180.0) if wide else (west - AROUND_DEG, east + AROUND_DEG)
    return west, max(south - AROUND_DEG, -90.0), east, min(north + AROUND_DEG, 90.0)


def _fed(watcher: Watcher, batch: Batch) -> list[Alert]:
    """By steps of a minute, as quiet times are found between two."""
    cuts = np.flatnonzero(np.diff(batch["time"] // 60_000)) + 1
    parts = np.split(np.arange(len(batch)), cuts)
    return [alert for part in parts for alert in watcher.feed(batch.take(part), (), int(batch["time"][part[-1]]))]


def _summary(alerts: Sequence[Alert], since: int, until: int, end: int, budget: float | None) -> Mapping[str, Any]:
    days = max((until - since) / DAY_MS, 1 / 24)
    by_time = sorted(alerts, key=lambda one: (one.time, one.key))
    shown = {"type": "FeatureCollection", "features": [one.feature() for one in by_time[:MOST_FEATURES]]}
    return {
        "start": utc_text(since), "end": utc_text(until), "alerts": len(alerts),
        "alerts_a_day": round(len(alerts) / days, 2),
        "by_day": dict(Counter(utc_text(one.time)[:10] for one in by_time)),
        "by_trigger": dict(Counter(one.trigger for one in by_time)),
        "confidence_for_budget": None if budget is None else confidence_for(by_time, days, budget),
        "truncated": until < end or len(alerts) > MOST_FEATURES, "features": shown,
    }  # fmt: skip
