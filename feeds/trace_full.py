"""tar1090's trace_full (readsb's globe history): one aircraft's day as arrays, one row per point."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import numpy as np

from feeds._build import built
from feeds._convert import column, numbers, times
from feeds._given import Given
from feeds._json import tolerant
from feeds._readsb import Details, first_of, ground_and_altitude, of_details
from feeds._registry import format_
from feeds._text import SOURCE_CODE, addresses, codes
from geo.batch import Batch
from geo.schema import NO_TIME, Array

VERTICAL_RATE_GEOMETRIC, ALTITUDE_GEOMETRIC = 4, 8
"""Bits of a point's seventh element (readsb README-json, trace files)."""

_N = float | None


class Point(msgspec.Struct, array_like=True, gc=False):
    """One point: seconds after the trace's time, place, ft or "ground", kt, deg, flags, ft/min, details, and more."""

    after: float
    lat: _N = math.nan
    lon: _N = math.nan
    altitude: float | str | None = None
    gs: _N = math.nan
    track: _N = math.nan
    flags: int | None = 0
    rate: _N = math.nan
    details: Details | None = None
    source: str | None = ""
    alt_geom: _N = math.nan
    geom_rate: _N = math.nan
    ias: _N = math.nan
    roll: _N = math.nan


class Trace(msgspec.Struct, gc=False):
    """The document: whose trace, from when, and its points."""

    icao: str
    timestamp: float
    trace: list[Point]
    r: str | None = ""
    t: str | None = ""
    dbFlags: float | None = math.nan


_strict = msgspec.json.Decoder(Trace)
_TIMESTAMP = re.compile(rb'"timestamp"\s*:\s*(\d{9,10}(?:\.\d{1,6})?)')
_FIELDS = tuple(Point.__struct_fields__)
_NUMBERS = {
    "lat": "lat", "lon": "lon", "ground_speed": "gs", "track": "track", "geo_altitude": "alt_geom",
    "indicated_airspeed": "ias", "roll": "roll",
}  # fmt: skip


def _sniff(given: Given) -> bool:
    return {"icao", "timestamp"} <= given.shape.at() and ("trace" in given.shape.at())


def _when(given: Given) -> int | None:
    """The trace's own time: no point is older."""
    match = _TIMESTAMP.search(given.head)
    return int(float(match.group(1)) * 1000) if match else None


@format_(
    id="trace-full", title="trace_full of tar1090 and readsb", units="ft, kt, ft/min", identity="icao24",
    example='{"icao": "a1878a", "timestamp": 1693353600, "trace": [[12021.4, 42.4, -121.0, 35000, 443.4, 171.1]]}',
    sniff=_sniff, when=_when,
)  # fmt: skip
def read(given: Given) -> Iterator[Batch]:
    """All points of one aircraft. What only some points carry (callsign, squawk, integrity) is not spread to others."""
    data, bad = given.read(), Counter[str]()
    try:
        trace = _strict.decode(data)
        points, details = _strict_points(trace.trace, bad)
        head = msgspec.structs.asdict(trace)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        head, listed = _loose(given, data, bad)
        points, details = _patient_points(listed, bad)
    columns = _merge(points, details)
    rows = len(columns["lat"])
    columns["icao24"] = np.full(rows, addresses([str(head.get("icao"))])[0])
    begin = times(column([head.get("timestamp")]), "timestamp", bad)[0]
    if begin == NO_TIME:
        raise given.error("has no time: `timestamp` is missing or no number")
    columns["time"] = begin + np.rint(np.nan_to_num(points["after"], nan=-1e12) * 1000).astype(np.int64)
    for name, word, width in (("registration", head.get("r"), 10), ("type_code", head.get("t"), 4)):
        columns[name] = np.full(rows, str(word or "").upper().encode("ascii", "replace")[:width], dtype=f"S{width}")
    yield built(columns, bad)


def _strict_points(rows: Sequence[Point], bad: Counter[str]) -> tuple[dict[str, Any], dict[str, Array]]:
    """Points as columns by field name, and the schema columns of their details."""
    flat = (tuple(getattr(row, name) for name in _FIELDS) for row in rows)
    columns = list(zip(*flat, strict=True)) if rows else [()] * len(_FIELDS)
    points: dict[str, Any] = dict(zip(_FIELDS, columns, strict=True))
    for name in (*_NUMBERS.values(), "after", "rate", "geom_rate", "flags"):
        points[name] = np.array([math.nan if v is None else v for v in points[name]], dtype=np.float64)
    return points, of_details(points["details"], bad)


def _patient_points(rows: Sequence[list[Any]], bad: Counter[str]) -> tuple[dict[str, Any], dict[str, Array]]:
    """The same from points in which something has a wrong type."""
    wide = [row[: len(_FIELDS)] + [None] * (len(_FIELDS) - len(row)) for row in rows]
    points: dict[str, Any] = {name: [row[i] for row in wide] for i, name in enumerate(_FIELDS)}
    for name in (*_NUMBERS.values(), "after", "rate", "geom_rate", "flags"):
        points[name] = numbers(column(points[name]), name, bad)
    points["source"] = [word if isinstance(word, str) else "" for word in points["source"]]
    details = [one if isinstance(one, dict) else None for one in points["details"]]
    return points, of_details(details, bad)


def _merge(points: dict[str, Any], details: dict[str, Array]) -> dict[str, Array]:
    """The details' columns, with the point's own value first wherever it has one."""
    out = details
    for name, field in _NUMBERS.items():
        out[name] = first_of([points[field], out[name]])
    altitude, ground = ground_and_altitude(points["altitude"], Counter())
    flags = np.nan_to_num(points["flags"], posinf=0, neginf=0).astype(np.int64)
    geometric = (flags & ALTITUDE_GEOMETRIC) > 0
    out["geo_altitude"] = np.where(geometric & np.isnan(out["geo_altitude"]), altitude, out["geo_altitude"])
    out["baro_altitude"] = np.where(geometric, np.nan, altitude)
    out["on_ground"] = ground
    out["vertical_rate"] = first_of([points["rate"], out["vertical_rate"], points["geom_rate"]])
    own = codes([word or "" for word in points["source"]], SOURCE_CODE)
    out["source"] = np.where(own > 0, own, out["source"]).astype(np.uint8)
    return out


def _loose(given: Given, data: bytes, bad: Counter[str]) -> tuple[dict[str, Any], list[list[Any]]]:
    document = tolerant(given, data)
    if not isinstance(document, dict) or not isinstance(document.get("trace"), list):
        raise given.error("no object with a list `trace`", byte=0)
    rows = [row for row in document["trace"] if isinstance(row, list) and row]
    bad["point not an array"] += len(document["trace"]) - len(rows)
    return document, rows
