"""What is done beside the judging: its errors end the loop, none is left running."""

from __future__ import annotations

import asyncio

import pytest

from pipeline.cells import CellCounts
from pipeline.sessions import Sessions
from pipeline.storing import Storing


class Sink:
    """One that cannot look after its partitions, or takes for ever."""

    def __init__(self, hangs: bool) -> None:
        self.hangs = hangs

    async def maintain(self, now: int) -> list[str]:
        if self.hangs:
            await asyncio.Event().wait()
        raise OSError("no index")


def storing(hangs: bool) -> Storing:
    return Storing(Sink(hangs), CellCounts(), Sessions(), 30.0, 365.0)  # type: ignore[arg-type]


def test_maintenance_that_fails_is_heard_of_at_the_next_tick() -> None:
    async def failing() -> Storing:
        own = storing(hangs=False)
        own.maintain(0)
        await asyncio.sleep(0.01)
        with pytest.raises(OSError, match="no index"):
            own.check()
        return own

    assert asyncio.run(failing()).maintaining is None


def test_maintenance_that_goes_on_is_ended() -> None:
    async def ending() -> Storing:
        own = storing(hangs=True)
        own.maintain(0)
        await asyncio.sleep(0)
        own.check()
        await own.stop_maintaining()
        return own

    task = asyncio.run(ending()).maintaining
    assert task and task.cancelled()
