"""Answers of a service about the past, into a folder, each once: limits of rate are kept, and a break costs nothing."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from feeds._access import Key
from feeds._errors import FeedError
from feeds._given import Given
from feeds._json import tolerant
from feeds._registry import find
from feeds._web import Web, reason, said
from geo.batch import Batch

LONGEST_PAUSE_S = 60.0
MOST_FAILURES = 8
"""In a row: some four minutes. Whoever comes again then goes on where it was."""

PATIENCE_S = 900.0
"""A service that wants peace for longer (OpenSky's credits come back once a day) is not waited for."""

NEAR_MS = 60_000
EMPTY: tuple[Any, ...] = ([], {"data": []})
"""How an API says that there was nothing, beside 404 and its own document without rows."""

FINAL = (400, 402, 403, 405, 410, 414, 422)
"""Answers that do not get better by asking again: a question that is not understood, credits or a plan that end."""


@dataclass(frozen=True)
class Request:
    """One question. `name` is the file of its answer; one that begins with a dot only leads to `more` questions.

    `format` is what the answer must be, `at_ms` the time that it must be of.
    """

    name: str
    url: str
    format: str = ""
    at_ms: int | None = None
    more: Callable[[Given], Iterable[Request]] | None = None

    def check(self, body: bytes) -> None:
        """Raises FeedError where the answer is something else."""
        given = Given(self.name, data=body)
        if self.more:
            list(self.more(given))
        if not self.format:
            return
        kind = find(given, self.format)
        if not kind.sniff(given) and tolerant(given, body) not in EMPTY:
            raise given.error(f"the answer is no {self.format}", hint="does the address speak as the service does?")
        Batch.concat(kind.read(given))
        when = kind.when(given)
        if self.at_ms is not None and when is not None and abs(when - self.at_ms) > NEAR_MS:
            raise given.error("the answer is of another time than was asked for", hint="is the past open to this key?")


class Stopped(FeedError):
    """The service will not answer now. What was fetched stays, and the same command goes on."""


@dataclass
class Fetcher:
    """One service's answers into `folder`. `gap_s` lies between two questions."""

    web: Web
    folder: Path
    gap_s: float
    patience_s: float = PATIENCE_S
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    clock: Callable[[], float] = time.monotonic
    counts: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    _asked: float | None = None

    async def run(self, requests: Iterable[Request], advance: Callable[[str], object] = lambda name: None) -> None:
        """Ask what is not there yet. Raises Stopped, and FeedError for a question that is refused for good."""
        self.folder.mkdir(parents=True, exist_ok=True)
        async with self.web.client() as client:
            left: list[Iterator[Request]] = [iter(requests)]
            while left:
                one = next(left[-1], None)
                if one is None:
                    left.pop()
                    continue
                if not self._there(one):
                    await self._fetch(client, one)
                if one.more and (path := self.folder / one.name).exists():
                    left.append(iter(one.more(Given(one.name, path))))
                advance(one.name)

    def _there(self, one: Request) -> bool:
        """Whether it was answered before, were it with nothing."""
        found = (self.folder / one.name).exists() or self._nothing(one).exists()
        self.counts["found from before"] += found
        return found

    def _nothing(self, one: Request) -> Path:
        return self.folder / f".{one.name.lstrip('.')}.nothing"

    async def _fetch(self, client: httpx.AsyncClient, one: Request) -> None:
        """Ask until there is an answer, with longer and longer pauses."""
        for failed in range(MOST_FAILURES):
            await self._wait(failed)
            try:
                body = await self._asked_for(client, one)
            except (httpx.HTTPError, TimeoutError) as error:
                self._failed(error, one)
            except FeedError as error:
                if isinstance(error, Stopped):
                    raise
                self.failures[f"answer that cannot be read ({error.reason[:100]})"] += 1
            else:
                self._keep(one, body)
                return
        counted = ", ".join(f"{why} {count} times" for why, count in self.failures.items())
        raise Stopped(f"no answer to {one.name}: {counted}", hint="the same command goes on from here") from None

    async def _asked_for(self, client: httpx.AsyncClient, one: Request) -> bytes | None:
        """The answer; None where the service has nothing of it."""
        try:
            await self.web.access.headers(client)
        except FeedError as error:
            raise Stopped(error.reason, hint=error.hint) from error
        self._asked = self.clock()
        try:
            body = await self.web.get(client, one.url)
        except httpx.HTTPStatusError as error:
            if error.response.status_code == 404:
                return None
            raise
        one.check(body)
        return body

    def _failed(self, error: Exception, one: Request) -> None:
        """Count it. Raises Stopped where asking again would be of no use."""
        self.failures[reason(error)] += 1
        status = error.response.status_code if isinstance(error, httpx.HTTPStatusError) else 0
        # A token that is not taken is renewed once; a key that is not taken stays what it is.
        refused = status == 401 and (self.failures["HTTP 401"] > 1 or isinstance(self.web.access, Key))
        if status in FINAL or refused:
            hint = "is the key right, and does its plan hold this? What was fetched stays"
            raise Stopped(f"{one.name} is refused: {said(error)}", hint=hint) from error

    async def _wait(self, failed: int) -> None:
        """The gap, what the service asked for, and the pause after failures."""
        since = self.gap_s if self._asked is None else self.clock() - self._asked
        pause = min(LONGEST_PAUSE_S, 2.0**failed) * random.uniform(0.5, 1.0) if failed else 0.0
        wanted = self.web.wait_s
        if wanted > self.patience_s:
            raise Stopped(
                f"the service wants to be asked again in {wanted:,.0f} s", hint="the same command goes on then"
            )
        await self.sleep(max(0.0, self.gap_s - since, pause, wanted))

    def _keep(self, one: Request, body: bytes | None) -> None:
        """Whole or not at all."""
        self.counts["nothing there" if body is None else "fetched"] += 1
        path = self._nothing(one) if body is None else self.folder / one.name
        part = self.folder / f".{one.name.lstrip('.')}.part"
        part.write_bytes(body or b"")
        part.replace(path)
