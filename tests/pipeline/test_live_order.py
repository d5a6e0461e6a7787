"""The live loop: who is told is told before everybody may look, and rows are judged as they come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import numpy as np

from detectors._examples import fly
from geo.alert import Alert
from geo.batch import Batch
from geo.schema import Array
from pipeline.engine import Engine
from pipeline.live import Live


class Noting:
    """A sink that notes what it is asked for, in turn."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        async def noted(*_: Any) -> int:
            self.asked.append(name)
            return 0

        return noted


class Telling:
    """A watch that tells of every row."""

    def feed(self, rows: Batch, *_: Any) -> Sequence[Alert]:
        return [Alert(str(k), 1, "enters", int(t), 1, "in", 1, "") for k, t in enumerate(rows["time"])]

    def note(self, troubles: Mapping[str, str]) -> None: ...
    def state(self) -> Mapping[str, Array]:
        return {}

    def restore(self, stored: Mapping[str, Array]) -> None: ...


class Source:
    """One row, and nothing after it until somebody has been told."""

    name = "one"

    def __init__(self, sink: Noting) -> None:
        self.sink = sink

    async def poll(self) -> AsyncIterator[Batch]:
        await asyncio.sleep(0)
        yield fly(1, 60).take(np.array([0, 30]))
        while "now" not in self.sink.asked:
            await asyncio.sleep(0.01)

    def health(self) -> dict[str, Any]:
        return {"name": self.name}


def test_alerts_then_rows_then_who_is_where() -> None:
    sink = Noting()
    # Were rows not judged when they come, they would wait for an hour.
    live = Live(Engine({}), [Source(sink)], sink, tick_s=3_600.0, watch=Telling())

    asyncio.run(asyncio.wait_for(live.run(), 30))

    assert [one for one in sink.asked if one in ("write", "save", "now")][:3] == ["save", "write", "now"]
