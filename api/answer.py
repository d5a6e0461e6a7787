"""Bytes with their headers as they go out: an answer about which the framework has nothing left to find out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from litestar import Request, Response
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send

_BODILESS = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


class Answer(Response[bytes]):
    """A response that is complete; of what its route declares it takes the status alone, where it has none itself.

    `more` follows the content: what is of megabytes is not copied to be joined.
    """

    def __init__(
        self,
        content: bytes,
        headers: Mapping[str, str],
        media_type: str,
        status_code: int | None = None,
        more: Sequence[bytes] = (),
    ) -> None:
        self.parts = (content, *more)
        self.content, self.headers, self.media_type, self.status_code = content, dict(headers), media_type, status_code
        self.cookies, self.background, self.encoding, self.response_type_encoders = [], None, "utf-8", {}

    def to_asgi_response(self, app: Any, request: Request[Any, Any, Any], **declared: Any) -> ASGIResponse:
        """As the framework sends it."""
        return _Sent(self, self.status_code or declared["status_code"])


class _Sent(ASGIResponse):
    def __init__(self, answer: Answer, status: int) -> None:
        self.status_code, self.parts = status, answer.parts
        headers = {name.lower(): value for name, value in answer.headers.items()}
        if status not in _BODILESS:
            kind = str(answer.media_type)
            headers.setdefault("content-type", f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)
            headers.setdefault("content-length", str(sum(map(len, self.parts))))
        self._encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self._encoded})
        *first, last = self.parts
        for part in first:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": last, "more_body": False})
