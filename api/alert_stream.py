"""Alerts pushed, as server-sent events and over a WebSocket; only one's own."""

from __future__ import annotations

from collections.abc import Mapping

from litestar import Response, websocket
from litestar.response import Stream

from api.caller import VIEWER, Connection, caller
from api.destinations import scope
from api.feed import Wish
from api.feed_stream import AnySocket, sent_events, socket_texts
from api.filters import cursor
from api.replies import AnyRequest
from api.routes import route

QUERY = ("since", "subscription")


@route("/alerts/stream", VIEWER, QUERY)
async def show_alert_stream(request: AnyRequest) -> Response[bytes] | Stream:
    """Alerts from now on; with Last-Event-ID or `since`, from the one after that on."""
    return await sent_events(request, request.app.state.hub.alerts, QUERY, _wish)


@websocket("/alerts/ws", opt={"role": VIEWER, "query": QUERY})
async def show_alert_socket(socket: AnySocket) -> None:
    """The same over a WebSocket."""
    await socket_texts(socket, socket.app.state.hub.alerts, QUERY, _wish)


def _wish(connection: Connection, asked: Mapping[str, str]) -> Wish:
    return Wish(scope(caller(connection)), cursor(asked, "subscription"))
