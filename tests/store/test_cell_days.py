"""Counts of cells in the database: told again, in part or in another order, they are the same; GPSJam's days."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from feeds import open_source
from geo.batch import Batch
from geo.cells import FINEST, GPSJAM, cells_of
from geo.interference import daily
from pipeline.backfill import Backfill
from pipeline.engine import Engine
from store.writer import Writer

DAY = 1_700_092_800_000
"""The start of 2023-11-16, UTC."""

HERE = cells_of(np.array([46.0]), np.array([8.0]), GPSJAM)


def counts(at: int = DAY, **values: int) -> dict[str, Any]:
    own = {"good": 5, "bad": 1, "aircraft": 8, "seconds": 600} | values
    return {"h3": HERE, "bucket_start": np.array([at])} | {name: np.array([value]) for name, value in own.items()}


def heard(bad: Sequence[int], good: Sequence[int] = ()) -> dict[str, Any]:
    who = np.array([*bad, *good])
    return {
        "day": np.full(len(who), DAY), "h3": np.repeat(HERE, len(who)), "icao24": who,
        "bad": np.arange(len(who)) < len(bad),
    }  # fmt: skip


def run(url: str, act: Callable[[Writer], Awaitable[Any]]) -> Any:
    async def go() -> Any:
        writer = await Writer.open(url)
        try:
            await writer.pool.execute("TRUNCATE cells, cell_days, cell_aircraft")
            return await act(writer)
        finally:
            await writer.close()

    return asyncio.run(go())


async def day(writer: Writer) -> tuple[Any, ...]:
    return tuple(await writer.pool.fetchrow("SELECT good, bad, seconds, most, half_hours FROM cell_days"))


def test_an_aircraft_counts_once_a_day_and_bad_once_is_bad(migrated_url: str) -> None:
    async def act(writer: Writer) -> list[Any]:
        found = []
        for told in (heard([], [1, 2, 3]), heard([2]), heard([2], [1]), heard([], [2]), heard([4], [5]), heard([4])):
            await writer.cells({}, told)
            found.append((await day(writer))[:2])
        return found

    assert run(migrated_url, act) == [(3, 0), (2, 1), (2, 1), (2, 1), (3, 2), (3, 2)]


def test_a_count_of_a_part_never_replaces_that_of_the_whole(migrated_url: str) -> None:
    async def act(writer: Writer) -> Any:
        changed = [
            await writer.cells(one)
            for one in (counts(), counts(), counts(good=2, bad=2, aircraft=3, seconds=10), counts(bad=2, aircraft=9))
        ]
        row = await writer.pool.fetchrow("SELECT good, bad, aircraft, seconds, resolution FROM cells")
        return changed, tuple(row)

    assert run(migrated_url, act) == ([1, 0, 1, 1], (5, 2, 9, 600, 4))


def test_days_add_up_their_half_hours_and_both_end(migrated_url: str) -> None:
    async def act(writer: Writer) -> Any:
        for i in range(3):
            await writer.cells(counts(DAY + 82_800_000 + i * 1_800_000, aircraft=8 + i), heard([1], [2]))
        days = await writer.pool.fetch("SELECT seconds, most, half_hours FROM cell_days ORDER BY day")
        await writer.drop_before(DAY + 86_400_000)
        left = [
            await writer.pool.fetchval(f"SELECT count(*) FROM {t}") for t in ("cells", "cell_days", "cell_aircraft")
        ]
        return [tuple(one) for one in days], left

    assert run(migrated_url, act) == ([(1200, 9, 2), (600, 10, 1)], [1, 1, 0])


@pytest.mark.parametrize("pieces", [1, 7])
def test_a_recording_gives_gpsjams_count_however_often_it_is_read(migrated_url: str, shared: Path, pieces: int) -> None:
    """8,423 aircraft of the whole world, through the door."""
    source = open_source(str(shared / "data/adsbx-snapshot-20220430/aircraft.json"))
    rows = Batch.concat(source.batches())
    rows = rows.take(np.argsort(rows["time"], kind="stable"))

    async def batches() -> Any:
        for part in np.array_split(np.arange(len(rows)), pieces):
            yield rows.take(part)

    async def act(writer: Writer) -> Any:
        for _ in range(2):
            await Backfill(Engine({}, lateness_s=0.0), writer, False).run(batches(), 0, 1)
        sql = "SELECT h3, day, good, bad FROM cell_days WHERE resolution = $1 AND good + bad > 0"
        return {size: await writer.pool.fetch(sql, size) for size in (GPSJAM, FINEST)}

    found = run(migrated_url, act)

    for size in (GPSJAM, FINEST):
        expected = daily(rows.columns, size)
        keys = zip(*(expected[n].tolist() for n in ("h3", "day", "good", "bad")), strict=True)
        assert {(r["h3"], round(r["day"].timestamp() * 1000), r["good"], r["bad"]) for r in found[size]} == set(keys)
        assert len(found[size]) > 1_000
