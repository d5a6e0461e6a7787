"""NOTAMs from a service over http(s), for the places of anomalies: any that answers with ICAO text, also in JSON."""

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
from feeds.notams import read_notams
from geo.notams import NotamTable

FRESH_S = 900.0
MOST_WANTED, MOST_KEPT = 500, 20_000
_FIELD = re.compile(r"\{(\w+)\}")
_FIELDS = {"fir", "airport", "lat", "lon"}
_CODE = re.compile(r"[A-Z0-9]{3,4}")


@dataclass
class NotamClient:
    """The address may hold {fir}, {airport}, {lat} and {lon} (whole degrees), which come from the anomalies; without
    any, the one document is asked for again and again. What came is merged into `table`.
    """

    url: str
    fresh_s: float = FRESH_S
    asking: Asking = field(default_factory=lambda: Asking("notams"))
    table: NotamTable = field(default_factory=NotamTable.none)
    version: int = 0
    wanted: dict[str, None] = field(default_factory=dict)
    asked: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        address(self.url, "[notams] url")
        if strange := set(_FIELD.findall(self.url)) - _FIELDS:
            raise ValueError(f"[notams] url: {{{min(strange)}}} is not known; known: {', '.join(sorted(_FIELDS))}")

    def want(self, contexts: Iterable[Mapping[str, Any]]) -> None:
        """Remember which addresses to ask for the anomalies' places."""
        now = self.asking.clock()
        for context in contexts:
            url = self._address(context)
            old = url and now - self.asked.get(url, -self.fresh_s) >= self.fresh_s
            if url and old and len(self.wanted) < MOST_WANTED:
                self.wanted[url] = None

    def _address(self, context: Mapping[str, Any]) -> str | None:
        """The address for one place; None where the context lacks what it needs."""
        position = context.get("position", {})
        codes = {name: str(context.get(name, {}).get(key, "")) for name, key in (("fir", "id"), ("airport", "code"))}
        values = {name: code for name, code in codes.items() if _CODE.fullmatch(code)}
        values |= {name: str(round(position[name])) for name in ("lat", "lon") if name in position}
        if set(_FIELD.findall(self.url)) - set(values):
            return None
        return _FIELD.sub(lambda found: quote(values[found[1]]), self.url)

    async def run(self) -> None:
        """Ask for what is wanted, until cancelled."""
        while True:
            await self.once()
            await asyncio.sleep(max(0.05, min(self.asking.gap_s, 1.0)))

    async def once(self) -> None:
        """One request, if anything is wanted and the service may be asked again."""
        if not self.wanted or self.asking.paused:
            return
        url = next(iter(self.wanted))
        body = await self.asking.get(url)
        if body is None:
            return
        now = self.asking.clock()
        self.asked = {u: t for u, t in self.asked.items() if now - t < self.fresh_s} | {url: now}
        self.wanted.pop(url, None)
        try:
            found = await asyncio.to_thread(read_notams, Given("notams", data=body or b"[]"))
        except FeedError as error:
            self.asking.failed(error.reason)
            return
        self.asking.succeeded()
        self._merge(found)

    def _merge(self, found: NotamTable) -> None:
        """Take in what is new; of too many, the oldest go."""
        merged = NotamTable.merged([self.table, found])
        self.table = merged.take(slice(-MOST_KEPT, None)) if len(merged) > MOST_KEPT else merged
        self.version += 1

    def health(self) -> Mapping[str, Any]:
        return self.asking.health()
