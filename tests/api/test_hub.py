"""The hub's end: whatever happens at that moment."""

from __future__ import annotations

import asyncio

import pytest

from api.events import PING, Event
from api.hub import Subscriber


def test_a_stream_that_ends_while_something_comes_ends() -> None:
    """A cancellation that comes together with what is waited for must not be lost."""

    async def told_and_cancelled() -> None:
        own = Subscriber((), 0, behind=False)
        waits = asyncio.create_task(own.next(60.0))
        await asyncio.sleep(0)
        own.offer(Event(0, PING))
        waits.cancel()
        await waits

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(told_and_cancelled())
