"""How a service is asked as somebody: nothing, a key in a header, or a token that is fetched and renewed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx
import orjson

from feeds._errors import FeedError

EARLY_S = 60.0
"""A token is renewed so long before its end: a request under way must not outlive it."""

SHORT_S, LONG_S = 120.0, 86_400.0
_TOKEN_BYTES = 64 << 10


class Access(Protocol):
    """`headers` may ask for a token first; `refused` says that the service does not take what it was given (401)."""

    @property
    def secret(self) -> bool:
        """Whether there is something that only this host may see."""
        ...

    async def headers(self, client: httpx.AsyncClient) -> Mapping[str, str]: ...
    def refused(self) -> None: ...


@dataclass(frozen=True)
class Key:
    """Fixed headers; none is open access."""

    given: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def secret(self) -> bool:
        return bool(self.given)

    async def headers(self, client: httpx.AsyncClient) -> Mapping[str, str]:
        return self.given

    def refused(self) -> None:
        """A key does not get better by asking again; the source backs off."""


@dataclass
class ClientCredentials:
    """OAuth 2 (RFC 6749, 4.4): an id and its secret become a token for a while."""

    url: str
    client: str
    client_secret: str = field(repr=False)
    clock: Callable[[], float] = time.monotonic
    secret: bool = True
    _token: str = field(default="", repr=False)
    _until: float = 0.0

    async def headers(self, client: httpx.AsyncClient) -> Mapping[str, str]:
        """The header with a token that is good. Raises httpx.HTTPError or FeedError where none is to be had."""
        if not self._token or self.clock() >= self._until:
            self._token, lasts_s = await self._fetched(client)
            self._until = self.clock() + max(lasts_s - EARLY_S, lasts_s / 2)
        return {"authorization": f"Bearer {self._token}"}

    def refused(self) -> None:
        self._token = ""

    async def _fetched(self, client: httpx.AsyncClient) -> tuple[str, float]:
        form = {"grant_type": "client_credentials", "client_id": self.client, "client_secret": self.client_secret}
        answer = await client.post(self.url, data=form, follow_redirects=False)
        if answer.status_code in (400, 401, 403):
            raise FeedError(f"no token: HTTP {answer.status_code}", hint="are the client's id and secret right?")
        answer.raise_for_status()
        return _token(answer.content[:_TOKEN_BYTES])


def _token(body: bytes) -> tuple[str, float]:
    """Token and its life in seconds. Raises FeedError where the answer is something else."""
    try:
        said: Any = orjson.loads(body)
        token, lasts = str(said["access_token"]), float(said.get("expires_in", SHORT_S))
    except (orjson.JSONDecodeError, TypeError, KeyError, ValueError, AttributeError) as error:
        raise FeedError("no token: the answer holds none", hint="is this the address of the token service?") from error
    if not token.isascii() or not token.isprintable() or not token:
        raise FeedError("no token: it holds what no header may")
    return token, min(max(lasts, 1.0), LONG_S)
