"""The incident, everywhere the same: anomalies that belong together, and their GeoJSON feature."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geo.anomaly import PRIORITIES, Anomaly, utc_text
from geo.schema import icao24_text

BANDS = ("alert", "review", "monitor")
"""Who looks first: somebody who is told at once, somebody with a queue, nobody unless it comes again."""

STATES = ("open", "closed", "cleared", "merged")

REACH_MS = 2 * 3_600_000
"""Anomalies further apart than this never belong together directly."""


@dataclass(frozen=True)
class Entry:
    """One line of a timeline: when an anomaly began, and what it says."""

    time: int
    anomaly: str
    class_id: str
    text: str


@dataclass(frozen=True)
class Incident:
    """Times are epoch ms UTC. `geometry` is a MultiPolygon, or None where nothing was located.

    `classes` begin with the weightiest, as the summary does. `anomalies` are the ids of all that is joined; `timeline`
    and `icao24` hold the weightiest of many. `raised` says why the priority is above that of every single anomaly.
    `into` is the incident that this one has become part of.
    """

    id: str
    start: int
    end: int
    state: str
    priority: int
    confidence: float
    band: str
    classes: Sequence[str]
    anomalies: Sequence[str]
    icao24: Sequence[int]
    aircraft: int
    summary: str
    timeline: Sequence[Entry]
    geometry: Mapping[str, Any] | None
    raised: str = ""
    cleared: str = ""
    into: str = ""

    def feature(self) -> dict[str, Any]:
        """The GeoJSON feature. `id` stands at feature level only, as in anomalies."""
        return {
            "type": "Feature",
            "id": self.id,
            "geometry": self.geometry,
            "properties": {
                "classes": list(self.classes),
                "start": utc_text(self.start),
                "end": utc_text(self.end),
                "state": self.state,
                "priority": PRIORITIES[self.priority],
                "raised": self.raised or None,
                "confidence": round(self.confidence, 3),
                "band": self.band,
                "anomalies": len(self.anomalies),
                "aircraft": self.aircraft,
                "members": [text for k in self.icao24 if (text := icao24_text(k))],
                "summary": self.summary,
                "cleared": self.cleared or None,
                "merged_into": self.into or None,
                "timeline": [
                    {"time": utc_text(e.time), "anomaly": e.anomaly, "class": e.class_id, "text": e.text}
                    for e in self.timeline
                ],
            },
        }


Join = Callable[[Sequence[Anomaly]], Sequence[Incident]]
"""Anomalies in their newest state to the incidents that they make."""
