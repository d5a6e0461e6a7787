"""What became of alerts: the log of a destination, sending again, and tests whose result is waited for."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Mapping
from typing import Any

import orjson
from asyncpg import Record
from litestar import Response
from litestar.params import FromPath

from api import replies
from api.caller import ANALYST, caller
from api.clock import rfc3339, rfc3339_of
from api.destinations import own, scope
from api.filters import CURSOR, whole
from api.problems import Problem, bad
from api.replies import AnyRequest
from api.routes import action, given, route
from store import audit, destinations, outbox

WAIT_S = 10.0
"""How long a test's result is waited for."""

LOOK_S = 0.1
STATES = ("due", "sent", "held", "told", "dead")
MOST = 500
LOG = ("before", "limit", "state")


@route("/destinations/{destination_id:int}/deliveries", ANALYST, LOG)
async def list_deliveries(request: AnyRequest, destination_id: FromPath[int]) -> Response[bytes]:
    """The newest first; `before` is the number of the last one of the page before."""
    asked = given(request, LOG)
    await own(request, destination_id)
    if asked.get("state", "due") not in STATES:
        raise bad("state", f"a delivery is one of: {', '.join(STATES)}")
    limit = whole("limit", 1, MOST)(asked.get("limit", "50"))
    before = whole("before", 1, CURSOR)(asked.get("before", str(CURSOR)))
    rows = await destinations.log(request.app.state.pool, destination_id, before, asked.get("state"), limit)
    return await replies.json(request, {"deliveries": [_described(row) for row in rows]})


def _described(row: Record) -> dict[str, Any]:
    times = {name: rfc3339_of(row[name]) for name in ("created", "due", "sent")}
    kept = ("id", "alert", "subscription", "trigger", "text", "state", "status", "attempts", "latency_ms")
    return {**{name: row[name] for name in kept}, **times}


@action("/deliveries/{delivery_id:int}/replay", "POST", ANALYST, status=202)
async def replay_delivery(request: AnyRequest, delivery_id: FromPath[int]) -> Response[bytes]:
    """Send it once more, with the same key."""
    who = caller(request)
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        if await destinations.delivery_destination(connection, delivery_id, scope(who)) is None:
            raise Problem(404, f"there is no delivery {delivery_id} of yours", "delivery_id")
        if await outbox.again(connection, delivery_id) is None:
            raise Problem(409, "it is waiting to be sent already")
        await audit.note(connection, who, "delivery.replay", f"delivery {delivery_id}")
    return await replies.json(request, {"id": delivery_id, "state": "due"})


@action("/destinations/{destination_id:int}/test", "POST", ANALYST)
async def test_destination(request: AnyRequest, destination_id: FromPath[int]) -> Response[bytes]:
    """Send a test there, and wait for what comes of it."""
    row = await own(request, destination_id)
    results = await _tested(request, None, f"This is a test of {row['name']}.", [destination_id])
    return await replies.json(request, results[0])


@action("/subscriptions/{subscription_id:int}/test", "POST", ANALYST)
async def test_subscription(request: AnyRequest, subscription_id: FromPath[int]) -> Response[bytes]:
    """Send a test to all destinations of a subscription, and wait for what comes of each."""
    found = await destinations.subscription(request.app.state.pool, subscription_id, scope(caller(request)))
    if found is None:
        raise Problem(404, f"there is no subscription {subscription_id} of yours", "subscription_id")
    text = f"This is a test of {found['name']}."
    results = await _tested(request, subscription_id, text, found["destinations"]) if found["destinations"] else []
    return await replies.json(request, {"results": results})


async def _tested(request: AnyRequest, subscription: int | None, text: str, to: list[int]) -> list[dict[str, Any]]:
    key = f"test-{secrets.token_hex(8)}"
    feature = orjson.dumps(_feature(key, subscription, text)).decode()
    pool = request.app.state.pool
    async with pool.acquire() as connection, connection.transaction():
        made = await outbox.test(connection, key, subscription, feature, to)
        for one in to:
            await audit.note(connection, caller(request), "destination.test", f"destination {one}")
    found = await _awaited(pool, list(made.values()))
    return [_result(destination, found.get(number)) for destination, number in made.items()]


def _feature(key: str, subscription: int | None, text: str) -> dict[str, Any]:
    told = {
        "subscription": subscription, "trigger": "test", "time": rfc3339(int(time.time() * 1000)), "area": None,
        "text": text, "icao24": None, "callsign": "TEST", "anomaly": None, "incident": None, "confidence": None,
        "priority": None,
    }  # fmt: skip
    return {"type": "Feature", "id": key, "geometry": {"type": "Point", "coordinates": [0.0, 0.0]}, "properties": told}


async def _awaited(pool: Any, numbers: list[int]) -> Mapping[int, Record]:
    """The deliveries once none is due any more, or after WAIT_S."""
    until = time.monotonic() + WAIT_S
    while True:
        rows = {row["id"]: row for row in await destinations.results(pool, numbers)}
        if all(row["state"] != "due" for row in rows.values()) or time.monotonic() > until:
            return rows
        await asyncio.sleep(LOOK_S)


def _result(destination: int, row: Record | None) -> dict[str, Any]:
    """`ok` is None where nothing is known yet."""
    state = row["state"] if row else "gone"
    waits = f"no result within {WAIT_S:.0f} s: look at its log, and whether skysift serve or deliver is running"
    return {
        "destination": destination, "delivery": row["id"] if row else None,
        "ok": {"sent": True, "due": None}.get(state, False),
        "status": waits if state == "due" else (row["status"] if row else "the destination was deleted"),
        "latency_ms": row["latency_ms"] if row else None,
    }  # fmt: skip
