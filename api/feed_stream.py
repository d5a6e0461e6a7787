"""News of one kind pushed: as server-sent events or over a WebSocket, resumed exactly where a client left off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Any, TypeAlias, cast

import orjson
from litestar import Response, WebSocket
from litestar.exceptions import WebSocketDisconnect
from litestar.response import Stream

from api.caller import Connection, caller
from api.events import PING, frame
from api.feed import Feed, Told, Wish
from api.filters import cursor
from api.problems import Problem
from api.replies import AnyRequest
from api.routes import given
from api.stream import HEADERS, admit

AnySocket: TypeAlias = WebSocket[Any, Any, Any]
Following: TypeAlias = AsyncIterator[Told | int | None]
Wishing: TypeAlias = Callable[[Connection, Mapping[str, str]], Wish]
"""What a client asks for by its query. Raises Problem."""

AWAY, BAD, BUSY = 1001, 4400, 4503
"""Why a WebSocket is closed: the service stops, the question is wrong, too many are open."""


async def sent_events(
    request: AnyRequest, feed: Feed, query: Sequence[str], wishing: Wishing
) -> Response[bytes] | Stream:
    """From now on; with Last-Event-ID or `since`, from the one after that on. Raises Problem."""
    asked, last = given(request, query), request.headers.get("last-event-id")
    told = await _following(request, feed, asked | ({"since": last} if last else {}), wishing)
    if request.method == "HEAD":
        return Response(b"", headers=HEADERS, media_type="text/event-stream")
    return Stream(_frames(told), media_type="text/event-stream", headers=HEADERS)


async def socket_texts(socket: AnySocket, feed: Feed, query: Sequence[str], wishing: Wishing) -> None:
    """The same as JSON texts: {"type": "hello" | "ping" | the kind, "seq": ..., "feature": ...}. To go on where one
    was, come back with `since`: the newest `seq` that arrived."""
    await socket.accept()
    try:
        following = await _following(socket, feed, _asked(socket, query), wishing)
    except Problem as problem:
        await socket.close(BUSY if problem.status == 503 else BAD, problem.detail[:120])
        return
    sending = asyncio.ensure_future(_send(socket, following))
    gone = asyncio.ensure_future(_gone(socket))
    await asyncio.wait((sending, gone), return_when=asyncio.FIRST_COMPLETED)
    for task in (sending, gone):
        task.cancel()
    await asyncio.gather(sending, gone, return_exceptions=True)


async def _following(connection: Connection, feed: Feed, asked: Mapping[str, str], wishing: Wishing) -> Following:
    state = connection.app.state
    since, wish = cursor(asked, "since"), wishing(connection, asked)
    await admit(state)
    return feed.follow(state.pool, wish, since, state.settings.ping_s, caller(connection))


async def _frames(following: Following) -> AsyncIterator[bytes]:
    async with aclosing(cast("Any", following)):
        async for told in following:
            if isinstance(told, int):
                yield b"retry: 2000\n" + frame("hello", b"{}", told)
            else:
                yield told.frame if told else PING


def _asked(socket: AnySocket, query: Sequence[str]) -> dict[str, str]:
    """Raises Problem 400 for what is unknown."""
    asked = dict(socket.query_params.multi_items())
    if unknown := set(asked) - set(query):
        raise Problem(400, f"there is no query parameter {min(unknown)[:60]!r} here; there are: {', '.join(query)}")
    return asked


async def _send(socket: AnySocket, following: Following) -> None:
    async with aclosing(cast("Any", following)):
        async for told in following:
            await socket.send_text(_text(told))
    await socket.close(AWAY)


def _text(told: Told | int | None) -> str:
    if isinstance(told, Told):
        return f'{{"type":"{told.kind}","seq":{told.seq},"feature":{told.feature}}}'
    return orjson.dumps({"type": "ping"} if told is None else {"type": "hello", "seq": told}).decode()


async def _gone(socket: AnySocket) -> None:
    """Until the client has left; what it says means nothing here."""
    try:
        while True:
            await socket.receive_data("text")
    except WebSocketDisconnect:
        return
