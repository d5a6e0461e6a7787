"""The collections that there are: all anomalies, one per class of the registry, and what they stand on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from api import filters
from api.collections import Collection, Property
from api.identity import ICAO24, ID, address
from api.problems import Problem
from detectors._registry import Detector
from geo.anomaly import PRIORITIES
from geo.schema import COLUMNS, EMERGENCIES, SOURCES

AIRCRAFT_ID = f"concat({ID}, CASE WHEN sub > 0 THEN concat('/', sub) END)"


def named(words: Sequence[str], column: str) -> str:
    """SQL: the word of a code column."""
    return f"(ARRAY[{', '.join(repr(word) for word in words)}])[{column} + 1]"


def column(name: str) -> Property:
    """A property straight from a schema column, whose meaning and unit are declared there."""
    declared = COLUMNS[name]
    kind = {"i": "date-time", "S": "string", "b": "boolean", "u": "integer"}.get(declared.kind, "number")
    return Property(name, kind, declared.meaning, declared.unit, cast="real" if declared.dtype == "f4" else "")


def _address_code(text: str) -> int | None:
    """The number of an address; None for what is none."""
    try:
        return address(text)
    except Problem:
        return None


def _cell_code(text: str) -> int | None:
    return int(text, 16) if re.fullmatch(r"[0-9a-f]{15}", text) else None


def coded(name: str, title: str, words: Sequence[str], own: str) -> Property:
    """A word that is stored as its place in a list."""
    code = {word: i for i, word in enumerate(words) if word}
    return Property(name, "string", title, sql=named(words, own), column=own, cast="smallint", encode=code.get)


_ICAO24 = Property(
    "icao24", "string", "24-bit address in hex; ~ marks a non-ICAO address",
    sql=ICAO24, column="icao24", cast="bigint", encode=_address_code,
)  # fmt: skip
_H3 = Property("h3", "string", "H3 cell in hex", sql="to_hex(h3)", column="h3", cast="bigint", encode=_cell_code)
_SOURCE = coded("source", COLUMNS["source"].meaning, SOURCES, "source")
_EMERGENCY = coded("emergency", COLUMNS["emergency"].meaning, EMERGENCIES, "emergency")
_STATE = (
    _ICAO24,
    *map(column, ("callsign", "squawk", "baro_altitude", "geo_altitude", "ground_speed", "track", "vertical_rate")),
    *map(column, ("on_ground", "type_code", "registration", "category")),
    _SOURCE,
    *map(column, ("time", "position_time", "nic", "nac_p")),
    _EMERGENCY,
)

_MEMBERS = "ARRAY(SELECT jsonb_array_elements_text(feature::jsonb -> 'properties' -> 'members'))"
_EXPLANATION = "feature::jsonb -> 'properties' ->> 'explanation'"

_ANOMALY = (
    Property("class", "string", "Which class of anomaly"),
    _ICAO24,
    Property("members", "json", "The other aircraft, a list of addresses", sql=_MEMBERS),
    Property("callsign", "string", "Its callsign"),
    Property("start", "date-time", "First evidence", sql="start_time"),
    Property("end", "date-time", "Last evidence", sql="end_time"),
    Property("state", "string", "open, closed or cleared"),
    coded("priority", "low, medium, high or critical", PRIORITIES, "priority"),
    Property("confidence", "number", "How sure, 0 to 1", cast="real"),
    Property("explanation", "string", "What happened, in one sentence", sql=_EXPLANATION, sortable=False),
    Property("cleared", "string", "Why it was cleared"),
    Property("evidence", "json", "Values, thresholds and sample rows that fired it", queryable=False),
    _H3,
)

_ROLLED = {
    "priority": f"(ARRAY[{', '.join(repr(word) for word in PRIORITIES)}])[max(priority) + 1]",
    "confidence": "max(confidence)",
    "class": "CASE WHEN min(class) = max(class) THEN min(class) END",
}
"""Of many anomalies the highest priority and confidence, and the class where there is only one."""


def no_such(text: str) -> Problem:
    """404 for an id that no feature can have."""
    return Problem(404, f"there is no feature {text[:60]!r}", "featureId")


def _text_id(text: str) -> Sequence[Any]:
    if not 0 < len(text) <= 200 or "\0" in text:
        raise no_such(text)
    return [text]


def _number_id(text: str) -> Sequence[Any]:
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise no_such(text)
    return [int(text)]


def _aircraft_id(text: str) -> Sequence[Any]:
    match = re.fullmatch(r"([~x]?[0-9a-fA-F]{6,10})(?:/([1-9][0-9]?))?", text)
    try:
        return [address(match[1]), int(match[2] or 0)] if match else _text_id("")
    except Problem:
        raise no_such(text) from None


def _timed_id(text: str, pattern: str) -> tuple[str, datetime]:
    match = re.fullmatch(pattern + r"-([0-9]{12,13})", text)
    if match is None:
        raise no_such(text)
    return match[1], datetime.fromtimestamp(int(match[2]) / 1000, UTC)


def _position_id(text: str) -> Sequence[Any]:
    own, at = _timed_id(text, r"([~x]?[0-9a-f]{6,10})")
    try:
        return [address(own), at]
    except Problem:
        raise no_such(text) from None


def _cell_id(text: str) -> Sequence[Any]:
    own, at = _timed_id(text, r"([0-9a-f]{15})")
    return [int(own, 16), at]


def _anomalies(own: str, title: str, description: str, **more: Any) -> Collection:
    asked = (filters.ICAO24, filters.STATE, filters.CONFIDENCE, filters.PRIORITY)
    return Collection(
        own, title, description, "anomalies",
        key=[("start_time", "timestamptz"), ("id", "text")],
        identify=_text_id, identity=[("id", "text")],
        feature="feature", properties=_ANOMALY, code="tile", rolled=_ROLLED, newest_first=True,
        time=("start_time", "end_time"),
        **{"filters": asked, "unless": {"state": "state <> 'cleared'"}} | more,
    )  # fmt: skip


def _of_class(spec: Detector) -> Collection:
    return _anomalies(spec.id, spec.title, spec.describe.definition, fixed=[("class = {}", spec.id, "text")])


def _all(ids: Sequence[str]) -> Sequence[Collection]:
    of_class = filters.class_filter(ids)
    asked = (of_class, filters.ICAO24, filters.STATE, filters.CONFIDENCE, filters.PRIORITY)
    cleared = (of_class, filters.ICAO24, filters.CONFIDENCE, filters.PRIORITY)
    return (
        _anomalies("anomalies", "Anomalies", "Episodes of every class, without the cleared ones", filters=asked),
        _anomalies(
            "cleared", "Cleared anomalies", "What looked like an anomaly and turned out not to be one, with the reason",
            filters=cleared, unless={}, fixed=[("state = {}", "cleared", "text")],
        ),
    )  # fmt: skip


AIRCRAFT = Collection(
    "aircraft", "Aircraft", "The latest state of every aircraft, or that of a past time", "aircraft_now",
    key=[("icao24", "bigint"), ("sub", "smallint")],
    identify=_aircraft_id, identity=[("icao24", "bigint"), ("sub", "smallint")],
    feature_id=AIRCRAFT_ID, properties=_STATE, geometry="Point", time=("time", "time"),
    filters=(filters.ICAO24, filters.AT),
)  # fmt: skip

TRACKS = Collection(
    "tracks", "Tracks", "The ways flown, in pieces of ten minutes; Z is metres of pressure altitude", "track_segments",
    key=[("id", "bigint")], identify=_number_id, identity=[("id", "bigint")],
    properties=(
        _ICAO24, column("callsign"),
        Property("flight", "string", "Which flight", sql="flight::text"),
        Property("sub", "integer", "0 for the airframe itself, 1 and more for an intruder under its address"),
        Property("start", "date-time", "First fix", sql="start_time"),
        Property("end", "date-time", "Last fix", sql="end_time"),
    ),
    geom="ST_Force3DZ(geom)", geometry="LineString", time=("start_time", "end_time"),
    filters=(filters.ICAO24, filters.FLIGHT), countable=False,
)  # fmt: skip

POSITIONS = Collection(
    "positions", "Positions", "Stored observations, thinned, by aircraft and time", "positions",
    key=[("icao24", "bigint"), ("time", "timestamptz"), ("ctid", "tid")],
    identify=_position_id, identity=[("icao24", "bigint"), ("time", "timestamptz")],
    feature_id=f"concat({ID}, '-', (extract(epoch FROM time) * 1000)::bigint)",
    properties=(*_STATE, Property("flight", "string", "Which flight", sql="flight::text")),
    geometry="Point", time=("time", "time"), filters=(filters.ICAO24, filters.FLIGHT), countable=False,
)  # fmt: skip

ZONES = Collection(
    "zones", "Zones", "Restricted and other airspace that is loaded", "zones",
    key=[("id", "text")], identify=_text_id, identity=[("id", "text")],
    properties=(
        Property("name", "string", "Name"), Property("kind", "string", "What it is"),
        Property("title", "string", "What its source calls it"),
        Property("floor", "number", "Lower limit", "ft", "floor_ft"),
        Property("floor_ref", "string", "What the lower limit refers to"),
        Property("ceiling", "number", "Upper limit", "ft", "ceiling_ft"),
        Property("ceiling_ref", "string", "What the upper limit refers to"),
        Property("active", "json", "When it is active", queryable=False),
    ),
    geometry="Polygon",
)  # fmt: skip

CELLS = Collection(
    "cells", "Cells", "How many aircraft reported good and bad navigation accuracy, by H3 cell and time", "cells",
    key=[("bucket_start", "timestamptz"), ("h3", "bigint")], newest_first=True,
    identify=_cell_id, identity=[("h3", "bigint"), ("bucket_start", "timestamptz")],
    feature_id="concat(to_hex(h3), '-', (extract(epoch FROM bucket_start) * 1000)::bigint)",
    properties=(
        _H3,
        Property("resolution", "integer", "H3 resolution"),
        Property("start", "date-time", "Start of the time bucket", sql="bucket_start"),
        Property("good", "integer", "Aircraft with good accuracy"),
        Property("bad", "integer", "Aircraft with bad accuracy"),
        Property("aircraft", "integer", "Aircraft heard"),
        Property("anomalies", "integer", "Anomalies in the cell"),
    ),
    geometry="Polygon", time=("bucket_start", "bucket_start"), filters=(filters.RESOLUTION,),
)  # fmt: skip


def collections(classes: Mapping[str, Detector]) -> dict[str, Collection]:
    """All collections by id; one per class, so that a class adds no route."""
    found = (*_all(list(classes)), *map(_of_class, classes.values()), AIRCRAFT, TRACKS, POSITIONS, ZONES, CELLS)
    return {one.id: one for one in found}
