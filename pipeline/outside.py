"""What comes from outside while a service runs (weather, NOTAMs): asked for beside detection, never in its way."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from feeds.notam_api import NotamClient
from feeds.weather_api import WeatherClient
from geo.anomaly import Anomaly
from geo.context import Context, contexts
from geo.notams import NotamTable

MOST_KEPT = 2_000
RESTART_S = 10.0
WAITS_MS = 30 * 60_000
"""An anomaly waits this long (in data time) for what is said about it; then it stays as it is."""


@dataclass
class Outside:
    """`note` hears of anomalies, `run` asks the services, `changed` gives the anomalies of which more is known now."""

    context: Context
    weather: WeatherClient | None = None
    notams: NotamClient | None = None
    waiting: OrderedDict[str, Anomaly] = field(default_factory=OrderedDict)
    newest: int = 0

    def __post_init__(self) -> None:
        self._loaded = self.context.notams
        self._seen = self._version()

    async def run(self) -> None:
        """Ask, until cancelled. What goes wrong is counted by the clients, and shown as their health."""
        await asyncio.gather(*(_kept_running(client) for client in self._clients()))

    def _clients(self) -> Sequence[WeatherClient | NotamClient]:
        return [client for client in (self.weather, self.notams) if client]

    def note(self, anomalies: Sequence[Anomaly]) -> None:
        """Remember these, and want what is not known about them."""
        for one in anomalies:
            self.waiting[one.id] = one
            self.waiting.move_to_end(one.id)
            self.newest = max(self.newest, one.end)
        while len(self.waiting) > MOST_KEPT:
            self.waiting.popitem(last=False)
        self._want(contexts(anomalies))

    def _want(self, some: Sequence[Mapping[str, Any]]) -> None:
        if self.weather:
            self.weather.want(station for one in some for station in self.context.stations_of(one))
        if self.notams:
            self.notams.want(some)

    def changed(self) -> Sequence[Anomaly]:
        """The anomalies that look different now that something has come in; none where nothing has."""
        version = self._version()
        if version == self._seen:
            return ()
        self._seen = version
        if self.notams and self.notams.version:
            self.context.notams = NotamTable.merged([self._loaded, self.notams.table])
            self.context.forget()
        out = []
        for one in list(self.waiting.values()):
            now = self.context.enrich(one)
            if now.evidence["context"] != one.evidence.get("context"):
                self.waiting[one.id] = now
                out.append(now)
            elif self.newest - one.end > WAITS_MS:
                del self.waiting[one.id]
        return out

    def _version(self) -> tuple[int, int]:
        return (self.weather.version if self.weather else 0, self.notams.version if self.notams else 0)

    def health(self) -> Sequence[Mapping[str, Any]]:
        return [client.health() for client in self._clients()]


async def _kept_running(client: WeatherClient | NotamClient) -> None:
    """A client runs on after any error at all: what it brings is nice to have, and detection must not end with it."""
    while True:
        try:
            await client.run()
        except Exception as error:
            client.asking.failed(f"{type(error).__name__}: {error}"[:200])
            _log.exception("client stopped", extra={"client": client.asking.name})
            await asyncio.sleep(RESTART_S)


_log = logging.getLogger("skysift.outside")
