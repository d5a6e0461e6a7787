"""The query parameters of single collections, each declared once for the query, the check and the OpenAPI document."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from api.collections import Filter
from api.identity import address
from api.parameters import moment
from api.problems import bad
from api.queues import QUEUES
from geo.anomaly import PRIORITIES
from geo.incident import BANDS
from geo.incident import STATES as INCIDENT_STATES
from geo.schema import COLUMNS
from store.words import STATUSES

STATES = ("open", "closed", "cleared")
LOOK_BACK_S = 300
"""An aircraft is where it was last seen at most this long before the asked time."""


def choice(name: str, allowed: Sequence[str]) -> Callable[[str], Any]:
    """A comma list of known words."""

    def parse(text: str) -> Sequence[str]:
        words = text.split(",")
        unknown = [word for word in words if word not in allowed]
        if unknown:
            raise bad(name, f"{unknown[0][:40]!r} is none of {', '.join(allowed)}")
        return words

    return parse


CURSOR = 10**18 - 1
"""The largest number of a row or an event that is believed."""


def whole(name: str, low: int, high: int) -> Callable[[str], int]:
    """An integer within bounds."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,19}", text) or not low <= int(text) <= high:
            raise bad(name, f"{name} is a whole number from {low} to {high}, not {text[:40]!r}")
        return int(text)

    return parse


def cursor(asked: Mapping[str, str], name: str) -> int | None:
    """The number of a row or an event, None where none is given."""
    return whole(name, 0, CURSOR)(asked[name]) if name in asked else None


def _addresses(text: str) -> Sequence[int]:
    words = text.split(",")
    if len(words) > 100:
        raise bad("icao24", "at most 100 addresses at once")
    return [address(word) for word in words]


def _share(text: str) -> float:
    if not re.fullmatch(r"0|1|0?\.[0-9]{1,9}|1\.0{1,9}|0\.", text):
        raise bad("min_confidence", f"min_confidence is a number from 0 to 1, not {text[:40]!r}")
    return float(text)


def _words(text: str) -> Sequence[str]:
    words = text.split(",")
    if len(words) > 100:
        raise bad("class", "at most 100 classes at once")
    return words


def _priorities(text: str) -> Sequence[int]:
    words = choice("priority", PRIORITIES[1:])(text)
    return [PRIORITIES.index(word) for word in words]


def _at(text: str) -> datetime:
    return moment(text, "at")


def listed(words: Sequence[str]) -> dict[str, Any]:
    """The OpenAPI schema of a comma list."""
    return {"type": "array", "items": {"type": "string", "enum": list(words)}}


def class_filter(ids: Sequence[str]) -> Filter:
    """`class`, over all anomalies."""
    return Filter("class", listed(ids), "Only these classes", choice("class", ids), "text[]", "class = ANY({})")


ICAO24 = Filter(
    "icao24", {"type": "string"}, "Only these aircraft: hex addresses, comma between", _addresses, "bigint[]",
    "icao24 = ANY({})",
)  # fmt: skip
STATE = Filter("state", listed(STATES), "Only in these states", choice("state", STATES), "text[]", "state = ANY({})")
PRIORITY = Filter(
    "priority", listed(PRIORITIES[1:]), "Only of these priorities", _priorities, "smallint[]", "priority = ANY({})"
)
CONFIDENCE = Filter(
    "min_confidence", {"type": "number", "minimum": 0, "maximum": 1}, "Only with at least this confidence", _share,
    "real", "confidence >= {}",
)  # fmt: skip
BAND = Filter("band", listed(BANDS), "Only of these bands", choice("band", BANDS), "text[]", "band = ANY({})")
INCIDENT_STATE = Filter(
    "state", listed(INCIDENT_STATES), "Only in these states", choice("state", INCIDENT_STATES), "text[]",
    "state = ANY({})",
)  # fmt: skip
STATUS = Filter(
    "status", listed(STATUSES), "Only of which people say this", choice("status", STATUSES), "text[]",
    "status = ANY({})",
)  # fmt: skip
QUEUE = Filter(
    "queue", listed(list(QUEUES)), "Only of these queues", choice("queue", list(QUEUES)), "text[]", "queue = ANY({})"
)
ANOMALY = Filter(
    "anomaly", {"type": "string"}, "Only the one that this anomaly belongs to", str, "text",
    "id = (SELECT incident FROM incident_anomalies WHERE anomaly = {})",
)  # fmt: skip
CLASSES = Filter(
    "class", {"type": "string"}, "Only with anomalies of one of these classes, comma between", _words, "text[]",
    "classes && {}",
)  # fmt: skip
GEOMETRIES = ("point", "line", "polygon")


def _dimensions(text: str) -> Sequence[int]:
    words = choice("geometry_kind", GEOMETRIES)(text)
    return [GEOMETRIES.index(word) for word in words]


KIND = Filter(
    "geometry_kind", listed(GEOMETRIES), "Only with such a geometry", _dimensions, "int[]",
    "ST_Dimension(geom) = ANY({})",
)  # fmt: skip
FLIGHT = Filter(
    "flight", {"type": "integer"}, "Only this flight", whole("flight", 1, 2**63 - 1), "bigint", "flight = {}"
)
RESOLUTION = Filter(
    "resolution", {"type": "integer", "minimum": 0, "maximum": 15}, "Only cells of this H3 resolution",
    whole("resolution", 0, 15), "smallint", "resolution = {}",
)  # fmt: skip

_PAST = ", ".join(name for name in COLUMNS if name not in ("icao24", "time", "lat", "lon"))
AT = Filter(
    "at", {"type": "string", "format": "date-time"}, "The state at this time instead of now", _at, "timestamptz",
    source=f"""(
      SELECT DISTINCT ON (icao24, sub) icao24, sub, time, geom, {_PAST} FROM positions
      WHERE time > {{0}} - interval '{LOOK_BACK_S} seconds' AND time <= {{0}} AND geom IS NOT NULL
      ORDER BY icao24, sub, time DESC
    ) AS past""",
)  # fmt: skip
