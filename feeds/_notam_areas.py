"""The area that a NOTAM speaks of: circles and outlines written in its text, else the circle of its Q-line."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from feeds._notam_text import Notam
from geo import antimeridian
from geo.sphere import FOOT_M, NMI_M, destination, distance_m

Point = tuple[float, float]

MOST_POINTS = 500
FAR_NMI = 10.0
"""An outline whose middle lies this far outside the Q-line's circle is no outline: digits were lost."""

_AFTER = r"(?<!\d)(\d{4}(?:\d\d)?)(\.\d+)?\s?([NS])\s?(\d{5}(?:\d\d)?)(\.\d+)?\s?([EW])"
_BEFORE = r"([NS])\s?(\d{4}(?:\d\d)?)(\.\d+)?\s?([EW])\s?(\d{5}(?:\d\d)?)(\.\d+)?(?!\d)"
_PLACE = re.compile(f"{_AFTER}|{_BEFORE}")
_RADIUS = re.compile(
    r"(\d{1,3}(?:\.\d+)?)\s?(NM|KM|M|FT)\s+RADIUS\s+(?:CIRCLE\s+)?(?:CENT(?:ERE|RE)D\s+(?:ON|AT)|OF|AROUND)\s+"
    r"(?:PSN\s+|POSITION\s+|COORD\w*\s+)?"
)
_METRES = {"NM": NMI_M, "KM": 1_000.0, "M": 1.0, "FT": FOOT_M}
_JOINED = re.compile(r"[\s,;.\-]*(?:TO|AND|THENCE)?[\s,;.\-]*")


def area_of(one: Notam) -> Any:
    """A shapely area in degrees. Raises ValueError where the NOTAM has none, or is about its whole region."""
    written = written_area(one)
    if written is not None:
        return written
    if math.isnan(one.radius_nmi):
        raise ValueError("no circle in the Q-line, no outline in the text")
    if one.radius_nmi >= 999:
        raise ValueError("it is about the whole region")
    return _ring(one.lat, one.lon, max(one.radius_nmi, 0.5) * NMI_M)


def written_area(one: Notam) -> Any:
    """The circles and outlines of the text as one area; None where there are none that fit the Q-line."""
    circles, rest = _circles(one.text)
    parts = circles + [_outline(run) for run in _runs(rest) if len(run) >= 3]
    area = shapely.union_all([shapely.make_valid(part) for part in parts])
    if area.is_empty or not area.area:
        return None
    if not math.isnan(one.radius_nmi):
        middle = shapely.centroid(area)
        nmi = float(distance_m(one.lat, one.lon, middle.y, middle.x)) / NMI_M
        if nmi > one.radius_nmi + FAR_NMI:
            return None
    return area


def _circles(text: str) -> tuple[list[Any], str]:
    """The circles of a text, and what is left of it without them."""
    found, rest = [], []
    at = 0
    for radius in _RADIUS.finditer(text):
        center = _PLACE.match(text, radius.end())
        metres = float(radius[1]) * _METRES[radius[2]]
        place = _point(center) if center else None
        if center and place and 0 < metres <= 200 * NMI_M:
            found.append(_ring(*place, metres))
            rest.append(text[at : radius.start()])
            at = center.end()
    return found, " / ".join([*rest, text[at:]])


def _runs(text: str) -> list[list[Point]]:
    """Places that follow one another with nothing but dashes or blanks between them."""
    runs: list[list[Point]] = []
    last = -1
    for found in list(_PLACE.finditer(text))[:MOST_POINTS]:
        place = _point(found)
        if place is None:
            continue
        if last >= 0 and _JOINED.fullmatch(text, last, found.start()):
            runs[-1].append(place)
        else:
            runs.append([place])
        last = found.end()
    return runs


def _point(found: re.Match[str]) -> Point | None:
    """Degrees; None for minutes above 59 and the like."""
    parts: Sequence[str | None] = found.groups()
    if parts[0] is None:
        south, lat, lat_part, west, lon, lon_part = parts[6:]
    else:
        lat, lat_part, south, lon, lon_part, west = parts[:6]
    y = _angle(lat or "", lat_part or "", 2, 90)
    x = _angle(lon or "", lon_part or "", 3, 180)
    if y is None or x is None:
        return None
    return y * (-1 if south == "S" else 1), x * (-1 if west == "W" else 1)


def _angle(digits: str, fraction: str, width: int, most: int) -> float | None:
    degrees, minutes = int(digits[:width]), int(digits[width : width + 2])
    seconds = digits[width + 2 :]
    if minutes > 59 or int(seconds or 0) > 59:
        return None
    part = float(f"0{fraction}") if fraction else 0.0
    value = degrees + ((minutes + (int(seconds) + part) / 60) if seconds else minutes + part) / 60
    return value if value <= most else None


def _ring(lat: float, lon: float, metres: float) -> Any:
    """A circle of 48 corners; round a pole, the cap."""
    y, x = destination(lat, lon, np.linspace(0.0, 360.0, 49), metres)
    if abs(lat) + metres / NMI_M / 60 >= 90:
        edge = (90 - metres / NMI_M / 60) * np.sign(lat)
        return shapely.box(-180, min(edge, 90 * np.sign(lat)), 180, max(edge, 90 * np.sign(lat)))
    return antimeridian.polygon(x, y)


def _outline(run: Sequence[Point]) -> Any:
    lat, lon = np.array(run).T
    return antimeridian.polygon(lon, lat)
