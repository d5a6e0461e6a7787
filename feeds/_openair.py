"""OpenAir text: airspaces with their outline (points, arcs, circles) and their properties."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from geo import antimeridian
from geo.sphere import NMI_M, bearing_deg, destination, distance_m

Point = tuple[float, float]
"""Latitude and longitude, degrees."""

_COORDINATE = re.compile(
    r"(\d{1,2}):(\d{1,2})(?::(\d{1,2}(?:\.\d+)?)|(\.\d+))?\s*([NS])[\s,]*(\d{1,3}):(\d{1,2})(?::(\d{1,2}(?:\.\d+)?)|(\.\d+))?\s*([EW])",
    re.IGNORECASE,
)
_STEP_DEG = 5.0
_CLASSES = frozenset("ABCDEFG") | {"UNC", "UNCLASSIFIED"}


@dataclass
class _Airspace:
    """What has been read of one airspace."""

    line: int
    properties: dict[str, Any]
    points: list[Point] = field(default_factory=list)
    center: Point | None = None
    clockwise: bool = True
    bad: str = ""


def read(text: str) -> Iterator[tuple[int, Any, dict[str, Any]]]:
    """(line, area or a ValueError that says what is wrong, properties) for every airspace."""
    one: _Airspace | None = None
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.split("*", 1)[0].strip()
        if not line:
            continue
        if re.match(r"AC\s", line, re.IGNORECASE):
            if one:
                yield one.line, *_finished(one)
            one = _Airspace(number, {"type": line[2:].strip()})
        elif one and not one.bad:
            try:
                _take(one, line)
            except ValueError as error:
                one.bad = f"line {number}: {error}"
    if one:
        yield one.line, *_finished(one)


def _take(one: _Airspace, line: str) -> None:
    """One line of an airspace. Raises ValueError where it cannot be understood."""
    word, _, rest = line.partition(" ")
    word, rest = word.upper(), rest.strip()
    if word in _TEXT:
        one.properties[_TEXT[word]] = rest
    elif word.rstrip("!") in ("AP", "AW", "TW"):
        one.properties.setdefault("_periods" if word.startswith("AP") else "_weekly", []).append(rest)
    elif word == "AY" and one.properties["type"].upper() in _CLASSES:
        one.properties["type"] = rest
    elif word == "V":
        _variable(one, rest)
    elif word in _SHAPES:
        _SHAPES[word](one, rest)


_TEXT = {"AN": "name", "AI": "identifier", "AH": "ceiling", "AL": "floor"}


def _variable(one: _Airspace, text: str) -> None:
    name, _, value = text.partition("=")
    if name.strip().upper() == "X":
        one.center = _points(value, 1)[0]
    elif name.strip().upper() == "D":
        one.clockwise = value.strip() != "-"


def _point(one: _Airspace, text: str) -> None:
    one.points += _points(text, 1)


def _circle(one: _Airspace, text: str) -> None:
    one.points += _swept(_center(one), _number(text) * NMI_M, 0.0, 360.0)


def _arc_between(one: _Airspace, text: str) -> None:
    """DB: from one point to another round the centre."""
    start, end = _points(text, 2)
    center = _center(one)
    first, last = float(bearing_deg(*center, *start)), float(bearing_deg(*center, *end))
    turn = (last - first) % 360 if one.clockwise else -((first - last) % 360)
    middle = _swept(center, float(distance_m(*center, *start)), first, first + turn)
    one.points += [start, *middle[1:-1], end]


def _arc_angles(one: _Airspace, text: str) -> None:
    """DA: radius and two bearings."""
    numbers = [_number(part) for part in text.split(",")]
    if len(numbers) != 3:
        raise ValueError(f"{text[:40]!r} is no radius and two bearings")
    turn = (numbers[2] - numbers[1]) % 360 if one.clockwise else -((numbers[1] - numbers[2]) % 360)
    one.points += _swept(_center(one), numbers[0] * NMI_M, numbers[1], numbers[1] + turn)


_SHAPES = {"DP": _point, "DC": _circle, "DB": _arc_between, "DA": _arc_angles}


def _center(one: _Airspace) -> Point:
    if one.center is None:
        raise ValueError("an arc or circle before any centre (V X=)")
    return one.center


def _swept(center: Point, radius: float, start: float, end: float) -> list[Point]:
    """Points on a circle, every 5 degrees and both ends."""
    angle = np.linspace(start, end, max(math.ceil(abs(end - start) / _STEP_DEG), 1) + 1)
    lat, lon = destination(*center, angle, radius)
    return list(zip(lat.tolist(), lon.tolist(), strict=True))


def _points(text: str, count: int) -> list[Point]:
    found = _COORDINATE.findall(text)
    if len(found) != count:
        raise ValueError(f"{text[:60]!r} holds {len(found)} coordinates, not {count}")
    return [(_angle(one[:5], 90), _angle(one[5:], 180)) for one in found]


def _angle(parts: tuple[str, ...], most: float) -> float:
    degrees, minutes, seconds, fraction, side = parts
    value = int(degrees) + (float(minutes) + float(fraction or 0)) / 60 + float(seconds or 0) / 3_600
    if value > most:
        raise ValueError(f"{value:g} degrees is beyond {most:g}")
    return -value if side.upper() in "SW" else value


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is no number") from None
    if not 0 <= value < 10_000:
        raise ValueError(f"{value:g} is out of range")
    return value


def _finished(one: _Airspace) -> tuple[Any, dict[str, Any]]:
    if one.bad or len(one.points) < 3:
        return ValueError(one.bad or f"an outline of {len(one.points)} points"), one.properties
    lat, lon = np.array(one.points).T
    return antimeridian.polygon(lon, lat), one.properties
