"""The same questions in the words of each server, and what its answers say: so that nobody is fast by being wrong."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.gis_world import Box, Places
from geo.mercator import Tile

Paths = Callable[[str, Places], list[str]]
"""The server's name and the places -> paths."""

TILE_ZOOM = 5


@dataclass(frozen=True)
class Question:
    """One line of the result. `ratio`: what Skysift has to reach of tipg's requests per second, 0 for no target.

    `longer`: how many times as long the load lasts, where a peer takes seconds for one answer.
    """

    name: str
    paths: Paths
    ratio: float
    servers: Sequence[str] = ("skysift", "tipg", "pygeoapi")
    longer: float = 1.0


def collection(server: str, name: str) -> str:
    """The path of a collection's items or tiles, without them."""
    return f"/collections/{'public.' if server == 'tipg' else ''}{name}"


def _form(server: str) -> str:
    """What makes the server answer in GeoJSON."""
    return "&f=json" if server == "pygeoapi" else "&f=geojson"


def box_text(box: Box) -> str:
    return ",".join(map(str, box))


def _in_boxes(name: str, limit: int) -> Paths:
    def paths(server: str, places: Places) -> list[str]:
        items = f"{collection(server, name)}/items?limit={limit}{_form(server)}"
        return [f"{items}&bbox={box_text(box)}" for box in places.boxes]

    return paths


def _in_moments(server: str, places: Places) -> list[str]:
    items = f"{collection(server, 'positions')}/items?limit=1000{_form(server)}"
    return [f"{items}&datetime={start}/{end}" for start, end in places.moments]


def _of_aircraft(server: str, places: Places) -> list[str]:
    items = f"{collection(server, 'positions')}/items?limit=100{_form(server)}"
    return [f"{items}&icao24={one:06x}" if server == "skysift" else f"{items}&icao24={one}" for one in places.aircraft]


def _single(server: str, places: Places) -> list[str]:
    return [f"{collection(server, 'anomalies')}/items/{one}?{_form(server)[1:]}" for one in places.ids]


def tiles(server: str, places: Places) -> list[str]:
    """The tiles in which the boxes lie; never the same address twice, so that none comes from a cache."""
    found = dict.fromkeys(_tile_at((w + e) / 2, (s + n) / 2) for w, s, e, n in places.boxes)
    start = f"{collection(server, 'anomalies')}/tiles/WebMercatorQuad/{TILE_ZOOM}"
    if server == "tipg":
        return [f"{start}/{at.column}/{at.row}" for at in found]
    return [f"{start}/{at.row}/{at.column}?min_confidence=0.{{n}}" for at in found]


QUESTIONS = (
    Question("items, bbox, limit 10", _in_boxes("positions", 10), 25),
    Question("items, bbox, limit 1,000", _in_boxes("positions", 1_000), 4),
    Question("items, bbox, limit 10,000", _in_boxes("positions", 10_000), 12, longer=2.5),
    Question("items, datetime, limit 1,000", _in_moments, 25, longer=2.5),
    Question("items, property filter, limit 100", _of_aircraft, 6),
    Question("single item", _single, 5),
    Question("anomalies, bbox, limit 1,000", _in_boxes("anomalies", 1_000), 0),
)
TILE = Question("tile, zoom 5", tiles, 5, ("skysift", "tipg"))


def _tile_at(lon: float, lat: float) -> Tile:
    side = 1 << TILE_ZOOM
    down = 0.5 - math.asinh(math.tan(math.radians(lat))) / (2 * math.pi)
    return Tile(TILE_ZOOM, math.floor(down * side), math.floor((lon + 180) / 360 * side))


def told(server: str, answer: Mapping[str, Any]) -> tuple[int | None, set[str]]:
    """How many match, as far as it is said, and which features came: by aircraft and time, or by id."""
    return answer.get("numberMatched"), {_known_as(server, one) for one in answer["features"]}


def _known_as(server: str, feature: Mapping[str, Any]) -> str:
    properties = feature["properties"]
    if "time" not in properties:
        return str(feature["id"])
    address = properties["icao24"]
    number = int(address, 16) if server == "skysift" else address
    return f"{number} {str(properties['time'])[:19].replace(' ', 'T')}"
