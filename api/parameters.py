"""Query parameters of the standard (OGC API - Features, Part 1): text in, bounded and checked values out, or a 400."""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from api.crs import SYSTEMS, System
from api.problems import bad

DEFAULT_LIMIT, MAX_LIMIT = 100, 10_000
MAX_TEXT = 2_000
"""No parameter is longer than this; what is, is refused before it is looked at."""

# Python takes 1_000, infinity and the digits of every script for numbers too.
_NUMBER = re.compile(r" *[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)? *")
_DIGITS = re.compile(r"[0-9]{1,12}")
# asyncpg takes the first and the last moment of all for infinities, which come back without a time zone.
_EARLIEST = datetime(1, 1, 1, 0, 0, 0, 1, UTC)
_LATEST = datetime(9999, 12, 31, 23, 59, 59, 999_000, UTC)
_RFC3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")


@dataclass(frozen=True)
class Span:
    """An interval of time, both ends inclusive; None is open."""

    start: datetime | None
    end: datetime | None


Edges = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


@dataclass(frozen=True)
class Box:
    """West, south, east, north in degrees, and the lowest and highest height in metres where they are bounded."""

    edges: Edges
    heights: tuple[float, float] | None = None


def limit(text: str) -> int:
    """1 or more; what is over the maximum is clamped."""
    digits = text.lstrip("0")
    if not re.fullmatch("[0-9]+", digits):
        raise bad("limit", f"limit is a whole number from 1 to {MAX_LIMIT}, not {text[:40]!r}")
    return min(int(digits[:12]), MAX_LIMIT)  # Python reads no number of thousands of digits.


def number(text: str) -> float:
    """A decimal number as JSON has it, or with a plus or spaces around it; NaN for what is none."""
    return float(text) if _NUMBER.fullmatch(text) else math.nan


def bbox(text: str, system: System = SYSTEMS[0]) -> Sequence[Box]:
    """One box, or two where west > east: the area then lies across the antimeridian. Six numbers bound the height."""
    numbers = [number(part) for part in text.split(",")]
    if len(numbers) not in (4, 6) or not all(map(math.isfinite, numbers)):
        raise bad("bbox", f"bbox is 4 or 6 numbers, such as west,south,east,north in degrees; not {text[:60]!r}")
    flat = numbers if len(numbers) == 4 else [*numbers[:2], *numbers[3:5]]
    heights = None if len(numbers) == 4 else (numbers[2], numbers[5])
    if heights and heights[0] > heights[1]:
        raise bad("bbox", "the lower height must not lie above the upper one")
    return [Box(each, heights) for each in edges(flat, system, "bbox")]


def edges(numbers: Sequence[float], system: System, parameter: str) -> Sequence[Edges]:
    """One box of four numbers in degrees, or two where west > east: the area then lies across the antimeridian."""
    west, south, east, north = system.degrees(numbers)
    if not (-90 <= south <= north <= 90):
        raise bad(parameter, "south must not lie north of north, and both lie within -90 to 90")
    if not all(-180 <= value <= 180 for value in (west, east)):
        raise bad(parameter, "west and east lie within -180 to 180; west > east goes across the antimeridian")
    if west <= east:
        return [(west, south, east, north)]
    return [(west, south, 180.0, north), (-180.0, south, east, north)]


def offset(text: str) -> int:
    """How many features to pass over, for clients that page so; the next links page by key."""
    if not _DIGITS.fullmatch(text):
        raise bad("offset", f"offset is a whole number from 0, not {text[:40]!r}")
    return int(text)


def moment(text: str, parameter: str = "datetime") -> datetime:
    """An RFC 3339 date-time. A leap second, as the last of a UTC day, is taken as the moment after it."""
    match = _RFC3339.fullmatch(text)
    try:
        if match is None:
            raise ValueError("not RFC 3339")
        date, clock, fraction, zone = match.groups()
        zone = "+00:00" if zone in "Zz" else zone
        if not clock.endswith(":60"):
            found = datetime.fromisoformat(f"{date}T{clock}{(fraction or '')[:7]}{zone}").astimezone(UTC)
            return min(max(found, _EARLIEST), _LATEST)
        midnight = datetime.fromisoformat(f"{date}T{clock[:-2]}59{zone}").astimezone(UTC) + timedelta(seconds=1)
        if midnight.hour or midnight.minute:
            raise ValueError("no leap second")
        return midnight
    except (ValueError, OverflowError):
        raise bad(parameter, f"{text[:60]!r} is no time; write it as 2026-11-20T13:00:00Z") from None


def span(text: str) -> Span:
    """An instant, or an interval `start/end` whose ends may be `..` or empty."""
    parts = text.split("/")
    if len(parts) > 2 or not text or (len(parts) == 1 and text == ".."):
        raise bad("datetime", "datetime is one time or start/end, where .. leaves an end open")
    ends = [None if part in ("", "..") else moment(part) for part in parts]
    if len(ends) == 1:
        return Span(ends[0], ends[0])
    if ends[0] and ends[1] and ends[0] > ends[1]:
        raise bad("datetime", "the interval ends before it starts")
    return Span(ends[0], ends[1])


def token(values: Sequence[str | None]) -> str:
    """Where a page ended, as the opaque text of the next link."""
    return base64.urlsafe_b64encode(orjson.dumps(list(values))).decode().rstrip("=")


def _is_key(value: Any) -> bool:
    return value is None or (isinstance(value, str) and "\0" not in value)


def after(text: str, length: int) -> Sequence[str | None]:
    """The `length` key values of a token."""
    try:
        values = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error):
        values = None
    good = isinstance(values, list) and len(values) == length and all(map(_is_key, values))
    if not good:
        raise bad("after", "after is what a next link carries; start again without it")
    return list(values)
