"""OpenSky's live states: {"time", "states"}, a bare array of state vectors, or the same as objects. SI units."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from feeds._columns import FPM_PER_MS, FT_PER_M, KT_PER_MS, Col, Layout, batch_of
from feeds._convert import column, numbers, times
from feeds._given import Given
from feeds._json import tolerant
from feeds._registry import format_
from feeds._table import Chunk, record_columns
from geo.batch import Batch
from geo.schema import NO_TIME, SOURCES, Array

FIELDS = (
    "icao24", "callsign", "origin_country", "time_position", "last_contact", "longitude", "latitude", "baro_altitude",
    "on_ground", "velocity", "true_track", "vertical_rate", "sensors", "geo_altitude", "squawk", "spi",
    "position_source", "category",
)  # fmt: skip
"""The order of a state vector (OpenSky REST API)."""

POSITION_SOURCES = ("adsb_icao", "asterix", "mlat", "flarm")
CATEGORIES = (
    "", "A0", "A1", "A2", "A3", "A4", "A5", "A6", "A7", "B1", "B2", "B3", "B4", "B5", "B6", "B7",
    "C1", "C2", "C3", "C4", "C5",
)  # fmt: skip
"""OpenSky's category number as the emitter category that it stands for."""

_TIME = re.compile(rb'"time"\s*:\s*(\d{9,10})\b')


def _finish(columns: dict[str, Array], chunk: Chunk, bad: Counter[str]) -> None:
    """Numbers that stand for words, and the time of rows that name none."""
    if "position_source" in chunk:
        columns["source"] = _lookup(chunk["position_source"], [SOURCES.index(s) for s in POSITION_SOURCES], 0, bad)
    if "category" in chunk:
        columns["category"] = _lookup(chunk["category"], [c.encode() for c in CATEGORIES], b"", bad)
    outer = times(chunk["time"], "time", bad) if "time" in chunk else NO_TIME
    for fallback in (columns.get("position_time", NO_TIME), outer):
        columns["time"] = np.where(columns["time"] == NO_TIME, fallback, columns["time"])


def _lookup(values: pa.Array, words: list[Any], missing: Any, bad: Counter[str]) -> Array:
    """Words by their number; `missing` where there is no such number."""
    number = np.nan_to_num(numbers(values, "code", bad), nan=-1.0)
    known = (number >= 0) & (number < len(words))
    out: Array = np.where(known, np.array(words)[np.where(known, number, 0).astype(np.int64)], np.array(missing))
    return out


TABLE = Layout(
    {
        "time": Col(("last_contact",)),
        "icao24": Col(("icao24",)),
        "position_time": Col(("time_position",)),
        "lat": Col(("latitude", "lat")),
        "lon": Col(("longitude", "lng", "lon")),
        "baro_altitude": Col(("baro_altitude",), FT_PER_M),
        "geo_altitude": Col(("geo_altitude",), FT_PER_M),
        "ground_speed": Col(("velocity",), KT_PER_MS),
        "track": Col(("true_track", "heading")),
        "vertical_rate": Col(("vertical_rate",), FPM_PER_MS),
        "on_ground": Col(("on_ground",)),
        "callsign": Col(("callsign",)),
        "squawk": Col(("squawk",)),
        "spi": Col(("spi",)),
    },
    extra=("position_source", "category", "time"),
    finish=_finish,
)


def _sniff(given: Given) -> bool:
    shape = given.shape
    if shape.top == "[":
        first = re.match(rb'\s*\[\s*\[\s*"[0-9a-fA-F]{6}"\s*,\s*("|null)', given.head)
        return first is not None or {"icao24", "last_contact"} <= shape.at("[]")
    inside = shape.at("aircraft[]") | shape.at("states[]")
    return {"time", "states"} <= shape.at() or {"icao24", "last_contact"} <= inside


def _when(given: Given) -> int | None:
    """The answer's own time, or its oldest-looking contact, from the head."""
    match = _TIME.search(given.head) or re.search(rb'"last_contact"\s*:\s*(\d{10})\b', given.head)
    bare = None if match else re.search(rb"\b(1\d{9})\b", given.head)
    found = match or bare
    return int(found.group(1)) * 1000 if found else None


@format_(
    id="opensky-states", title="OpenSky /states/all, arrays or objects", units="m, m/s", identity="icao24",
    example='{"time": 1687260666, "states": [["4b1814", "SWR7EA", "Switzerland", 1687260666, 1687260666, 8.57]]}',
    sniff=_sniff, when=_when, live=True,
)  # fmt: skip
def read(given: Given) -> Iterator[Batch]:
    """One answer. `last_contact` is the row's time, `time_position` the position's."""
    bad = Counter[str]()
    document = tolerant(given, given.read())
    outer = document.get("time") if isinstance(document, dict) else None
    listed = _listed(given, document)
    vectors = [row for row in listed if isinstance(row, list) and row]
    objects = [row for row in listed if isinstance(row, dict)]
    bad["state is neither array nor object"] += len(listed) - len(vectors) - len(objects)
    wanted = TABLE.wanted - {"time"}
    chunk = dict(_across(vectors)) if len(vectors) >= len(objects) else dict(record_columns(objects, sorted(wanted)))
    bad["state of the other kind"] += min(len(vectors), len(objects))
    chunk["time"] = column([outer if isinstance(outer, int | float) else None] * max(len(vectors), len(objects)))
    yield batch_of(given, chunk, TABLE, bad)


def _listed(given: Given, document: Any) -> list[Any]:
    """The states, wherever they lie. An answer without any is empty, not broken."""
    if isinstance(document, Mapping):
        document = document.get("states", document.get("aircraft"))
    if not isinstance(document, list | None):
        raise given.error("no list of states")
    return document or []


def _across(vectors: list[list[Any]]) -> Chunk:
    """Columns of state vectors; a short vector is missing what it lacks."""
    width = min(max(map(len, vectors), default=0), len(FIELDS))
    return {name: column([v[i] if i < len(v) else None for v in vectors]) for i, name in enumerate(FIELDS[:width])}
