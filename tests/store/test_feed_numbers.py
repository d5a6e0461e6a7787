"""A feed keeps its number, whatever comes and goes beside it."""

from __future__ import annotations

import asyncio

import pytest

from store.feed_numbers import NUMBERS
from store.writer import Writer


def test_a_feed_keeps_its_number(migrated_url: str) -> None:
    async def numbers() -> list[list[int]]:
        writer = await Writer.open(migrated_url)
        try:
            await writer.pool.execute("DELETE FROM meta WHERE key = 'feed_numbers'")
            first = await writer.feed_numbers(["roof", "hill"])
            second = await writer.feed_numbers(["sea", "hill"])
            many = await writer.feed_numbers([f"n{i}" for i in range(NUMBERS - 1)] + ["hill"])
            return [first, second, many]
        finally:
            await writer.close()

    first, second, many = asyncio.run(numbers())

    assert (first, second) == ([0, 1], [2, 1])
    assert sorted(many) == list(range(NUMBERS))
    assert many[-1] == 1


def test_two_of_one_name_or_too_many_are_refused(migrated_url: str) -> None:
    async def refused(names: list[str]) -> None:
        writer = await Writer.open(migrated_url)
        try:
            await writer.feed_numbers(names)
        finally:
            await writer.close()

    with pytest.raises(ValueError, match="two feeds are called 'a'"):
        asyncio.run(refused(["a", "b", "a"]))
    with pytest.raises(ValueError, match="at most 31"):
        asyncio.run(refused([f"n{i}" for i in range(32)]))
