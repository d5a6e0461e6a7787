"""The anomaly, everywhere the same: one episode of one class, and its GeoJSON feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from geo.schema import icao24_text

PRIORITIES = ("", "low", "medium", "high", "critical")
"""Stored as 1 to 4."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Anomaly:
    """One episode. Times are epoch ms UTC; `end` is the last evidence. `geometry` is RFC 7946's, or
    None for an aircraft that never sent a position."""

    id: str
    class_id: str
    icao24: int | None
    callsign: str
    members: Sequence[int]
    start: int
    end: int
    state: str
    priority: int
    confidence: float
    explanation: str
    geometry: Mapping[str, Any] | None
    h3: str
    cleared: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def feature(self) -> dict[str, Any]:
        """The GeoJSON feature. `id` stands at feature level only: as a property too, GDAL doubles it."""
        return {
            "type": "Feature",
            "id": self.id,
            "geometry": self.geometry,
            "properties": {
                "class": self.class_id,
                "icao24": None if self.icao24 is None else icao24_text(self.icao24),
                "members": [icao24_text(m) for m in self.members],
                "callsign": self.callsign or None,
                "start": utc_text(self.start),
                "end": utc_text(self.end),
                "state": self.state,
                "priority": PRIORITIES[self.priority],
                "confidence": round(self.confidence, 3),
                "explanation": self.explanation,
                "cleared": self.cleared or None,
                "evidence": self.evidence,
                "h3": self.h3,
            },
        }


def utc_text(ms: int) -> str:
    """RFC 3339 UTC with milliseconds only where there are any."""
    spec = "milliseconds" if ms % 1000 else "seconds"
    # datetime.fromtimestamp does not know the first day of the year 1, which people write for "for ever past".
    return (_EPOCH + timedelta(milliseconds=int(ms))).isoformat(timespec=spec).replace("+00:00", "Z")
