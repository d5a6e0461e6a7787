"""An alert as it is sent: its GeoJSON feature, and plain texts of it for those who read no GeoJSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

FIELDS = (
    "text", "title", "trigger", "subscription", "time", "icao24", "callsign", "class", "anomaly", "confidence",
    "priority", "lat", "lon", "key",
)  # fmt: skip
"""Names that a template may hold in braces. A name is replaced by its value, and nothing else is read into it."""

_NAME = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Message:
    """`key` is the same however often it is sent: who gets it twice can tell. `feature` as JSON text."""

    key: str
    trigger: str
    subscription: str
    feature: bytes
    attempt: int = 1

    @property
    def whole(self) -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(self.feature)
        return found

    @property
    def properties(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.whole["properties"]
        return found

    @property
    def place(self) -> tuple[float, float] | None:
        """Longitude and latitude."""
        geometry = self.whole["geometry"]
        return (geometry["coordinates"][0], geometry["coordinates"][1]) if geometry else None

    def words(self) -> dict[str, str]:
        """What the names of FIELDS stand for; what is not known is empty."""
        own, (lon, lat) = self.properties, self.place or ("", "")
        title = f"{self.subscription or 'Skysift'}: {self.trigger.replace('-', ' ')}"
        known = {**own, "title": title, "trigger": self.trigger, "subscription": self.subscription, "key": self.key}
        known |= {"lat": lat, "lon": lon}
        return {name: _word(known.get(name)) for name in FIELDS}


def _word(value: Any) -> str:
    return "" if value is None else str(value)


def unknown(template: str) -> list[str]:
    """Names in braces that stand for nothing."""
    return [name for name in _NAME.findall(template) if name not in FIELDS]


def filled(template: str, words: Mapping[str, str]) -> str:
    """The template with its names replaced, once: braces in a value stay what they are."""
    return _NAME.sub(lambda found: words.get(found[1], found[0]), template)
