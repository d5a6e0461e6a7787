"""Alerts pushed: server-sent events and a WebSocket, resumed exactly where a client left off; only one's own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any, TypeAlias, cast

import orjson
from litestar import Response, WebSocket, websocket
from litestar.exceptions import WebSocketDisconnect
from litestar.response import Stream

from api.alert_feed import Told
from api.caller import VIEWER, Connection, caller
from api.destinations import scope
from api.events import PING, frame
from api.filters import cursor
from api.problems import Problem
from api.replies import AnyRequest
from api.routes import given, route
from api.stream import HEADERS, READY_S

AnySocket: TypeAlias = WebSocket[Any, Any, Any]
QUERY = ("since", "subscription")
AWAY, BAD, BUSY = 1001, 4400, 4503
"""Why a WebSocket is closed: the service stops, the question is wrong, too many are open."""


@route("/alerts/stream", VIEWER, QUERY)
async def show_alert_stream(request: AnyRequest) -> Response[bytes] | Stream:
    """Alerts from now on; with Last-Event-ID or `since`, from the one after that on."""
    asked = given(request, QUERY)
    last = request.headers.get("last-event-id")
    told = await _following(request, asked | ({"since": last} if last else {}))
    if request.method == "HEAD":
        return Response(b"", headers=HEADERS, media_type="text/event-stream")
    return Stream(_frames(told), media_type="text/event-stream", headers=HEADERS)


async def _following(connection: Connection, asked: Mapping[str, str]) -> AsyncIterator[Told | int | None]:
    """What the caller may see. Raises Problem."""
    state = connection.app.state
    since, only = cursor(asked, "since"), cursor(asked, "subscription")
    if len(state.hub.alerts.listeners) + len(state.hub.subscribers) >= state.settings.max_streams:
        raise Problem(503, f"{state.settings.max_streams} streams are open already: try again later")
    try:
        await asyncio.wait_for(state.hub.ready.wait(), READY_S)
    except TimeoutError:
        raise Problem(503, "the database cannot be reached: try again in a moment") from None
    who = caller(connection)
    found: AsyncIterator[Told | int | None] = state.hub.alerts.follow(
        state.pool, scope(who), only, since, state.settings.ping_s, who
    )
    return found


async def _frames(following: AsyncIterator[Told | int | None]) -> AsyncIterator[bytes]:
    async with aclosing(cast("Any", following)):
        async for told in following:
            if isinstance(told, int):
                yield b"retry: 2000\n" + frame("hello", b"{}", told)
            else:
                yield told.frame if told else PING


@websocket("/alerts/ws", opt={"role": VIEWER, "query": QUERY})
async def show_alert_socket(socket: AnySocket) -> None:
    """The same as JSON texts: {"type": "hello" | "alert" | "ping", "seq": ..., "feature": ...}. To go on where one
    was, come back with `since`: the newest `seq` that arrived."""
    await socket.accept()
    try:
        following = await _following(socket, _asked(socket))
    except Problem as problem:
        await socket.close(BUSY if problem.status == 503 else BAD, problem.detail[:120])
        return
    sending = asyncio.ensure_future(_send(socket, following))
    gone = asyncio.ensure_future(_gone(socket))
    await asyncio.wait((sending, gone), return_when=asyncio.FIRST_COMPLETED)
    for task in (sending, gone):
        task.cancel()
    await asyncio.gather(sending, gone, return_exceptions=True)


def _asked(socket: AnySocket) -> dict[str, str]:
    """Raises Problem 400 for what is unknown."""
    asked = dict(socket.query_params.multi_items())
    if unknown := set(asked) - set(QUERY):
        raise Problem(400, f"there is no query parameter {min(unknown)[:60]!r} here; there are: {', '.join(QUERY)}")
    return asked


async def _send(socket: AnySocket, following: AsyncIterator[Told | int | None]) -> None:
    async with aclosing(cast("Any", following)):
        async for told in following:
            await socket.send_text(_text(told))
    await socket.close(AWAY)


def _text(told: Told | int | None) -> str:
    if isinstance(told, Told):
        return f'{{"type":"alert","seq":{told.seq},"feature":{told.feature}}}'
    return orjson.dumps({"type": "ping"} if told is None else {"type": "hello", "seq": told}).decode()


async def _gone(socket: AnySocket) -> None:
    """Until the client has left; what it says means nothing here."""
    try:
        while True:
            await socket.receive_data("text")
    except WebSocketDisconnect:
        return
