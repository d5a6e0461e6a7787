"""Flightradar24's flight-playback JSON: one flight with its aircraft and its track."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from feeds._columns import batch_of
from feeds._fr24 import TRACK
from feeds._given import Given
from feeds._json import tolerant
from feeds._registry import format_
from feeds._table import record_columns
from geo.batch import Batch


def _sniff(given: Given) -> bool:
    return "flight" in given.shape.at("result/response/data")


@format_(
    id="fr24-playback", title="Flightradar24 flight-playback JSON", units="ft, kt, ft/min",
    identity="hex, else flight id", sniff=_sniff,
    example='{"result": {"response": {"data": {"flight": {"identification": {"id": "3376ab31"}, "track": []}}}}}',
)  # fmt: skip
def read(given: Given) -> Iterator[Batch]:
    """The track in file order; callsign, type and registration are the flight's."""
    bad = Counter[str]()
    flight = _at(tolerant(given, given.read()), "result", "response", "data", "flight")
    track = flight.get("track") if isinstance(flight, dict) else None
    if not isinstance(track, list):
        raise given.error("no list result.response.data.flight.track")
    points = [point for point in track if isinstance(point, dict)]
    bad["point is no JSON object"] += len(track) - len(points)
    rows = [_row(point) for point in points]
    same = {
        "hex": _at(flight, "aircraft", "identification", "modes"),
        "reg": _at(flight, "aircraft", "identification", "registration"),
        "type": _at(flight, "aircraft", "model", "code"),
        "callsign": _at(flight, "identification", "callsign"),
        "flight_id": _at(flight, "identification", "id"),
    }
    fields = sorted({*same, "timestamp", "lat", "lon", "alt", "gspeed", "vspeed", "track", "squawk"})
    yield batch_of(given, record_columns([same | row for row in rows], fields), TRACK, bad)


def _row(point: dict[str, Any]) -> dict[str, Any]:
    """One point in the API's names."""
    return {
        "timestamp": point.get("timestamp"), "lat": point.get("latitude"), "lon": point.get("longitude"),
        "alt": _at(point, "altitude", "feet"), "gspeed": _at(point, "speed", "kts"),
        "vspeed": _at(point, "verticalSpeed", "fpm"), "track": point.get("heading"), "squawk": point.get("squawk"),
    }  # fmt: skip


def _at(value: Any, *path: str) -> Any:
    """A value deep inside; None where the way there ends."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value
