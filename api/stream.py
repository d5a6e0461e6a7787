"""The push stream: server-sent events of anomalies, aircraft and the clock, resumed exactly where a client left off."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from typing import Any

from litestar import Response
from litestar.response import Stream

from api import parameters
from api.caller import caller
from api.items import AnyRequest
from api.parameters import Edges
from api.problems import Problem, away, bad
from api.routes import given, route

HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}
READY_S = 5.0
FULL_S = 60
"""What Retry-After says where all streams are taken: people leave them open."""

QUERY = ("since", "bbox", "aircraft")
FORMS = ("rows", "columns")


async def admit(state: Any) -> None:
    """Wait until another stream can be served. Raises Problem 503 where too many are open, or the database is away."""
    if state.hub.open >= state.settings.max_streams:
        told = f"{state.settings.max_streams} streams are open already: try again later"
        raise Problem(503, told, again_s=FULL_S)
    try:
        async with asyncio.timeout(READY_S):
            await state.hub.ready.wait()
    except TimeoutError:
        raise away() from None


@route("/stream", query=QUERY)
async def show_stream(request: AnyRequest) -> Response[bytes] | Stream:
    """Events from now on; with Last-Event-ID or `since`, from the change after that one on."""
    asked, state = given(request, QUERY), request.app.state
    since = _cursor(request.headers.get("last-event-id") or asked.get("since"))
    boxes = flat(asked["bbox"]) if "bbox" in asked else []
    form = asked.get("aircraft", FORMS[0])
    if form not in FORMS:
        raise bad("aircraft", f"aircraft come as {' or '.join(FORMS)}, not as {form[:40]!r}")
    if request.method == "HEAD":
        return Response(b"", headers=HEADERS, media_type="text/event-stream")
    await admit(state)
    return Stream(_frames(request, since, boxes, form == "columns"), media_type="text/event-stream", headers=HEADERS)


async def _frames(
    request: AnyRequest, since: int | None, boxes: Sequence[Edges], columns: bool
) -> AsyncIterator[bytes]:
    state = request.app.state
    async for chunk in state.hub.stream(state.pool, since, boxes, columns, caller(request)):
        if chunk:
            yield chunk


def flat(text: str) -> Sequence[Edges]:
    """The boxes that were asked for. Raises Problem 400 where they have heights, to which events are not held."""
    boxes = parameters.bbox(text)
    if boxes[0].heights:
        raise bad("bbox", "the stream knows no heights: give 4 numbers; collections take them")
    return [box.edges for box in boxes]


def _cursor(text: str | None) -> int | None:
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise bad("since", f"since is the id of an event, not {text[:40]!r}")
    return int(text)
