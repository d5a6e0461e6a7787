"""When a zone is active, from properties (valid_from, valid_to, days, hours) and from OpenAir's lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from feeds._zone_fields import Properties
from geo.activity import DAY_MIN, FOREVER, Activity, Hours

DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")

_FROM_KEYS = ("valid_from", "start", "effective_start", "active_from")
_TO_KEYS = ("valid_to", "end", "effective_end", "active_to", "valid_until")
_MOMENT = r"(\d\d)\.(\d\d)\.(\d{4})\.(\d\d):(\d\d?)([LZ]?)"
_PERIOD = re.compile(rf"^!?\s*{_MOMENT}-{_MOMENT}")
_WEEKLY = re.compile(r"^([A-Z]{3})\.(\d\d):(\d\d)([LZ]?)-(\d\d):(\d\d)[LZ]?")


def activity(properties: Properties, zone_name: str) -> Activity:
    """The activity that a feature's properties describe. Raises ValueError for a time that is none.

    `zone_name` is the time zone of the place, for sources that write local time.
    """
    periods = list(_periods(properties))
    hours = _hours(properties)
    written = [str(line) for line in properties.get("_weekly", ())]
    local = any(_is_local(line) for line in written)
    hours += [_weekly(line) for line in written]
    periods += [_openair_period(str(line), zone_name) for line in properties.get("_periods", ())]
    return Activity(tuple(periods), tuple(hours), zone_name if local else "UTC")


def _periods(properties: Properties) -> Sequence[tuple[int, int]]:
    start = next((properties[k] for k in _FROM_KEYS if properties.get(k)), None)
    end = next((properties[k] for k in _TO_KEYS if properties.get(k)), None)
    if start is None and end is None:
        return []
    period = (_moment(start) if start else FOREVER[0]), (_moment(end) if end else FOREVER[1])
    if period[0] > period[1]:
        raise ValueError(f"valid from {start} to {end} ends before it begins")
    return [period]


def _moment(value: Any) -> int:
    """Epoch ms of an RFC 3339 text, a datetime, or epoch seconds or milliseconds; a text without a zone is UTC."""
    if isinstance(value, int | float):
        return int(value if abs(value) > 1e11 else value * 1_000)
    when = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).strip())
    return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() * 1_000)


def _hours(properties: Properties) -> list[Hours]:
    """Days ("MON-FRI", "SAT,SUN") and hours of the day in UTC ("06:00-22:00")."""
    days, hours = str(properties.get("days") or "").upper(), str(properties.get("hours") or "")
    if not days and not hours:
        return []
    if hours.upper() in ("H24", "24/7"):
        hours = ""
    clock = re.fullmatch(r"(\d\d):?(\d\d)\s*-\s*(\d\d):?(\d\d)Z?", hours.strip()) if hours else None
    if hours and not clock:
        raise ValueError(f"hours = {hours[:40]!r}: write 06:00-22:00")
    a, b, c, d = (int(v) for v in clock.groups()) if clock else (0, 0, 24, 0)
    return [_window(days_of(days), 60 * a + b, 60 * c + d)]


def days_of(text: str) -> tuple[int, ...]:
    """Numbers of the days from MON-FRI or SAT,SUN; all of them where nothing is said. ValueError for other text."""
    if not text:
        return tuple(range(7))
    found: list[int] = []
    for part in re.split(r"[,;\s]+", text.strip("[]'\" ")):
        first, _, last = part.strip("'\"").partition("-")
        if first[:3] not in DAYS or (last and last[:3] not in DAYS):
            raise ValueError(f"days = {text[:40]!r}: write MON-FRI or SAT,SUN")
        a = DAYS.index(first[:3])
        b = DAYS.index(last[:3]) if last else a
        found += [(a + n) % 7 for n in range((b - a) % 7 + 1)]
    return tuple(found)


def _window(days: tuple[int, ...], start: int, end: int) -> Hours:
    return Hours(days, start, end if end > start else end + DAY_MIN)


def _is_local(line: str) -> bool:
    found = _WEEKLY.match(line)
    return bool(found) and found is not None and found[4] == "L"


def _weekly(line: str) -> Hours:
    """OpenAir: "FRI.08:00L-16:59L", both minutes included."""
    found = _WEEKLY.match(line)
    if not found or found[1] not in DAYS:
        raise ValueError(f"{line[:40]!r} is no weekly time")
    a, b, c, d = (int(found[n]) for n in (2, 3, 5, 6))
    return _window((DAYS.index(found[1]),), 60 * a + b, 60 * c + d + 1)


def _openair_period(line: str, zone_name: str) -> tuple[int, int]:
    """OpenAir: "01.01.2022.00:00Z-31.12.2022.23:59Z", the last minute included."""
    found = _PERIOD.match(line)
    if not found:
        raise ValueError(f"{line[:50]!r} is no period")
    parts = found.groups()
    start, end = (_written(parts[n : n + 6], zone_name) for n in (0, 6))
    return start, end + 60_000


def _written(parts: Sequence[str], zone_name: str) -> int:
    day, month, year, hour, minute = (int(v) for v in parts[:5])
    zone = ZoneInfo(zone_name) if parts[5] == "L" else UTC
    return int(datetime(year, month, day, min(hour, 23), minute if hour < 24 else 59, tzinfo=zone).timestamp() * 1_000)
