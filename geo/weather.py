"""Weather reports of aerodromes (METAR): which one held at a time, and what the codes in it mean."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from geo.schema import Array

BEFORE_MS = 2 * 3_600_000
"""A report is at least hourly (Annex 3): one older than two hours says nothing any more."""
AFTER_MS = 30 * 60_000
"""Where there is no earlier one, the next report, at most this much later."""
MOST_PER_STATION = 400
LONGEST = 300

INHG_HPA = 33.863_886


@dataclass
class Reports:
    """METARs by station, each with its time (epoch ms), in order. `version` grows with every one that is new."""

    by_station: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    version: int = 0

    def __len__(self) -> int:
        return sum(map(len, self.by_station.values()))

    def __iter__(self) -> Iterator[tuple[str, int, str]]:
        for station, reports in self.by_station.items():
            for at, text in reports:
                yield station, at, text

    @staticmethod
    def of(reports: Iterable[tuple[str, int, str]]) -> Reports:
        made = Reports()
        for station, at, text in reports:
            made.add(station, at, text)
        return made

    def add(self, station: str, at: int, text: str) -> None:
        """Take a report; the newest MOST_PER_STATION of a station stay."""
        reports = self.by_station.get(station, [])
        one = (at, text[:LONGEST])
        where = bisect_right(reports, one)
        if where and reports[where - 1] == one:
            return
        # A new list: another thread may be reading the old one.
        self.by_station[station] = [*reports[:where], one, *reports[where:]][-MOST_PER_STATION:]
        self.version += 1

    def at(self, station: str, ms: int) -> tuple[int, str] | None:
        """The last report of a station before a time, or the first soon after it; None without one."""
        reports = self.by_station.get(station)
        if not reports:
            return None
        where = bisect_right(reports, (ms, "\U0010ffff"))
        if where and ms - reports[where - 1][0] <= BEFORE_MS:
            return reports[where - 1]
        if where < len(reports) and reports[where][0] - ms <= AFTER_MS:
            return reports[where]
        return None


@dataclass(frozen=True)
class ReportTable:
    """Reports as arrays (n,), as they are kept in files: a key (station and time), station and text, epoch ms."""

    key: Array
    station: Array
    time: Array
    text: Array

    def __len__(self) -> int:
        return len(self.time)

    @staticmethod
    def of(reports: Reports) -> ReportTable:
        rows = list(reports)
        key = np.array([f"{station} {at}" for station, at, _ in rows], dtype=str)
        text = np.array([text for *_, text in rows], dtype=str)
        station = np.array([station for station, *_ in rows], dtype=str)
        return ReportTable(key, station, np.array([at for _, at, _ in rows], dtype=np.int64), text)

    def reports(self) -> Reports:
        return Reports.of(zip(self.station.tolist(), self.time.tolist(), self.text.tolist(), strict=True))


_WIND = re.compile(r"\b(\d{3}|VRB)(\d{2,3})(?:G(\d{2,3}))?(KT|MPS)\b")
_METRES = re.compile(r"(?<=\s)(\d{4})(?:NDV)?(?=\s)")
_MILES = re.compile(r"(?<=\s)(?:P|M)?(?:(\d{1,2})\s)?(\d{1,2})(?:/(\d{1,2}))?SM\b")
_HEAT = re.compile(r"\s(M?\d\d)/(M?\d\d)?(?=\s|$)")
_QNH = re.compile(r"\b(?:Q(\d{4})|A(\d{4}))\b")
_CLOUD = re.compile(r"\b(FEW|SCT|BKN|OVC)(\d{3})(CB|TCU)?")
_SIGNS = {
    "TS": "thunderstorm", "FZ": "freezing", "SH": "showers", "RA": "rain", "SN": "snow", "FG": "fog", "BR": "mist",
    "HZ": "haze", "DU": "dust", "SA": "sand", "SQ": "squalls", "FC": "funnel cloud", "GR": "hail", "DZ": "drizzle",
    "VA": "volcanic ash", "FU": "smoke",
}  # fmt: skip
_WEATHER = re.compile(r"(?<=\s)(?:\+|-|VC)?((?:MI|BC|DR|BL|PR|" + "|".join(_SIGNS) + r"){1,4})(?=\s)")


def decoded(text: str) -> Mapping[str, Any]:
    """What a METAR says, as far as it is there: wind, visibility_m, ceiling_ft, weather, temperature_c, qnh_hpa."""
    body = f" {text.split(' TEMPO ')[0].split(' BECMG ')[0].split(' RMK ')[0]} ".replace("=", " ")
    out: dict[str, Any] = {}
    if wind := _WIND.search(body):
        out |= _wind(wind)
    visibility = 10_000 if " CAVOK " in body else _visibility(body)
    if visibility is not None:
        out["visibility_m"] = visibility
    layers = [100 * int(height) for cover, height, _ in _CLOUD.findall(body) if cover in ("BKN", "OVC")]
    if layers:
        out["ceiling_ft"] = min(layers)
    if found := _WEATHER.findall(body):
        out["weather"] = ", ".join(" ".join(_SIGNS.get(g[k : k + 2], "") for k in range(0, len(g), 2)) for g in found)
    if heat := _HEAT.search(body):
        out["temperature_c"] = int(heat[1].replace("M", "-"))
    if qnh := _QNH.search(body):
        out["qnh_hpa"] = int(qnh[1]) if qnh[1] else round(int(qnh[2]) / 100 * INHG_HPA)
    return out


def _wind(found: re.Match[str]) -> dict[str, Any]:
    factor = 1.0 if found[4] == "KT" else 1.943_844
    out: dict[str, Any] = {} if found[1] == "VRB" else {"wind_deg": int(found[1])}
    out["wind_kt"] = round(int(found[2]) * factor)
    return out | ({"gust_kt": round(int(found[3]) * factor)} if found[3] else {})


def _visibility(body: str) -> int | None:
    """Metres; 10,000 stands for that or more."""
    if metres := _METRES.search(body):
        return 10_000 if metres[1] == "9999" else int(metres[1])
    miles = _MILES.search(body)
    if not miles or miles[3] == "0":
        return None
    value = int(miles[1] or 0) + int(miles[2]) / int(miles[3] or 1)
    return min(10_000, math.floor(value * 1_609.344))
