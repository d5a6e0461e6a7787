"""METARs from a service that speaks as aviationweather.gov does, for the stations that are asked for."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from feeds._asking import Asking, address
from feeds._errors import FeedError
from feeds._given import Given
from feeds.weather import read_weather
from geo.weather import Reports

URL = "https://aviationweather.gov/api/data/metar?ids={stations}&format=json&hours=2"
FRESH_S = 600.0
"""A METAR comes every half hour: asking for one station more often tells nothing."""
STATIONS_AT_ONCE = 40
MOST_WANTED = 2_000
_STATION = re.compile(r"[A-Z]{4}")


@dataclass
class WeatherClient:
    """`want` is cheap and never waits; `run` does the asking, beside everything else. Answers land in `reports`."""

    reports: Reports
    url: str = URL
    fresh_s: float = FRESH_S
    asking: Asking = field(default_factory=lambda: Asking("weather"))
    wanted: dict[str, None] = field(default_factory=dict)
    asked: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        address(self.url, "[weather] url")
        if "{stations}" not in self.url:
            raise ValueError("[weather] url: say where the stations go with {stations}")

    @property
    def version(self) -> int:
        """Grows when something new has come."""
        return self.reports.version

    def want(self, stations: Iterable[str]) -> None:
        """Remember the stations whose weather is not known."""
        now = self.asking.clock()
        for station in stations:
            old = now - self.asked.get(station, -self.fresh_s) >= self.fresh_s
            if old and _STATION.fullmatch(station) and len(self.wanted) < MOST_WANTED:
                self.wanted[station] = None

    async def run(self) -> None:
        """Ask for what is wanted, until cancelled."""
        while True:
            await self.once()
            await asyncio.sleep(max(0.05, min(self.asking.gap_s, 1.0)))

    async def once(self) -> None:
        """One request, if anything is wanted and the service may be asked again."""
        if not self.wanted or self.asking.paused:
            return
        some = list(self.wanted)[:STATIONS_AT_ONCE]
        body = await self.asking.get(self.url.replace("{stations}", quote(",".join(some))))
        if body is None:
            return
        now = self.asking.clock()
        self.asked = {s: t for s, t in self.asked.items() if now - t < self.fresh_s} | dict.fromkeys(some, now)
        for station in some:
            self.wanted.pop(station, None)
        try:
            found = await asyncio.to_thread(read_weather, Given("weather", data=body or b"[]"))
        except FeedError as error:
            self.asking.failed(error.reason)
            return
        self.asking.succeeded()
        for report in found:
            self.reports.add(*report)

    def health(self) -> Mapping[str, Any]:
        return self.asking.health()
