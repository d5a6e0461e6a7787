"""Boxes read square by square: the same features in the same order as without, page after page, also where the rest
of them lies in a partition that is not indexed yet."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime

import asyncpg
import numpy as np
import pytest
from litestar import Litestar
from litestar.datastructures import State
from litestar.testing import TestClient

from api.app import create_app
from api.asked import Asked
from api.catalogue import POSITIONS
from api.near import LARGE_LIMIT, Indexed, large_at_once, one_plan, read_page, squares
from api.pace import Looks
from api.query import Page
from api.settings import Settings
from geo.batch import Batch
from store.squares import square_codes, whole_codes
from store.writer import Writer

T0 = 1_700_000_400_000
MIDNIGHT = 1_700_006_400_000
BOXES = ("-3,-2,3,2", "-5,85,5,90", "9.9,49.5,12,51", "178,-3,-178,3", "10,50,11,51", "0.5,-1.5,1.5,0.5")


def scattered() -> Batch:
    """Rows all over the boxes, at few times, so that aircraft decide the order; some on the very edges of squares."""
    rng = np.random.default_rng(7)
    n = 4_000
    lon, lat = rng.uniform(-6, 13, n), rng.uniform(-4, 52, n)
    lon[:200], lat[:200] = np.round(lon[:200]), np.round(lat[:200])
    lon[200:600], lat[200:600] = rng.uniform(176, 184, 400), rng.uniform(-4, 4, 400)
    lon[600:610], lat[600:610] = 180.0, 0.5
    lon[610:700], lat[610:700] = rng.uniform(-6, 6, 90), rng.uniform(85, 90, 90)
    time = np.where(np.arange(n) < n * 2 // 3, T0, MIDNIGHT) + np.sort(rng.integers(0, 50, n)) * 1_000
    lon = np.where(lon > 180, lon - 360, lon)
    return Batch({"icao24": rng.permutation(n) + 1, "time": time, "position_time": time, "lat": lat, "lon": lon})


@pytest.fixture(scope="module")
def served(migrated_url: str) -> Iterator[TestClient[Litestar]]:
    async def seed() -> None:
        writer = await Writer.open(migrated_url, store_every_s=0)
        await writer.write(scattered())
        assert len(await writer.maintain(MIDNIGHT)) == 1
        await writer.close()

    asyncio.run(seed())
    with TestClient(create_app(Settings(migrated_url, pool_size=2, open_reading=True))) as client:
        yield client


def all_pages(client: TestClient[Litestar], query: str) -> list[str]:
    found: list[str] = []
    path: str | None = f"/collections/positions/items?{query}"
    while path:
        page = client.get(path).raise_for_status().json()
        found += [one["id"] for one in page["features"]]
        path = next((one["href"] for one in page["links"] if one["rel"] == "next"), None)
    return found


@pytest.mark.parametrize("box", BOXES)
def test_the_same_features_in_the_same_order(served: TestClient[Litestar], box: str) -> None:
    assert squares(POSITIONS, Asked.of(POSITIONS, {"bbox": box})), "this box is not read so"
    by_square = all_pages(served, f"bbox={box}&limit=17")
    # A condition that always holds keeps the squares out.
    plainly = all_pages(served, f"bbox={box}&limit=10000&filter=icao24 IS NOT NULL")
    assert by_square == plainly
    assert len(by_square) > 3


@pytest.mark.parametrize("margin", [1e-9, 0.3, 1.25, 1e9], ids=["at once", "too early", "as it is", "too late"])
@pytest.mark.parametrize("limit", [3, 40, 900])
def test_however_far_the_page_is_thought_to_reach(
    served: TestClient[Litestar], monkeypatch: pytest.MonkeyPatch, margin: float, limit: int
) -> None:
    plainly = all_pages(served, "bbox=-3,-2,3,2&limit=10000&filter=icao24 IS NOT NULL")
    monkeypatch.setattr("api.pace.LEAST_LIMIT", 1)
    monkeypatch.setattr("api.pace.MARGIN", margin)
    # Few rows are looked at, as of a page of 10,000 where there are many.
    monkeypatch.setattr("api.pace.LOOKS", Looks(1, 2, 4))

    assert all_pages(served, f"bbox=-3,-2,3,2&limit={limit}") == plainly


def test_a_page_may_end_where_the_indexed_rows_do(served: TestClient[Litestar]) -> None:
    whole = all_pages(served, "bbox=-3,-2,3,2&limit=10000")
    indexed = sum(int(one.split("-")[1]) < MIDNIGHT for one in whole)
    assert 0 < indexed < len(whole)
    assert all_pages(served, f"bbox=-3,-2,3,2&limit={indexed}") == whole


def test_indexed_is_what_lies_before_the_first_partition_that_is_not(migrated_url: str) -> None:
    async def look() -> datetime:
        async with asyncpg.create_pool(migrated_url, min_size=1) as pool:
            return await Indexed().fresh(pool)

    assert asyncio.run(look()) == datetime(2023, 11, 15, tzinfo=UTC)


def test_time_counts_over_all_squares(served: TestClient[Litestar]) -> None:
    whole = all_pages(served, "bbox=-3,-2,3,2&limit=10000")
    early = "datetime=../2023-11-14T22:20:10Z"
    assert all_pages(served, f"bbox=-3,-2,3,2&limit=5&{early}") == [
        one for one in whole if int(one.split("-")[1]) <= T0 + 10_000
    ]


@pytest.mark.parametrize(
    "asked",
    [
        {"bbox": "1,1,1.5,1.5"}, {"bbox": "-60,-40,60,40"}, {"bbox": "-180,1,180,1.1"}, {},
        {"bbox": "1,1,3,3", "offset": "5"}, {"bbox": "1,1,3,3", "sortby": "callsign"},
        {"bbox": "1,1,3,3", "icao24": "4ca7b5"},
    ],
)  # fmt: skip
def test_where_squares_would_not_pay_they_are_left_out(asked: dict[str, str]) -> None:
    asked_for = Asked.of(POSITIONS, asked)
    assert not squares(POSITIONS, asked_for)


@pytest.mark.parametrize(
    ("asked", "one"),
    [
        ({"datetime": "2023-11-14T22:20:00Z/2023-11-14T22:30:00Z"}, True), ({"icao24": "4ca7b5"}, True),
        ({"datetime": "2023-11-14T22:20:00Z/.."}, False), ({"icao24": "4ca7b5,4ca7b6"}, False), ({}, False),
        ({"icao24": "4ca7b5", "sortby": "callsign"}, False), ({"icao24": "4ca7b5", "bbox": "1,1,3,3"}, False),
        ({"icao24": "4ca7b5", "flight": "7"}, False), ({"icao24": "4ca7b5", "squawk": "7700"}, False),
    ],
)  # fmt: skip
def test_where_one_plan_is_right_for_all_values(asked: dict[str, str], one: bool) -> None:
    assert one_plan(POSITIONS, Asked.of(POSITIONS, asked)) is one


@pytest.mark.parametrize(
    ("box", "whole"),
    [
        ((-0.5, 0.5, 2.5, 2.0), [360, 361]), ((0.0, 0.0, 1.0, 1.0), [0]), ((0.1, 0.1, 1.9, 1.9), []),
        ((-180.0, 0.0, -178.0, 1.0), [-179]), ((178.0, 89.0, 180.0, 90.0), [89 * 360 + 178, 89 * 360 + 179]),
    ],
)  # fmt: skip
def test_squares_that_lie_in_a_box_as_a_whole(box: tuple[float, float, float, float], whole: list[int]) -> None:
    """Of those at the western edge of the world the row that lies at 180 degrees, a step further north, is no part."""
    assert list(whole_codes([box])) == whole


def test_squares_of_a_box() -> None:
    assert list(square_codes([(-0.5, 0.5, 1.5, 1.0)])) == [-1, 0, 1, 359, 360, 361]


def test_large_pages_take_turns_and_small_ones_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    under_way: list[int] = []
    most: dict[int, int] = {}

    async def read(state: object, collection: object, asked: Asked) -> Page:
        under_way.append(asked.limit)
        most[asked.limit] = max(most.get(asked.limit, 0), under_way.count(asked.limit))
        await asyncio.sleep(0)
        under_way.remove(asked.limit)
        return Page(b"", 0, None, False, None)

    async def ask() -> None:
        state = State({"large": large_at_once(4)})
        asked = [Asked(limit=limit) for limit in (10, LARGE_LIMIT) for _ in range(6)]
        await asyncio.gather(*(read_page(state, POSITIONS, one) for one in asked))

    monkeypatch.setattr("api.near._read", read)
    asyncio.run(ask())

    assert most == {10: 6, LARGE_LIMIT: 2}


@pytest.mark.parametrize("gone", ["reads", "waits"])
def test_who_goes_away_leaves_the_turn_to_the_next(gone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def read(state: object, collection: object, asked: Asked) -> Page:
        await asyncio.sleep(60 if asked.offset else 0)
        return Page(b"", asked.limit, None, False, None)

    async def ask() -> Page:
        state = State({"large": large_at_once(1)})
        slow = Asked(limit=LARGE_LIMIT, offset=1)
        tasks = [asyncio.create_task(read_page(state, POSITIONS, slow)) for _ in range(1 if gone == "reads" else 2)]
        await asyncio.sleep(0)
        for one in reversed(tasks):
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        async with asyncio.timeout(10):
            return await read_page(state, POSITIONS, Asked(limit=LARGE_LIMIT))

    monkeypatch.setattr("api.near._read", read)

    assert asyncio.run(ask()).returned == LARGE_LIMIT
