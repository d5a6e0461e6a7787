"""One NOTAM in ICAO's form (Annex 15, Doc 8126): its items, Q-line, times and schedule; or why it cannot be read."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from feeds._zone_times import days_of
from geo.activity import DAY_MIN, Activity, Hours
from geo.notams import FOREVER_MS

MOST_TEXT = 20_000
_ORDER = "QABCDEFG"
_HEAD = re.compile(r"\(?\b([A-Z]\d{4}/\d{2})\s+NOTAM([NRC])(?:\s+([A-Z]\d{4}/\d{2}))?")
_ITEM = re.compile(r"(?:^|(?<=[\s(]))([A-GQ])\)")
_HEIGHT = re.compile(r"\s*(SFC|GND|MSL|UNL|FL|\d)")
_CIRCLE = re.compile(r"(\d\d)(\d\d)([NS])(\d{3})(\d\d)([EW])(\d{3})?")
_CLOCKS = re.compile(r"\d{4}-\d{4}")
_SPAN = re.compile(r"(?:DAILY|([A-Z]{3}(?:[-\s][A-Z]{3})*))?\s*((?:\d{4}-\d{4}[\s,]*)+)")


@dataclass(frozen=True)
class Notam:
    """What one says. Heights of the Q-line in ft, of items F and G as written; times in epoch ms; degrees."""

    id: str
    replaces: str
    cancels: bool
    fir: str
    q_code: str
    locations: str
    text: str
    schedule: str
    start: int
    end: int
    estimated: bool
    lower_ft: float
    upper_ft: float
    lat: float = math.nan
    lon: float = math.nan
    radius_nmi: float = math.nan
    floor: str = ""
    ceiling: str = ""
    active: Activity = field(default_factory=Activity)


def blocks(text: str) -> Iterator[str]:
    """The NOTAMs of a text, one after the other; a text without a single heading is one."""
    starts = [found.start() for found in _HEAD.finditer(text)] or [0]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        yield text[start:end][:MOST_TEXT]


def parse(block: str) -> Notam:
    """One NOTAM. Raises ValueError with the reason why it cannot be used."""
    head = _HEAD.search(block)
    items = _items(block)
    if "Q" not in items:
        raise ValueError("no Q-line")
    fields = [part.strip() for part in items["Q"].split("/")]
    if len(fields) < 2 or not re.fullmatch(r"[A-Z]{4}", fields[0]) or not re.fullmatch(r"Q[A-Z]{4}", fields[1]):
        raise ValueError(f"Q-line {items['Q'][:40]!r} names no region and code")
    start, end, estimated = _times(items)
    lower, upper = _band(fields)
    schedule = _plain(items.get("D", ""))
    return Notam(
        head[1] if head else f"{fields[0]} {fields[1]} {items.get('B', '')[:10]}",
        (head[3] or "") if head else "", bool(head and head[2] == "C"), fields[0], fields[1],
        _plain(items.get("A", ""))[:60], _plain(items.get("E", "")).removesuffix(")"), schedule, start, end, estimated,
        lower, upper, *_circle(fields[-1]), _limit(items.get("F", "")), _limit(items.get("G", "")),
        Activity(((start, end),), hours(schedule)),
    )  # fmt: skip


def _items(block: str) -> Mapping[str, str]:
    """Items by letter, in ICAO's order: what looks like an earlier item inside the text is text."""
    marks: list[tuple[str, int, int]] = []
    for found in _ITEM.finditer(block):
        letter, at = found[1], _ORDER.index(found[1])
        if marks and at <= _ORDER.index(marks[-1][0]):
            continue
        if letter in "FG" and not _HEIGHT.match(block, found.end()):
            continue
        if marks or letter == "Q":
            marks.append((letter, found.start(), found.end()))
    ends = [*(start for _, start, _ in marks[1:]), len(block)][: len(marks)]
    return {mark[0]: block[mark[2] : end].strip() for mark, end in zip(marks, ends, strict=True)}


def _times(items: Mapping[str, str]) -> tuple[int, int, bool]:
    """Begin and end of validity, and whether the end is an estimate. PERM has no end."""
    begin, until = items.get("B", "").strip(), items.get("C", "").strip().rstrip(")")
    start = -FOREVER_MS if begin.startswith("WIE") else _moment(begin)
    if not until or until.startswith(("PERM", "UFN")):
        return start, FOREVER_MS, False
    end = _moment(until)
    if end < start:
        raise ValueError(f"it ends ({until[:14]}) before it begins ({begin[:14]})")
    return start, end, "EST" in until[:16]


def _moment(text: str) -> int:
    """Epoch ms of yyMMddHHmm in UTC; 2400 is the end of the day."""
    if not re.match(r"\d{10}", text):
        raise ValueError(f"{text[:20]!r} is no time such as 2608230400")
    year, month, day, hour, minute = (int(text[k : k + 2]) for k in range(0, 10, 2))
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise ValueError(f"{text[:10]} is no time of day")
    try:
        at = datetime(2000 + year, month, day, tzinfo=UTC) + timedelta(hours=hour, minutes=minute)
    except ValueError as error:
        raise ValueError(f"{text[:10]} is no date") from error
    return int(at.timestamp() * 1_000)


def _band(fields: Sequence[str]) -> tuple[float, float]:
    """Lower and upper limit in ft from flight levels; 999 is unlimited. Without usable levels, all heights."""
    levels = [int(part) for part in fields[5:7] if re.fullmatch(r"\d{3}", part)]
    if len(levels) != 2 or levels[0] > levels[1]:
        return 0.0, math.inf
    return 100.0 * levels[0], math.inf if levels[1] == 999 else 100.0 * levels[1]


def _circle(text: str) -> tuple[float, float, float]:
    """Latitude, longitude, radius in nmi; NaN where the Q-line has no place."""
    found = _CIRCLE.fullmatch(text.strip())
    if not found:
        return math.nan, math.nan, math.nan
    lat, lon = int(found[1]) + int(found[2]) / 60, int(found[4]) + int(found[5]) / 60
    if lat > 90 or lon > 180 or int(found[2]) > 59 or int(found[5]) > 59:
        return math.nan, math.nan, math.nan
    return lat * (1 if found[3] == "N" else -1), lon * (1 if found[6] == "E" else -1), float(found[7] or 5)


def _limit(text: str) -> str:
    return _plain(text).rstrip(")").strip()[:40]


def _plain(text: str) -> str:
    """On one line, printable."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def hours(schedule: str) -> tuple[Hours, ...]:
    """Hours of the week of a plain schedule (DAILY 0600-1300; SUN-THU 0500-1500 1600-1700).

    None for the others (dates, sunrise, exceptions): the NOTAM then counts as active from its begin to its end.
    """
    text = schedule.upper().strip()
    rest = _SPAN.sub(" ", text).strip(" ,.;")
    if not text or rest or len(text) > 500:
        return ()
    try:
        return tuple(one for found in _SPAN.finditer(text) for one in _windows(found[1] or "", found[2]))
    except ValueError:
        return ()


def _windows(days: str, clocks: str) -> Iterator[Hours]:
    for clock in _CLOCKS.findall(clocks):
        start, end = (60 * int(part[:2]) + int(part[2:]) for part in clock.split("-"))
        yield Hours(days_of(days), start, end if end > start else end + DAY_MIN)
