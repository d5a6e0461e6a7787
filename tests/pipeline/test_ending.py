"""Tasks end, also where one takes a cancellation for a loss like any other."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import CapturingLogger

from pipeline import ending
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


def test_what_a_task_ends_with_stops_nobody_and_is_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    said = CapturingLogger()
    monkeypatch.setattr(ending, "log", said)

    async def fail() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            raise ValueError("on the way out")

    async def go() -> None:
        tasks = [asyncio.create_task(fail(), name="failing"), asyncio.create_task(asyncio.sleep(60), name="calm")]
        await asyncio.sleep(0)
        await ended(*tasks)

    asyncio.run(go())

    (told,) = said.calls
    assert (told.method_name, told.args) == ("warning", ("a task ended with an error",))
    assert told.kwargs == {"task": "failing", "error": "ValueError('on the way out')"}
