"""The alert, everywhere the same: one thing that a subscription is told, once, and its GeoJSON feature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geo.anomaly import PRIORITIES, utc_text
from geo.schema import icao24_text


@dataclass(frozen=True)
class Alert:
    """`key` is the same whenever the same data is judged again. `time` is epoch ms, `place` longitude and latitude.

    `priority` is 1 to 4; what has no priority or confidence of its own has None. `evidence` is the anomaly's as it was
    then: values, parameters with their hash, and the samples that fired it.
    """

    key: str
    subscription: int
    trigger: str
    time: int
    area: int | None
    text: str
    icao24: int | None = None
    callsign: str = ""
    place: tuple[float, float] | None = None
    anomaly: str | None = None
    incident: str | None = None
    confidence: float | None = None
    priority: int | None = None
    class_id: str = ""
    evidence: Mapping[str, Any] | None = None

    def feature(self) -> dict[str, object]:
        """A GeoJSON feature; without a place its geometry is None."""
        return {
            "type": "Feature", "id": self.key,
            "geometry": None if self.place is None else {"type": "Point", "coordinates": list(self.place)},
            "properties": {
                "subscription": self.subscription, "trigger": self.trigger, "time": utc_text(self.time),
                "area": self.area, "text": self.text,
                "icao24": None if self.icao24 is None else icao24_text(self.icao24), "callsign": self.callsign or None,
                "anomaly": self.anomaly, "incident": self.incident,
                "confidence": None if self.confidence is None else round(self.confidence, 3),
                "priority": None if self.priority is None else PRIORITIES[self.priority],
                "class": self.class_id or None, "evidence": self.evidence,
            },
        }  # fmt: skip
