"""The polls: every source in a task of its own, so that one that hangs, ends or breaks stops no other."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import structlog

from geo.batch import Batch
from pipeline.ending import ended
from pipeline.inbox import Inbox

AGAIN_S = 5.0
"""A source that broke is begun again after so long, then after twice as long, up to LONGEST_S."""

LONGEST_S = 300.0

log = structlog.get_logger("skysift.feeds")


class Polled(Protocol):
    """What a live source offers."""

    name: str

    def poll(self) -> AsyncIterator[Batch]: ...
    def health(self) -> Mapping[str, Any]: ...


@runtime_checkable
class Handed(Protocol):
    """A source that keeps what it gives until it is told that this is safe."""

    def given(self) -> list[int]:
        """The ids of what it gave since it was asked last."""

    async def settle(self, ids: Collection[int]) -> None:
        """These are safe."""


@dataclass
class Polls:
    """`numbers` are those of the sources, in their order; without any they are counted from 0."""

    sources: Sequence[Polled]
    inbox: Inbox
    numbers: Sequence[int] = ()
    again_s: float = AGAIN_S
    broken: Counter[int] = field(default_factory=Counter)
    why: dict[int, str] = field(default_factory=dict)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    """Something has come in since it was last taken, or a source has ended."""

    def __post_init__(self) -> None:
        self.numbers = self.numbers or range(len(self.sources))
        self.handed = [source for source in self.sources if isinstance(source, Handed)]
        pairs = zip(self.numbers, self.sources, strict=True)
        self.inbox.kept = frozenset(number for number, source in pairs if isinstance(source, Handed))

    def start(self) -> None:
        """Begin them all."""
        pairs = zip(self.numbers, self.sources, strict=True)
        self.tasks = [asyncio.create_task(self._poll(number, source)) for number, source in pairs]
        for task in self.tasks:
            task.add_done_callback(lambda _: self.came.set())

    def take(self) -> tuple[Batch, list[int]]:
        """All that has come in, and the ids of what of it must be settled."""
        self.came.clear()
        return self.inbox.take(), [own for source in self.handed for own in source.given()]

    async def settle(self, ids: Collection[int]) -> None:
        """What came with these ids is written down."""
        for source in self.handed:
            await source.settle(ids)

    @property
    def over(self) -> bool:
        """Whether every source has ended."""
        return all(task.done() for task in self.tasks)

    async def stop(self) -> None:
        """Cancel what still runs."""
        await ended(*self.tasks)

    async def _poll(self, number: int, source: Polled) -> None:
        """Until it ends. Sources raise nothing for what the other side does: what is raised is a mistake in them."""
        structlog.contextvars.bind_contextvars(feed=source.name)
        while True:
            try:
                async for batch in source.poll():
                    self.inbox.put(batch, number)
                    self.came.set()
                    self.why.pop(number, None)
                return
            except Exception as error:
                # Any error at all: a source is somebody's code, and the others go on.
                self.broken[number] += 1
                self.why[number] = f"stopped by an error: {type(error).__name__}: {error}"
                log.exception("feed stopped", error=repr(error))
                await asyncio.sleep(min(LONGEST_S, self.again_s * 2.0 ** min(self.broken[number] - 1, 10)))

    def health(self, counts: Mapping[int, Mapping[str, int]]) -> list[Mapping[str, Any]]:
        """What each source says of itself, with its queue and what the engine counted of its rows."""
        return [
            {
                **source.health(),
                "number": number,
                **self.inbox.state(number),
                **counts.get(number, {}),
                **self._state(number),
            }
            for number, source in zip(self.numbers, self.sources, strict=True)
        ]

    def _state(self, number: int) -> Mapping[str, Any]:
        why = self.why.get(number)
        return {"state": "down", "last_error": why} if why else {}
