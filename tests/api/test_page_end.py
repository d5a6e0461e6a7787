"""Where a page ends: the row that only says that more follow is cut off, however many bytes its letters take."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import orjson
import pytest
import shapely

from api.asked import Asked
from api.catalogue import ZONES
from api.parameters import after
from api.query import Page, read_page
from store.connect import open_pool
from store.writer import Writer

NAMES = ("Aachen", "Malmö", "東京", "Zürich \U0001f6e9", "")


@pytest.fixture(scope="module")
def zones(migrated_url: str) -> str:
    async def seed() -> None:
        empty = dict.fromkeys(("title", "floor_ft", "ceiling_ft", "floor_ref", "ceiling_ref", "active"))
        box = {"kind": "R", "geometry": shapely.box(1, 2, 3, 4)}
        writer = await Writer.open(migrated_url, store_every_s=0)
        await writer.zones([empty | box | {"id": f"{i}", "name": name} for i, name in enumerate(NAMES)])
        await writer.close()

    asyncio.run(seed())
    return migrated_url


async def pages(url: str, limit: int) -> list[Page]:
    asked, found = Asked(limit=limit), []
    async with await open_pool(url, 1) as pool:
        while True:
            found.append(await read_page(pool, ZONES, asked))
            if found[-1].after is None:
                return found
            asked = replace(asked, after=after(found[-1].after, 1))


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 6])
def test_each_page_holds_its_own_rows(zones: str, limit: int) -> None:
    found = asyncio.run(pages(zones, limit))
    names = [[one["properties"]["name"] for one in orjson.loads(b"[%b]" % page.features)] for page in found]

    assert [len(each) for each in names] == [page.returned for page in found]
    assert [name for each in names for name in each] == list(NAMES)
    assert [page.more for page in found] == [True] * (len(found) - 1) + [False]


def test_nothing_is_a_page(zones: str) -> None:
    async def read() -> Page:
        async with await open_pool(zones, 1) as pool:
            return await read_page(pool, ZONES, Asked(after=("9",)))

    page = asyncio.run(read())

    assert (page.features, page.returned, page.end, page.more) == (b"", 0, None, False)
