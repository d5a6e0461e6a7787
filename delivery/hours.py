"""Quiet hours: whether a moment lies in them, and when they end; in the time zone of whoever wants the quiet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

LONGEST_DAYS = 8
"""Quiet hours that follow each other without a gap are looked at for this long."""


def quiet_until(quiet: Mapping[str, Any], now: datetime) -> datetime | None:
    """When the quiet that holds at `now` ends; None where there is none. `quiet`: {"hours": [{"days": [0..6],
    "from": "22:00", "to": "07:00"}], "zone": "Europe/Zurich"}; Monday is 0, and what ends before it begins ends on
    the next day."""
    if not quiet.get("hours"):
        return None
    local = now.astimezone(ZoneInfo(quiet.get("zone") or "UTC"))
    end, last = None, local + timedelta(days=LONGEST_DAYS)
    while (found := _end(quiet, end or local)) and found < last:
        end = found
    return end.astimezone(now.tzinfo) if end else None


def _end(quiet: Mapping[str, Any], local: datetime) -> datetime | None:
    """The latest end of the windows that hold a local moment."""
    ends = [
        end
        for one in quiet["hours"]
        for day in (local.date() - timedelta(days=1), local.date())
        if day.weekday() in one.get("days", range(7))
        for start, end in [_window(one, datetime.combine(day, time(), local.tzinfo))]
        if start <= local < end
    ]
    return max(ends, default=None)


def _window(one: Mapping[str, Any], midnight: datetime) -> tuple[datetime, datetime]:
    start, end = (_at(midnight, one[name]) for name in ("from", "to"))
    return start, end if end > start else _at(midnight + timedelta(days=1), one["to"])


def _at(midnight: datetime, text: str) -> datetime:
    """That time of that day; 24:00 is the next midnight."""
    hour, minute = (int(part) for part in text.split(":"))
    day = midnight + timedelta(days=hour // 24)
    return day.replace(hour=hour % 24, minute=minute)
