"""Sources side by side: one that hangs, ends or breaks stops no other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import numpy as np

from geo.batch import Batch
from pipeline.inbox import Inbox
from pipeline.polls import Polls

ROW = Batch({"icao24": np.array([1]), "time": np.array([1_700_000_000_000])})


class Fake:
    """Gives rows every few ms; `act` is done before each."""

    def __init__(self, name: str, act: Callable[[int], Any] = lambda count: None, ends_after: int = 10**9) -> None:
        self.name, self.act, self.ends_after, self.begun, self.given = name, act, ends_after, 0, 0

    async def poll(self) -> AsyncIterator[Batch]:
        self.begun += 1
        while self.given < self.ends_after:
            if (waiting := self.act(self.given)) is not None:
                await waiting
            self.given += 1
            yield ROW
            await asyncio.sleep(0.001)

    def health(self) -> dict[str, Any]:
        return {"name": self.name, "state": "ok", "last_error": None}


def polled(sources: list[Fake], until: Callable[[Polls], bool], **options: Any) -> list[dict[str, Any]]:
    """Poll until a condition holds; the health of each then."""

    async def run() -> list[dict[str, Any]]:
        polls = Polls(sources, Inbox(), again_s=0.01, **options)
        polls.start()
        async with asyncio.timeout(20):
            while not until(polls):
                await asyncio.sleep(0.002)
        out = [dict(one) for one in polls.health({})]
        await polls.stop()
        return out

    return asyncio.run(run())


def test_one_that_hangs_and_one_that_breaks_stop_no_other() -> None:
    good, hangs = Fake("good"), Fake("hangs", lambda count: asyncio.Event().wait())

    def always(count: int) -> None:
        raise RuntimeError("not my day")

    breaks = Fake("breaks", always)
    health = polled([hangs, breaks, good], lambda polls: good.given > 20 and breaks.begun > 2)

    assert health[1]["state"] == "down"
    assert health[1]["last_error"] == "stopped by an error: RuntimeError: not my day"
    assert (health[2]["state"], health[2]["delivered"] > 15) == ("ok", True)


def test_one_that_broke_is_begun_again_and_is_well_then() -> None:
    once = iter([True])

    def breaks_once(count: int) -> None:
        if next(once, False):
            raise RuntimeError("not my day")

    source = Fake("again", breaks_once)
    (health,) = polled([source], lambda polls: source.given > 3)

    assert (source.begun, health["state"]) == (2, "ok")


def test_numbers_are_the_feeds_own() -> None:
    source = Fake("roof")
    (health,) = polled([source], lambda polls: polls.inbox.rows > 2, numbers=[5])

    assert (health["number"], health["queued"] > 2) == (5, True)


def test_all_have_ended() -> None:
    short, shorter = Fake("short", ends_after=3), Fake("shorter", ends_after=1)
    health = polled([short, shorter], lambda polls: polls.over)

    assert [one["delivered"] for one in health] == [3, 1]
