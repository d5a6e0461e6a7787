"""When a zone is active: periods in epoch ms, and hours of the week in local time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

DAY_MIN = 24 * 60
FOREVER = (-(2**62), 2**62)


@dataclass(frozen=True)
class Hours:
    """A window of the week: `days` as numbers from 0 (Monday), minutes of the day; `end` may lie beyond midnight."""

    days: Sequence[int]
    start: int
    end: int

    def hold(self, day: int, minute: int) -> bool:
        today = day in self.days and self.start <= minute < self.end
        return today or ((day - 1) % 7 in self.days and minute + DAY_MIN < self.end)


@dataclass(frozen=True)
class Activity:
    """Always active where nothing is said; else in any of the periods, and in any of the weekly hours."""

    periods: Sequence[tuple[int, int]] = ()
    hours: Sequence[Hours] = ()
    zone_name: str = "UTC"

    def overlaps(self, start: int, end: int) -> bool:
        """Whether the zone is active at some time from `start` to `end` (epoch ms)."""
        if self.periods and not any(a <= end and start <= b for a, b in self.periods):
            return False
        return not self.hours or any(self._open(t) for t in (start, (start + end) // 2, end))

    def _open(self, ms: int) -> bool:
        local = datetime.fromtimestamp(ms / 1000, UTC).astimezone(ZoneInfo(self.zone_name))
        return any(h.hold(local.weekday(), local.hour * 60 + local.minute) for h in self.hours)

    @staticmethod
    def of(said: Mapping[str, Any]) -> Activity:
        """From `periods` of [start, end] as RFC 3339 or null, `hours` of days, from and to as "08:00", and `zone`.

        Hours that end before they begin go on past midnight. Raises ValueError for a zone that there is not.
        """
        zone = said.get("zone") or "UTC"
        if zone not in available_timezones():
            raise ValueError(f"there is no time zone {zone[:40]!r}; names look like Europe/Zurich")
        hours = [_window(one["days"], one["from"], one["to"]) for one in said.get("hours", ())]
        periods = [(_ms(a, FOREVER[0]), _ms(b, FOREVER[1])) for a, b in said.get("periods", ())]
        return Activity(periods, hours, zone)


def _ms(text: str | None, without: int) -> int:
    return without if text is None else int(datetime.fromisoformat(text).timestamp() * 1000)


def _window(days: Sequence[int], start: str, end: str) -> Hours:
    opens, closes = (int(text[:2]) * 60 + int(text[3:5]) for text in (start, end))
    return Hours(tuple(days), opens, closes if closes > opens else closes + DAY_MIN)


ALWAYS = Activity()
