"""What the service says of itself every few seconds: that it lives, how it is configured, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog

from pipeline.engine import Engine
from pipeline.followers import Watch
from pipeline.measures import Measures
from pipeline.outside import Outside
from pipeline.polls import Polls
from pipeline.safekeeping import Safekeeping
from pipeline.service import troubles
from pipeline.sink import Sink

log = structlog.get_logger("skysift.live")


class Thresholds(Protocol):
    """The thresholds as they are configured now."""

    def changed(self) -> Mapping[str, Mapping[str, float]] | None:
        """The new ones by class, once; None where they are as before."""

    def told(self) -> Mapping[str, Any]:
        """What the service says of its configuration."""


@dataclass
class Pulse:
    """`states` are the feeds' as they were told of last; `spoke` are the feeds that have ever delivered."""

    engine: Engine
    polls: Polls
    sink: Sink
    safe: Safekeeping
    watch: Watch | None
    outside: Outside | None
    thresholds: Thresholds | None
    measures: Measures = field(default_factory=Measures)
    states: dict[str, str] = field(default_factory=dict)
    spoke: set[str] = field(default_factory=set)

    async def beat(self) -> None:
        """That it lives, whether or not anything comes in, and how it is configured."""
        counted = self.measures.told(self.engine, self.polls.inbox, self.safe.journal, self.safe.unwritten.total())
        await self.sink.meta("engine", counted)
        if self.thresholds:
            await self.sink.meta("configuration", {**self.thresholds.told(), "overrides": self.engine.overrides})
        self._log(self.polls.health({}))

    def _log(self, feeds: Iterable[Mapping[str, Any]]) -> None:
        """A line for every feed whose state is another than before."""
        for one in feeds:
            name, state = str(one["name"]), str(one.get("state"))
            if self.states.get(name) != state:
                write = log.info if state == "ok" else log.warning
                write("feed", feed=name, state=state, before=self.states.get(name), error=one.get("last_error"))
            self.states[name] = state

    async def status(self, now: int) -> None:
        """Sources, services and classes as of data time `now` (epoch ms), and what of it is trouble."""
        services = self.outside.health() if self.outside else ()
        sources, idle = self.polls.health(self.engine.by_feed), self.engine.status()
        sources = [{**one, "unwritten": self.safe.unwritten[one["number"]]} for one in sources]
        await self.sink.health([*sources, *services], now)
        await self.sink.class_status({name: why or None for name, why in idle.items()}, now)
        if self.watch:
            self.watch.note(troubles(sources, idle, self.spoke, self.safe.disk_free()))
