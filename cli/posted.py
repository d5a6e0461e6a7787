"""What programs post, as a feed of the engine: each piece is given once, and kept until the journal holds it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable
from typing import Any
from zipfile import BadZipFile

import asyncpg

from geo.batch import Batch
from geo.batch_bytes import unpacked
from store import posted
from store.connect import UNREACHABLE

NAME = "POST /ingest"
LOOK_S = 0.5
MOST_UNSETTLED = 64
"""Pieces that the engine has been given and not written down: no more are given until then."""


class Posted:
    """`journalled` are pieces that a journal of before holds already: they go without being given again."""

    name = NAME

    def __init__(self, pool: asyncpg.Pool, journalled: Iterable[int] = ()) -> None:
        self.pool, self.cursor, self.rows, self.pieces = pool, 0, 0, 0
        self.last_time: int | None = None
        self.last_error: str | None = None
        self._given: list[int] = []
        self._open: set[int] = set()
        self._journalled = set(journalled)

    async def poll(self) -> AsyncIterator[Batch]:
        """Everything that waits, in the order of its arrival. A database that is away is waited for."""
        while True:
            try:
                pieces = await self._next()
                self.last_error = None
            except UNREACHABLE as error:
                pieces, self.last_error = [], f"the database cannot be asked: {type(error).__name__}"
            for own, body in pieces:
                batch = self._read(own, body)
                self.cursor = own
                self._given.append(own)
                self._open.add(own)
                if len(batch):
                    yield batch
            await asyncio.sleep(LOOK_S if not pieces else 0.0)

    async def waits(self) -> None:
        """Until there is something. Raises nothing for a database that is away."""
        while True:
            try:
                if await posted.following(self.pool, self.cursor, 1):
                    return
            except UNREACHABLE as error:
                self.last_error = f"the database cannot be asked: {type(error).__name__}"
            await asyncio.sleep(LOOK_S)

    async def _next(self) -> list[tuple[int, bytes]]:
        if self._journalled:
            await posted.gone(self.pool, self._journalled)
            self._journalled.clear()
        room = MOST_UNSETTLED - len(self._open)
        return list(await posted.following(self.pool, self.cursor, room)) if room > 0 else []

    def _read(self, own: int, body: bytes) -> Batch:
        """What was kept; a piece that cannot be read any more is said, and holds nothing."""
        try:
            batch = unpacked(body)
        except (ValueError, KeyError, OSError, BadZipFile) as error:
            self.last_error = f"piece {own} cannot be read: {error}"
            return Batch.empty()
        self.rows, self.pieces = self.rows + len(batch), self.pieces + 1
        if len(batch):
            self.last_time = max(self.last_time or 0, int(batch["time"].max()))
        return batch

    def given(self) -> list[int]:
        """The ids of what was given since this was asked last."""
        out, self._given = self._given, []
        return out

    async def settle(self, ids: Collection[int]) -> None:
        """These are in the journal."""
        await posted.gone(self.pool, ids)
        self._open -= set(ids)

    def health(self) -> dict[str, Any]:
        """As of every source. Nobody has to send anything: it is well while nothing comes."""
        return {
            "name": NAME, "format": "observations", "live": True, "state": "down" if self.last_error else "ok",
            "rows": self.rows, "last_time": self.last_time, "rejected": {}, "errors": {},
            "last_error": self.last_error, "without_address": [], "unsettled": len(self._open),
        }  # fmt: skip
