"""What goes into `positions` comes back bit by bit and in time order, whatever columns and missing values it has."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.batch import Batch
from geo.schema import COLUMNS, NO_TIME, Array, missing
from store import binary, partitions
from store.reader import Reader
from store.writer import Writer

T0 = 1_700_000_000_000
HOUR = 3_600_000
TEXT = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=10).map(str.encode)


def values(name: str) -> st.SearchStrategy[Any]:
    column = COLUMNS[name]
    width = 32 if column.dtype == "f4" else 64
    return {
        "f": st.one_of(st.just(np.nan), st.floats(max(column.lo, -1e9), min(column.hi, 1e15), width=width)),
        "i": st.one_of(st.just(int(NO_TIME)), st.integers(T0 - 10**12, T0 + 10**12)),
        "u": st.integers(0, 15),
        "b": st.sampled_from([-1, 0, 1]),
        "S": TEXT,
    }[column.kind]


@st.composite
def batches(draw: st.DrawFn) -> Batch:
    """A few of the columns, at distinct times so that their order is known."""
    n = draw(st.integers(1, 8))
    times = draw(st.lists(st.integers(T0, T0 + 8 * HOUR), min_size=n, max_size=n, unique=True))
    names = draw(st.sets(st.sampled_from([c for c in COLUMNS if c not in ("icao24", "time", "lat", "lon")])))
    columns: dict[str, Array] = {"icao24": np.arange(n, dtype="i8"), "time": np.array(sorted(times), "i8")}
    for name in sorted(names):
        column = [draw(values(name)) for _ in range(n)]
        columns[name] = np.array(column, dtype=COLUMNS[name].dtype)
    if draw(st.booleans()):
        known = np.array([draw(st.booleans()) for _ in range(n)])
        for name in ("lat", "lon"):
            drawn = np.array([draw(st.floats(COLUMNS[name].lo, COLUMNS[name].hi)) for _ in range(n)])
            columns[name] = np.where(known, drawn, np.nan)
    return Batch(columns)


def stored(url: str, batch: Batch, **options: Any) -> Batch:
    async def go() -> Batch:
        writer, reader = await Writer.open(url, store_every_s=0), await Reader.open(url)
        await writer.pool.execute("TRUNCATE positions")
        await writer.write(batch)
        found = [part async for part in reader.positions(T0 - HOUR, T0 + 48 * HOUR, **options)]
        await writer.close()
        await reader.close()
        return Batch.concat(found)

    return asyncio.run(go())


@given(batch=batches())
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_any_batch_comes_back(migrated_url: str, batch: Batch) -> None:
    back = stored(migrated_url, batch)
    for name in COLUMNS:
        assert back[name].dtype == np.dtype(COLUMNS[name].dtype), name
        np.testing.assert_array_equal(back[name], batch[name], err_msg=name)


def test_derived_columns_and_labels_come_back(migrated_url: str) -> None:
    batch = Batch(
        {
            "icao24": np.array([1 << 48 | 5], "i8"),
            "time": np.array([T0], "i8"),
            "flight": np.array([2**62 + 1], "i8"),
            "sub": np.array([2], "i1"),
            "h3": np.array([608819013597790207], "u8"),
        },
        labels={1 << 48 | 5: "JL516"},
    )
    back = stored(migrated_url, batch, derived=True)
    assert [int(back[name][0]) for name in ("flight", "sub", "h3")] == [2**62 + 1, 2, 608819013597790207]
    assert back.labels[1 << 48 | 5] == "JL516"


def test_hostile_text_is_stored_as_question_marks(migrated_url: str) -> None:
    raw = np.array([b"A\x00B\xff", b"OK"], "S8")
    back = stored(migrated_url, Batch({"icao24": np.arange(2), "time": np.array([T0, T0 + 1]), "callsign": raw}))
    assert back["callsign"].tolist() == [b"A?B?", b"OK"]


@pytest.mark.parametrize(("area", "expect"), [((170.0, -10.0, -170.0, 10.0), [0, 1]), ((0.0, -10.0, 20.0, 10.0), [2])])
def test_an_area_may_cross_the_antimeridian(migrated_url: str, area: Any, expect: list[int]) -> None:
    batch = Batch(
        {
            "icao24": np.arange(4, dtype="i8"),
            "time": T0 + np.arange(4, dtype="i8"),
            "lat": np.array([0, 0, 0, np.nan]),
            "lon": np.array([175, -175, 10, np.nan]),
        }
    )
    assert stored(migrated_url, batch, area=area)["icao24"].tolist() == expect


def test_partitions_follow_the_data_get_their_index_and_are_dropped(migrated_url: str) -> None:
    batch = Batch(
        {"icao24": np.array([1, 1]), "time": np.array([T0, T0 + 24 * HOUR]), "lat": np.ones(2), "lon": np.ones(2)}
    )

    async def go() -> tuple[list[str], list[str], int | None, list[str], int]:
        writer = await Writer.open(migrated_url)
        for start in await partitions.existing(writer.pool):
            await writer.pool.execute(f"DROP TABLE {partitions.name_of(start)}")
        await writer.write(batch)
        closed = await writer.maintain(T0 + 24 * HOUR)
        again = await writer.maintain(T0 + 24 * HOUR)
        async with writer.pool.acquire() as connection:
            until = await partitions.indexed_until(connection)
        gone = await writer.drop_before(T0 + 12 * HOUR)
        left = await writer.pool.fetchval("SELECT count(*) FROM positions")
        await writer.close()
        return closed, again, until, gone, left

    start = T0 // partitions.PARTITION_MS * partitions.PARTITION_MS
    first = partitions.name_of(start)
    assert asyncio.run(go()) == ([first], [], start + 24 * HOUR, [first], 1)


def test_of_two_who_read_the_same_one_stores_it(migrated_url: str) -> None:
    batch = Batch({"icao24": np.array([1, 1, 2]), "time": T0 - 950 * HOUR + np.array([0, 5, 5])})

    async def go() -> tuple[list[int], int]:
        writers = [await Writer.open(migrated_url, 0) for _ in range(3)]
        stored = await asyncio.gather(*(writer.write(batch, once=True) for writer in writers))
        later = Batch({"icao24": np.array([1, 2]), "time": T0 - 950 * HOUR + np.array([5, 6])})
        more = await writers[0].write(later, once=True)
        for writer in writers:
            await writer.close()
        return sorted(stored), more

    assert asyncio.run(go()) == ([0, 0, 3], 1)


def test_writers_may_maintain_at_once(migrated_url: str) -> None:
    batch = Batch({"icao24": np.arange(8), "time": T0 - 1200 * HOUR + 6 * HOUR * np.arange(8)})

    async def go() -> list[list[str]]:
        writers = [await Writer.open(migrated_url) for _ in range(3)]
        await writers[0].write(batch)
        done = await asyncio.gather(*(writer.maintain(T0 - 1100 * HOUR) for writer in writers))
        for writer in writers:
            await writer.close()
        return done

    assert sum(map(len, asyncio.run(go()))) >= 8


def test_writers_that_meet_a_new_partition_together_both_store(migrated_url: str) -> None:
    batch = Batch({"icao24": np.array([1]), "time": np.array([T0 + 900 * HOUR])})

    async def go() -> int:
        writers = [await Writer.open(migrated_url) for _ in range(3)]
        await asyncio.gather(*(writer.write(batch) for writer in writers))
        count = await writers[0].pool.fetchval(
            "SELECT count(*) FROM positions WHERE time > to_timestamp($1)", T0 / 1000 + 800 * 3600
        )
        for writer in writers:
            await writer.close()
        return int(count)

    assert asyncio.run(go()) == 3


def test_a_stream_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="whole number"):
        binary.decode(binary.HEADER + b"abc" + binary.TRAILER, {"a": ">i8"})


def test_missing_columns_are_left_out(migrated_url: str) -> None:
    batch = Batch({"icao24": np.array([1]), "time": np.array([T0]), "nic": missing("nic", 1)})
    assert np.isnan(stored(migrated_url, batch)["nic"]).all()


def test_unreachable_database_says_so() -> None:
    with pytest.raises((OSError, asyncpg.PostgresError)):
        asyncio.run(Writer.open("postgresql://postgres@/none?host=/nonexistent"))
