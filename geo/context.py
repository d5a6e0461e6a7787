"""What is known about the place, the time and the aircraft of an anomaly: added to it as `evidence["context"]`."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import h3
import numpy as np

from geo.aircraft import INTERESTING, LADD, MILITARY, PIA, AircraftTable
from geo.airports import AIRLINE, STRIP, Airports
from geo.anomaly import Anomaly, utc_text
from geo.firs import Firs
from geo.notams import FOREVER_MS, NotamTable
from geo.places import Places
from geo.registers import Registers
from geo.schema import NON_ICAO, icao24_text
from geo.sphere import EARTH_RADIUS_M, NMI_M, bearing_deg, unit_vectors
from geo.trees import kd_tree
from geo.watch import GROUPS, WatchList
from geo.weather import Reports, decoded

COUNTRY_NMI = 60.0
"""A town farther away says nothing of the country below."""
STATION_NMI = 60.0
"""A METAR from farther away says nothing of the weather here."""
ASKED_STATIONS = 3
"""Not every airport of airlines sends reports: the next ones are asked for too."""
MOST_NOTAMS, MOST_OTHERS, MOST_CACHED = 6, 5, 10_000

FLAGS = {MILITARY: "military", INTERESTING: "interesting", PIA: "private address", LADD: "limited display"}

Found = dict[str, Any]


@dataclass(frozen=True)
class Point:
    """Where and when an anomaly is looked at: its peak. Height in ft, NaN where not known; time in epoch ms."""

    lat: float
    lon: float
    altitude_ft: float
    time: int


@dataclass
class Context:
    """Reference data, and `enrich`, which is given to the engine. The same data gives the same words.

    What was found is kept by anomaly, and looked up again only when its peak or its aircraft change, or after
    `forget`. Weather is looked up again whenever a report has come: they come later than anomalies.
    """

    airports: Airports
    registers: Registers
    aircraft: AircraftTable | None = None
    watch_list: WatchList | None = None
    firs: Firs | None = None
    notams: NotamTable = field(default_factory=NotamTable.none)
    reports: Reports = field(default_factory=Reports)
    _kept: OrderedDict[str, tuple[Any, int, Found, Found]] = field(default_factory=OrderedDict, repr=False)

    def enrich(self, anomaly: Anomaly) -> Anomaly:
        """The anomaly with what is known about it."""
        point = point_of(anomaly)
        key = (point, anomaly.icao24, tuple(anomaly.members[:MOST_OTHERS]))
        before = self._kept.get(anomaly.id)
        version = self.reports.version
        if before is None or before[:2] != (key, version):
            old = before is not None and before[0] == key
            found = before[2] if before and old else self._found(anomaly, point)
            weather = self._weather(point) if point and version else {}
            before = self._kept[anomaly.id] = (key, version, found, {**found, **weather})
            if len(self._kept) > MOST_CACHED:
                self._kept.popitem(last=False)
        return replace(anomaly, evidence={**anomaly.evidence, "context": before[3]})

    def forget(self) -> None:
        """Look everything up anew: reference data has changed."""
        self._kept.clear()

    def stations_of(self, context: Mapping[str, Any]) -> Sequence[str]:
        """The aerodromes whose weather should be asked for, the nearest first; none where it is known."""
        position = context.get("position")
        if position is None or "metar" in context:
            return ()
        index, tree = self._lines
        chord, k = tree.query(unit_vectors(position["lat"], position["lon"]), k=ASKED_STATIONS)
        near = np.asarray(_nmi(chord)) <= STATION_NMI
        return [str(code) for code in self.airports.code[index[k[near]]]]

    def _found(self, anomaly: Anomaly, point: Point | None) -> Found:
        """Everything but the weather."""
        out: Found = self._place(point) if point else {}
        if anomaly.icao24 is not None:
            out |= _given("aircraft", self.identity(anomaly.icao24))
        others = [{"icao24": icao24_text(m), **self.identity(m)} for m in anomaly.members[:MOST_OTHERS]]
        out |= _given("others", others)
        if point:
            out |= self._in_force(point)
        return out

    def _place(self, point: Point) -> Found:
        places = Places.builtin()
        town, nmi = places.nearest(point.lat, point.lon)
        country = str(places.country[town])
        out: Found = {
            "position": _position(point),
            "place": {
                "name": str(places.name[town]), "country": country,
                **_away(nmi, places.lat[town], places.lon[town], point),
            },
        }  # fmt: skip
        if nmi <= COUNTRY_NMI:
            out["country"] = {"code": country, "name": places.countries.get(country, country)}
        field_, nmi = self._nearest(self._fields, point.lat, point.lon)
        port = self.airports
        out["airport"] = {
            "code": str(port.code[field_]), "iata": str(port.iata[field_]) or None, "name": str(port.name[field_]),
            **_away(nmi, port.lat[field_], port.lon[field_], point),
        }  # fmt: skip
        if self.firs is not None:
            region = int(self.firs.at(np.array([point.lat]), np.array([point.lon]))[0])
            if region >= 0:
                out["fir"] = {"id": str(self.firs.ids[region]), "name": str(self.firs.names[region])}
        return out

    def identity(self, icao24: int) -> Found:
        """What the databases say of an address, without what is empty."""
        if icao24 >= NON_ICAO:
            return {}
        out: Found = {}
        if self.aircraft is not None and len(self.aircraft):
            out |= _airframe(self.aircraft.lookup(np.array([icao24]), full=True))
        block = int(self.registers.find(np.array([icao24]))[0])
        if block >= 0:
            country, name = str(self.registers.country[block]), str(self.registers.name[block])
            out["state"] = {"code": country, "name": name, "military": bool(self.registers.military[block])}
        watched = -1 if self.watch_list is None else int(self.watch_list.find(np.array([icao24]))[0])
        if self.watch_list is not None and watched >= 0:
            out["watch_list"] = _entry(self.watch_list, watched)
        return out

    def _in_force(self, point: Point) -> Found:
        rows = self.notams.in_force(point.lat, point.lon, point.altitude_ft, point.time, point.time)
        if not len(rows):
            return {}
        told = [_notice(self.notams, int(row)) for row in rows[:MOST_NOTAMS]]
        return {"notams": told, "notams_in_force": len(rows)}

    def _weather(self, point: Point) -> Found:
        """The report of the nearest station that has one for this time."""
        stations = self._stations
        nmi = self._stations_nmi(stations, point)
        for k in np.argsort(nmi, kind="stable")[:20].tolist():
            if nmi[k] > STATION_NMI:
                break
            report = self.reports.at(str(self.airports.code[stations[k]]), point.time)
            if report:
                code = str(self.airports.code[stations[k]])
                said = {"station": code, "time": utc_text(report[0]), "text": report[1], **decoded(report[1])}
                return {"metar": {**said, "distance_nmi": round(float(nmi[k]), 1)}}
        return {}

    def _stations_nmi(self, stations: Sequence[int], point: Point) -> Any:
        here = unit_vectors(point.lat, point.lon)
        chord = np.linalg.norm(self._vectors[list(stations)] - here, axis=1) if stations else np.zeros(0)
        return _nmi(chord)

    @property
    def _stations(self) -> Sequence[int]:
        """Indices of the airports that have sent a report."""
        return [self._by_code[code] for code in list(self.reports.by_station) if code in self._by_code]

    @cached_property
    def _by_code(self) -> Mapping[str, int]:
        return {code: k for k, code in enumerate(self.airports.code.tolist())}

    @cached_property
    def _vectors(self) -> Any:
        return unit_vectors(self.airports.lat, self.airports.lon)

    @cached_property
    def _fields(self) -> tuple[Any, Any]:
        """Aerodromes with a location indicator: private strips would hide them."""
        return self._tree(STRIP + 1)

    @cached_property
    def _lines(self) -> tuple[Any, Any]:
        """Airports of airlines: those have weather reports."""
        return self._tree(AIRLINE)

    def _tree(self, least: int) -> tuple[Any, Any]:
        index = np.flatnonzero(self.airports.kind >= least)
        return index, kd_tree(self._vectors[index])

    def _nearest(self, some: tuple[Any, Any], lat: float, lon: float) -> tuple[int, float]:
        index, tree = some
        chord, k = tree.query(unit_vectors(lat, lon))
        return int(index[k]), float(_nmi(chord))


def _nmi(chord: Any) -> Any:
    """Nautical miles along the sphere for a chord of the unit sphere."""
    return 2 * np.arcsin(np.minimum(chord / 2, 1.0)) * EARTH_RADIUS_M / NMI_M


def point_of(anomaly: Anomaly) -> Point | None:
    """The peak of an anomaly, else another sample of it, else the middle of its cell; None where it has no place."""
    samples = {s.get("role"): s for s in anomaly.evidence.get("samples", ()) if "lat" in s and "lon" in s}
    best = next((samples[r] for r in ("peak", "last", "first") if r in samples), None)
    best = best or next(iter(samples.values()), None)
    if best is not None:
        height = next((best[n] for n in ("baro_altitude", "geo_altitude") if n in best), math.nan)
        return Point(float(best["lat"]), float(best["lon"]), float(height), int(best["time"]))
    if not anomaly.h3:
        return None
    lat, lon = h3.cell_to_latlng(anomaly.h3)
    return Point(round(lat, 5), round(lon, 5), math.nan, anomaly.end)


def _position(point: Point) -> Found:
    known = {} if math.isnan(point.altitude_ft) else {"altitude_ft": round(point.altitude_ft)}
    return {"lat": round(point.lat, 4), "lon": round(point.lon, 4), **known, "time": utc_text(point.time)}


def _away(nmi: float, lat: float, lon: float, point: Point) -> Found:
    """How far, and in which direction as seen from there."""
    return {"distance_nmi": round(nmi, 1), "bearing_deg": round(float(bearing_deg(lat, lon, point.lat, point.lon)))}


def _airframe(one: AircraftTable) -> Found:
    names = ("registration", "type_code", "manufacturer", "model", "description", "operator")
    out: Found = {}
    for name in names:
        out |= _given(name, getattr(one, name)[0].decode("ascii", "replace").strip())
    flags = int(one.flags[0])
    return out | _given("flags", [word for bit, word in FLAGS.items() if flags & bit])


def _entry(watched: WatchList, row: int) -> Found:
    group = str(watched.group[row])
    out = {name: str(getattr(watched, name)[row]) for name in ("operator", "category", "tags", "link")}
    return {name: text for name, text in {"group": GROUPS.get(group, group), **out}.items() if text}


def _notice(notams: NotamTable, row: int) -> Found:
    end = int(notams.end[row])
    out = {
        "id": str(notams.ids[row]), "q_code": str(notams.q_code[row]), "text": str(notams.text[row])[:240],
        "until": None if end >= FOREVER_MS else utc_text(end),
    }  # fmt: skip
    return out | _given("schedule", str(notams.schedule[row]))


def _given(name: str, value: Any) -> Found:
    return {name: value} if value else {}


def contexts(anomalies: Iterable[Anomaly]) -> list[Mapping[str, Any]]:
    """The contexts of anomalies that have one."""
    return [a.evidence["context"] for a in anomalies if "context" in a.evidence]
