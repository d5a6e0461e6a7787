"""The joiner: anomalies come in as they change, incidents that have changed go out.

What is an incident follows from the newest state of the anomalies alone: those that a rule of pipeline/joins.py joins,
directly or through others. So it does not matter in which pieces they came, or whether there was a stop between.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import orjson

from geo.anomaly import Anomaly
from geo.incident import REACH_MS, Incident
from geo.outline import Square, within
from geo.schema import NO_TIME, Array
from pipeline.floors import Floors
from pipeline.joins import joins_of
from pipeline.parts import Part, incident

LONGEST_MS = 24 * 3_600_000
"""What begins later than this after the first anomaly is an incident of its own: some interference never ends."""

KEEP_MS = REACH_MS + 2 * 3_600_000
"""An anomaly is found at most two hours after it began: what is older than this joins nothing any more."""

SWEEP_MS = 60_000


@dataclass
class Joiner:
    """`titles` of the classes, for the summaries. `incident_of` says where each anomaly that is followed belongs.

    Memory holds the anomalies of the last hours and of the incidents that still go on, a day of each at most.
    """

    titles: Mapping[str, str]
    floors: Floors = field(default_factory=Floors)
    parts: dict[str, Part] = field(default_factory=dict)
    links: dict[str, set[str]] = field(default_factory=dict)
    near: dict[int | Square, set[str]] = field(default_factory=dict)
    incident_of: dict[str, str] = field(default_factory=dict)
    told: dict[str, Incident] = field(default_factory=dict)
    swept: int = int(NO_TIME)
    banded: Floors = field(default_factory=Floors)
    """By which rules those that go on were put into their bands."""

    def feed(self, anomalies: Sequence[Anomaly], now: int) -> tuple[Sequence[Incident], Mapping[str, str]]:
        """Take anomalies that have changed, at data time `now` (epoch ms): incidents that changed, those that became
        part of others last, and the incident of each of these anomalies."""
        changed = [part for part in map(Part.of, anomalies) if self._is_news(part)]
        for part in changed:
            self._put(part)
        incidents = self._rejoined({part.id for part in changed} | self._to_band())
        belongs = {one.id: self.incident_of[one.id] for one in anomalies if one.id in self.incident_of}
        if now != NO_TIME and now - self.swept >= SWEEP_MS:
            self._forget(now)
        return incidents, belongs

    def _to_band(self) -> set[str]:
        """The anomalies of all incidents that go on, where other rules hold than those that gave their bands."""
        held = self.floors
        if held == self.banded:
            return set()
        self.banded = held
        return {own for one in self.told.values() if one.state == "open" for own in one.anomalies}

    def state(self) -> Mapping[str, Array]:
        """Everything that a later call depends on."""
        state = {"swept": self.swept, "parts": [asdict(part) for part in self.parts.values()]}
        return {"json": np.frombuffer(orjson.dumps(state), dtype=np.uint8)}

    def restore(self, stored: Mapping[str, Array]) -> None:
        """Go on from `state`. What the joiner knows of already is newer."""
        state = orjson.loads(stored["json"].tobytes())
        for one in state["parts"]:
            if one["id"] not in self.parts:
                self._put(Part(**one))
        self._rejoined(set(self.parts))
        self.swept = state["swept"]

    def _is_news(self, part: Part) -> bool:
        """Not what is known, and nothing of long ago, of which only an addition was told."""
        known = self.parts.get(part.id)
        if known is not None:
            return known != part
        return self.swept == NO_TIME or part.end >= self.swept - KEEP_MS

    def _put(self, part: Part) -> None:
        """Keep the newest state, and find again what it belongs with."""
        if part.id in self.parts:
            self._take(part.id)
        self.parts[part.id] = part
        self.links[part.id] = {other for other in self._close(part) if self._belong(part, self.parts[other])}
        for other in self.links[part.id]:
            self.links[other].add(part.id)
        for key in _keys(part):
            self.near.setdefault(key, set()).add(part.id)

    def _take(self, own: str) -> None:
        part = self.parts.pop(own)
        for other in self.links.pop(own):
            self.links[other].discard(own)
        for key in _keys(part):
            self.near[key].discard(own)
            if not self.near[key]:
                del self.near[key]

    def _close(self, part: Part) -> set[str]:
        """Those that share an aircraft or a square."""
        return set().union(*(self.near.get(key, ()) for key in _keys(part))) - {part.id}

    @staticmethod
    def _belong(a: Part, b: Part) -> bool:
        between = max(a.start - b.end, b.start - a.end)
        for most_ms, km in joins_of(*sorted((a.class_id, b.class_id))):
            if between > most_ms:
                continue
            if km is None and not set(a.aircraft).isdisjoint(b.aircraft):
                return True
            if km is not None and a.shape is not None and b.shape is not None and within(a.shape, b.shape, km):
                return True
        return False

    def _rejoined(self, changed: set[str]) -> list[Incident]:
        """The incidents of the changed anomalies, and of all that belonged or belongs with them."""
        before = {self.incident_of[own] for own in changed if own in self.incident_of}
        mates = {own for name in before for own in self.told[name].anomalies if own in self.parts}
        groups = list(self._groups(changed | mates))
        before |= {self.incident_of[own] for group in groups for own in group if own in self.incident_of}
        old = {name: self.told.pop(name) for name in before}
        news = []
        for group in groups:
            one = incident([self.parts[own] for own in group], self.titles, self.floors)
            self.told[one.id] = one
            self.incident_of.update(dict.fromkeys(group, one.id))
            if one != old.get(one.id):
                news.append(one)
        into = {name: self.incident_of[one.anomalies[0]] for name, one in old.items() if name not in self.told}
        gone = [replace(old[name], state="merged", into=into[name]) for name in sorted(into)]
        return [*sorted(news, key=lambda i: (i.start, i.id)), *gone]

    def _groups(self, seeds: Iterable[str]) -> Iterator[list[str]]:
        """Whole components around the seeds, cut where they last too long."""
        seen: set[str] = set()
        for seed in sorted(seeds):
            if seed not in seen:
                component = self._component(seed)
                seen |= component
                yield from _cut(sorted((self.parts[own] for own in component), key=lambda p: p.order))

    def _component(self, seed: str) -> set[str]:
        found, edge = {seed}, [seed]
        while edge:
            fresh = self.links[edge.pop()] - found
            found |= fresh
            edge += fresh
        return found

    def _forget(self, now: int) -> None:
        """Incidents that nothing can join any more; of a chain that goes on only what is a day old."""
        self.swept = now
        for name, one in list(self.told.items()):
            if one.end >= now - KEEP_MS or any(self.parts[own].state == "open" for own in one.anomalies):
                continue
            chained = any(self.incident_of[other] != name for own in one.anomalies for other in self.links[own])
            if chained and now <= one.start + LONGEST_MS + KEEP_MS:
                continue
            del self.told[name]
            for own in one.anomalies:
                self._take(own)
                del self.incident_of[own]


def _keys(part: Part) -> set[Any]:
    return {*part.aircraft, *part.squares}


def _cut(parts: Sequence[Part]) -> Iterator[list[str]]:
    """Ids in pieces of at most LONGEST_MS from first start to last start."""
    piece: list[str] = []
    begun = 0
    for part in parts:
        if piece and part.start >= begun + LONGEST_MS:
            yield piece
            piece = []
        if not piece:
            begun = part.start
        piece.append(part.id)
    yield piece
