"""Weather reports from files and answers: aviationweather.gov's JSON, Israel's weather.json, or plain METAR lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from feeds._given import Given
from geo.weather import Reports, ReportTable

MOST_REPORTS = 500_000
_METAR = re.compile(r"(?:METAR|SPECI)?\s*(?:COR\s+)?([A-Z][A-Z0-9]{3})\s+(\d\d)(\d\d)(\d\d)Z\s")
_DATED = re.compile(r"(\d{4})[/-](\d\d)[/-](\d\d)\s+(\d\d):(\d\d)")

Report = tuple[str, int, str]


def load_weather(paths: Iterable[Path]) -> Reports:
    """The METARs of all files. Raises FeedError for a file without any."""
    return Reports.of(report for path in paths for report in read_weather(Given(str(path), Path(path))))


def load_table(paths: Iterable[Path]) -> ReportTable:
    """The same, as it is kept among the reference data."""
    return ReportTable.of(load_weather(paths))


def read_weather(given: Given) -> list[Report]:
    """Station, time and text of each METAR in a file or an answer; what is no METAR (or says NIL) is passed over."""
    data = given.read()
    first = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    found = list(_listed(given, data) if first in (b"{", b"[") else _lines(data.decode("utf-8-sig", "replace")))
    if not found and first != b"[":
        hint = "aviationweather.gov's JSON, or lines of METAR with their dates, are read"
        raise given.error("no METAR with a time in it", hint=hint)
    return found[:MOST_REPORTS]


def _listed(given: Given, data: bytes) -> Iterator[Report]:
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise given.error(f"damaged JSON: {error.msg}", line=error.lineno, hint="fetch or save it again") from error
    made = document.get("generated_at") if isinstance(document, dict) else None
    reports = document.get("reports") if isinstance(document, dict) else document
    for one in reports if isinstance(reports, list) else ():
        report = _report(one, made) if isinstance(one, dict) else None
        if report:
            yield report


def _report(one: dict[str, Any], made: Any) -> Report | None:
    """One report. Its day comes from its own time, else from when the file was made."""
    text = next((one[k] for k in ("rawOb", "raw_text", "raw", "text") if isinstance(one.get(k), str)), "")
    when = next((one[k] for k in ("obsTime", "reportTime", "observation_time", "time") if one.get(k)), made)
    near = _moment(when)
    found = _METAR.match(text.strip())
    if not found or near is None or " NIL" in text:
        return None
    at = _dated(near, *(int(found[k]) for k in (2, 3, 4)))
    return None if at is None else (found[1], at, _plain(text))


def _lines(text: str) -> Iterator[Report]:
    """Lines with a full date before the METAR: "2026/08/22 21:20" (NOAA's files), or 202608222120 (archives)."""
    near: datetime | None = None
    for line in text.splitlines():
        if stamp := _DATED.match(line.strip()) or re.match(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)\b", line.strip()):
            near = _made(*(int(part) for part in stamp.groups()))
            line = line.strip()[stamp.end() :]
        found = _METAR.match(line.strip())
        if found and near and " NIL" not in line:
            at = _dated(near, *(int(found[k]) for k in (2, 3, 4)))
            if at is not None:
                yield found[1], at, _plain(line)


def _made(*parts: int) -> datetime | None:
    try:
        return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]  # five numbers: year to minute
    except ValueError:
        return None


def _moment(value: Any) -> datetime | None:
    """Epoch seconds, or RFC 3339; None for what is no time of our age."""
    try:
        if isinstance(value, int | float):
            at = datetime.fromtimestamp(value if abs(value) < 1e11 else value / 1000, UTC)
        else:
            at = datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError):
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)) if 1950 < at.year < 2200 else None


def _dated(near: datetime, day: int, hour: int, minute: int) -> int | None:
    """Epoch ms of a day of the month and a time, nearest to a moment."""
    options = []
    for month in (near, near.replace(day=1) - timedelta(days=1), near.replace(day=28) + timedelta(days=4)):
        at = _made(month.year, month.month, day, hour, minute)
        if at:
            options.append(at)
    best = min(options, key=lambda at: abs(at - near), default=None)
    return None if best is None else int(best.timestamp() * 1000)


def _plain(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split()).rstrip("=")
