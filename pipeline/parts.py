"""What an incident is made of: an anomaly as far as joining needs it, and the incident that several of them make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

from geo.anomaly import Anomaly
from geo.incident import BANDS, Entry, Incident
from geo.outline import outline, squares, united
from geo.words import joined
from pipeline.floors import Floors
from pipeline.joins import RARE, REACH_KM, SURE_ENOUGH, band_of, nature_of, placed
from pipeline.summary import by_class, summary

MOST_ENTRIES, MOST_AIRCRAFT = 200, 200
"""Of a longer timeline the weightiest entries are kept, of more aircraft the first."""


@dataclass(frozen=True)
class Part:
    """One anomaly. Times are epoch ms."""

    id: str
    class_id: str
    start: int
    end: int
    state: str
    priority: int
    confidence: float
    cleared: str
    text: str
    callsign: str
    aircraft: Sequence[int]
    geometry: Mapping[str, Any] | None

    @classmethod
    def of(cls, one: Anomaly) -> Part:
        aircraft = {k for k in (one.icao24, *one.members) if k is not None and k >= 0}
        return cls(
            one.id, one.class_id, one.start, one.end, one.state, one.priority, round(one.confidence, 3), one.cleared,
            one.explanation, one.callsign, sorted(aircraft), one.geometry,
        )  # fmt: skip

    @cached_property
    def shape(self) -> Any | None:
        return outline(self.geometry) if self.geometry else None

    @cached_property
    def squares(self) -> set[tuple[int, int]]:
        """Where neighbours are looked for; nowhere for a class that nothing joins by place."""
        return squares(self.shape, REACH_KM / 2) if self.shape is not None and placed(self.class_id) else set()

    @property
    def order(self) -> tuple[int, str]:
        return self.start, self.id


def incident(parts: Sequence[Part], titles: Mapping[str, str], floors: Floors) -> Incident:
    """The incident that these anomalies make, named after the first of them. Cleared ones raise nothing."""
    parts = sorted(parts, key=lambda p: p.order)
    standing = [p for p in parts if p.state != "cleared"]
    weighed = standing or parts
    natures = sorted(_independent({nature_of(p.class_id) for p in standing if p.confidence >= SURE_ENOUGH}))
    raised = len(natures) > 1
    aircraft = sorted({k for p in weighed for k in p.aircraft})
    return Incident(
        id=f"i{parts[0].id}",
        start=parts[0].start,
        end=max(p.end for p in parts),
        state=_state(standing),
        priority=min(4, max(p.priority for p in weighed) + raised),
        confidence=_confidence(weighed),
        band=_band(standing, raised, floors),
        classes=list(by_class(weighed)),
        anomalies=[p.id for p in parts],
        icao24=aircraft[:MOST_AIRCRAFT],
        aircraft=len(aircraft),
        summary=summary(weighed, titles),
        timeline=_timeline(parts),
        geometry=united(p.shape for p in weighed if p.shape is not None),
        raised=joined(natures) if raised else "",
        cleared="" if standing else _reasons(parts),
    )


def _independent(natures: Set[str]) -> Set[str]:
    """Those that are signs of their own."""
    return natures - {RARE} or natures


def _state(standing: Sequence[Part]) -> str:
    if not standing:
        return "cleared"
    return "open" if any(p.state == "open" for p in standing) else "closed"


def _confidence(parts: Sequence[Part]) -> float:
    """Natures are taken for independent signs: the chance that at least one is right. Of one nature the surest."""
    surest: dict[str, float] = {}
    for p in parts:
        surest[nature_of(p.class_id)] = max(surest.get(nature_of(p.class_id), 0.0), p.confidence)
    return round(1 - prod(1 - surest[nature] for nature in sorted(_independent(surest.keys()))), 3)


def _band(standing: Sequence[Part], raised: bool, floors: Floors) -> str:
    """The first of the bands that any standing anomaly falls into, all one priority higher where natures combine."""
    found = {
        band_of(p.class_id, min(4, p.priority + raised), p.confidence, floors.of(p.class_id, p.shape))
        for p in standing
    }  # fmt: skip
    return next((band for band in BANDS if band in found), BANDS[-1])


def _timeline(parts: Sequence[Part]) -> Sequence[Entry]:
    weighty = sorted(parts, key=lambda p: (p.state == "cleared", -p.priority, -p.confidence, p.order))[:MOST_ENTRIES]
    return [Entry(p.start, p.id, p.class_id, p.text) for p in sorted(weighty, key=lambda p: p.order)]


def _reasons(parts: Sequence[Part]) -> str:
    return "; ".join(sorted({p.cleared for p in parts if p.cleared}))[:500]
