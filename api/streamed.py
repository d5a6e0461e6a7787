"""An answer that is sent as it is made, in constant memory: packed on the way, ended when its client stops reading."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any, cast

from litestar import Response
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Send

from api import replies
from api.replies import AnyRequest

STALLED_S = 60
"""A client that takes nothing for this long has gone, and does not keep a connection to the database."""

PIECE = 256 << 10


class Streamed(Response[bytes]):
    """Pieces with headers; the first piece should be there before this is made, so that errors are problems."""

    def __init__(self, pieces: AsyncIterator[bytes], media_type: str, headers: Mapping[str, str]) -> None:
        super().__init__(b"", media_type=media_type, headers=dict(headers))
        self.pieces = pieces

    def to_asgi_response(self, app: Any, request: Any, **more: Any) -> ASGIResponse:
        return _Sending(self.pieces, {**(more.get("headers") or {}), **self.headers}, str(self.media_type))


class _Sending(ASGIResponse):
    _should_set_content_length = False

    def __init__(self, pieces: AsyncIterator[bytes], headers: dict[str, Any], media_type: str) -> None:
        super().__init__(headers=headers, media_type=media_type)
        self.pieces = pieces

    async def send_body(self, send: Send, receive: Receive) -> None:
        async with aclosing(cast("Any", self.pieces)):
            async for piece in self.pieces:
                if piece:
                    async with asyncio.timeout(STALLED_S):
                        await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def packing(request: AnyRequest, pieces: AsyncIterator[bytes], headers: dict[str, str]) -> AsyncIterator[bytes]:
    """The pieces as the client likes them packed, which the headers then say."""
    how = replies.coding(request)
    if not how:
        return pieces
    headers["content-encoding"] = how
    return _packed(pieces, how)


async def _packed(pieces: AsyncIterator[bytes], how: str) -> AsyncIterator[bytes]:
    packer = replies.packer(how)
    async with aclosing(cast("Any", pieces)):
        async for piece in pieces:
            yield await asyncio.to_thread(packer.compress, piece)
    yield packer.flush()


async def of_file(path: Path) -> AsyncIterator[bytes]:
    """A file's bytes."""
    with path.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece
