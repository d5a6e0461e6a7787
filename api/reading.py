"""A collection read as a whole, or as much as a filter leaves: batches of features through a cursor of the database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import asyncpg

from api import files, query
from api.asked import Asked
from api.collections import Collection
from api.formats import Format
from api.layer import Layer
from api.problems import bad

BATCH = 1_000
"""Features fetched at once."""

EVERYTHING = 2**31 - 2
PATIENCE_S = 300
"""How long the database may take until the first features are there: many may have to be sorted."""


async def features(
    pool: asyncpg.Pool, collection: Collection, asked: Asked, most: int | None = None
) -> AsyncGenerator[list[str], None]:
    """All features that are asked for as GeoJSON texts, as they were when the reading began."""
    sql, values = query.page(collection, replace(asked, limit=EVERYTHING if most is None else most - 1))
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.execute(f"SET LOCAL statement_timeout = '{PATIENCE_S}s'")
        # One column whatever was asked: the statement that fetches is kept with what it gave before.
        one_column = f"SELECT feature FROM ({sql}) AS found"
        await connection.execute(f"DECLARE exported NO SCROLL CURSOR FOR {one_column}", *values)
        while rows := await connection.fetch(f"FETCH {BATCH} FROM exported"):
            yield [row[0] for row in rows]


def fitting(form: Format, collection: Collection, asked: Asked) -> tuple[Asked, Layer]:
    """What to ask so that the format can hold it, and the layer of the answer. Raises Problem 400."""
    if not form.systems and asked.system.srid != 4326:
        raise bad("crs", f"{form.title} is always in longitude and latitude")
    if asked.system.latitude_first and not (form.turned and form.systems):
        asked = replace(asked, system=replace(asked.system, latitude_first=False))
    return asked, Layer(collection, asked.properties, asked.system)


async def save(name: str, path: Path, layer: Layer, batches: AsyncIterator[list[str]]) -> None:
    """Batches into a file of this format. The writing is done beside the event loop, and ends where the task does."""
    feed = Feed(batches)
    work = asyncio.ensure_future(asyncio.to_thread(files.write, name, path, layer, feed))
    try:
        await asyncio.shield(work)
    except asyncio.CancelledError:
        feed.stopped = True
        await asyncio.wait((work,))
        raise


class Stopped(Exception):
    """Nobody waits for the file any more."""


class Feed:
    """Batches of a coroutine's generator for a writer in a thread."""

    def __init__(self, batches: AsyncIterator[list[str]]) -> None:
        self._batches, self._loop, self.stopped = batches, asyncio.get_running_loop(), False

    def __iter__(self) -> Iterator[Sequence[str]]:
        while texts := asyncio.run_coroutine_threadsafe(self._next(), self._loop).result():
            yield texts

    async def _next(self) -> list[str]:
        if self.stopped:
            raise Stopped
        return await anext(self._batches, [])
