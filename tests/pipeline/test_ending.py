"""Tasks end, also where one takes a cancellation for a loss like any other."""

from __future__ import annotations

import asyncio

from pipeline.ending import ended


def test_who_loses_a_cancellation_is_cancelled_again() -> None:
    lost: list[str] = []

    async def follow() -> None:
        while True:
            try:
                try:
                    await asyncio.sleep(60)
                finally:
                    if not lost:
                        raise ConnectionError("given back already")
            except ConnectionError as error:
                lost.append(str(error))

    async def go() -> bool:
        task = asyncio.create_task(follow())
        await asyncio.sleep(0)
        await asyncio.wait_for(ended(task), 30)
        return task.cancelled()

    assert asyncio.run(go()) and lost == ["given back already"]


def test_what_a_task_ends_with_is_nobodys_business() -> None:
    async def fail() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            raise ValueError("on the way out")

    async def go() -> BaseException | None:
        task = asyncio.create_task(fail())
        await asyncio.sleep(0)
        await ended(task)
        return task.exception()

    assert isinstance(asyncio.run(go()), ValueError)
