"""Incidents pushed as they change or are reviewed, as server-sent events and over a WebSocket."""

from __future__ import annotations

from collections.abc import Mapping

from litestar import Response, websocket
from litestar.response import Stream

from api.caller import VIEWER, Connection
from api.feed import Wish
from api.feed_stream import AnySocket, sent_events, socket_texts
from api.replies import AnyRequest
from api.routes import route
from api.stream import flat

QUERY = ("since", "bbox")


@route("/incidents/stream", VIEWER, QUERY)
async def show_incident_stream(request: AnyRequest) -> Response[bytes] | Stream:
    """Incidents from now on; with Last-Event-ID or `since`, those that changed after that one. Each comes as it is by
    now: of several changes meanwhile the last."""
    return await sent_events(request, request.app.state.hub.incidents, QUERY, _wish)


@websocket("/incidents/ws", opt={"role": VIEWER, "query": QUERY})
async def show_incident_socket(socket: AnySocket) -> None:
    """The same over a WebSocket."""
    await socket_texts(socket, socket.app.state.hub.incidents, QUERY, _wish)


def _wish(connection: Connection, asked: Mapping[str, str]) -> Wish:
    """Raises Problem for a box that is none."""
    return Wish(boxes=flat(asked["bbox"]) if "bbox" in asked else ())
